// SPDX-License-Identifier: EUPL-1.2

//! The staff first: the press waits for a share of the phones, and not for ever.

use std::time::Duration;

use serde_json::json;
use stadtfunk::{
    clock::Clock,
    push::{
        Gateway,
        sandbox::{Fault, Filter, Sandbox, SandboxConfig, Which},
    },
};

use super::{City, staff_first};
use crate::world::{Dice, Settings, Stage, Wiring, both, eventually, stage::START};

both!(
    the_press_is_never_before_the_share_of_the_staff,
    a_dead_gateway_holds_the_press_up_to_the_limit_and_no_longer,
    a_correction_in_mid_release_is_what_the_share_is_of,
);

/// Gateways on a stage, whose pushes a web site can count when it is called.
async fn gateways(stage: &Stage, latency: Duration) -> (Sandbox, impl Fn() -> u64 + use<>) {
    let disposed = SandboxConfig {
        latency,
        ..SandboxConfig::default()
    };
    let clock = Clock::manual(START.parse().expect("an instant"));
    let sandbox = stage.sandbox(disposed, clock).await;
    let seen = sandbox.clone();
    let witness = move || seen.journal().accepted_total();
    (sandbox, witness)
}

async fn the_press_is_never_before_the_share_of_the_staff(stage: &Stage) {
    const PHONES: usize = 60;
    const RUNS: usize = 20;
    let mut dice = Dice::new();
    let (sandbox, witness) = gateways(stage, Duration::ZERO).await;
    let city = City::with(stage, Settings::default(), witness).await;
    let gateways = Gateway::ALL.iter().copied().cycle().take(PHONES);
    city.world.hire_with_phones(&sandbox, gateways).await;
    for run in 0..RUNS {
        // Every gateway answers some of its phones late, each time others and by another time.
        sandbox.behave();
        for gateway in Gateway::ALL.iter().copied() {
            let by = Duration::from_millis(dice.below(60));
            let some = Which::EveryNth(1 + dice.below(5));
            sandbox.misbehave(gateway, Fault::Latency { by }, some);
        }
        let share = [95, 95, 50, 100][run % 4];
        let before = sandbox.journal().accepted_total();
        let address = city.draft(&staff_first(share, 600)).await;
        city.release(&address).await;
        // No time passes: only the share can open the press.
        let report = eventually("the press is served", async || {
            let report = city.report(&address).await;
            (report["complete"] == true).then_some(report)
        })
        .await;
        assert_eq!(report["press"]["opened_because"], "share");
        assert!(report["press"]["skew_ms"].as_f64().expect("a skew") >= 0.0);
        let calls = city.site.calls();
        assert_eq!(calls.len(), run + 1);
        let handed_over = calls[run].witnessed - before;
        let least = (PHONES as u64 * u64::from(share)).div_ceil(100);
        assert!(
            handed_over >= least,
            "{handed_over} of {least} at {share} %"
        );
    }
}

async fn a_dead_gateway_holds_the_press_up_to_the_limit_and_no_longer(stage: &Stage) {
    let (sandbox, witness) = gateways(stage, Duration::ZERO).await;
    // Nobody listens there: the port was free a moment ago.
    let dead = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nowhere = dead.local_addr().expect("a bound listener");
    drop(dead);
    let wiring = Wiring {
        apns_url: Some(format!("https://{nowhere}")),
        ..Wiring::default()
    };
    stage.configure_push(&sandbox, &wiring);
    let city = City::with(stage, Settings::default(), witness).await;
    let gateways = Gateway::ALL.iter().copied().cycle().take(9);
    city.world.hire_with_phones(&sandbox, gateways).await;
    let address = city.draft(&staff_first(95, 120)).await;
    city.release(&address).await;
    eventually("the living gateways are done", async || {
        (sandbox.journal().accepted_total() == 6).then_some(())
    })
    .await;
    city.world.clock.advance(Duration::from_micros(119_999_999));
    let report = city.report(&address).await;
    assert!(report["press"].get("opened_ms").is_none(), "{report}");
    assert!(city.site.calls().is_empty());
    city.world.clock.advance(Duration::from_micros(1));
    eventually("the press is served", async || {
        let served = city.site.calls().len() == 1 && city.office.letters().len() == 2;
        served.then_some(())
    })
    .await;
    let report = city.report(&address).await;
    assert_eq!(report["press"]["opened_because"], "time");
    assert_eq!(report["press"]["opened_ms"], 120_000.0);
}

/// The deliveries of the words before end with the correction; that is no reason to open the press at once, nor to keep
/// it waiting for what will never be accepted.
async fn a_correction_in_mid_release_is_what_the_share_is_of(stage: &Stage) {
    const PHONES: usize = 60;
    const CORRECTED: &str = "Neue Brücke morgen";
    let (sandbox, _) = gateways(stage, Duration::ZERO).await;
    let seen = sandbox.clone();
    let corrected = move || {
        let accepted = Filter {
            accepted: Some(true),
            ..Filter::default()
        };
        let pushes = seen.journal().entries(&accepted);
        let titles = pushes
            .iter()
            .filter_map(|push| seen.seen(push).notification);
        titles.filter(|note| note.title == CORRECTED).count() as u64
    };
    let city = City::with(stage, Settings::default(), corrected).await;
    let every_gateway = Gateway::ALL.iter().copied().cycle().take(PHONES);
    city.world.hire_with_phones(&sandbox, every_gateway).await;
    // So slow that the share of the first words is not reached before they are corrected.
    let by = Duration::from_secs(3);
    sandbox.misbehave(Gateway::Fcm, Fault::Latency { by }, Which::All);
    let address = city.draft(&staff_first(95, 600)).await;
    city.release(&address).await;
    eventually("some phones are reached", async || {
        (sandbox.journal().accepted_total() > 0).then_some(())
    })
    .await;
    let texts =
        json!({"title": CORRECTED, "push_text": "Sie wird morgen eröffnet.", "body": "Um drei."});
    let correction = json!({
        "texts": {"de": texts, "en": texts}, "note": {"de": "Tag berichtigt.", "en": "The day."},
    });
    city.correct(&address, correction).await;
    sandbox.behave();
    // What is on the wire is given two seconds to arrive; after that no time passes, so only the share can open.
    city.world.clock.advance(Duration::from_secs(2));
    let report = eventually("the press is served", async || {
        let report = city.report(&address).await;
        (report["complete"] == true).then_some(report)
    })
    .await;
    assert_eq!(report["press"]["opened_because"], "share");
    let [call] = &city.site.calls()[..] else {
        panic!("{:?}", city.site.calls());
    };
    assert_eq!(call.json["data"]["texts"]["de"]["title"], CORRECTED);
    assert!(call.witnessed >= 57, "{} of {PHONES}", call.witnessed);
}
