// SPDX-License-Identifier: EUPL-1.2

//! The embargo, from outside: whatever is asked before T, by whomever, is answered byte for byte as in a town in which
//! there is no announcement; at T it is there.
//!
//! The town is its own twin: its clock stands still, everything is asked, then an announcement with photos for
//! everybody and the press is drafted, scheduled and staged, and everything is asked again. So every id, time and tag
//! of an answer can be compared with itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use http::Method;
use serde_json::{Value, json};
use stadtfunk::id::{AudienceId, MessageId};

use super::{EDITORIAL, draft, for_readers, schedule, to_everybody, with_phone};
use crate::{
    contract::document::{Document, Operation},
    files::a_file_of,
    photos::a_photo_of,
    world::{
        Answer, Client, FIRE_STATION_1, Person, Settings, Stage, World, both, eventually,
        people::same,
    },
};

both!(before_t_nothing_tells_that_it_exists_and_at_t_it_is_there);

/// What is answered beside the API's document. The app's own files say the same to everybody.
const PAGES: [&str; 12] = [
    "/",
    "/announcements/{id}",
    "/announcements",
    "/api/openapi.json",
    "/console",
    "/health/live",
    "/health/ready",
    "/press",
    "/press/{id}",
    "/press/feed.atom",
    "/press/feed.json",
    "/press/press.css",
];

/// What bears a position to begin with, which is drawn anew each time.
const BEGINNINGS: [&str; 2] = ["/api/v1/live", "/api/v1/sync"];

async fn before_t_nothing_tells_that_it_exists_and_at_t_it_is_there(stage: &Stage) {
    let mut town = Town::on(stage).await;
    let mut listener = town.lena.listens(None).await;
    listener.expects("ready").await;
    let nothing = town.world.app.ids.id::<()>().to_string();
    let before = town.everything(&nothing, None).await;
    assert!(before.len() > 400, "{} are asked", before.len());

    let secret = Secret::of(&town).await;
    let known = Some(&before);
    for id in secret.ids() {
        assert_same(&before, &town.everything(&id, known).await, &id);
    }
    // Whoever listens has heard nothing: a post that is made now is the first that they hear.
    let post = town.post().await;
    let (_, heard) = listener.expects("changes").await;
    let expected = json!([{"kind": "post", "id": post, "change": "added"}]);
    assert_eq!(heard["items"], expected);

    // What was there and is gone again has left no trace either.
    town.position = town.present().await;
    let with_post = town.everything(&nothing, None).await;
    town.editor.delete(&secret.address).await.done();
    for id in [&secret.announcement, &secret.photos[0]] {
        assert_same(&with_post, &town.everything(id, None).await, id);
    }

    let secret = Secret::of(&town).await;
    town.world.clock.advance(Secret::UNTIL_T);
    let (_, heard) = listener.expects("changes").await;
    let announcement =
        json!({"kind": "announcement", "id": secret.announcement, "change": "added"});
    assert_eq!(heard["items"], json!([announcement]));
    town.world.log_settles().await;
    let sync = format!("/api/v1/sync?after={}", town.position);
    let sync = town.anna.get(&sync).await.ok();
    assert!(sync["items"].as_array().unwrap().contains(&announcement));
    let article = town.anna.get(&for_readers(&secret.address)).await.ok();
    assert_eq!(article["title"], to_everybody()["texts"]["de"]["title"]);
    let list = town.anna.get("/api/v1/announcements").await.ok();
    assert_eq!(list["items"][0]["id"], secret.announcement.as_str());
    let photos = secret.photos.iter();
    let photos = photos.map(|photo| format!("/api/v1/photos/{photo}/small"));
    for path in photos.chain([format!("/api/v1/files/{}", secret.file)]) {
        assert_eq!(town.anna.get(&path).await.status, 200, "{path}");
    }
    for page in [
        "/press",
        "/press/{id}",
        "/press/feed.atom",
        "/press/feed.json",
    ] {
        let page = page.replace("{id}", &secret.announcement);
        let page = town.stranger.get(&page).await;
        let text = String::from_utf8_lossy(&page.body);
        assert!(text.contains("Neue Brücke"), "{page}");
        assert!(text.contains(&secret.announcement), "{page}");
    }
}

