// SPDX-License-Identifier: EUPL-1.2

//! The things that every route is tried on, and a sound request for every operation.

use std::io::Cursor;

use http::Method;
use serde_json::{Value, json};
use stadtfunk::people::join_codes::Invitees;

use super::document::Operation;
use crate::world::{
    Client, FIRE_BRIGADE, FIRE_STATION_1, FIRE_STATION_2, Person, TOWN_HALL, World, client::Call,
    form,
};

/// What there is in the fire brigade's corner of a world. Whoever works at the town hall is outside of its
/// audience.
pub(super) struct Subjects {
    world: World,
    /// Who wrote the post and the comment; of the fire brigade.
    pub(super) author: Person,
    /// Who drafts the announcements.
    pub(super) editor: Person,
    pub(super) channel: String,
    pub(super) post: String,
    pub(super) comment: String,
    /// Stands in the post.
    pub(super) photo: String,
    /// For the fire brigade.
    pub(super) released: String,
    /// For everybody, in an hour.
    pub(super) scheduled: String,
    /// Stands in the scheduled announcement.
    pub(super) scheduled_photo: String,
    /// The released announcement carries it.
    pub(super) file: String,
    /// The scheduled one carries it.
    pub(super) scheduled_file: String,
}

impl Subjects {
    pub(super) async fn of(world: &World) -> Self {
        let author = world.employee("Arne Autor").of(FIRE_STATION_2).await;
        let editor = world.editor("Eva Redaktion").of(FIRE_STATION_2).await;
        let admin = world.admin("Adam Verwaltung").await;
        let brigade = world.unit_id(FIRE_BRIGADE).await;
        let brigade = json!({"kind": "units", "units": [brigade]});
        let channel = admin
            .post("/api/v1/channels", channel("Feuerwehr", &brigade))
            .await;
        let channel = id(&channel.created());
        let photo = upload(&author).await;
        let post = json!({"channel_id": channel, "text": "Übung", "photo_ids": [photo]});
        let post = id(&author.post("/api/v1/posts", post).await.created());
        let comments = format!("/api/v1/posts/{post}/comments");
        let comment = id(&author
            .post(&comments, json!({"text": "Gut."}))
            .await
            .created());
        let mut subjects = Self {
            world: world.clone(),
            scheduled_photo: upload(&editor).await,
            file: upload_file(&editor).await,
            scheduled_file: upload_file(&editor).await,
            author,
            editor,
            channel,
            post,
            comment,
            photo,
            released: String::new(),
            scheduled: String::new(),
        };
        subjects.released = subjects
            .draft(with_file(announcement(&brigade, &[]), &subjects.file))
            .await;
        let question = json!({"answers": {"kind": "coming"}});
        subjects
            .act(Method::PUT, "question", &subjects.released, question)
            .await;
        subjects
            .act(Method::PUT, "release", &subjects.released, json!({}))
            .await;
        let everybody = json!({"kind": "everybody"});
        let photos = [subjects.scheduled_photo.as_str()];
        subjects.scheduled = subjects
            .draft(with_file(
                announcement(&everybody, &photos),
                &subjects.scheduled_file,
            ))
            .await;
        let schedule = json!({"release_at": "2026-11-21T15:00:00Z"});
        subjects
            .act(Method::PUT, "schedule", &subjects.scheduled, schedule)
            .await;
        subjects
    }

    /// A sound request of this caller for an operation: what the rules admit succeeds.
    pub(super) async fn call(&self, operation: &Operation, caller: &Client) -> Call {
        self.call_on(operation, caller, &self.id_for(operation).await)
            .await
    }

    /// The same on another thing than the usual one.
    pub(super) async fn call_on(&self, operation: &Operation, caller: &Client, id: &str) -> Call {
        let path = operation
            .path
            .replace("{role}", "moderator")
            .replace("{size}", "small");
        let path = path.replace("{id}", id);
        let path = match operation.id.as_str() {
            "create_import" => format!("{path}?dry_run=true&allow_leavers=true"),
            _ => path,
        };
        let call = caller.call(operation.method.clone(), &path);
        match operation.id.as_str() {
            "create_photo" => photo_form(call),
            "create_file" => file_form(call),
            "create_import" => call.body("text/csv", PERSONNEL_FILE),
            // What was drafted and submitted.
            "set_announcement_approval" => call.header("if-match", "\"2\""),
            // What was drafted, submitted, approved, scheduled, released and proposed to be corrected.
            "set_announcement_correction_approval" => call.header("if-match", "\"6\""),
            _ => match self.body_for(&operation.id).await {
                Some(body) => call.json(&body),
                None => call,
            },
        }
    }

