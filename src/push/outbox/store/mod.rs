// SPDX-License-Identifier: EUPL-1.2

//! The outbox's statements.

mod claims;
mod counting;
mod deliveries;
mod messages;
mod passing;

pub(super) use self::{
    claims::{claim, give_back, held, opened, settle, take_over, work},
    counting::count,
    deliveries::{expire, insert_deliveries, queue, rerank, shift, spare},
    messages::{discard, finish, insert_message, is_anything_under_way, open, opened_at},
    passing::{ended, remove, under_way},
};
