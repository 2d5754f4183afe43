// SPDX-License-Identifier: EUPL-1.2

//! Live: whoever listens is told as it happens.
//!
//! However many listen, the log is read once: the [tail] wakes at a commit, reads the new lines, asks each feature
//! once which of the listeners may know of them, and puts what each is told into that listener's mailbox. A
//! [stream] carries it from there to the phone.
//!
//! A mailbox is small. Whose phone does not read in time loses their place here, and comes back with the position
//! it has: nothing is lost, and nobody waits for the slowest. The same ends a stream when its session ends, when
//! the same session listens a fourth time, and when what everybody may see has changed.

mod listeners;
pub mod stream;
pub(super) mod tail;

pub use self::listeners::Full;
pub(super) use self::listeners::Listeners;
