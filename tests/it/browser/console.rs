// SPDX-License-Identifier: EUPL-1.2

//! The console: from an empty form to the release board, and every page once.

use serde_json::{Value, json};
use stadtfunk::people::access::Role;

use super::{Visitor, draft, each_opens, release};
use crate::world::{Client, Stage, both};

both!(
    an_editor_writes_an_announcement_and_watches_its_release,
    every_page_opens_in_both_languages_and_on_a_narrow_screen,
    an_administrator_names_the_deputy_of_an_office,
);

async fn an_editor_writes_an_announcement_and_watches_its_release(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let Some(mut eva) = Visitor::new(&world, &editor, "de").await else {
        return;
    };

    eva.opens("/console#/announcements/new").await;
    let can_release = "[...document.querySelectorAll('button')].some((button) => \
                       button.textContent === 'Jetzt senden' && !button.disabled)";
    assert_eq!(eva.page.value(can_release).await, false);
    eva.writes("title-de", "Neue Brücke").await;
    eva.writes("push_text-de", "Die Brücke wird heute eröffnet.")
        .await;
    eva.writes("body-de", "Um drei Uhr spricht die Oberbürgermeisterin.")
        .await;
    eva.chooses("#press", "Im selben Augenblick").await;
    eva.reads("2 Personen, 0 mit Telefon, 2 ohne").await;
    eva.chooses("main", "Jetzt senden").await;
    eva.chooses("dialog", "Jetzt senden").await;

    eva.reads("0 von 2 Personen erreicht").await;
    eva.reads("Die Presse wird im selben Augenblick bedient.")
        .await;
    let released = released(&editor).await;
    assert_eq!(released["press"], json!({"rule": "same_instant"}));
    let read = anna.get("/api/v1/announcements").await.ok();
    assert_eq!(read["items"][0]["title"], "Neue Brücke");
    eva.page.close().await;
}

async fn every_page_opens_in_both_languages_and_on_a_narrow_screen(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").with(Role::Admin).await;
    let drafted = draft(&editor).await;
    let sent = release(&editor).await;
    let group = json!({"name": "Krisenstab", "audience": {"kind": "on_duty"}});
    let group = editor.post("/api/v1/editorial/groups", group).await;
    let group = group.created()["id"].as_str().unwrap().to_owned();
    let addresses = [
        "/console#/".to_owned(),
        "/console#/announcements".to_owned(),
        "/console#/announcements/new".to_owned(),
        format!("/console#/announcements/{drafted}/edit"),
        format!("/console#/announcements/{sent}"),
        format!("/console#/announcements/{sent}/answers"),
        format!("/console#/announcements/{sent}/correct"),
        format!("/console#/announcements/{sent}/versions"),
        "/console#/people".to_owned(),
        format!("/console#/people/{}", editor.account),
        "/console#/people/groups".to_owned(),
        format!("/console#/people/groups/{group}"),
        "/console#/people/deputies".to_owned(),
        "/console#/channels".to_owned(),
        "/console#/audit".to_owned(),
    ];
    each_opens(&world, &editor, &addresses).await;
}

async fn an_administrator_names_the_deputy_of_an_office(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Admin").await;
    let anna = world.employee("Anna Kühn").await;
    let units = "/api/v1/org-units";
    let unit = admin.get(units).await.ok()["items"][0].clone();
    let deputy = async || admin.get(units).await.ok()["items"][0]["deputy_id"].clone();
    let Some(mut ada) = Visitor::new(&world, &admin, "de").await else {
        return;
    };

    ada.opens("/console#/people/deputies").await;
    ada.chooses(".lines", "Ändern").await;
    let field = format!("deputy-{}", unit["id"].as_str().unwrap());
    ada.writes(&field, "Anna").await;
    ada.chooses(".found", "Anna Kühn").await;
    ada.reads("Gespeichert.").await;
    assert_eq!(deputy().await, json!(anna.account));

    ada.reads("Anna Kühn").await;
    ada.chooses(".lines", "Keine eigene Vertretung").await;
    let nobody = "document.querySelector('.lines .muted').textContent === 'Niemand'";
    ada.page.until("nobody any more", nobody).await;
    assert_eq!(deputy().await, Value::Null);
    ada.page.close().await;
}

/// The one that is released.
async fn released(editor: &Client) -> Value {
    let list = "/api/v1/editorial/announcements?state=released";
    let list = editor.get(list).await.ok();
    let id = list["items"][0]["id"].as_str().unwrap();
    let address = format!("/api/v1/editorial/announcements/{id}");
    editor.get(&address).await.ok()
}
