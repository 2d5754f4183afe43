//! What holds for the whole house, whatever its rooms do.

mod edge;
mod rooms;
mod schema;
mod sources;
mod statements;