/// A town in which something has been said before.
struct Town {
    world: World,
    editor: Person,
    stranger: Client,
    /// An employee with a phone. Her position in the change log.
    anna: Person,
    position: String,
    moderator: Person,
    /// Who listens.
    lena: Person,
    channel: String,
    operations: Vec<Operation>,
}

impl Town {
    async fn on(stage: &Stage) -> Self {
        let file = "[server]\npublic_url = 'https://app.example-stadt.de'\n[press]\npage = true\n";
        fs::write(stage.folder().join("stadtfunk.toml"), file).expect("a file");
        let world = stage.world_with(Settings::default()).await;
        let editor = world.editor("Eva Editor").await;
        let admin = world.admin("Ada Amtmann").await;
        let anna = world.employee("Anna Kühn").of(FIRE_STATION_1).await;
        with_phone(&anna).await;
        let channel = json!({
            "name": "Marktplatz", "description": "Für alle.", "kind": "open",
            "audience": {"kind": "everybody"},
        });
        let channel = admin.post("/api/v1/channels", channel).await.created();
        let said = drafted_for_the_press(&editor, &[], &[]).await;
        let said = editor.put(&format!("{said}/release"), json!({})).await;
        said.ok();
        let mut town = Self {
            operations: Document::of(&world).await.operations(),
            stranger: world.stranger(),
            position: String::new(),
            moderator: world.moderator("Mona Moderation").await,
            lena: world.employee("Lena Lauscher").await,
            channel: id_of(&channel),
            anna,
            editor,
            world,
        };
        town.post().await;
        town.world.clock.advance(Duration::from_mins(10));
        town.position = town.present().await;
        town
    }

    /// The employee's position after everything that has happened.
    async fn present(&self) -> String {
        self.world.log_settles().await;
        let present = self.anna.get("/api/v1/sync").await.ok();
        present["position"].as_str().expect("one").to_owned()
    }

    async fn post(&self) -> String {
        let post = json!({"channel_id": self.channel, "text": "Übung"});
        id_of(&self.moderator.post("/api/v1/posts", post).await.created())
    }

    /// Every GET that there is, with this id wherever one can be put, by everybody who is no editor. Administrators are
    /// left out: they read the audit log, where it stands on purpose.
    ///
    /// With what was known before, everything is asked once more by the tags of those answers.
    async fn everything(&self, id: &str, known: Option<&Answers>) -> Answers {
        let mut answers = Answers::new();
        let callers = [
            ("stranger", &self.stranger),
            ("employee", &self.anna),
            ("moderator", &self.moderator),
        ];
        for path in self.paths() {
            let asked = path.replace("{id}", id);
            let asked = asked.replace("{position}", &self.position);
            for (name, caller) in callers {
                for (method, language) in [
                    (Method::GET, "de"),
                    (Method::GET, "en"),
                    (Method::HEAD, "de"),
                ] {
                    let question = format!("{name}: {method} {path} in {language}");
                    let is_get = method == Method::GET;
                    let call = caller.call(method, &asked);
                    let call = call.header("accept-language", language);
                    let answer = call.clone().send().await;
                    let tag = known.and_then(|known| known.get(&question)?.tag());
                    if let Some(tag) = tag.filter(|_| is_get) {
                        let again = call.header("if-none-match", tag).send().await;
                        assert_eq!(again.status, 304, "{again}");
                    }
                    let mut sound = Sound::of(&answer, id);
                    if BEGINNINGS.contains(&path.as_str()) {
                        sound.forget_what_is_drawn();
                    }
                    answers.insert(question, sound);
                }
            }
        }
        answers
    }

    /// With `{id}` wherever an id can be put, and `{position}` for that of the employee.
    fn paths(&self) -> BTreeSet<String> {
        let mut paths: BTreeSet<String> = PAGES.map(str::to_owned).into();
        paths.insert("/api/v1/sync?after={position}".to_owned());
        for operation in &self.operations {
            if operation.method != Method::GET {
                continue;
            }
            let path = with_ids(&operation.path);
            paths.insert(path.clone());
            for parameter in operation.description["parameters"]
                .as_array()
                .into_iter()
                .flatten()
            {
                if parameter["in"] == "query" {
                    let name = parameter["name"].as_str().expect("a name");
                    paths.insert(format!("{path}?{name}={{id}}"));
                }
            }
        }
        paths
    }
}

