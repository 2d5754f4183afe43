// SPDX-License-Identifier: EUPL-1.2

//! People, as an app, an administrator and the personnel office meet them.

mod directory;
mod duty;
mod import;
mod joining;
mod quiet_hours;
mod roles;
mod sessions;
