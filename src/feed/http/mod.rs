// SPDX-License-Identifier: EUPL-1.2

//! The routes of the feed, and its errors as problems.

mod channels;
mod comments;
mod moderations;
mod newsfeed;
mod posts;
mod reactions;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Denied, Feed, FeedError, MAX_PHOTOS};
use crate::{
    people::audience::AudienceError,
    web::{
        Problem, ProblemType, Words,
        problem::{FORBIDDEN, INVALID_BODY},
    },
};

static CHANNEL_NAME_TAKEN: ProblemType = ProblemType::new(
    "channel-name-taken",
    409,
    "Ein Kanal mit diesem Namen besteht schon.",
    "There is a channel of this name already.",
);
static CHANNEL_ARCHIVED: ProblemType = ProblemType::new(
    "channel-archived",
    409,
    "Dieser Kanal ist archiviert: Er kann gelesen, aber nicht mehr beschrieben werden.",
    "This channel is archived: it can be read, but nothing new can be written in it.",
);
static PHOTO_NOT_USABLE: ProblemType = ProblemType::new(
    "photo-not-usable",
    422,
    "Ein Foto kann nicht verwendet werden.",
    "A photo can't be used.",
);
static REPLY_TO_REPLY: ProblemType = ProblemType::new(
    "reply-to-reply",
    422,
    "Auf eine Antwort kann nicht geantwortet werden; bitte auf den Kommentar darüber antworten.",
    "A reply can't be replied to; please reply to the comment above it.",
);
static REASON_REQUIRED: ProblemType = ProblemType::new(
    "reason-required",
    422,
    "Wer als Moderation die Worte anderer ändert oder löscht, muss einen Grund nennen.",
    "A moderator who changes or deletes another's words must give a reason.",
);

pub fn router(feed: Feed) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(channels::list_channels, channels::create_channel))
        .routes(routes!(channels::get_channel, channels::update_channel))
        .routes(routes!(newsfeed::list_feed))
        .routes(routes!(posts::create_post))
        .routes(routes!(
            posts::get_post,
            posts::update_post,
            posts::delete_post
        ))
        .routes(routes!(posts::pin_post, posts::unpin_post))
        .routes(routes!(reactions::put_reaction, reactions::delete_reaction))
        .routes(routes!(comments::list_comments, comments::create_comment))
        .routes(routes!(comments::update_comment, comments::delete_comment))
        .routes(routes!(moderations::list_moderations))
        .with_state(feed)
}

impl From<FeedError> for Problem {
    fn from(error: FeedError) -> Self {
        let invalid = Self::new(&INVALID_BODY);
        match error {
            FeedError::NotFound => Self::not_found(),
            FeedError::Denied(denied) => denied.into(),
            FeedError::NoSuchChannel => invalid.at(
                "/channel_id",
                Words::fixed(
                    "diesen Kanal gibt es nicht, oder nicht für Sie",
                    "there is no such channel, or not for you",
                ),
            ),
            FeedError::ChannelNameTaken => Self::new(&CHANNEL_NAME_TAKEN).at(
                "/name",
                Words::fixed(
                    "so heißt schon ein anderer Kanal",
                    "must be unique among the channels",
                ),
            ),
            FeedError::TooManyPhotos => invalid.at(
                "/photo_ids",
                Words::new(
                    format!("höchstens {MAX_PHOTOS} Fotos sind möglich"),
                    format!("at most {MAX_PHOTOS} photos are allowed"),
                ),
            ),
            FeedError::UnusablePhoto { index } => Self::new(&PHOTO_NOT_USABLE).at(
                format!("/photo_ids/{index}"),
                Words::fixed(
                    "kein Foto von Ihnen, oder es steht schon in einem Beitrag",
                    "not a photo of yours, or it stands in a post already",
                ),
            ),
            FeedError::NoSuchParent => invalid.at(
                "/parent_id",
                Words::fixed(
                    "unter diesem Beitrag gibt es diesen Kommentar nicht",
                    "there is no such comment under this post",
                ),
            ),
            FeedError::ReplyToReply => Self::new(&REPLY_TO_REPLY).at(
                "/parent_id",
                Words::fixed("ist selbst eine Antwort", "is a reply itself"),
            ),
            FeedError::ReasonMissing => Self::new(&REASON_REQUIRED).at(
                "/reason",
                Words::fixed(
                    "nötig, wenn die Worte von jemand anderem sind",
                    "required when the words are another's",
                ),
            ),
            FeedError::Audience(AudienceError::Db(error)) | FeedError::Db(error) => error.into(),
            FeedError::Audience(error) => error
                .pointers()
                .into_iter()
                .fold(invalid, |problem, (pointer, message)| {
                    problem.at(format!("/audience{pointer}"), message)
                }),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::EditorsOnly => Self::new(&FORBIDDEN).detail(
                "In diesem Kanal schreibt die Redaktion.",
                "Editors post in this channel.",
            ),
            Denied::NotYours => Self::new(&FORBIDDEN).detail(
                "Das hat jemand anderes geschrieben.",
                "Somebody else wrote this.",
            ),
            Denied::Archived => Self::new(&CHANNEL_ARCHIVED),
        }
    }
}
