// SPDX-License-Identifier: EUPL-1.2

//! Who is meant: unions, exceptions, places of work, job titles, who is on duty at T, saved groups.

mod groups;
mod predicate;
mod refused;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{draft, for_readers, schedule, to_everybody, with_phone};
use crate::world::{
    Client, FIRE_BRIGADE, FIRE_STATION_1, FIRE_STATION_2, Person, Stage, TOWN_HALL, World, both,
    eventually, people::same, town::Unit,
};

both!(
    a_union_means_whoever_is_in_a_part_and_in_no_exception,
    places_of_work_and_job_titles_come_from_the_personnel_file,
    on_duty_means_whoever_is_on_duty_at_t,
    an_exception_for_those_on_duty_holds_after_their_shift,
    whoever_got_it_keeps_it_unless_an_exception_means_them,
    whoever_has_left_or_moved_before_t_is_not_meant,
    counts_say_how_many_before_anything_is_stored,
);

const COUNTS: &str = "/api/v1/editorial/audience-counts";

fn to(audience: Value) -> Value {
    let mut announcement = to_everybody();
    announcement["audience"] = audience;
    announcement
}

fn any_of(of: &[Value], except: &[Value]) -> Value {
    json!({"kind": "any_of", "of": of, "except": except})
}

fn locations(names: &[&str]) -> Value {
    json!({"kind": "locations", "locations": names})
}

fn job_titles(names: &[&str]) -> Value {
    json!({"kind": "job_titles", "job_titles": names})
}

fn on_duty() -> Value {
    json!({"kind": "on_duty"})
}

async fn units(world: &World, unit: Unit) -> Value {
    json!({"kind": "units", "units": [world.unit_id(unit).await]})
}

/// How many people the audience is now.
async fn count(editor: &Client, audience: &Value) -> Value {
    let body = json!({"audience": audience});
    editor.post(COUNTS, body).await.ok()["people"].clone()
}

/// Drafts it, releases it at once, and says where it is.
async fn release(editor: &Client, audience: Value) -> String {
    let address = draft(editor, to(audience)).await;
    let release = format!("{address}/release");
    editor.put(&release, json!({})).await.ok();
    address
}

async fn recipients(editor: &Client, address: &str) -> Value {
    let report = editor.get(&format!("{address}/report")).await.ok();
    report["people"]["recipients"].clone()
}

/// Which of these can read it; whoever can't is told what they would be told of nothing.
async fn readers<const N: usize>(address: &str, people: [&Person; N]) -> [bool; N] {
    let mut reads = [false; N];
    for (place, person) in reads.iter_mut().zip(people) {
        let answer = person.get(&for_readers(address)).await;
        *place = answer.status == 200;
        if !*place {
            answer.refused(404, "not-found");
        }
    }
    reads
}

async fn move_to(world: &World, person: &Person, unit: Unit) {
    let moved = world
        .app
        .db
        .query(same("UPDATE accounts SET unit_id = $2 WHERE id = $1"))
        .bind(person.account)
        .bind(world.unit_id(unit).await);
    moved.execute().await.expect("the person moves");
}

async fn staged_recipients(world: &World) -> i64 {
    let count = world
        .app
        .db
        .query(same("SELECT COUNT(*) FROM push_recipients"));
    let (count,): (i64,) = count.one().await.expect("a count");
    count
}

async fn a_union_means_whoever_is_in_a_part_and_in_no_exception(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let one = world.employee("Ella Eins").of(FIRE_STATION_1).await;
    let two = world.employee("Zora Zwei").of(FIRE_STATION_2).await;
    let head = world.employee("Karla Kopf").of(FIRE_BRIGADE).await;
    let brigade = units(&world, FIRE_BRIGADE).await;
    let second = units(&world, FIRE_STATION_2).await;
    let hall = units(&world, TOWN_HALL).await;
    let audience = any_of(
        &[brigade.clone(), hall.clone()],
        std::slice::from_ref(&second),
    );
    assert_eq!(count(&editor, &audience).await, 3);
    let address = release(&editor, audience.clone()).await;
    assert_eq!(editor.get(&address).await.ok()["audience"], audience);
    assert_eq!(recipients(&editor, &address).await, 3);
    let all = [&editor, &one, &two, &head];
    assert_eq!(readers(&address, all).await, [true, true, false, true]);
    assert_eq!(
        two.get("/api/v1/announcements").await.ok()["items"],
        json!([])
    );

    // What is excepted is excepted whatever else means it, and `except` may be left out.
    let everybody = json!({"kind": "everybody"});
    let wide = any_of(&[everybody, second.clone()], &[second, hall]);
    let address = release(&editor, wide).await;
    assert_eq!(readers(&address, all).await, [false, true, false, true]);
    let address = release(&editor, json!({"kind": "any_of", "of": [brigade]})).await;
    assert_eq!(readers(&address, all).await, [false, true, true, true]);
}

