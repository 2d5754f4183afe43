//! The three gateways: one face to the dispatcher, the same few files for each.
