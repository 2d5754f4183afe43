// SPDX-License-Identifier: EUPL-1.2

//! The statements of the feed. Whatever shows a post or what hangs on it asks the view `post_readers`.

pub(super) mod channels;
pub(super) mod comments;
pub(super) mod known;
pub(super) mod moderations;
pub(super) mod page;
pub(super) mod posts;
pub(super) mod reactions;