/// The personnel file of these people, with job titles and places of work.
async fn import(admin: &Person, rows: &[(&Person, Unit, &str, &str)]) {
    let mut file = String::from(
        "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
         Übergeordnete Organisationsnummer;Funktion;Standort\r\n\
         ;;;0;Stadtverwaltung;;;\r\n;;;10;Hauptamt;0;;\r\n;;;37;Feuerwehr;0;;\r\n\
         ;;;37.1;Feuerwache 1;37;;\r\n;;;37.2;Feuerwache 2;37;;\r\n",
    );
    for (person, unit, job, location) in rows {
        let number = &person.personnel_number;
        let (code, name, parent) = (unit.code, unit.name, unit.parent.unwrap_or_default());
        let row = format!("{number};N{number};V;{code};{name};{parent};{job};{location}\r\n");
        file.push_str(&row);
    }
    let call = admin.call(Method::POST, "/api/v1/people/imports?allow_leavers=true");
    call.body("text/csv", file).send().await.created();
}

async fn places_of_work_and_job_titles_come_from_the_personnel_file(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amt").await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let bert = world.employee("Bert Lang").of(FIRE_STATION_1).await;
    let rows = |annas: &'static str| {
        [
            (&admin, TOWN_HALL, "", ""),
            (&editor, TOWN_HALL, "Ärztin", "Rathaus"),
            (&anna, TOWN_HALL, "Straßenwärterin", annas),
            (&bert, FIRE_STATION_1, "ÄRZTIN", "Bauhof Süd"),
        ]
    };
    import(&admin, &rows("Bauhof Süd")).await;
    let choices = editor.get("/api/v1/editorial/audience-choices").await.ok();
    assert_eq!(
        choices["locations"],
        json!([{"name": "Bauhof Süd", "people": 2}, {"name": "Rathaus", "people": 1}])
    );
    assert_eq!(choices["job_titles"][0]["people"], 1, "{choices}");
    assert_eq!(choices["job_titles"][1]["people"], 2, "{choices}");

    let yard = release(&editor, locations(&["bauhof  SÜD"])).await;
    let all = [&editor, &anna, &bert];
    assert_eq!(readers(&yard, all).await, [false, true, true]);
    let doctors = release(&editor, job_titles(&["ärztin"])).await;
    assert_eq!(readers(&doctors, all).await, [true, false, true]);
    let warden = any_of(
        &[job_titles(&["STRASSENWÄRTERIN", "Ärztin"])],
        &[locations(&["Rathaus"])],
    );
    assert_eq!(count(&editor, &warden).await, 2);
    let unknown = locations(&["Rathaus", "Schloss"]);
    let refused = editor
        .post(COUNTS, json!({"audience": unknown}))
        .await
        .refused(422, "invalid-body");
    assert_eq!(refused["errors"][0]["pointer"], "/audience/locations/1");

    // Whoever comes to work there reads it; whoever got it keeps it.
    import(&admin, &rows("Rathaus")).await;
    assert_eq!(count(&editor, &locations(&["Bauhof Süd"])).await, 1);
    assert_eq!(readers(&yard, all).await, [false, true, true]);
}

async fn shift(world: &World, planner: &Person, person: &Person, from: u64, until: u64) {
    let at = |seconds| json!(world.clock.now() + Duration::from_secs(seconds));
    let body = json!({
        "from": at(0),
        "until": at(86_400),
        "people": [{
            "personnel_number": person.personnel_number,
            "shifts": [{"from": at(from), "until": at(until)}],
        }],
    });
    let put = planner.put("/api/v1/duty-roster", body).await;
    assert!(put.status < 300, "{put}");
}

async fn on_duty_means_whoever_is_on_duty_at_t(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let before = world.employee("Vera Vorher").of(FIRE_STATION_1).await;
    let at = world.employee("Toni Tee").of(FIRE_STATION_1).await;
    let after = world.employee("Nora Nachher").of(FIRE_STATION_1).await;
    let quits = world.employee("Quirin Quitt").of(FIRE_STATION_1).await;
    for (person, from, until) in [
        (&before, 0, 60),
        (&at, 60, 7_200),
        (&after, 61, 7_200),
        (&quits, 0, 7_200),
    ] {
        with_phone(person).await;
        shift(&world, &editor, person, from, until).await;
    }
    let address = draft(&editor, to(on_duty())).await;
    assert_eq!(
        editor.get(&format!("{address}/audience")).await.ok()["people"],
        2,
        "now"
    );
    schedule(&world, &editor, &address, 60).await;
    assert_eq!(
        editor.get(&format!("{address}/audience")).await.ok(),
        json!({"people": 2, "with_phone": 2, "without_phone": 0}),
        "at T"
    );
    eventually("the announcement is staged", async || {
        (staged_recipients(&world).await == 2).then_some(())
    })
    .await;
    // Goes off duty after the staging: is no longer meant.
    let off = quits.delete("/api/v1/me/duty").await;
    assert!(off.status < 300, "{off}");
    world.clock.advance(Duration::from_secs(56));
    eventually("who is on duty is asked again", async || {
        (staged_recipients(&world).await == 1).then_some(())
    })
    .await;
    world.clock.advance(Duration::from_secs(4));
    eventually("the release", async || {
        (at.get(&for_readers(&address)).await.status == 200).then_some(())
    })
    .await;
    assert_eq!(recipients(&editor, &address).await, 1);
    // An hour later others are on duty; it stays with those who were.
    world.clock.advance(Duration::from_hours(3));
    shift(&world, &editor, &after, 0, 60).await;
    let all = [&before, &at, &after, &quits];
    assert_eq!(readers(&address, all).await, [false, true, false, false]);
}

