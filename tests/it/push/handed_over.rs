// SPDX-License-Identifier: EUPL-1.2

//! From an editor's release to the lock screen: the whole way, over the real protocols.

use serde_json::{Value, json};
use stadtfunk::push::{
    Gateway,
    sandbox::{Fault, Filter, Phone, Sandbox, SandboxConfig, Which},
};

use crate::world::{
    FIRE_BRIGADE, FIRE_STATION_1, Person, Settings, Stage, TOWN_HALL, World, both, eventually,
};

both!(
    an_announcement_reaches_the_phones_of_its_audience_and_no_others,
    a_phone_that_its_gateway_no_longer_knows_is_removed_and_accounted_for,
);

async fn an_announcement_reaches_the_phones_of_its_audience_and_no_others(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    let mut meant = Vec::new();
    for (name, gateway) in [
        ("Anna", Gateway::Apns),
        ("Finn", Gateway::Fcm),
        ("Wim", Gateway::WebPush),
    ] {
        meant.push(with_phone(&world, &sandbox, name, gateway).await.1);
    }
    let outsider = world.employee("Olga").of(TOWN_HALL).await;
    let others = sandbox.phone(Gateway::Fcm);
    outsider.registers(&others).await;

    let report = released(&world).await;
    assert_eq!(report["people"]["recipients"], 3, "{report}");
    assert_eq!(report["people"]["reached"], 3, "{report}");
    for phone in &meant {
        let push = shown(&sandbox, phone);
        assert_eq!(push["title"], "Großbrand");
        assert_eq!(push["body"], "Alle Wachen.");
    }
    let theirs = Filter {
        address: Some(others.address.clone()),
        ..Filter::default()
    };
    assert!(
        sandbox.journal().entries(&theirs).is_empty(),
        "an outsider's phone was pushed to"
    );
}

async fn a_phone_that_its_gateway_no_longer_knows_is_removed_and_accounted_for(stage: &Stage) {
    let (world, sandbox) = open(stage).await;
    for &gateway in Gateway::ALL {
        let (person, phone) = with_phone(&world, &sandbox, "Karl Kollege", gateway).await;
        world.a_moment_later();
        let gone = Fault::Unregister {
            since: world.clock.now(),
        };
        sandbox.misbehave(gateway, gone, Which::Address(phone.address.clone()));
        let report = released(&world).await;
        let gone = json!([{"outcome": "unregistered", "count": 1}]);
        assert_eq!(report["people"]["not_reached"], gone, "{report}");
        eventually("the dead address's removal", async || {
            let devices = person.get("/api/v1/devices").await.ok();
            devices["items"]
                .as_array()
                .is_some_and(Vec::is_empty)
                .then_some(())
        })
        .await;
    }
}

/// A world that pushes to a sandbox; both by the same clock.
pub(super) async fn open(stage: &Stage) -> (World, Sandbox) {
    let settings = Settings::default();
    let sandbox = stage
        .sandbox(SandboxConfig::default(), settings.clock.clone())
        .await;
    (stage.world_with(settings).await, sandbox)
}

pub(super) async fn with_phone(
    world: &World,
    sandbox: &Sandbox,
    name: &str,
    gateway: Gateway,
) -> (Person, Phone) {
    let person = world.employee(name).of(FIRE_STATION_1).await;
    let phone = sandbox.phone(gateway);
    person.registers(&phone).await;
    (person, phone)
}

/// Releases an announcement for the fire brigade, and gives the report once everybody is accounted for.
async fn released(world: &World) -> Value {
    let (editor, path) = release(world).await;
    eventually("the end of the dispatch", async || {
        let report = editor.get(&format!("{path}/report")).await.ok();
        (report["complete"] == true).then_some(report)
    })
    .await
}

/// Releases an announcement for the fire brigade: its editor, and its path.
pub(super) async fn release(world: &World) -> (Person, String) {
    let editor = world.editor("Eva Redaktion").await;
    let brigade = world.unit_id(FIRE_BRIGADE).await;
    let draft = json!({
        "class": "alert",
        "audience": {"kind": "units", "units": [brigade]},
        "texts": {"de": {"title": "Großbrand", "push_text": "Alle Wachen.", "body": "Am Hafen."}},
    });
    let drafted = editor
        .post("/api/v1/editorial/announcements", draft)
        .await
        .created();
    let path = format!(
        "/api/v1/editorial/announcements/{}",
        drafted["id"].as_str().expect("an id")
    );
    world.approve(&path).await;
    editor.put(&format!("{path}/release"), json!({})).await.ok();
    (editor, path)
}

/// What the phone's lock screen says.
pub(super) fn shown(sandbox: &Sandbox, phone: &Phone) -> Value {
    let theirs = Filter {
        address: Some(phone.address.clone()),
        ..Filter::default()
    };
    let entry = sandbox
        .journal()
        .entries(&theirs)
        .pop()
        .expect("a push arrived");
    sandbox
        .seen(&entry)
        .decrypted
        .expect("only the phone can read it, and it can")
}
