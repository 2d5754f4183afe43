// SPDX-License-Identifier: EUPL-1.2

//! Who may do what in the feed. Pure: whether somebody may *see* a thing was answered before.

use super::ChannelKind;
use crate::{id::AccountId, people::access::Role};

/// Why somebody who sees a thing may not do something with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("editors post in this channel")]
    EditorsOnly,
    #[error("the channel is archived")]
    Archived,
    #[error("somebody else wrote this")]
    NotYours,
}

/// On what ground somebody changes words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authority {
    /// They are one's own.
    Author,
    /// A moderator's, over another's words: needs a reason and leaves a trace.
    Moderation,
}

/// Who may post in a channel.
pub(super) fn may_post(roles: &[Role], kind: ChannelKind, archived: bool) -> Result<(), Denied> {
    may_answer(archived)?;
    match kind {
        ChannelKind::Open => Ok(()),
        ChannelKind::Editorial if roles.contains(&Role::Editor) => Ok(()),
        ChannelKind::Editorial => Err(Denied::EditorsOnly),
    }
}

/// Whether comments and reactions are taken. What was written before can still be edited and deleted: a
/// person can take back their words from an archived channel too.
pub(super) fn may_answer(archived: bool) -> Result<(), Denied> {
    if archived {
        Err(Denied::Archived)
    } else {
        Ok(())
    }
}

/// On what ground `account` may edit or delete what `author` wrote.
pub(super) fn authority(
    account: AccountId,
    roles: &[Role],
    author: AccountId,
) -> Result<Authority, Denied> {
    if account == author {
        Ok(Authority::Author)
    } else if roles.contains(&Role::Moderator) {
        Ok(Authority::Moderation)
    } else {
        Err(Denied::NotYours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, id::Ids};

    #[test]
    fn everybody_posts_in_an_open_channel_and_editors_in_an_editorial_one() {
        assert_eq!(may_post(&[], ChannelKind::Open, false), Ok(()));
        assert_eq!(
            may_post(&[Role::Editor], ChannelKind::Editorial, false),
            Ok(())
        );
        for roles in [&[][..], &[Role::Admin], &[Role::Moderator]] {
            assert_eq!(
                may_post(roles, ChannelKind::Editorial, false),
                Err(Denied::EditorsOnly)
            );
        }
    }

    #[test]
    fn nobody_posts_in_an_archived_channel() {
        for kind in ChannelKind::ALL {
            assert_eq!(may_post(Role::ALL, *kind, true), Err(Denied::Archived));
        }
    }

    #[test]
    fn ones_own_words_need_no_role_and_anothers_need_a_moderator() {
        let ids = Ids::new(Clock::wall());
        let (me, other) = (ids.id(), ids.id());
        assert_eq!(authority(me, &[Role::Moderator], me), Ok(Authority::Author));
        assert_eq!(
            authority(me, &[Role::Moderator], other),
            Ok(Authority::Moderation)
        );
        for roles in [&[][..], &[Role::Editor, Role::Admin]] {
            assert_eq!(authority(me, roles, other), Err(Denied::NotYours));
        }
    }
}