    /// What stands for `{id}`.
    async fn id_for(&self, operation: &Operation) -> String {
        let resource = operation.path.trim_start_matches("/api/v1/");
        let everybody = json!({"kind": "everybody"});
        match (
            operation.id.as_str(),
            resource.split('/').next().unwrap_or_default(),
        ) {
            (
                "get_announcement_report"
                | "get_announcement_report_csv"
                | "get_announcement_report_svg"
                | "get_announcement_tally"
                | "set_announcement_correction"
                | "delete_announcement_correction",
                _,
            )
            | (_, "announcements") => self.released.clone(),
            (_, "editorial") if resource.starts_with("editorial/groups") => self.group().await,
            // Each gets its own, because what one does to it would be felt by the next.
            ("set_announcement_approval", _) => {
                let submitted = self.draft(announcement(&everybody, &[])).await;
                self.act(Method::PUT, "review", &submitted, json!({})).await;
                submitted
            }
            ("set_announcement_correction_approval", _) => self.proposed().await,
            (_, "editorial") => self.draft(announcement(&everybody, &[])).await,
            (_, "channels") => self.channel.clone(),
            (_, "posts") => self.post.clone(),
            (_, "comments") => self.comment.clone(),
            (_, "photos") => self.photo.clone(),
            (_, "files") => self.file.clone(),
            (_, "people") => self.author.account.to_string(),
            (_, "org-units") => self.world.unit_id(FIRE_BRIGADE).await.to_string(),
            (_, "sessions" | "devices") => self.session_of_the_author().await,
            _ => {
                assert!(
                    !operation.path.contains("{id}"),
                    "{}: no subject",
                    operation.id
                );
                String::new()
            }
        }
    }

    /// A sound JSON body, for operations that take one.
    pub(super) async fn body_for(&self, operation: &str) -> Option<Value> {
        let everybody = json!({"kind": "everybody"});
        let moderated = json!({"text": "Wurde geändert.", "reason": "Tonfall"});
        Some(match operation {
            "create_session" => json!({"code": self.join_code().await, "device_name": "Telefon"}),
            "update_me" => json!({"language": "de"}),
            "put_current_device" => json!({
                "gateway": "fcm", "token": "d".repeat(142), "language": "de", "app_version": "1.0",
            }),
            "create_receipt" => json!({
                "message": self.unheard_of(), "displayed_at": "2026-11-21T14:00:00Z",
            }),
            "put_duty" => json!({"until": "2026-11-21T22:00:00Z"}),
            "put_quiet_hours" => json!({
                "windows": [{"days": ["saturday"], "from": "22:00", "until": "08:00"}],
            }),
            "put_notification_settings" => json!({"comments": false}),
            "put_duty_roster" => json!({
                "from": "2026-11-22T00:00:00Z",
                "until": "2026-11-29T00:00:00Z",
                "people": [{
                    "personnel_number": self.author.personnel_number,
                    "shifts": [{"from": "2026-11-22T06:00:00Z", "until": "2026-11-22T14:00:00Z"}],
                }],
            }),
            "create_join_code" => json!({"purpose": "first"}),
            "create_channel" => channel(&self.unheard_of(), &everybody),
            "update_channel" => json!({"description": "Alles von der Wache."}),
            "create_post" => json!({"channel_id": self.channel, "text": "Guten Morgen!"}),
            "create_comment" => json!({"text": "Danke."}),
            "update_post" | "update_comment" => moderated,
            "delete_post" | "delete_comment" => json!({"reason": "Tonfall"}),
            "put_reaction" => json!({"kind": "thanks"}),
            "update_photo" => json!({"alt_text": "Ein Löschzug."}),
            "create_group" => json!({"name": self.unheard_of(), "audience": everybody}),
            "update_group" => json!({"name": self.unheard_of()}),
            "create_audience_count" => json!({"audience": everybody}),
            "create_announcement" => announcement(&everybody, &[]),
            "update_announcement" => json!({"class": "news"}),
            "set_announcement_correction" => json!({
                "texts": {"de": {
                    "title": "Brücke gesperrt", "push_text": "Ab morgen.", "body": "Bis Juni.",
                }},
                "note": {"de": "Beginn und Ende berichtigt."},
            }),
            "set_announcement_schedule" => json!({"release_at": "2026-11-22T15:00:00Z"}),
            "set_announcement_question" => json!({
                "answers": {"kind": "choices", "choices": [
                    {"de": "Ja", "en": "Yes"}, {"de": "Nein", "en": "No"},
                ]},
                "answer_within_minutes": 60,
                "remind_after_minutes": 15,
                "deputy_after_minutes": 45,
            }),
            "put_announcement_answer" => json!({"answer": "coming_in", "minutes": 20}),
            "set_deputy" => json!({"person": self.author.account}),
            "set_announcement_press" => json!({
                "rule": "staff_first", "share_percent": 95, "at_latest_seconds": 120,
            }),
            _ => return None,
        })
    }

    async fn draft(&self, body: Value) -> String {
        id(&self
            .editor
            .post("/api/v1/editorial/announcements", body)
            .await
            .created())
    }

