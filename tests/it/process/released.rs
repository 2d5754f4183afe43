// SPDX-License-Identifier: EUPL-1.2

//! `kill -9` around T: whenever the server dies, what the next one makes of it is one release, not before T, of
//! which nobody is missed, neither on the phones nor at the press.

use std::time::Duration;

use serde_json::{Value, json};
use stadtfunk::{
    clock::{At, Clock},
    db::Db,
    push::{
        Gateway,
        sandbox::{Sandbox, SandboxConfig},
    },
};

use super::{
    dispatch::{
        claims, deliveries, end_the_leases, finished, repeats_carry_the_same_ids, shown,
        times_shown,
    },
    program::Program,
};
use crate::{
    announcements::{draft, to_everybody},
    world::{
        Client, PostOffice, Reply, Staffer, Stage, WebSite, World, both, eventually,
        newsroom::{ANCHOR, RADIO},
        people::same,
    },
};

both!(
    killed_five_seconds_before_t_it_is_released_once,
    killed_at_t_it_is_released_once,
    killed_in_the_middle_of_the_release_it_is_released_once,
    killed_a_second_after_t_it_is_released_once,
);

const PHONES: usize = 90;
/// Of the sandbox's answers: with ten pushes in flight at each gateway, all are handed over after 75 ms.
const LATENCY: Duration = Duration::from_millis(25);
/// When the gateways are warmed and the first batches claimed.
const WARM: Duration = Duration::from_secs(5);

/// A server on the stage, its staff, its press, and an announcement that is scheduled.
struct Town {
    sandbox: Sandbox,
    site: WebSite,
    post: PostOffice,
    office: World,
    staff: Vec<Staffer>,
    editor: Client,
    running: Option<Program>,
    /// Of the announcement.
    address: String,
    t: At,
}

impl Town {
    /// T is so far ahead.
    async fn found(stage: &Stage, rule: Value, ahead: Duration) -> Self {
        let site = stage.web_site(micros).await;
        let post = stage.post_office().await;
        stage.configure_press(&site, &post);
        let disposed = SandboxConfig {
            latency: LATENCY,
            ..SandboxConfig::default()
        };
        let sandbox = stage.sandbox(disposed, Clock::wall()).await;
        let running = Program::serve(stage).await;
        let office = stage.office_of(running.address).await;
        let gateways = Gateway::ALL.iter().copied().cycle().take(PHONES);
        let staff = office.hire_with_phones(&sandbox, gateways).await;
        let editor = (*office.editor("Eva Redaktion").await).clone();
        let address = draft(&editor, to_everybody()).await;
        editor.put(&format!("{address}/press"), rule).await.ok();
        let t = office.clock.now() + ahead;
        let schedule = json!({"release_at": t});
        let scheduled = editor.put(&format!("{address}/schedule"), schedule).await;
        let t = serde_json::from_value(scheduled.ok()["release_at"].clone()).expect("T");
        Self {
            sandbox,
            site,
            post,
            office,
            staff,
            editor,
            running: Some(running),
            address,
            t,
        }
    }

    fn db(&self) -> &Db {
        &self.office.app.db
    }

    /// What the dead one held would be free when its leases end, on PostgreSQL: they end.
    async fn after_a_kill(mut self, stage: &Stage) -> Self {
        self.running.take().expect("it runs").kill().await;
        end_the_leases(self.db(), &claims(&deliveries(self.db()).await)).await;
        self.db()
            .query(same(
                "UPDATE press_deliveries SET due_at = $1 WHERE claim_id IS NOT NULL",
            ))
            .bind(self.office.clock.now() - Duration::from_secs(1))
            .execute()
            .await
            .expect("the press's deliveries");
        let running = Program::serve(stage).await;
        self.editor.server = running.address;
        self.running = Some(running);
        self
    }

    async fn report(&self) -> Value {
        finished(self.db()).await;
        eventually("the report is complete", async || {
            let report = self.editor.get(&format!("{}/report", self.address)).await;
            let report = (report.status == 200).then(|| report.json())?;
            (report["complete"] == true).then_some(report)
        })
        .await
    }

    /// Released once and not before T, everybody reached, every channel of the press served, all of it in the report.
    async fn turns_out_released_once(mut self) {
        eventually("the release", async || {
            let report = self.editor.get(&format!("{}/report", self.address)).await;
            (report.status == 200).then_some(())
        })
        .await;
        let report = self.report().await;
        for (what, count) in [
            (
                "changes",
                "SELECT COUNT(*) FROM changes WHERE kind = 'announcement_released'",
            ),
            (
                "audit",
                "SELECT COUNT(*) FROM audit_entries WHERE action = 'announcement_released'",
            ),
        ] {
            let (releases,): (i64,) = self.db().query(same(count)).one().await.expect("a count");
            assert_eq!(releases, 1, "{what}");
        }
        self.nothing_was_early(&report);
        self.everybody_is_reached(&report);
        self.the_press_is_served(&report);
        let last = self.running.take().expect("it runs");
        last.terminate().await;
        assert!(last.ended().await.0.success());
    }

