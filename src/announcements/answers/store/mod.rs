// SPDX-License-Identifier: EUPL-1.2

//! The statements of answers, a file for each table.

pub(super) mod answers;
pub(super) mod names;
pub(super) mod notices;
pub(super) mod question;
pub(super) mod steps;
