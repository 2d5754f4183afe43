// SPDX-License-Identifier: EUPL-1.2

//! The integration tests: one binary, because linking is what they cost.
//!
//! Every test that touches data runs twice, on SQLite and on PostgreSQL ([`both!`]); every one speaks to a
//! real server over real TCP. [`world`] is what they stand on.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends where it can't go on, in its helpers too"
)]

mod announcements;
mod browser;
mod changes;
mod contract;
mod feed;
mod files;
mod health;
mod mail;
mod notifications;
mod pages;
mod people;
mod photos;
mod process;
mod push;
mod world;
