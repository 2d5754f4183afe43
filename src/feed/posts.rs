// SPDX-License-Identifier: EUPL-1.2

//! Posts: written, read in pages, edited, deleted, pinned.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Author, Feed, FeedError, ReactionCounts, ReactionKind, Reason,
    moderation::{Action, SubjectKind, Trace, Words},
    policy,
    store::{
        self,
        page::{Wanted, WholePage},
        posts::{PostSubject, Row},
    },
};
use crate::{
    changes::{self, Kind},
    clock::At,
    db::Tx,
    id::{ChannelId, PhotoId, PostId},
    people::{
        access::{Editor, Employee},
        audience::Audience,
    },
    text::Text,
};

pub const MAX_PHOTOS: usize = 10;
/// How many pinned posts stand above the newsfeed. Older pins keep their place in time.
const PINS_ON_TOP: i64 = 5;

pub type PostText = Text<5_000>;

/// A post as one of its readers sees it. What is empty or does not apply is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Post {
    pub id: PostId,
    pub channel_id: ChannelId,
    pub author: Author,
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PostPhoto>,
    pub created_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<At>,
    /// The last edit was a moderator's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited_by_moderation: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// How many comments and replies stand under it.
    pub comments: u32,
    /// How many of each kind; kinds that nobody chose are left out.
    #[serde(skip_serializing_if = "ReactionCounts::is_empty")]
    pub reactions: ReactionCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub my_reaction: Option<ReactionKind>,
}

/// A photo in a post.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PostPhoto {
    pub id: PhotoId,
    /// Where it is, as a URI template (RFC 6570): put `small`, `medium` or `large` for `{size}`.
    #[schema(example = "/api/v1/photos/019a8f6e-7c00-7000-8000-000000000001/{size}")]
    pub url: String,
    /// In pixels, upright.
    pub width: u32,
    pub height: u32,
    /// ThumbHash, base64: what stands in its place until it is there.
    pub placeholder: String,
    /// What it shows, in words; absent if nobody described it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alt_text: String,
}

/// A page of the newsfeed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedPage {
    /// What editors keep on top, the last pinned first; on the first page only, and not repeated in its
    /// `items`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<Post>,
    /// Newest first.
    pub items: Vec<Post>,
    /// The last post of the page, if there are older ones.
    #[serde(skip)]
    pub(super) next: Option<PostId>,
}

/// A post to be published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    pub channel_id: ChannelId,
    pub text: PostText,
    /// Photos that the author has uploaded and not used yet, at most ten, in the order of showing.
    #[serde(default)]
    pub photo_ids: Vec<PhotoId>,
    /// Who of the channel's audience is meant; absent: all of it.
    pub audience: Option<Audience>,
}

impl Feed {
    /// The newest `limit` posts that the employee may see, older than `before`, of one channel or of all.
    pub async fn newsfeed(
        &self,
        employee: &Employee,
        channel: Option<ChannelId>,
        before: Option<PostId>,
        limit: u32,
    ) -> Result<FeedPage, FeedError> {
        if let Some(channel) = channel {
            self.channel(employee, channel).await?;
        }
        let pins = if before.is_none() { PINS_ON_TOP } else { 0 };
        let wanted = Wanted::older_than(before, i64::from(limit) + 1)
            .in_channel(channel)
            .with_pins(pins);
        let page = store::page::page(&self.db, employee.account(), wanted).await?;
        Ok(FeedPage::of(page, limit as usize))
    }

    pub async fn post(&self, employee: &Employee, id: PostId) -> Result<Post, FeedError> {
        let page = store::page::page(&self.db, employee.account(), Wanted::only(id)).await?;
        page.posts.into_iter().next().ok_or(FeedError::NotFound)
    }

