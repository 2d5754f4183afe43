// SPDX-License-Identifier: EUPL-1.2

//! Comments under a post, and replies to them: threads of one level.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Author, Feed, FeedError, Reason,
    moderation::{Action, SubjectKind, Trace, Words},
    policy,
    posts::subject,
    store::{
        self,
        comments::{CommentSubject, Row},
    },
};
use crate::{
    changes::{self, Kind},
    clock::At,
    db::Tx,
    id::{CommentId, PostId},
    people::access::Employee,
    text::Text,
};

pub type CommentText = Text<2_000>;

/// A comment, a reply, or the place of a deleted comment that has replies.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Comment {
    pub id: CommentId,
    /// The comment that this one replies to; absent for a comment on the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CommentId>,
    pub created_at: At,
    /// Absent when it was deleted and only holds the place above its replies.
    #[serde(flatten)]
    pub words: Option<CommentWords>,
}

/// What a comment says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CommentWords {
    pub author: Author,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<At>,
    /// The last edit was a moderator's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited_by_moderation: bool,
}

/// A comment to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    pub text: CommentText,
    /// The comment to reply to; replies themselves can't be replied to.
    pub parent_id: Option<CommentId>,
}

/// Where a comment stands under its post: threads by age, in each the comment before its replies.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CommentPlace {
    thread: CommentId,
    comment: CommentId,
}

impl Comment {
    pub fn place(&self) -> CommentPlace {
        CommentPlace {
            thread: self.parent_id.unwrap_or(self.id),
            comment: self.id,
        }
    }
}

impl CommentPlace {
    pub(super) fn thread(self) -> CommentId {
        self.thread
    }

    pub(super) fn comment(self) -> CommentId {
        self.comment
    }
}

impl Feed {
    /// Up to `limit` comments and replies of a post after a place, oldest thread first.
    pub async fn comments(
        &self,
        employee: &Employee,
        post: PostId,
        after: Option<CommentPlace>,
        limit: i64,
    ) -> Result<Vec<Comment>, FeedError> {
        if !store::posts::is_visible(&self.db, employee.account(), post).await? {
            return Err(FeedError::NotFound);
        }
        Ok(store::comments::page(&self.db, post, after, limit).await?)
    }

    pub async fn comment(
        &self,
        author: &Employee,
        post: PostId,
        new: NewComment,
    ) -> Result<Comment, FeedError> {
        let (id, now) = (self.ids.id(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let seen = subject(&mut tx, author, post).await?;
        policy::may_answer(seen.channel_archived_at.is_some())?;
        if let Some(parent) = new.parent_id {
            check_parent(&mut tx, post, parent).await?;
        }
        let row = Row {
            id,
            post_id: post,
            thread_id: new.parent_id.unwrap_or(id),
            author_id: author.account(),
            text: new.text.into_string(),
            created_at: now,
        };
        store::comments::insert(&mut tx, row).await?;
        store::comments::count(&mut tx, post, 1).await?;
        changes::record(&mut tx, Kind::CommentAdded, id, Some(author.account()), now).await?;
        let comment = store::comments::one(&mut tx, id).await?;
        tx.commit().await?;
        Ok(comment)
    }

    /// One's own words, or as a moderator another's, with a reason.
    pub async fn edit_comment(
        &self,
        editor: &Employee,
        id: CommentId,
        text: CommentText,
        reason: Option<Reason>,
    ) -> Result<Comment, FeedError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let comment = visible(&mut tx, editor, id).await?;
        let trace = Trace::of(editor, comment.words(id), Action::Edited, reason)?;
        store::comments::edit(&mut tx, id, text.into_string(), editor.account(), now).await?;
        self.leave(trace, &mut tx, now).await?;
        changes::record(
            &mut tx,
            Kind::CommentEdited,
            id,
            Some(editor.account()),
            now,
        )
        .await?;
        let comment = store::comments::one(&mut tx, id).await?;
        tx.commit().await?;
        Ok(comment)
    }

    /// One's own, or as a moderator another's, with a reason. Replies to it stay.
    pub async fn delete_comment(
        &self,
        deleter: &Employee,
        id: CommentId,
        reason: Option<Reason>,
    ) -> Result<(), FeedError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let comment = visible(&mut tx, deleter, id).await?;
        let post = comment.post_id;
        let trace = Trace::of(deleter, comment.words(id), Action::Deleted, reason)?;
        store::comments::delete(&mut tx, id, deleter.account(), now).await?;
        store::comments::count(&mut tx, post, -1).await?;
        self.leave(trace, &mut tx, now).await?;
        changes::record(
            &mut tx,
            Kind::CommentDeleted,
            id,
            Some(deleter.account()),
            now,
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

impl CommentSubject {
    fn words(self, id: CommentId) -> Words {
        Words {
            kind: SubjectKind::Comment,
            id: id.uuid(),
            author: self.author_id,
            text: self.text,
        }
    }
}

/// The comment, if the employee sees its post; the post is locked until the transaction ends, and with it
/// whatever hangs on it.
async fn visible(
    tx: &mut Tx,
    employee: &Employee,
    id: CommentId,
) -> Result<CommentSubject, FeedError> {
    let post = store::comments::post_of(tx, id)
        .await?
        .ok_or(FeedError::NotFound)?;
    subject(tx, employee, post).await?;
    store::comments::subject(tx, id)
        .await?
        .ok_or(FeedError::NotFound)
}

async fn check_parent(tx: &mut Tx, post: PostId, parent: CommentId) -> Result<(), FeedError> {
    let comment = store::comments::subject(tx, parent).await?;
    let comment = comment
        .filter(|comment| comment.post_id == post)
        .ok_or(FeedError::NoSuchParent)?;
    if comment.thread_id == parent {
        Ok(())
    } else {
        Err(FeedError::ReplyToReply)
    }
}
