// SPDX-License-Identifier: EUPL-1.2

//! What still waits follows what happens meanwhile: duty, pauses, phones, corrections, a late release.

use std::time::Duration;

use serde_json::json;
use stadtfunk::push::Gateway;

use super::{DUTY, Night, QUIET, TITLE, pause};
use crate::{
    push::duty::count,
    world::{Stage, both, eventually},
};

both!(
    whoever_goes_on_duty_gets_at_once_what_waits,
    the_next_shift_of_the_roster_ends_the_wait,
    a_pause_that_is_ended_early_lets_come_what_waits,
    a_pause_between_staging_and_t_is_kept,
    a_pause_that_ends_before_t_is_none,
    a_phone_that_is_registered_in_the_quiet_waits_too,
    what_is_withdrawn_in_the_quiet_never_comes,
    what_is_corrected_in_the_quiet_comes_once_with_the_last_words,
    what_is_released_late_disturbs_nobody_who_is_in_the_quiet_by_then,
    what_is_released_when_the_quiet_is_over_is_held_back_from_nobody,
);

const NEW_TITLE: &str = "Altes Rathaus";

async fn whoever_goes_on_duty_gets_at_once_what_waits(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    let (_, other) = night.employee("Bert Lang").await;
    let address = night.release("news").await;
    night.settled(&address).await;
    night.hours_pass(1);
    assert_eq!(night.came(&phone), 0);
    let until = night.world.clock.now() + Duration::from_hours(2);
    anna.put(DUTY, json!({"until": until})).await.ok();
    night.comes(&phone).await;
    let report = night.settled(&address).await;
    assert_eq!(night.came(&other), 0);
    assert_eq!(report["devices"]["handed_over_after_quiet"], 1);
    assert!(
        report.get("hand_over").is_none(),
        "nobody was told at T: {report}"
    );
}

async fn the_next_shift_of_the_roster_ends_the_wait(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    let now = night.world.clock.now();
    let roster = |hours: &[u64]| {
        let shift = |&from: &u64| {
            let from = now + Duration::from_hours(from);
            json!({"from": from, "until": from + Duration::from_hours(4)})
        };
        json!({
            "from": now,
            "until": now + Duration::from_hours(48),
            "people": [{
                "personnel_number": anna.personnel_number,
                "shifts": hours.iter().map(shift).collect::<Vec<_>>(),
            }],
        })
    };
    let put = async |hours: &[u64]| {
        let put = night.editor.put("/api/v1/duty-roster", roster(hours));
        put.await.ok();
    };
    put(&[2]).await;
    let address = night.release("news").await;
    night.settled(&address).await;
    // The shift is moved, twice.
    put(&[]).await;
    night.hours_pass(2);
    assert_eq!(night.settled(&address).await["people"]["held_back"], 1);
    put(&[4]).await;
    night.hours_pass(2);
    night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
}

async fn a_pause_that_is_ended_early_lets_come_what_waits(stage: &Stage) {
    let night = Night::falls(stage).await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    pause(&night, &anna, 24).await;
    let address = night.release("news").await;
    night.settled(&address).await;
    night.hours_pass(12);
    assert_eq!(night.came(&phone), 0);
    // A longer one is kept first.
    pause(&night, &anna, 24).await;
    night.hours_pass(13);
    assert_eq!(night.settled(&address).await["people"]["held_back"], 1);
    anna.put(QUIET, json!({"windows": []})).await.ok();
    night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
}

/// Schedules it in two minutes and waits until the dispatcher holds what is to leave at T, which is in three seconds.
async fn about_to_be_released(night: &Night) -> String {
    let address = night.draft("news").await;
    let release_at = night.world.clock.now() + Duration::from_mins(2);
    let schedule = json!({"release_at": release_at});
    night.put(&address, "schedule", schedule).await;
    night.world.clock.advance(Duration::from_secs(117));
    eventually("the owl's push is held ready", async || {
        let claimed = "SELECT COUNT(*) FROM deliveries WHERE claim_id IS NOT NULL";
        (count(&night.world, claimed).await > 0).then_some(())
    })
    .await;
    address
}

async fn a_pause_between_staging_and_t_is_kept(stage: &Stage) {
    let night = Night::falls(stage).await;
    let owl = night.owl().await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    anna.put(QUIET, json!({"windows": []})).await.ok();
    let address = about_to_be_released(&night).await;
    pause(&night, &anna, 1).await;
    night.world.clock.advance(Duration::from_secs(3));
    night.comes(&owl).await;
    let report = night.settled(&address).await;
    assert_eq!(report["people"]["held_back"], 1, "{report}");
    assert_eq!(night.came(&phone), 0);
    night.hours_pass(1);
    night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
}

async fn a_pause_that_ends_before_t_is_none(stage: &Stage) {
    let night = Night::falls(stage).await;
    night.owl().await;
    let (anna, phone) = night.employee("Anna Kühn").await;
    pause(&night, &anna, 1).await;
    let address = about_to_be_released(&night).await;
    anna.put(QUIET, json!({"windows": []})).await.ok();
    night.world.clock.advance(Duration::from_secs(3));
    let report = night.complete(&address).await;
    assert_eq!(night.on(&phone), [TITLE]);
    assert_eq!(report["devices"]["handed_over_after_quiet"], 0);
}

