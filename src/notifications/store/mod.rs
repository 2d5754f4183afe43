// SPDX-License-Identifier: EUPL-1.2

//! The room's statements.

pub(super) mod expected;
pub(super) mod news;
pub(super) mod notices;
pub(super) mod settings;
