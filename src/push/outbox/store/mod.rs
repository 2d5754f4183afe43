// SPDX-License-Identifier: EUPL-1.2

//! The outbox's statements.

mod claims;
mod deliveries;
mod messages;
mod passing;

pub(super) use self::{
    claims::{claim, count_held, give_back, held, settle, take_over, work},
    deliveries::{expire, insert_deliveries, queue, rerank, shift, spare},
    messages::{discard, finish, gate, insert_message, is_anything_under_way, open},
    passing::{ended, remove, under_way},
};
