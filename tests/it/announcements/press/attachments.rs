// SPDX-License-Identifier: EUPL-1.2

//! The photos and files that the press gets: what an editor gives to it, from the opening on, at the public page's
//! addresses, and told by every channel.

use std::time::Duration;

use atom_syndication::Feed;
use http::Method;
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::{City, SAME_INSTANT, id_of, schedule, staff_first, with_phone};
use crate::{
    files::{PDF, a_file_of},
    photos,
    world::{Answer, Person, Stage, both},
};

both!(
    every_channel_tells_of_what_the_press_gets,
    the_press_gets_nothing_that_no_editor_gives_it,
    before_it_is_opened_the_press_can_not_tell_that_there_is_anything,
    what_is_withdrawn_takes_the_photos_and_files_from_the_press,
    a_download_of_the_press_goes_on_where_it_broke,
);

const NOTHING: &str = "019a0000-0000-7000-8000-000000000000";

/// An announcement with a photo and a file for the press, and one of each that are the staff's alone.
struct Told {
    address: String,
    id: String,
    photo: String,
    file: String,
    own_photo: String,
    own_file: String,
}

impl Told {
    async fn draft(city: &City, rule: &str) -> Self {
        let editor: Person = city.world.editor("Paula Presse").await;
        let address = city.draft(rule).await;
        let photo = photos::a_photo_of(&editor).await.to_string();
        let own_photo = photos::a_photo_of(&editor).await.to_string();
        let (file, own_file) = (a_file_of(&editor).await, a_file_of(&editor).await);
        let attached = json!({
            "photos": [own_photo, {"id": photo, "press": true, "alt_text": "Die \"neue\" Brücke"}],
            "files": [{"id": file, "title": "Lageplan <neu>", "press": true}, {"id": own_file}],
        });
        editor.patch(&address, attached).await.ok();
        Self {
            id: id_of(&address).to_owned(),
            address,
            photo,
            file,
            own_photo,
            own_file,
        }
    }

    fn photo_path(&self) -> String {
        format!("/press/{}/photos/{}/large", self.id, self.photo)
    }

    fn file_path(&self) -> String {
        format!("/press/{}/files/{}", self.id, self.file)
    }
}

async fn every_channel_tells_of_what_the_press_gets(stage: &Stage) {
    let city = City::on(stage).await;
    let told = Told::draft(&city, SAME_INSTANT).await;
    city.release(&told.address).await;
    city.served(&told.address).await;
    let base = "https://app.example-stadt.de";
    let (photo_url, file_url) = (
        format!("{base}{}", told.photo_path()),
        format!("{base}{}", told.file_path()),
    );
    let stranger = city.world.stranger();
    let photo = stranger.get(&told.photo_path()).await;
    assert_eq!(photo.header("content-type"), Some("image/jpeg"), "{photo}");
    assert_eq!(photo.header("cache-control"), Some("private, no-cache"));
    let file = stranger.get(&told.file_path()).await;
    assert_eq!((file.status, &*file.body), (200, PDF));
    let disposition = file.header("content-disposition").expect("a disposition");
    assert!(disposition.starts_with("attachment;"), "{disposition}");

    let attachments = json!([
        {"url": photo_url, "media_type": "image/jpeg", "bytes": photo.body.len(),
         "title": "Die \"neue\" Brücke", "width": 640, "height": 480},
        {"url": file_url, "media_type": "application/pdf", "bytes": PDF.len(),
         "title": "Lageplan <neu>"},
    ]);
    assert_eq!(
        city.site.calls()[0].json["data"]["attachments"],
        attachments
    );

    let (_, atom) = city.ask("/press/feed.atom").await;
    let feed: Feed = atom.parse().expect("an Atom feed");
    let links = feed.entries()[0].links();
    let enclosures = links.iter().filter(|link| link.rel() == "enclosure");
    let enclosures: Vec<_> = enclosures
        .map(|link| json!([link.href(), link.mime_type(), link.length(), link.title()]))
        .collect();
    let expected = attachments.as_array().expect("a list").iter().map(|one| {
        json!([
            one["url"],
            one["media_type"],
            one["bytes"].to_string(),
            one["title"]
        ])
    });
    assert_eq!(enclosures, expected.collect::<Vec<Value>>());

    let (_, feed) = city.ask("/press/feed.json").await;
    let feed: Value = serde_json::from_str(&feed).expect("JSON");
    let second = &feed["items"][0]["attachments"][1];
    assert_eq!(
        second,
        &json!({"url": file_url, "mime_type": "application/pdf", "size_in_bytes": PDF.len(),
                "title": "Lageplan <neu>"})
    );

    let letters = city.office.letters();
    let letter = MessageParser::default().parse(&letters[0].source);
    let letter = letter.expect("a mail");
    let (text, html) = (
        letter.body_text(0).expect("text"),
        letter.body_html(0).expect("HTML"),
    );
    for url in [&photo_url, &file_url] {
        assert!(
            text.contains(url.as_str()) && html.contains(url.as_str()),
            "{text}\n{html}"
        );
    }
    assert!(text.contains("Lageplan <neu> (1 kB)"), "{text}");
    assert_eq!(letter.attachment_count(), 0);

    let (_, page) = city.ask(&format!("/press/{}", told.id)).await;
    let small = told.photo_path().replace("large", "medium");
    let image = format!(
        "<img src=\"{small}\" alt=\"Die &quot;neue&quot; Brücke\" width=\"640\" height=\"480\""
    );
    assert!(page.contains(&image), "{page}");
    assert!(
        page.contains("Lageplan &lt;neu&gt;</a> (PDF, 1 kB)"),
        "{page}"
    );
    assert_eq!(stranger.get(&small).await.status, 200);
}

