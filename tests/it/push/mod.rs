//! Push: over real sockets, TLS and HTTP/2.

mod sandbox;
