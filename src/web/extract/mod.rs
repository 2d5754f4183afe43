// SPDX-License-Identifier: EUPL-1.2

//! What a handler asks of a request, with our problems instead of axum's plain texts.

mod body;
mod caller;
pub mod form;
mod parts;

pub use self::{
    body::Json,
    caller::{Caller, ClientAddress, TrustedProxies},
    parts::{IfMatch, Path, Query},
};