    pub async fn publish(&self, author: &Employee, new: NewPost) -> Result<Post, FeedError> {
        if new.photo_ids.len() > MAX_PHOTOS {
            return Err(FeedError::TooManyPhotos);
        }
        let (id, now) = (self.ids.id(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let channel = store::channels::target(&mut tx, author.account(), new.channel_id)
            .await?
            .ok_or(FeedError::NoSuchChannel)?;
        policy::may_post(author.roles(), channel.kind, channel.archived_at.is_some())?;
        let audience_id = match &new.audience {
            Some(audience) => audience.create_plain(&mut tx, &self.ids).await?,
            None => channel.audience_id,
        };
        let row = Row {
            id,
            channel_id: new.channel_id,
            author_id: author.account(),
            text: new.text.into_string(),
            audience_id,
            created_at: now,
        };
        store::posts::insert(&mut tx, row).await?;
        attach(&mut tx, author, id, &new.photo_ids).await?;
        changes::record(
            &mut tx,
            Kind::PostPublished,
            id,
            Some(author.account()),
            now,
        )
        .await?;
        tx.commit().await?;
        self.post(author, id).await
    }

    /// One's own words, or as a moderator another's, with a reason.
    pub async fn edit_post(
        &self,
        editor: &Employee,
        id: PostId,
        text: PostText,
        reason: Option<Reason>,
    ) -> Result<Post, FeedError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let post = subject(&mut tx, editor, id).await?;
        let trace = Trace::of(editor, post.words(id), Action::Edited, reason)?;
        store::posts::edit(&mut tx, id, text.into_string(), editor.account(), now).await?;
        self.leave(trace, &mut tx, now).await?;
        changes::record(&mut tx, Kind::PostEdited, id, Some(editor.account()), now).await?;
        tx.commit().await?;
        self.post(editor, id).await
    }

    /// One's own, or as a moderator another's, with a reason.
    pub async fn delete_post(
        &self,
        deleter: &Employee,
        id: PostId,
        reason: Option<Reason>,
    ) -> Result<(), FeedError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let post = subject(&mut tx, deleter, id).await?;
        let trace = Trace::of(deleter, post.words(id), Action::Deleted, reason)?;
        store::posts::delete(&mut tx, id, deleter.account(), now).await?;
        self.leave(trace, &mut tx, now).await?;
        changes::record(&mut tx, Kind::PostDeleted, id, Some(deleter.account()), now).await?;
        Ok(tx.commit().await?)
    }

    /// Puts a post on top of the feed; nothing changes if it is there.
    pub async fn pin(&self, editor: &Editor, id: PostId) -> Result<(), FeedError> {
        self.set_pin(editor, id, true).await
    }

    pub async fn unpin(&self, editor: &Editor, id: PostId) -> Result<(), FeedError> {
        self.set_pin(editor, id, false).await
    }

    async fn set_pin(&self, editor: &Editor, id: PostId, pinned: bool) -> Result<(), FeedError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let post = subject(&mut tx, editor, id).await?;
        if post.pinned_at.is_some() == pinned {
            return Ok(());
        }
        let pin = pinned.then_some((now, editor.account()));
        store::posts::set_pin(&mut tx, id, pin).await?;
        let kind = if pinned {
            Kind::PostPinned
        } else {
            Kind::PostUnpinned
        };
        changes::record(&mut tx, kind, id, Some(editor.account()), now).await?;
        Ok(tx.commit().await?)
    }
}

impl FeedPage {
    /// Of up to `limit + 1` posts: the one too many only tells that there is more.
    fn of(page: WholePage, limit: usize) -> Self {
        let WholePage { pinned, mut posts } = page;
        let more = posts.len() > limit;
        posts.truncate(limit);
        let next = posts.last().filter(|_| more).map(|last| last.id);
        posts.retain(|post| !pinned.iter().any(|pin| pin.id == post.id));
        Self {
            pinned,
            items: posts,
            next,
        }
    }
}

impl PostSubject {
    fn words(self, id: PostId) -> Words {
        Words {
            kind: SubjectKind::Post,
            id: id.uuid(),
            author: self.author_id,
            text: self.text,
        }
    }
}

/// The post as the employee sees it, locked until the transaction ends: it can't be deleted meanwhile.
pub(super) async fn subject(
    tx: &mut Tx,
    employee: &Employee,
    id: PostId,
) -> Result<PostSubject, FeedError> {
    store::posts::lock(tx, id).await?;
    store::posts::subject(tx, employee.account(), id)
        .await?
        .ok_or(FeedError::NotFound)
}

async fn attach(
    tx: &mut Tx,
    author: &Employee,
    post: PostId,
    photos: &[PhotoId],
) -> Result<(), FeedError> {
    if photos.is_empty() {
        return Ok(());
    }
    let usable = store::posts::usable_photos(tx, author.account(), photos).await?;
    for (index, photo) in photos.iter().enumerate() {
        let unusable = FeedError::UnusablePhoto { index };
        if !usable.contains(photo) || photos[..index].contains(photo) {
            return Err(unusable);
        }
        // Another post may have taken it since we looked (on PostgreSQL, where writers run side by side).
        store::posts::attach(tx, post, index, *photo)
            .await
            .map_err(|error| {
                if error.is_unique_violation() {
                    unusable
                } else {
                    error.into()
                }
            })?;
    }
    Ok(())
}
