// SPDX-License-Identifier: EUPL-1.2

//! What a line of the log is about, as phones are told it, and who may be told.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ChangeLog, Kind, Line};
use crate::{
    db::{Result, text_enum},
    id::{AccountId, Id, PostId},
};

text_enum! {
    /// What kind of thing it is that has changed.
    pub enum Thing {
        Channel = "channel",
        Post = "post",
        Comment = "comment",
        Announcement = "announcement",
    }
}

text_enum! {
    /// What became of it.
    pub enum Change {
        /// It is new to the caller.
        Added = "added",
        /// Fetch it again.
        Changed = "changed",
        /// It was deleted or withdrawn: forget it.
        Gone = "gone",
    }
}

/// The id of a thing of any kind.
type AnyId = Id<()>;

/// That something has changed. What it says now, its own address tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChangedThing)]
pub struct Item {
    pub kind: Thing,
    pub id: AnyId,
    /// Under which post a comment stands; absent for everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_id: Option<PostId>,
    pub change: Change,
}

/// A feature that says who may know of its things.
pub trait Subjects: Send + Sync + 'static {
    /// Which things are its own.
    fn things(&self) -> &'static [Thing];

    /// Which of these readers may know of which of these things; of one that was deleted or withdrawn, who might
    /// until then. Nobody is named for what does not exist, or not yet.
    fn known_to<'a>(
        &'a self,
        thing: Thing,
        subjects: &'a [Uuid],
        readers: &'a [AccountId],
    ) -> BoxFuture<'a, Result<Vec<Known>>>;
}

/// That a reader may know of a thing.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub subject: Uuid,
    pub reader: AccountId,
    /// Under which post a comment stands.
    pub post: Option<PostId>,
    /// Whether it was deleted or withdrawn.
    pub gone: bool,
}

impl Kind {
    /// What phones are told of it; `None`: nothing.
    fn tells(self) -> Option<(Thing, Change)> {
        Some(match self {
            Self::ChannelOpened => (Thing::Channel, Change::Added),
            Self::ChannelChanged | Self::ChannelAudienceChanged => {
                (Thing::Channel, Change::Changed)
            }
            Self::PostPublished => (Thing::Post, Change::Added),
            Self::PostEdited
            | Self::PostDeleted
            | Self::PostPinned
            | Self::PostUnpinned
            | Self::ReactionChanged => (Thing::Post, Change::Changed),
            Self::CommentAdded => (Thing::Comment, Change::Added),
            Self::CommentEdited | Self::CommentDeleted => (Thing::Comment, Change::Changed),
            Self::AnnouncementReleased => (Thing::Announcement, Change::Added),
            Self::AnnouncementCorrected | Self::AnnouncementWithdrawn => {
                (Thing::Announcement, Change::Changed)
            }
            // Who answers, and when, is nobody's but the editors' who ask for the tally.
            Self::AnnouncementAnswered
            | Self::LogBegun
            | Self::PeopleImported
            | Self::SessionEnded
            | Self::QuietChanged
            | Self::RosterChanged => return None,
        })
    }
}

/// What a few readers may know of a few lines.
pub(super) struct Knowledge(BTreeMap<(Thing, Uuid, AccountId), Known>);

impl Knowledge {
    /// What the reader is told of a line; `None`: nothing.
    pub(super) fn item(&self, line: &Line, reader: AccountId) -> Option<Item> {
        let (kind, change) = line.kind.tells()?;
        let known = self.0.get(&(kind, line.subject, reader))?;
        Some(Item {
            kind,
            id: Id::from_uuid(line.subject),
            post_id: known.post,
            change: if known.gone { Change::Gone } else { change },
        })
    }
}

impl ChangeLog {
    /// Asks the features: one statement for each kind of thing, however many lines and readers there are.
    pub(super) async fn known_to(
        &self,
        lines: &[Line],
        readers: &[AccountId],
    ) -> Result<Knowledge> {
        let mut subjects: BTreeMap<Thing, BTreeSet<Uuid>> = BTreeMap::new();
        for line in lines {
            if let Some((thing, _)) = line.kind.tells() {
                subjects.entry(thing).or_default().insert(line.subject);
            }
        }
        let mut knowledge = BTreeMap::new();
        for (thing, subjects) in subjects {
            let subjects: Vec<Uuid> = subjects.into_iter().collect();
            for feature in self.subjects.iter() {
                if feature.things().contains(&thing) {
                    let known = feature.known_to(thing, &subjects, readers).await?;
                    let known = known
                        .into_iter()
                        .map(|known| ((thing, known.subject, known.reader), known));
                    knowledge.extend(known);
                }
            }
        }
        Ok(Knowledge(knowledge))
    }
}

/// Adds what a line tells: the same thing is told once, as what has become of it in all.
///
/// Refuses, and changes nothing, if that would be one thing more than `most`.
pub(super) fn gather(items: &mut Vec<Item>, item: Item, most: usize) -> bool {
    let told = items
        .iter()
        .position(|told| (told.kind, told.id) == (item.kind, item.id));
    match told {
        Some(told) => {
            let still_new = items[told].change == Change::Added && item.change == Change::Changed;
            if !still_new {
                items[told].change = item.change;
            }
        }
        None if items.len() < most => items.push(item),
        None => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: u128, change: Change) -> Item {
        Item {
            kind: Thing::Post,
            id: Id::from_uuid(Uuid::from_u128(id)),
            post_id: None,
            change,
        }
    }

    #[test]
    fn a_thing_is_told_once_as_what_became_of_it_in_all() {
        let mut items = Vec::new();
        for (id, change) in [
            (1, Change::Added),
            (2, Change::Changed),
            (1, Change::Changed),
            (2, Change::Gone),
        ] {
            assert!(gather(&mut items, item(id, change), 2));
        }
        assert_eq!(items, [item(1, Change::Added), item(2, Change::Gone)]);
        assert!(!gather(&mut items, item(3, Change::Added), 2));
        assert!(gather(&mut items, item(1, Change::Gone), 2));
        assert_eq!(items, [item(1, Change::Gone), item(2, Change::Gone)]);
    }
}
