// SPDX-License-Identifier: EUPL-1.2

//! The outbox's statements.

mod claims;
mod counting;
mod deliveries;
mod holding;
mod messages;
mod passing;
mod whole;

pub(in crate::push) use self::whole::{Whose, loosen};
pub(super) use self::{
    claims::{Next, claim_single, next, read, work},
    counting::count,
    deliveries::{expire, insert_deliveries, queue, rerank, shift, spare},
    holding::{ended, give_back, held, opened, settle, take_over},
    messages::{
        discard, drop_claims, finish, insert_message, is_anything_under_way, open, opened_at,
    },
    passing::{passed, remove, under_way},
    whole::{break_up, loosen_ranks, make, take},
};