async fn a_phone_that_is_registered_in_the_quiet_waits_too(stage: &Stage) {
    let night = Night::falls(stage).await;
    let owl = night.world.employee("Uwe Uhu").await;
    owl.put(QUIET, json!({"windows": []})).await.ok();
    let anna = night.world.employee("Anna Kühn").await;
    let (_, other) = night.employee("Bert Lang").await;
    let address = night.release("news").await;
    night.settled(&address).await;
    night.hours_pass(1);
    let (phone, late) = (
        night.sandbox.phone(Gateway::Apns),
        night.sandbox.phone(Gateway::Fcm),
    );
    anna.registers(&phone).await;
    // He has been awake: what waits for others is nothing that is on its way to him.
    owl.registers(&late).await;
    let report = night.settled(&address).await;
    assert_eq!(report["devices"]["held_back"], 2, "{report}");
    night.hours_pass(8);
    night.complete(&address).await;
    assert_eq!(
        (night.on(&phone), night.on(&other)),
        (vec![TITLE.to_owned()], vec![TITLE.to_owned()])
    );
    assert_eq!(night.came(&late), 0);
}

async fn what_is_withdrawn_in_the_quiet_never_comes(stage: &Stage) {
    let night = Night::falls(stage).await;
    let owl = night.owl().await;
    let (_, phone) = night.employee("Anna Kühn").await;
    let address = night.release("news").await;
    night.comes(&owl).await;
    night.settled(&address).await;
    night.editor.delete(&address).await.done();
    eventually("it is taken down", async || {
        night.on(&owl).is_empty().then_some(())
    })
    .await;
    let report = night.complete(&address).await;
    let withdrawn = json!([{"outcome": "withdrawn", "count": 1}]);
    assert_eq!(report["people"]["not_reached"], withdrawn, "{report}");
    // The next news shows that the morning's work is done.
    night.hours_pass(10);
    let next = night.release("news").await;
    night.complete(&next).await;
    assert_eq!(night.came(&phone), 1);
}

async fn what_is_corrected_in_the_quiet_comes_once_with_the_last_words(stage: &Stage) {
    let night = Night::falls(stage).await;
    let owl = night.owl().await;
    let (_, phone) = night.employee("Anna Kühn").await;
    let address = night.release("news").await;
    night.comes(&owl).await;
    night.settled(&address).await;
    let words = json!({
        "texts": {"de": {"title": NEW_TITLE, "push_text": "Am Markt.", "body": "Ab Mai."}},
        "note": {"de": "Das alte ist gemeint."},
    });
    night.put(&address, "correction", words).await;
    eventually("the owl hears of it at once", async || {
        (night.on(&owl) == [NEW_TITLE]).then_some(())
    })
    .await;
    assert_eq!(night.came(&phone), 0);
    night.hours_pass(9);
    night.comes(&phone).await;
    assert_eq!(night.on(&phone), [NEW_TITLE]);
    assert_eq!((night.came(&phone), night.came(&owl)), (1, 2));
}

async fn what_is_released_late_disturbs_nobody_who_is_in_the_quiet_by_then(stage: &Stage) {
    let mut night = Night::falls(stage).await;
    let owl = night.owl().await;
    let (_, phone) = night.employee("Anna Kühn").await;
    let address = night.draft("news").await;
    // Two minutes to eight in the evening of the next day.
    let release_at = night.world.clock.now() + Duration::from_mins(22 * 60 + 58);
    night
        .put(&address, "schedule", json!({"release_at": release_at}))
        .await;
    night.world.clock.advance(Duration::from_mins(22 * 60 + 57));
    eventually("everybody is staged", async || {
        let staged = "SELECT COUNT(*) FROM deliveries WHERE quiet_until IS NULL";
        (count(&night.world, staged).await == 2).then_some(())
    })
    .await;
    stage.stop_servers().await;
    night.world.clock.advance(Duration::from_mins(3));
    night.world = stage.world_with(night.settings.clone()).await;
    night.editor.server = night.world.address;
    night.comes(&owl).await;
    let report = night.settled(&address).await;
    assert_eq!(report["people"]["held_back"], 1, "{report}");
    assert_eq!(night.came(&phone), 0);
}

async fn what_is_released_when_the_quiet_is_over_is_held_back_from_nobody(stage: &Stage) {
    let mut night = Night::falls(stage).await;
    let (_, phone) = night.employee("Anna Kühn").await;
    let address = night.draft("news").await;
    // Two minutes to six in the morning.
    let release_at = night.world.clock.now() + Duration::from_mins(8 * 60 + 58);
    night
        .put(&address, "schedule", json!({"release_at": release_at}))
        .await;
    night.world.clock.advance(Duration::from_mins(8 * 60 + 57));
    eventually("what is staged is to wait for six o'clock", async || {
        let staged = "SELECT COUNT(*) FROM deliveries WHERE quiet_until IS NOT NULL";
        (count(&night.world, staged).await == 1).then_some(())
    })
    .await;
    stage.stop_servers().await;
    night.world.clock.advance(Duration::from_mins(5));
    night.world = stage.world_with(night.settings.clone()).await;
    night.editor.server = night.world.address;
    night.comes(&phone).await;
    let report = night.complete(&address).await;
    assert_eq!(report["devices"]["handed_over_after_quiet"], 0, "{report}");
    assert!(report.get("hand_over").is_some(), "{report}");
}
