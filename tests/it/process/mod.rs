// SPDX-License-Identifier: EUPL-1.2

//! The program as an administrator runs it: a process with a configuration, signals and an exit code.

mod audit;
mod check_config;
mod dispatch;
mod full_disk;
mod killed;
mod logs;
mod program;
mod push;
mod released;
mod serving;
mod together;
mod town;
