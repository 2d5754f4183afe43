// SPDX-License-Identifier: EUPL-1.2

//! What a reader sees: announcements that were released to them, in their language.
//!
//! Everything here reads the view `visible_announcements`. An announcement that is not in it for this
//! reader does not exist for them: a draft, a scheduled one, one that was withdrawn, or one for others.

pub mod http;
mod known;
mod store;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AnnouncementError, Announcements, Result,
    answers::Asked,
    attachments::{File, Photo},
};
use crate::{
    clock::At,
    id::AnnouncementId,
    people::access::Employee,
    push::{Class, Language},
};

/// An announcement in a reader's list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnnouncementHeadline)]
pub struct Headline {
    pub id: AnnouncementId,
    pub class: Class,
    pub released_at: At,
    /// From then on it is not listed any more; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<At>,
    /// Of the words: the reader's, or else the one there is.
    pub language: Language,
    pub title: String,
    pub push_text: String,
    pub photos: Vec<Photo>,
    /// That and how it was last corrected; absent if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
    /// What it asks of the reader; absent if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Asked>,
}

/// A correction as readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Corrected)]
pub struct Corrected {
    pub at: At,
    /// What was corrected, in the language of the words.
    pub note: String,
}

/// An announcement to be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Announcement)]
pub struct Article {
    #[serde(flatten)]
    pub headline: Headline,
    pub body: String,
    /// Documents to be downloaded.
    pub files: Vec<File>,
}

/// Where a page of headlines goes on: after the one that was released at this microsecond, with this id.
pub type Place = (i64, AnnouncementId);

impl Headline {
    pub fn place(&self) -> Place {
        (self.released_at.as_micros(), self.id)
    }
}

impl Announcements {
    /// Up to `limit` announcements that were released to this person and are current, the last released first.
    pub async fn headlines(
        &self,
        reader: &Employee,
        after: Option<Place>,
        limit: i64,
    ) -> Result<Vec<Headline>> {
        let mut headlines =
            store::headlines(&self.db, reader, after, limit, self.clock.now()).await?;
        self.with_questions(reader, &mut headlines).await?;
        Ok(headlines)
    }

    /// One announcement, if it was released to this person.
    pub async fn article(&self, reader: &Employee, id: AnnouncementId) -> Result<Article> {
        let mut article = store::article(&self.db, reader, id)
            .await?
            .ok_or(AnnouncementError::NotFound)?;
        self.with_questions(reader, std::slice::from_mut(&mut article.headline))
            .await?;
        Ok(article)
    }
}
