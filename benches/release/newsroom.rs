// SPDX-License-Identifier: EUPL-1.2

//! A server with an editor, who drafts, schedules and reads the report by the rooms' own verbs.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    time::{Duration, Instant},
};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use stadtfunk::{
    announcements::report::Report,
    app::{self, App},
    clock::{At, Clock},
    config::{Config, Sources, push::PushConfig},
    id::AnnouncementId,
    people::{
        access::{Editor, Role},
        import::Leavers,
        join_codes::Invitees,
        sessions::DeviceName,
    },
};

use super::{Result, site::Site};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const EDITOR: &str = "1";
/// How long a release may take.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) struct Newsroom {
    pub(super) app: App,
    editor: Editor,
}

impl Newsroom {
    /// On the database in the folder, or on that of `DATABASE_URL`. Whoever worked there before has left.
    pub(super) async fn open(folder: &Path, push: PushConfig, site: &Site) -> Result<Self> {
        let config = config(folder, push, site)?;
        let app = Box::pin(app::build(config, Clock::wall())).await?;
        let left = "UPDATE accounts SET left_at = created_at";
        app.db.query(super::same(left)).execute().await?;
        let staff = format!(
            "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
             Übergeordnete Organisationsnummer\n{EDITOR};Redaktion;Eva;P;Presseamt;\n"
        );
        app.people
            .import(staff.as_bytes(), Leavers::Few, None)
            .await?;
        app.people.grant_by_number(EDITOR, Role::Editor).await?;
        let invitees = Invitees::Person(EDITOR.to_owned());
        let invited = app.people.invite(&invitees).await?;
        let code = invited.first().ok_or("nobody is invited")?.code.to_string();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let device = DeviceName::new("Rechner")?;
        let (token, _) = app.people.sign_in(&code, &device, address).await?;
        let employee = app.people.authenticate(token.expose()).await?;
        let editor = employee.and_then(|employee| employee.editor());
        let editor = editor.ok_or("no editor")?;
        Ok(Self { app, editor })
    }

    pub(super) fn database(&self) -> String {
        self.app.config.database.url.expose_secret().to_owned()
    }

    /// Drafts an announcement to everybody under a rule for the press.
    pub(super) async fn draft(&self, rule: Value) -> Result<AnnouncementId> {
        let announcements = &self.app.announcements;
        let new = json!({
            "class": "important",
            "audience": {"kind": "everybody"},
            "texts": texts(),
        });
        let new = serde_json::from_value(new)?;
        let id = announcements.draft(&self.editor, new).await?.id;
        let rule = serde_json::from_value(rule)?;
        announcements
            .set_press(&self.editor, id, None, rule)
            .await?;
        Ok(id)
    }

    /// Drafts news for an audience.
    pub(super) async fn draft_news(&self, audience: Value) -> Result<AnnouncementId> {
        let new = json!({"class": "news", "audience": audience, "texts": texts()});
        let new = serde_json::from_value(new)?;
        Ok(self.app.announcements.draft(&self.editor, new).await?.id)
    }

    /// Waits until somebody's pushes wait for T.
    pub(super) async fn staged(&self, id: AnnouncementId) -> Result<()> {
        let staged = "SELECT 1 FROM announcements WHERE id = $1 AND message_id IS NOT NULL";
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let row: Option<(i32,)> = self
                .app
                .db
                .query(super::same(staged))
                .bind(id)
                .opt()
                .await?;
            if row.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("not staged".into())
    }

    pub(super) async fn unschedule(&self, id: AnnouncementId) -> Result<()> {
        let announcements = &self.app.announcements;
        announcements.unschedule(&self.editor, id, None).await?;
        Ok(())
    }

    pub(super) async fn schedule(&self, id: AnnouncementId, t: At) -> Result<()> {
        let announcements = &self.app.announcements;
        announcements.schedule(&self.editor, id, None, t).await?;
        Ok(())
    }

    pub(super) async fn release(&self, id: AnnouncementId) -> Result<()> {
        let announcements = &self.app.announcements;
        announcements.release_now(&self.editor, id, None).await?;
        Ok(())
    }

    /// Waits until nothing waits any more; seldom asked, because a report counts every row.
    pub(super) async fn complete(&self, id: AnnouncementId) -> Result<Report> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let report = self.app.announcements.report(&self.editor, id).await?;
            if report.complete {
                return Ok(report);
            }
            if Instant::now() > deadline {
                return Err(format!("not complete: {report:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The report as it is.
    pub(super) async fn report(&self, id: AnnouncementId) -> Result<Report> {
        Ok(self.app.announcements.report(&self.editor, id).await?)
    }

    pub(super) async fn close(self) {
        self.app.tasks.stop().await;
        self.app.db.close().await;
    }
}

fn texts() -> Value {
    json!({"de": {
        "title": "Das neue Rathaus wird gebaut",
        "push_text": "Der Stadtrat hat heute beschlossen: Das neue Rathaus wird gebaut.",
        "body": "Baubeginn ist im März."
    }})
}

fn config(folder: &Path, push: PushConfig, site: &Site) -> Result<Config> {
    let sources = Sources {
        file: folder.join("stadtfunk.toml"),
        file_must_exist: false,
        push_folder: folder.join("push-config"),
    };
    let url = std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("bench.db").display()));
    let photos = format!("file:{}", folder.join("photos").display());
    let environment = [
        ("DATABASE_URL".to_owned(), url),
        ("STADTFUNK_PHOTOS_STORE".to_owned(), photos),
    ];
    let mut config = Config::load_with(&sources, &environment)?;
    config.push = push;
    config.press.web_hook_url = Some(format!("http://{}/hook", site.address));
    config.press.web_hook_secret = Some(SecretString::from(SECRET));
    config.press.web_hook_on_loopback = true;
    config.press.page = true;
    Ok(config)
}
