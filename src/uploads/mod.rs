// SPDX-License-Identifier: EUPL-1.2

//! What photos and files have in common: their bytes are in an [object store](storage), outside the database, and
//! what is uploaded and never shown is [forgotten](housekeeping). Each has an [owner](ownership).
//!
//! **Invariant:** objects are written before the row and removed after it: whoever finds the row finds the objects.

pub mod housekeeping;
pub mod ownership;
pub mod storage;

pub use self::{
    housekeeping::{Housekeeping, UNATTACHED_FOR},
    ownership::{Denied, MAX_UNATTACHED, Owned},
    storage::{Storage, StorageError},
};
