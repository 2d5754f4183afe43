// SPDX-License-Identifier: EUPL-1.2

//! Life in the feed: channels, news, photo posts from all over town, comments and reactions.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use indicatif::ProgressBar;
use serde_json::json;

use super::{
    client::{Body, CallError, Client},
    photos::{PHOTOS, Photo},
    staff::{Crew, Member},
    words::{COMMENTS, NEWS, REPLIES},
};

/// Kinds of reactions, the frequent ones more often.
const REACTIONS: [&str; 6] = ["like", "like", "heart", "applause", "like", "thanks"];
const COMMENTS_EACH: usize = 4;
const REACTIONS_EACH: usize = 40;
/// How many phones are busy at a time.
const AT_ONCE: usize = 8;

/// How many steps the progress bar has.
pub(super) const STEPS: usize = NEWS.len() + PHOTOS.len();

pub(super) async fn fill(
    client: &Client,
    crew: &Crew,
    members: &[Member],
    progress: &ProgressBar,
) -> Result<(), CallError> {
    let news = open_channel(
        client,
        crew,
        "Stadtnachrichten",
        "Was die Stadt bewegt, von der Pressestelle.",
        "editorial",
    );
    let news = news.await?;
    let town = open_channel(
        client,
        crew,
        "Unterwegs in der Stadt",
        "Bilder und Geschichten aus dem Arbeitsalltag, von allen für alle.",
        "open",
    );
    let town = town.await?;

    for (index, (title, text)) in NEWS.iter().enumerate() {
        let body = json!({"channel_id": news, "text": format!("{title}\n\n{text}")});
        let post = client.post(&crew.editor, "/api/v1/posts", body).await?;
        let post = id(&post);
        if index == 0 {
            client
                .put(
                    &crew.editor,
                    &format!("/api/v1/posts/{post}/pin"),
                    json!({}),
                )
                .await?;
        }
        converse(client, members, &post, index * 31).await?;
        progress.inc(1);
    }
    for (index, photo) in PHOTOS.iter().enumerate() {
        let author = member(members, index * 97 + 11);
        let post = post_photo(client, author, &town, photo).await?;
        converse(client, members, &post, index * 53 + 7).await?;
        progress.inc(1);
    }
    Ok(())
}

async fn open_channel(
    client: &Client,
    crew: &Crew,
    name: &str,
    description: &str,
    kind: &str,
) -> Result<String, CallError> {
    let channel = json!({
        "name": name, "description": description, "kind": kind, "audience": {"kind": "everybody"},
    });
    client
        .post(&crew.admin, "/api/v1/channels", channel)
        .await
        .map(|channel| id(&channel))
}

async fn post_photo(
    client: &Client,
    author: &Member,
    channel: &str,
    photo: &Photo,
) -> Result<String, CallError> {
    let upload = Body::Photo {
        jpeg: photo.jpeg,
        alt_text: photo.alt_text.to_owned(),
    };
    let uploaded = client
        .call(Method::POST, &author.token, "/api/v1/photos", upload)
        .await?;
    let post = json!({
        "channel_id": channel, "text": photo.caption, "photo_ids": [id(&uploaded)],
    });
    client
        .post(&author.token, "/api/v1/posts", post)
        .await
        .map(|post| id(&post))
}

/// A few people comment, one is answered, and many react.
async fn converse(
    client: &Client,
    members: &[Member],
    post: &str,
    offset: usize,
) -> Result<(), CallError> {
    let comments = format!("/api/v1/posts/{post}/comments");
    for index in 0..COMMENTS_EACH {
        let author = member(members, offset + index * 101);
        let text = COMMENTS[(offset + index) % COMMENTS.len()];
        let comment = client
            .post(&author.token, &comments, json!({"text": text}))
            .await?;
        if index == 0 {
            let author = member(members, offset + 500);
            let text = REPLIES[offset % REPLIES.len()];
            let reply = json!({"text": text, "parent_id": id(&comment)});
            client.post(&author.token, &comments, reply).await?;
        }
    }
    let reaction = &format!("/api/v1/posts/{post}/reaction");
    stream::iter(0..REACTIONS_EACH)
        .map(|index| async move {
            let author = member(members, offset * 3 + index * 17);
            let kind = REACTIONS[(offset + index) % REACTIONS.len()];
            client
                .put(&author.token, reaction, json!({"kind": kind}))
                .await
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(())
}

fn member(members: &[Member], index: usize) -> &Member {
    &members[index % members.len()]
}

fn id(value: &serde_json::Value) -> String {
    value["id"].as_str().unwrap_or_default().to_owned()
}