    fn nothing_was_early(&self, report: &Value) {
        let released_at: At =
            serde_json::from_value(report["released_at"].clone()).expect("a time");
        assert!(released_at >= self.t);
        assert!(report["hand_over"]["first_ms"].as_f64() >= Some(0.0));
        let shown = self.sandbox.journal().entries(&shown());
        let early = shown.iter().find(|push| push.at < self.t);
        assert!(early.is_none(), "before {:?}: {early:?}", self.t);
        let t = self.t.as_micros().unsigned_abs();
        assert!(self.site.calls().iter().all(|call| call.witnessed >= t));
    }

    fn everybody_is_reached(&self, report: &Value) {
        let people = &report["people"];
        assert_eq!(people["recipients"], PHONES + 1, "{report}");
        assert_eq!(people["reached"], PHONES, "{report}");
        assert_eq!(people["without_device"], 1, "{report}");
        assert_eq!(people["unaccounted"], 0, "{report}");
        // What was on its way when the server died is sent again, and is the same push.
        let shown = times_shown(&self.sandbox, &self.staff);
        assert!(shown.values().all(|times| (1..=2).contains(times)));
        repeats_carry_the_same_ids(&self.sandbox);
    }

    fn the_press_is_served(&self, report: &Value) {
        for (channel, count) in [("web_hook", 1), ("mail", 2), ("page", 1)] {
            let channels = report["press"]["channels"].as_array().expect("channels");
            let of = channels.iter().find(|one| one["channel"] == channel);
            let delivered = json!([{"outcome": "delivered", "count": count}]);
            assert_eq!(of.expect("a channel")["outcomes"], delivered, "{report}");
        }
        let calls = self.site.calls();
        assert!(
            calls
                .iter()
                .all(|call| call.id == calls[0].id && call.json == calls[0].json)
        );
        for recipient in [ANCHOR, RADIO] {
            let letters = self.post.letters();
            let ids = letters.iter().filter(|letter| letter.to == [recipient]);
            let ids: Vec<_> = ids.map(|letter| message_id(&letter.source)).collect();
            assert!(
                (1..=2).contains(&ids.len()),
                "{recipient} got {}",
                ids.len()
            );
            assert!(ids.iter().all(|id| *id == ids[0]));
        }
    }
}

/// What the machine's clock shows.
fn micros() -> u64 {
    Clock::wall().now().as_micros().unsigned_abs()
}

fn message_id(source: &str) -> String {
    let read = mail_parser::MessageParser::default().parse(source);
    let read = read.expect("a mail (RFC 5322)");
    read.message_id().expect("an id").to_owned()
}

fn same_instant() -> Value {
    json!({"rule": "same_instant"})
}

async fn killed_five_seconds_before_t_it_is_released_once(stage: &Stage) {
    let ahead = WARM + Duration::from_millis(500);
    let town = Town::found(stage, same_instant(), ahead).await;
    town.office.clock.sleep_until(town.t - WARM).await;
    let town = town.after_a_kill(stage).await;
    town.office.clock.sleep_until(town.t).await;
    town.turns_out_released_once().await;
}

async fn killed_at_t_it_is_released_once(stage: &Stage) {
    let town = Town::found(stage, same_instant(), Duration::from_secs(1)).await;
    town.office.clock.sleep_until(town.t).await;
    let town = town.after_a_kill(stage).await;
    town.turns_out_released_once().await;
}

async fn killed_in_the_middle_of_the_release_it_is_released_once(stage: &Stage) {
    let staff_first =
        json!({"rule": "staff_first", "share_percent": 100, "at_latest_seconds": 600});
    let town = Town::found(stage, staff_first, Duration::from_secs(1)).await;
    town.sandbox.journal().reaches(PHONES as u64 / 3).await;
    let town = town.after_a_kill(stage).await;
    let report = town.report().await;
    assert_eq!(report["press"]["opened_because"], "share");
    town.turns_out_released_once().await;
}

async fn killed_a_second_after_t_it_is_released_once(stage: &Stage) {
    let town = Town::found(stage, same_instant(), Duration::from_secs(1)).await;
    // The web site is down meanwhile.
    town.site.will(&[Reply::Status(503), Reply::Status(503)]);
    town.office
        .clock
        .sleep_until(town.t + Duration::from_secs(1))
        .await;
    let town = town.after_a_kill(stage).await;
    let report = town.report().await;
    assert!(town.site.calls().len() >= 2, "{report}");
    town.turns_out_released_once().await;
}