async fn the_press_gets_nothing_that_no_editor_gives_it(stage: &Stage) {
    let city = City::on(stage).await;
    let told = Told::draft(&city, SAME_INSTANT).await;
    let other = Told::draft(&city, SAME_INSTANT).await;
    let silent = Told::draft(&city, SAME_INSTANT).await;
    city.editor
        .delete(&format!("{}/press", silent.address))
        .await
        .ok();
    for released in [&told, &other, &silent] {
        city.release(&released.address).await;
    }
    city.served(&told.address).await;
    let nothing = told_by(&city, &format!("/press/{}/files/{NOTHING}", told.id)).await;
    for path in [
        format!("/press/{}/photos/{}/large", told.id, told.own_photo),
        format!("/press/{}/files/{}", told.id, told.own_file),
        // What is another announcement's, or of none that the press may know.
        format!("/press/{}/files/{}", told.id, other.file),
        format!("/press/{}/photos/{}/small", other.id, told.photo),
        silent.photo_path(),
        silent.file_path(),
        told.photo_path().replace("large", "huge"),
        told.photo_path().replace(&told.photo, "0"),
    ] {
        assert_eq!(told_by(&city, &path).await, nothing, "{path}");
    }
    let everything = city.ask(&format!("/press/{}", told.id)).await.1
        + &city.ask("/press/feed.atom").await.1
        + &city.ask("/press/feed.json").await.1;
    for own in [&told.own_photo, &told.own_file, &silent.photo] {
        assert!(!everything.contains(own.as_str()), "{everything}");
    }
    // The staff's addresses stay the staff's.
    let stranger = city.world.stranger();
    let staffs = format!("/api/v1/files/{}", told.file);
    stranger.get(&staffs).await.refused(401, "unauthenticated");
}

async fn before_it_is_opened_the_press_can_not_tell_that_there_is_anything(stage: &Stage) {
    let city = City::on(stage).await;
    let anna = city.world.employee("Anna Kühn").await;
    with_phone(&anna).await;
    let told = Told::draft(&city, &staff_first(100, 60)).await;
    let same = async |when: &str| {
        for path in [told.photo_path(), told.file_path()] {
            let unknown = path.replace(&told.id, NOTHING);
            let (heard, nothing) = (told_by(&city, &path).await, told_by(&city, &unknown).await);
            assert_eq!(heard, nothing, "{when}");
            assert_eq!(heard.0, 404);
        }
    };
    same("a draft").await;
    schedule(&city.world, &city.editor, &told.address, 10).await;
    same("scheduled").await;
    city.world.clock.advance(Duration::from_secs(10));
    crate::world::eventually("the release", async || {
        let read = anna.get(&format!("/api/v1/files/{}", told.file)).await;
        (read.status == 200).then_some(())
    })
    .await;
    // The phone has no gateway, so that the share is never reached.
    same("the staff first").await;
    city.world.clock.advance(Duration::from_mins(1));
    city.served(&told.address).await;
    assert_eq!(city.ask(&told.photo_path()).await.0, 200);
    assert_eq!(city.ask(&told.file_path()).await.0, 200);
}

async fn what_is_withdrawn_takes_the_photos_and_files_from_the_press(stage: &Stage) {
    let city = City::on(stage).await;
    let told = Told::draft(&city, SAME_INSTANT).await;
    city.release(&told.address).await;
    city.served(&told.address).await;
    let stranger = city.world.stranger();
    for path in [told.photo_path(), told.file_path()] {
        let tag = stranger.get(&path).await;
        let tag = tag.header("etag").expect("a tag");
        let known = || {
            stranger
                .call(Method::GET, &path)
                .header("if-none-match", tag)
        };
        assert_eq!(known().send().await.status, 304);
    }
    city.editor.delete(&told.address).await.done();
    for path in [told.photo_path(), told.file_path()] {
        let known = stranger
            .call(Method::GET, &path)
            .header("if-none-match", "*");
        known.send().await.refused(404, "not-found");
    }
}

async fn a_download_of_the_press_goes_on_where_it_broke(stage: &Stage) {
    let city = City::on(stage).await;
    let told = Told::draft(&city, SAME_INSTANT).await;
    city.release(&told.address).await;
    city.served(&told.address).await;
    let stranger = city.world.stranger();
    let rest = stranger.call(Method::GET, &told.file_path());
    let rest = rest.header("range", "bytes=9-").send().await;
    assert_eq!((rest.status, &*rest.body), (206, &PDF[9..]));
}

/// Everything that a stranger hears, but for the time.
async fn told_by(city: &City, path: &str) -> (u16, http::HeaderMap, bytes::Bytes) {
    let mut answer: Answer = city.world.stranger().get(path).await;
    answer.headers.remove("date");
    (answer.status, answer.headers, answer.body)
}