    /// An alert whose correction waits for an approval.
    async fn proposed(&self) -> String {
        let mut alert = announcement(&json!({"kind": "everybody"}), &[]);
        alert["class"] = json!("alert");
        let alert = self.draft(alert).await;
        let address = format!("/api/v1/editorial/announcements/{alert}");
        self.world.approve(&address).await;
        self.act(Method::PUT, "release", &alert, json!({})).await;
        let correction = self.body_for("set_announcement_correction").await;
        let correction = correction.expect("a correction");
        self.act(Method::PUT, "correction", &alert, correction)
            .await;
        alert
    }

    async fn group(&self) -> String {
        let everybody = json!({"kind": "everybody"});
        let group = json!({"name": self.unheard_of(), "audience": everybody});
        id(&self
            .editor
            .post("/api/v1/editorial/groups", group)
            .await
            .created())
    }

    async fn act(&self, method: Method, what: &str, announcement: &str, body: Value) {
        let path = format!("/api/v1/editorial/announcements/{announcement}/{what}");
        self.editor
            .call(method, &path)
            .json(&body)
            .send()
            .await
            .ok();
    }

    async fn session_of_the_author(&self) -> String {
        let sessions = self.author.get("/api/v1/sessions").await.ok();
        id(&sessions["items"][0])
    }

    /// An id that nothing has.
    pub(super) fn unheard_of(&self) -> String {
        self.world.app.ids.id::<()>().to_string()
    }

    async fn join_code(&self) -> String {
        let people = &self.world.app.people;
        let invitations = people
            .invite(&Invitees::Person(self.author.personnel_number.clone()))
            .await
            .expect("a join code");
        invitations[0].code.to_string()
    }
}

/// A person of each kind, all of them readers of what is for the fire brigade, but for the outsider.
pub(super) struct Cast {
    pub(super) stranger: Client,
    pub(super) outsider: Person,
    pub(super) employee: Person,
    pub(super) editor: Person,
    pub(super) moderator: Person,
    pub(super) admin: Person,
}

impl Cast {
    pub(super) async fn of(world: &World) -> Self {
        Self {
            stranger: world.stranger(),
            outsider: world.employee("Olga Außen").of(TOWN_HALL).await,
            employee: world.employee("Karl Kollege").of(FIRE_STATION_1).await,
            editor: world.editor("Edda Redaktion").of(FIRE_STATION_1).await,
            moderator: world.moderator("Mona Moderation").of(FIRE_STATION_1).await,
            admin: world.admin("Ada Verwaltung").of(FIRE_STATION_1).await,
        }
    }

    pub(super) fn in_order(&self) -> [(&'static str, &Client); 6] {
        [
            ("stranger", &self.stranger),
            ("outsider", &self.outsider),
            ("employee", &self.employee),
            ("editor", &self.editor),
            ("moderator", &self.moderator),
            ("admin", &self.admin),
        ]
    }
}

const PERSONNEL_FILE: &str = "Personalnummer;Nachname;Vorname;Organisationsnummer;\
     Organisationseinheit;Übergeordnete Organisationsnummer;Funktion;E-Mail;Sprache\r\n\
     4711;Muster;Mia;10;Hauptamt;;Sachbearbeiterin;;de\r\n";

fn announcement(audience: &Value, photos: &[&str]) -> Value {
    json!({
        "class": "important",
        "audience": audience,
        "texts": {"de": {"title": "Brücke gesperrt", "push_text": "Ab sofort.", "body": "Bis Mai."}},
        "photos": photos,
    })
}

fn with_file(mut announcement: Value, file: &str) -> Value {
    announcement["files"] = json!([{"id": file, "press": true}]);
    announcement
}

fn channel(name: &str, audience: &Value) -> Value {
    json!({"name": name, "description": "Von uns für uns.", "kind": "open", "audience": audience})
}

pub(super) fn id(thing: &Value) -> String {
    thing["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {thing}"))
        .to_owned()
}

async fn upload(owner: &Client) -> String {
    id(&photo_form(owner.call(Method::POST, "/api/v1/photos"))
        .send()
        .await
        .created())
}

async fn upload_file(owner: &Client) -> String {
    id(&file_form(owner.call(Method::POST, "/api/v1/files"))
        .send()
        .await
        .created())
}

fn photo_form(call: Call) -> Call {
    let mut png = Vec::new();
    let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([200, 40, 30]));
    picture
        .write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png)
        .expect("a PNG");
    let (content_type, body) = form(&[("photo", Some("a.png"), &png)]);
    call.body(&content_type, body)
}

fn file_form(call: Call) -> Call {
    let (content_type, body) = form(&[("file", Some("Plan.pdf"), b"%PDF-1.7\nEin Plan.\n")]);
    call.body(&content_type, body)
}