/// `{id}` for whatever the path names, but for the size of a photo.
fn with_ids(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "{size}" => "small",
        named if named.starts_with('{') => "{id}",
        fixed => fixed,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// An announcement to everybody and the press at T, with photos, a file and a question, and everything that was made
/// for it.
struct Secret {
    address: String,
    announcement: String,
    photos: Vec<String>,
    file: String,
    group: String,
    /// Its audience and what push will carry.
    rows: [String; 2],
}

impl Secret {
    const UNTIL_T: Duration = Duration::from_mins(1);

    async fn of(town: &Town) -> Self {
        let editor = &town.editor;
        let photos = [a_photo_of(editor).await, a_photo_of(editor).await];
        let photos = photos.map(|photo| photo.to_string()).to_vec();
        let group = json!({
            "name": format!("Alle {}", photos[0]), "audience": {"kind": "everybody"},
        });
        let group = editor.post("/api/v1/editorial/groups", group).await;
        let file = a_file_of(editor).await;
        let address = drafted_for_the_press(editor, &photos, &[&file]).await;
        let question = json!({"answers": {"kind": "coming"}});
        let asked = editor.put(&format!("{address}/question"), question).await;
        asked.ok();
        schedule(&town.world, editor, &address, Self::UNTIL_T.as_secs()).await;
        let texts = &to_everybody()["texts"];
        let edit = json!({"texts": {"de": texts["de"], "en": texts["de"]}});
        editor.patch(&address, edit).await.ok();
        let rows = eventually("the outbox's being filled", async || {
            let row: Option<(AudienceId, MessageId)> = town
                .world
                .app
                .db
                .query(same(
                    "SELECT audience_id, message_id FROM announcements
                     WHERE released_at IS NULL AND message_id IS NOT NULL",
                ))
                .opt()
                .await
                .expect("an answer");
            row.map(|(audience, message)| [audience.to_string(), message.to_string()])
        })
        .await;
        Self {
            announcement: address.rsplit('/').next().unwrap_or_default().to_owned(),
            address,
            photos,
            file,
            group: id_of(&group.created()),
            rows,
        }
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        let named = [&self.announcement, &self.group, &self.file];
        let all = named.into_iter().chain(&self.photos).chain(&self.rows);
        all.cloned().collect::<Vec<_>>().into_iter()
    }
}

async fn drafted_for_the_press(editor: &Client, photos: &[String], files: &[&str]) -> String {
    let mut announcement = to_everybody();
    let for_press = |id: &str| json!({"id": id, "press": true});
    announcement["photos"] = photos.iter().map(|id| for_press(id)).collect();
    announcement["files"] = files.iter().map(|id| for_press(id)).collect();
    let address = draft(editor, announcement).await;
    assert!(address.starts_with(EDITORIAL));
    let rule = json!({"rule": "same_instant"});
    editor.put(&format!("{address}/press"), rule).await.ok();
    address
}

type Answers = BTreeMap<String, Sound>;

/// Everything by which two answers could be told apart, but for the time.
#[derive(Debug, PartialEq, Eq)]
struct Sound {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Sound {
    /// The id that was asked for is left out, where the answer repeats it.
    fn of(answer: &Answer, asked: &str) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(asked, "{id}");
        let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
        Self {
            status: answer.status,
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: text(&answer.body),
        }
    }

    fn tag(&self) -> Option<&str> {
        let tag = self.headers.get("etag")?;
        (self.status == 200).then_some(tag.as_str())
    }

    /// Like the id of a request: its length alone can tell anything.
    fn forget_what_is_drawn(&mut self) {
        self.headers.remove("etag");
        let is_drawn = |word: &&str| word.len() > 60;
        let mut words = self
            .body
            .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
        if let Some(drawn) = words.find(is_drawn).map(str::to_owned) {
            let length = format!("{} letters", drawn.len());
            self.body = self.body.replace(&drawn, &length);
        }
    }
}

fn assert_same(before: &Answers, now: &Answers, id: &str) {
    assert_eq!(before.len(), now.len());
    for (question, answer) in before {
        assert_eq!(now.get(question), Some(answer), "{question} with {id}");
    }
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().expect("an id").to_owned()
}