async fn an_exception_for_those_on_duty_holds_after_their_shift(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let working = world.employee("Willi Wach").of(FIRE_STATION_1).await;
    let resting = world.employee("Rita Ruhe").of(FIRE_STATION_1).await;
    shift(&world, &editor, &working, 0, 3_600).await;
    let brigade = units(&world, FIRE_BRIGADE).await;
    let address = release(&editor, any_of(&[brigade], &[on_duty()])).await;
    world.clock.advance(Duration::from_hours(30));
    assert_eq!(readers(&address, [&working, &resting]).await, [false, true]);
}

async fn whoever_got_it_keeps_it_unless_an_exception_means_them(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let moves = world.employee("Mona Mobil").of(FIRE_STATION_1).await;
    let comes = world.employee("Klaus Komme").await;
    let brigade = units(&world, FIRE_BRIGADE).await;
    let second = units(&world, FIRE_STATION_2).await;
    let plain = release(&editor, brigade.clone()).await;
    let excepting = release(&editor, any_of(&[brigade], &[second])).await;
    move_to(&world, &moves, TOWN_HALL).await;
    move_to(&world, &comes, FIRE_STATION_1).await;
    for address in [&plain, &excepting] {
        assert_eq!(readers(address, [&moves, &comes]).await, [true, true]);
    }
    move_to(&world, &moves, FIRE_STATION_2).await;
    assert_eq!(readers(&plain, [&moves]).await, [true]);
    assert_eq!(readers(&excepting, [&moves]).await, [false]);
}

async fn whoever_has_left_or_moved_before_t_is_not_meant(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let stays = world.employee("Stine Steht").of(FIRE_STATION_1).await;
    let moves = world.employee("Mona Mobil").of(FIRE_STATION_1).await;
    let leaves = world.employee("Lea Los").of(FIRE_STATION_2).await;
    let audience = any_of(&[units(&world, FIRE_BRIGADE).await], &[]);
    let address = draft(&editor, to(audience.clone())).await;
    schedule(&world, &editor, &address, 60).await;
    eventually("the announcement is staged", async || {
        (staged_recipients(&world).await == 3).then_some(())
    })
    .await;
    move_to(&world, &moves, TOWN_HALL).await;
    let left = world
        .app
        .db
        .query(same("UPDATE accounts SET left_at = $2 WHERE id = $1"))
        .bind(leaves.account)
        .bind(world.clock.now());
    left.execute().await.expect("the person leaves");
    assert_eq!(count(&editor, &audience).await, 1);
    world.clock.advance(Duration::from_secs(56));
    eventually("whoever is no longer meant is taken back", async || {
        (staged_recipients(&world).await == 1).then_some(())
    })
    .await;
    world.clock.advance(Duration::from_secs(4));
    eventually("the release", async || {
        (stays.get(&for_readers(&address)).await.status == 200).then_some(())
    })
    .await;
    assert_eq!(recipients(&editor, &address).await, 1);
    assert_eq!(readers(&address, [&moves]).await, [false]);
}

async fn counts_say_how_many_before_anything_is_stored(stage: &Stage) {
    let world = stage.world().await;
    let editor = world.editor("Eva Editor").await;
    let anna = world.employee("Anna Kühn").await;
    let fire = world.employee("Florian Brand").of(FIRE_STATION_1).await;
    with_phone(&fire).await;
    shift(&world, &editor, &fire, 0, 60).await;
    let brigade = units(&world, FIRE_BRIGADE).await;
    let everybody = json!({"kind": "everybody"});
    for (audience, people, with_phone) in [
        (everybody.clone(), 3, 1),
        (brigade.clone(), 1, 1),
        (on_duty(), 1, 1),
        (
            any_of(
                std::slice::from_ref(&everybody),
                std::slice::from_ref(&brigade),
            ),
            2,
            0,
        ),
        (any_of(std::slice::from_ref(&brigade), &[on_duty()]), 0, 0),
    ] {
        let counted = editor.post(COUNTS, json!({"audience": audience})).await;
        let expected = json!({
            "people": people, "with_phone": with_phone, "without_phone": people - with_phone,
        });
        assert_eq!(counted.ok(), expected, "{audience}");
    }
    let (stored,): (i64,) = world
        .app
        .db
        .query(same("SELECT COUNT(*) FROM audiences"))
        .one()
        .await
        .expect("a count");
    assert_eq!(stored, 0);
    let asked = json!({"audience": everybody});
    anna.post(COUNTS, asked).await.refused(403, "forbidden");
}
