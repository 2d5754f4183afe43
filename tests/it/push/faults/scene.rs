// SPDX-License-Identifier: EUPL-1.2

//! A town hall with phones in their dozens, a sandbox that can be told to misbehave, and a message to
//! everybody.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use stadtfunk::{
    clock::{At, Clock},
    id::{AnnouncementId, ClaimId, MessageId},
    push::{
        Alarm, Gateway, Outcome,
        outbox::{self, Account},
        sandbox::{Entry, Filter, Sandbox, SandboxConfig},
    },
};

use crate::world::{
    Client, Settings, Staffer, Stage, Wiring, World, eventually, people::same, stage::START,
};

const DRAFTS: &str = "/api/v1/editorial/announcements";
/// How long a dispatch may take in real time, whatever goes wrong: far more than it should ever need.
const PATIENCE: Duration = Duration::from_secs(45);

/// A server and its sandbox, each by a clock of its own that stands still until the test advances it.
pub(in crate::push) struct Scene {
    pub(in crate::push) world: World,
    pub(in crate::push) sandbox: Sandbox,
    pub(in crate::push) staff: Vec<Staffer>,
    pub(in crate::push) editor: Client,
    /// Approves what the editor writes.
    second: Client,
    /// What the gateways' own clocks show.
    pub(in crate::push) their_clock: Clock,
}

impl Scene {
    /// So many phones, a third of them at each gateway.
    pub(in crate::push) async fn open(stage: &Stage, phones: usize) -> Self {
        Self::wired(stage, phones, Wiring::default()).await
    }

    /// The same with another way to the gateways.
    pub(in crate::push) async fn wired(stage: &Stage, phones: usize, wiring: Wiring) -> Self {
        let wire = |_: &Sandbox| wiring;
        Self::set(stage, phones, Duration::ZERO, wire).await
    }

    /// The same where the wiring depends on the sandbox, which takes its time to answer.
    pub(in crate::push) async fn set(
        stage: &Stage,
        phones: usize,
        latency: Duration,
        wire: impl FnOnce(&Sandbox) -> Wiring,
    ) -> Self {
        let settings = Settings::default();
        let their_clock = Clock::manual(START.parse().expect("an instant"));
        let disposed = SandboxConfig {
            latency,
            keep_journal: 20_000,
            ..SandboxConfig::default()
        };
        let sandbox = stage.sandbox(disposed, their_clock.clone()).await;
        stage.configure_push(&sandbox, &wire(&sandbox));
        let world = stage.world_with(settings).await;
        let editor = (*world.editor("Eva Redaktion").await).clone();
        let second = (*world.editor("Zoe Zweitblick").await).clone();
        let gateways = Gateway::ALL.iter().copied().cycle().take(phones);
        let staff = world.hire_with_phones(&sandbox, gateways).await;
        Self {
            world,
            sandbox,
            staff,
            editor,
            second,
            their_clock,
        }
    }

    /// Stops the server and starts another with this wiring: an administrator has mended the configuration.
    pub(in crate::push) async fn restart(&mut self, stage: &Stage, wiring: &Wiring) {
        stage.stop_servers().await;
        stage.configure_push(&self.sandbox, wiring);
        let settings = Settings {
            clock: self.world.clock.clone(),
            ..Settings::default()
        };
        self.world = stage.world_with(settings).await;
        self.editor.server = self.world.address;
        self.second.server = self.world.address;
    }

    /// An alert to everybody, at once.
    pub(in crate::push) async fn release(&self) -> MessageId {
        let address = self.draft().await;
        self.editor
            .put(&format!("{address}/release"), json!({}))
            .await
            .ok();
        self.message(&address).await.expect("it has been staged")
    }

    /// Where an alert to everybody, approved, is now to be released or scheduled.
    pub(in crate::push) async fn draft(&self) -> String {
        let draft = json!({
            "class": "alert",
            "audience": {"kind": "everybody"},
            "texts": {"de": {"title": "Sturm", "push_text": "Bleiben Sie drinnen.", "body": "Bis acht."}},
        });
        let draft = self.editor.post(DRAFTS, draft).await.created();
        let address = format!("{DRAFTS}/{}", draft["id"].as_str().expect("an id"));
        self.approve(&address).await;
        address
    }

    /// By the other editor.
    pub(in crate::push) async fn approve(&self, address: &str) {
        self.second.approves(address).await;
    }

    /// The message of the announcement at this address, once it is staged.
    pub(in crate::push) async fn message(&self, address: &str) -> Option<MessageId> {
        let id: AnnouncementId = address
            .rsplit('/')
            .next()
            .and_then(|id| id.parse().ok())
            .expect("an id");
        let (message,): (Option<MessageId>,) = self
            .world
            .app
            .db
            .query(same("SELECT message_id FROM announcements WHERE id = $1"))
            .bind(id)
            .one()
            .await
            .expect("the announcement");
        message
    }

