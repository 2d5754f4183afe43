// SPDX-License-Identifier: EUPL-1.2

//! The personnel file, over HTTP, on both databases.

use http::Method;
use stadtfunk::people::{audience::Audience, import::Leavers};

use crate::world::{Answer, Person, Stage, both};

both!(
    a_file_is_tried_then_applied_then_nothing_is_left_to_change,
    leavers_lose_their_sessions_and_come_back_with_a_new_code,
    a_bad_row_is_told_by_line_and_column_and_nothing_is_applied,
    a_file_that_is_cut_off_wants_to_be_confirmed,
    only_csv_of_an_administrator_is_read,
    moves_and_renamings_are_told_apart,
);

const HEADINGS: &str = "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
                        Übergeordnete Organisationsnummer;Funktion;E-Mail";
const STAFF: [&str; 4] = [
    "1;Çelik;Zoë;37.1;Wache Nord;37;Brandmeisterin;",
    "2;Groß;Jörg;37;Feuerwehr;;Leitung;j.gross@stadt.example",
    "3;Kaya;Elif;51;Jugendamt;;;",
    "4;Nowak;Piotr;51;Jugendamt;;;",
];

fn file(rows: &[&str]) -> Vec<u8> {
    let text = format!("{HEADINGS}\r\n{}\r\n", rows.join("\r\n"));
    // Windows-1252 and Latin-1 agree on every letter used here.
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1"))
        .collect()
}

async fn import(admin: &Person, query: &str, file: Vec<u8>) -> Answer {
    let path = format!("/api/v1/people/imports{query}");
    admin
        .call(Method::POST, &path)
        .body("text/csv", file)
        .send()
        .await
}

async fn a_file_is_tried_then_applied_then_nothing_is_left_to_change(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let tried = import(&admin, "?dry_run=true", file(&STAFF))
        .await
        .created();
    assert_eq!(tried["joiners"]["count"], 4);
    assert_eq!(tried["joiners"]["examples"][0], "Zoë Çelik (1)");
    assert_eq!(tried["many_leavers"], true);
    let found = admin.get("/api/v1/people?q=celik").await.ok();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(0));

    let people = &world.app.people;
    people
        .import(&file(&STAFF), Leavers::Confirmed, None)
        .await
        .expect("imported");
    let again = people
        .import(&file(&STAFF), Leavers::Few, None)
        .await
        .expect("imported");
    assert!(again.changes_nothing());
    let count = people
        .count_audience(&Audience::Everybody)
        .await
        .expect("counted");
    assert_eq!(
        (count.people, count.with_phone, count.without_phone),
        (4, 0, 4)
    );
    admin.get("/api/v1/me").await.refused(401, "session-ended");
}

async fn leavers_lose_their_sessions_and_come_back_with_a_new_code(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let anna = world.employee("Anna Kühn").await;
    let device = "INSERT INTO devices (id, account_id, session_id, gateway, address, language, \
                  app_version, registered_at, last_seen_at) SELECT id, account_id, id, 'fcm', 'x', \
                  'de', '1', created_at, created_at FROM sessions WHERE account_id = $1";
    let db = &world.app.db;
    let same = crate::world::people::same;
    db.query(same(device))
        .bind(anna.account)
        .execute()
        .await
        .expect("a device");

    import(&admin, "?allow_leavers=true", file(&STAFF))
        .await
        .created();
    anna.get("/api/v1/me").await.refused(401, "session-ended");
    let why = "SELECT removed_because FROM devices WHERE account_id = $1";
    let (why,): (String,) = db
        .query(same(why))
        .bind(anna.account)
        .one()
        .await
        .expect("a row");
    assert_eq!(why, "left");
    let ended = "SELECT ended_because FROM sessions WHERE account_id = $1";
    let (why,): (String,) = db
        .query(same(ended))
        .bind(anna.account)
        .one()
        .await
        .expect("a row");
    assert_eq!(why, "left");

    let number = "SELECT personnel_number FROM accounts WHERE id = $1";
    let (number,): (String,) = db
        .query(same(number))
        .bind(anna.account)
        .one()
        .await
        .expect("a row");
    let row = format!("{number};Kuhn;Anna;51;Jugendamt;;;");
    let mut rows = STAFF.to_vec();
    rows.push(&row);
    let plan = world
        .app
        .people
        .import(&file(&rows), Leavers::Few, None)
        .await
        .expect("imported");
    assert_eq!(plan.returning.len(), 1);
    anna.get("/api/v1/me").await.refused(401, "session-ended");
}

async fn a_bad_row_is_told_by_line_and_column_and_nothing_is_applied(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let mut rows = STAFF.to_vec();
    rows.push("5;;Uwe;51;Jugendamt;;;");
    let refused = import(&admin, "?allow_leavers=true", file(&rows)).await;
    let problem = refused.refused(422, "personnel-file-invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/6/2");
    assert_eq!(
        problem["detail"],
        "Zeile 6, Spalte 2 (Nachname): Die Zelle ist leer."
    );
    let found = admin.get("/api/v1/people?q=celik").await.ok();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(0));
}

async fn a_file_that_is_cut_off_wants_to_be_confirmed(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    import(&admin, "", file(&STAFF))
        .await
        .refused(409, "too-many-leavers");
    admin.get("/api/v1/me").await.ok();
}

async fn only_csv_of_an_administrator_is_read(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let path = "/api/v1/people/imports";
    let json = admin.post(path, serde_json::json!({})).await;
    json.refused(415, "unsupported-media-type");
    let editor = world.editor("Eva Editor").await;
    import(&editor, "", file(&STAFF))
        .await
        .refused(403, "forbidden");
    let large = vec![b';'; (32 << 20) + 1];
    import(&admin, "", large)
        .await
        .refused(413, "body-too-large");
    import(&admin, "?dryrun=true", file(&STAFF))
        .await
        .refused(422, "invalid-query");
}

async fn moves_and_renamings_are_told_apart(stage: &Stage) {
    let world = stage.world().await;
    let people = &world.app.people;
    people
        .import(&file(&STAFF), Leavers::Few, None)
        .await
        .expect("imported");
    let mut rows = STAFF.map(|row| row.replace("Jugendamt;", "Amt für Jugend;37"));
    rows[0] = "1;Çelik-Groß;Zoë;51;Amt für Jugend;37;Brandmeisterin;".into();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let plan = people
        .import(&file(&rows), Leavers::Few, None)
        .await
        .expect("imported");
    assert!(plan.updated.len() == 1 && plan.updated[0].moved() && plan.updated[0].renamed());
    let unit = plan.updated_units.first().expect("a unit");
    assert!(unit.moved() && unit.renamed());
    assert_eq!(plan.closed_units[0].1.code, "37.1");
    let units = people.org_units().await.expect("units");
    let brigade = units
        .iter()
        .find(|unit| unit.code == "37")
        .expect("the brigade");
    assert_eq!(brigade.people, 4, "the youth office is below it now");
    assert!(
        people
            .import(&file(&rows), Leavers::Few, None)
            .await
            .expect("imported")
            .changes_nothing()
    );
}
