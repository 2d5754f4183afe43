// SPDX-License-Identifier: EUPL-1.2

//! The press's statements: rules and deliveries, a file for each table, and what the press may know.

pub(super) mod announced;
pub(super) mod deliveries;
pub(super) mod rules;
