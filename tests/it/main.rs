//! All integration tests in one program: linking is what costs.

mod push;
