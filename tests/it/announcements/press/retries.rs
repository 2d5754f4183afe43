// SPDX-License-Identifier: EUPL-1.2

//! What a receiver does not take at once is tried again, under its id, and ends somehow.

use std::time::Duration;

use serde_json::json;

use super::{ANCHOR, City, RADIO, SAME_INSTANT, all, outcomes};
use crate::world::{Reply, Stage, both, eventually};

both!(
    a_web_site_is_called_until_it_takes_the_call,
    what_can_not_be_delivered_in_a_day_is_given_up,
    a_recipient_who_is_refused_ends_apart_from_the_others,
    what_was_not_delivered_before_a_restart_is_delivered_once,
    a_call_that_was_cut_off_is_repeated_under_its_id,
);

async fn a_web_site_is_called_until_it_takes_the_call(stage: &Stage) {
    let city = City::on(stage).await;
    city.site.will(&[
        Reply::Status(500),
        Reply::Silence,
        Reply::Status(302),
        Reply::Status(200),
    ]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| call.id == calls[0].id), "{calls:?}");
    assert!(calls.iter().all(|call| call.json == calls[0].json));
}

async fn what_can_not_be_delivered_in_a_day_is_given_up(stage: &Stage) {
    let city = City::on(stage).await;
    city.site.will(&[Reply::Status(500); 2]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    eventually(
        "the site has been called, and the rest is served",
        async || {
            let report = city.report(&address).await;
            let written = outcomes(&report, "mail", "released") == all("delivered", 2);
            (written && city.site.calls().len() == 1).then_some(())
        },
    )
    .await;
    city.world.clock.advance(Duration::from_hours(24));
    let report = city.served(&address).await;
    assert_eq!(outcomes(&report, "web_hook", "released"), all("gave_up", 1));
}

async fn a_recipient_who_is_refused_ends_apart_from_the_others(stage: &Stage) {
    let city = City::on(stage).await;
    city.office.refuses_once(ANCHOR, "550 no such mailbox");
    city.office.refuses_once(RADIO, "451 come back later");
    city.site.will(&[Reply::Status(410)]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "mail", "released"),
        json!([{"outcome": "delivered", "count": 1}, {"outcome": "refused", "count": 1}])
    );
    assert_eq!(outcomes(&report, "web_hook", "released"), all("refused", 1));
    assert_eq!(city.office.letters().len(), 1);
    assert_eq!(city.office.letters()[0].to, [RADIO]);
}

async fn what_was_not_delivered_before_a_restart_is_delivered_once(stage: &Stage) {
    let mut city = City::on(stage).await;
    city.site.will(&[Reply::Status(503)]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    eventually("all but the web site is served", async || {
        let report = city.report(&address).await;
        let written = outcomes(&report, "mail", "released") == all("delivered", 2);
        (written && city.site.calls().len() == 1).then_some(())
    })
    .await;
    city.restart(stage).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].id, calls[1].id);
    assert_eq!(city.office.letters().len(), 2);
}

async fn a_call_that_was_cut_off_is_repeated_under_its_id(stage: &Stage) {
    let mut city = City::on(stage).await;
    city.site.will(&[Reply::Silence]);
    let address = city.draft(SAME_INSTANT).await;
    city.release(&address).await;
    eventually("the call is under way", async || {
        (city.site.calls().len() == 1).then_some(())
    })
    .await;
    city.restart(stage).await;
    let report = city.served(&address).await;
    assert_eq!(
        outcomes(&report, "web_hook", "released"),
        all("delivered", 1)
    );
    let calls = city.site.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].id, calls[1].id);
}
