// SPDX-License-Identifier: EUPL-1.2

//! What holds for the whole house, whatever its rooms do.

mod bad_input;
pub(crate) mod document;
mod edge;
mod idempotency;
mod openapi;
mod rooms;
mod routes;
mod schema;
mod sources;
mod statements;
mod subjects;