    /// Waits until every delivery of these gateways has its outcome. Where nothing is under way and what is
    /// to be tried again is not due yet, time passes until all of it is; the gateways' clocks go along.
    pub(in crate::push) async fn settled(&self, message: MessageId, gateways: &[Gateway]) {
        let started = Instant::now();
        loop {
            let mut open = self.open_deliveries(message).await;
            open.retain(|delivery| gateways.contains(&delivery.0));
            if open.is_empty() {
                return;
            }
            let now = self.world.clock.now();
            let rests =
                |(_, claim, due): &Delivery| claim.is_none() && due.is_some_and(|at| at > now);
            if open.iter().all(rests) {
                let last = open.iter().filter_map(|(_, _, due)| *due).max();
                self.time_passes(last.map_or(Duration::ZERO, |last| last.since(now)));
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{} of {gateways:?} still wait at {now}, the first {:?}",
                open.len(),
                open.first(),
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// For the server and for the gateways.
    pub(in crate::push) fn time_passes(&self, by: Duration) {
        self.their_clock.advance(by);
        self.world.clock.advance(by);
    }

    async fn open_deliveries(&self, message: MessageId) -> Vec<Delivery> {
        self.world
            .app
            .db
            .query(same(
                "SELECT gateway, claim_id, due_at FROM deliveries
                 WHERE message_id = $1 AND outcome IS NULL",
            ))
            .bind(message)
            .all()
            .await
            .expect("the deliveries")
    }

    /// How many of a gateway's deliveries have no outcome.
    pub(in crate::push) async fn waiting(&self, message: MessageId, gateway: Gateway) -> usize {
        let open = self.open_deliveries(message).await;
        open.iter().filter(|(of, ..)| *of == gateway).count()
    }

    /// How many deliveries have an outcome, now and not later.
    pub(in crate::push) async fn settled_at_once(&self, message: MessageId) -> usize {
        let (settled,): (i64,) = self
            .world
            .app
            .db
            .query(same(
                "SELECT COUNT(*) FROM deliveries WHERE message_id = $1 AND outcome IS NOT NULL",
            ))
            .bind(message)
            .one()
            .await
            .expect("a count");
        usize::try_from(settled).expect("a few")
    }

    /// How many deliveries are claimed.
    pub(in crate::push) async fn claimed(&self, message: MessageId) -> usize {
        let open = self.open_deliveries(message).await;
        open.iter().filter(|(_, claim, _)| claim.is_some()).count()
    }

    /// How many deliveries wait and are claimed by nobody, and when the first of them is due, if all are to
    /// be tried later.
    pub(in crate::push) async fn resting(&self, message: MessageId) -> (usize, Option<At>) {
        let mut open = self.open_deliveries(message).await;
        open.retain(|(_, claim, _)| claim.is_none());
        let first = open.iter().filter_map(|(_, _, due)| *due).min();
        let tried = |due: &At| *due > At::constant(1);
        (open.len(), first.filter(tried))
    }

    pub(in crate::push) fn phones(&self, gateway: Gateway) -> usize {
        let of = |staffer: &&Staffer| staffer.phone.gateway == gateway;
        self.staff.iter().filter(of).count()
    }

    /// The account of a message that is over: every device has an outcome, nobody is missing.
    pub(in crate::push) async fn account(&self, message: MessageId) -> Account {
        let account = eventually("the end of the message", async || {
            let account = outbox::account(&self.world.app.db, message).await;
            let account = account.expect("an account");
            account.finished_at.is_some().then_some(account)
        })
        .await;
        assert_eq!(account.waiting(), 0, "{account:?}");
        assert_eq!(account.unaccounted(), 0, "{account:?}");
        account
    }

    /// The outcomes of a message that is over.
    pub(in crate::push) async fn outcomes(
        &self,
        message: MessageId,
    ) -> BTreeMap<(Gateway, Outcome), i64> {
        let account = self.account(message).await;
        let counted = account.devices.iter().map(|devices| {
            let outcome = devices.outcome.expect("nothing waits");
            ((devices.gateway, outcome), devices.count)
        });
        counted.collect()
    }

    /// Settles the message and asserts that every phone was reached, and that what was sent more than once
    /// carried the same ids each time. Gives how many pushes too many the phones were shown.
    #[must_use = "say how many repeats there may be"]
    pub(in crate::push) async fn everybody_is_reached(&self, message: MessageId) -> u64 {
        self.settled(message, Gateway::ALL).await;
        let account = self.account(message).await;
        for &gateway in Gateway::ALL {
            let of: Vec<_> = account
                .devices
                .iter()
                .filter(|devices| devices.gateway == gateway)
                .map(|devices| (devices.outcome, devices.count))
                .collect();
            let phones = i64::try_from(self.phones(gateway)).expect("a few");
            let all = [(Some(Outcome::Accepted), phones)];
            assert_eq!(of, all[..all.len().min(self.phones(gateway))], "{gateway}");
        }
        let reached = i64::try_from(self.staff.len()).expect("a few");
        assert_eq!(account.people.reached, reached, "{account:?}");
        let mut shown = 0;
        for (gateway, address) in self.staff.iter().map(Staffer::address) {
            let times = self.times_shown(gateway, address);
            assert!(
                times > 0,
                "a phone of {gateway} was told to be reached and was not"
            );
            shown += u64::from(times);
        }
        assert_eq!(
            shown,
            self.sandbox.journal().accepted_total(),
            "a phone of nobody's"
        );
        self.repeats_carry_the_same_ids();
        shown - self.staff.len() as u64
    }

    fn times_shown(&self, gateway: Gateway, address: &str) -> u32 {
        let accepted = self.sandbox.journal().accepted(gateway);
        accepted.get(address).copied().unwrap_or_default()
    }

    /// Whatever came for one phone came under one identity, so that the phone shows it once.
    pub(in crate::push) fn repeats_carry_the_same_ids(&self) {
        let mut ids: HashMap<Arc<str>, BTreeSet<String>> = HashMap::new();
        for entry in self.arrived(&Filter::default()) {
            if let Some(address) = &entry.address {
                let known = ids.entry(address.clone()).or_default();
                known.insert(identity(&self.sandbox, &entry));
            }
        }
        assert!(!ids.is_empty());
        for (address, ids) in ids {
            assert_eq!(ids.len(), 1, "{address} was sent {ids:?}");
        }
    }

    /// The pushes that came for phones.
    pub(in crate::push) fn arrived(&self, filter: &Filter) -> Vec<Arc<Entry>> {
        let mut entries = self.sandbox.journal().entries(filter);
        entries.retain(|entry| !is_a_probe(entry));
        entries
    }

    /// How many there were.
    pub(in crate::push) fn pushes(&self) -> usize {
        self.arrived(&Filter::default()).len()
    }

    /// How many pushes of a gateway ended so at the sandbox.
    pub(in crate::push) fn ended(&self, gateway: Gateway, reason: &str) -> u64 {
        let counts = self.sandbox.journal().counts();
        let ended = counts
            .iter()
            .filter(|count| count.gateway == gateway && count.reason == reason);
        ended.map(|count| count.count).sum()
    }

    pub(in crate::push) fn alarm(&self, gateway: Gateway) -> Option<Alarm> {
        let states = self.world.app.push.gateway_states();
        states
            .into_iter()
            .find(|state| state.gateway == gateway)
            .and_then(|state| state.alarm)
    }
}

/// Before T a connection to Apple is tried with a token that no phone has.
fn is_a_probe(entry: &Entry) -> bool {
    let nobody = |address: &str| address.bytes().all(|digit| digit == b'0');
    entry.gateway == Gateway::Apns && entry.address.as_deref().is_some_and(nobody)
}

/// A delivery without an outcome: its gateway, who has claimed it, and when its lease ends or it is due.
type Delivery = (Gateway, Option<ClaimId>, Option<At>);

impl Staffer {
    pub(in crate::push) fn address(&self) -> (Gateway, &str) {
        (self.phone.gateway, &self.phone.address)
    }
}

/// What tells one push to a phone from a repeat of it: Apple's two ids, the push service's topic; Google has
/// neither, there it is the id that the app finds inside.
pub(crate) fn identity(sandbox: &Sandbox, entry: &Entry) -> String {
    let header = |name: &str| {
        let value = entry.headers.get(name).expect("the header");
        value.to_str().expect("ASCII").to_owned()
    };
    match entry.gateway {
        Gateway::Apns => format!("{} {}", header("apns-id"), header("apns-collapse-id")),
        Gateway::WebPush => header("topic"),
        Gateway::Fcm => {
            let read = sandbox
                .seen(entry)
                .decrypted
                .expect("readable on the phone");
            read["message_id"].as_str().expect("an id").to_owned()
        }
    }
}

/// All gateways but one.
pub(in crate::push) fn others(gateway: Gateway) -> Vec<Gateway> {
    let all = Gateway::ALL.iter().copied();
    all.filter(|other| *other != gateway).collect()
}
