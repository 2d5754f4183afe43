// SPDX-License-Identifier: EUPL-1.2

//! What the machine room is told, in numbers: how much was handed over, how it ended, how long it took, what
//! waits. In the OpenMetrics text format; docs/operations/push.md says what each one means.
//!
//! The numbers are this process's own and begin at 0 with it, but for the queue, which is the database's.
//!
//! **Invariant**: a label is a gateway, a class, an outcome or a kind of alarm. Never a person, an address or a
//! message.

use std::sync::Arc;

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{
    AlarmKind, Gateway, GatewayState, MessageClass, Outcome,
    outbox::{self, Attempt, Claim, End},
};
use crate::{clock::At, db::Db, id::MessageId};

/// The numbers of one process. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub(super) struct Metrics(Arc<Inner>);

type Labels<const N: usize> = [(&'static str, &'static str); N];
type Histograms<const N: usize> = Family<Labels<N>, Histogram, fn() -> Histogram>;

struct Inner {
    registry: Registry,
    handed_over: Family<Labels<2>, Counter>,
    outcomes: Family<Labels<3>, Counter>,
    retries: Family<Labels<2>, Counter>,
    given_back: Family<Labels<2>, Counter>,
    answers: Histograms<1>,
    lag: Histograms<2>,
    lost_leases: Counter,
    unsettled: Counter,
    waiting: Family<Labels<2>, Gauge>,
    alarms: Family<Labels<2>, Gauge>,
}

/// From a gateway on the same continent up to the patience for an answer (20 s), in seconds.
const ANSWER: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0,
];
/// From "at T" up to "when it was tried again", in seconds.
const LAG: [f64; 14] = [
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0,
];

impl Metrics {
    pub(super) fn new() -> Self {
        let mut inner = Inner {
            registry: Registry::with_prefix("stadtfunk_push"),
            handed_over: Family::default(),
            outcomes: Family::default(),
            retries: Family::default(),
            given_back: Family::default(),
            answers: Family::new_with_constructor(|| Histogram::new(ANSWER)),
            lag: Family::new_with_constructor(|| Histogram::new(LAG)),
            lost_leases: Counter::default(),
            unsettled: Counter::default(),
            waiting: Family::default(),
            alarms: Family::default(),
        };
        inner.register();
        inner.begin_at_zero();
        Self(Arc::new(inner))
    }

    /// Begins to watch a batch.
    pub(super) fn watch(&self, claim: &Claim) -> Watched {
        let by = [
            gateway_label(claim.gateway),
            class_label(claim.message.class),
        ];
        let accepted = [by[0], by[1], outcome_label(Outcome::Accepted)];
        Watched {
            metrics: self.clone(),
            message: claim.message.id,
            by,
            handed_over: self.0.handed_over.get_or_create_owned(&by),
            answers: self.0.answers.get_or_create_owned(&[by[0]]),
            accepted: self.0.outcomes.get_or_create_owned(&accepted),
            in_time: Vec::new(),
        }
    }

    /// Deliveries were taken over from a process that held them for longer than its lease.
    pub(super) fn lost_leases(&self, count: u64) {
        self.0.lost_leases.inc_by(count);
    }

    /// Answers of gateways could not be written down at once.
    pub(super) fn unsettled(&self) {
        self.0.unsettled.inc();
    }

    /// All of it as text. If the database can't say what waits, that is left out.
    pub(super) async fn text(&self, db: &Db, gateways: &[GatewayState], now: At) -> String {
        match outbox::queue(db, now).await {
            Ok(queue) => self.0.note_queue(&queue),
            Err(error) => {
                tracing::warn!(%error, "the metrics are without the queue's length");
                self.0.waiting.clear();
            }
        }
        self.0.note_alarms(gateways);
        let mut text = String::new();
        // A `String` takes all that is written.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

impl Inner {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "handed_over",
            "Pushes that a gateway answered, whatever it said",
            self.handed_over.clone(),
        );
        registry.register(
            "outcomes",
            "Deliveries that ended, by how",
            self.outcomes.clone(),
        );
        registry.register(
            "retries",
            "Deliveries that are to be tried again, each time",
            self.retries.clone(),
        );
        registry.register(
            "given_back",
            "Deliveries that were claimed and given back to the outbox unsent",
            self.given_back.clone(),
        );
        registry.register_with_unit(
            "answer",
            "From writing a push to the connection until the gateway's answer",
            Unit::Seconds,
            self.answers.clone(),
        );
        registry.register_with_unit(
            "lag",
            "From the opening of a message's gate until an accepted push was written to the connection",
            Unit::Seconds,
            self.lag.clone(),
        );
        registry.register(
            "lost_leases",
            "Deliveries taken over from a process that held them for longer than its lease",
            self.lost_leases.clone(),
        );
        registry.register(
            "unsettled",
            "Attempts to write answers of gateways down that failed",
            self.unsettled.clone(),
        );
        registry.register(
            "waiting",
            "Deliveries of released messages that have not ended, those under way included",
            self.waiting.clone(),
        );
        registry.register(
            "alarm",
            "Whether a gateway refuses our credentials (closed) or most pushes (refusing): 1 or 0",
            self.alarms.clone(),
        );
    }

    /// What has not happened yet is 0 and not missing, so that the first time is an increase.
    fn begin_at_zero(&self) {
        for &gateway in Gateway::ALL {
            for &class in MessageClass::ALL {
                let by = [gateway_label(gateway), class_label(class)];
                drop(self.handed_over.get_or_create(&by));
                drop(self.retries.get_or_create(&by));
                drop(self.given_back.get_or_create(&by));
                for &outcome in Outcome::ALL {
                    let [gateway, class] = by;
                    let by = [gateway, class, outcome_label(outcome)];
                    drop(self.outcomes.get_or_create(&by));
                }
            }
        }
    }

    fn note_queue(&self, queue: &[(i16, Gateway, i64)]) {
        for &gateway in Gateway::ALL {
            for &class in MessageClass::ALL {
                let waits = queue
                    .iter()
                    .filter(|(lane, at, _)| *lane == class.lane() && *at == gateway);
                let by = [gateway_label(gateway), class_label(class)];
                let waits = waits.map(|(_, _, count)| count).sum();
                self.waiting.get_or_create(&by).set(waits);
            }
        }
    }

    fn note_alarms(&self, gateways: &[GatewayState]) {
        for state in gateways {
            for kind in [AlarmKind::Closed, AlarmKind::Refusing] {
                let by = [gateway_label(state.gateway), ("kind", kind.as_str())];
                let is_raised = state.alarm.as_ref().is_some_and(|alarm| alarm.kind == kind);
                self.alarms.get_or_create(&by).set(is_raised.into());
            }
        }
    }
}

/// A batch on its way.
pub(super) struct Watched {
    metrics: Metrics,
    message: MessageId,
    by: Labels<2>,
    /// What nearly every push counts in, looked up once.
    handed_over: Counter,
    answers: Histogram,
    accepted: Counter,
    /// When those pushes were written to the connection that were accepted, and had not waited for their owner's
    /// quiet to end.
    in_time: Vec<At>,
}

impl Watched {
    /// What one push came to. `end` is `None` if it goes back to the outbox, as if it had never been claimed.
    pub(super) fn note(
        &mut self,
        attempt: &Attempt,
        sent_at: Option<At>,
        answered_at: At,
        end: Option<End>,
    ) {
        if let Some(sent_at) = sent_at {
            self.handed_over.inc();
            let took = answered_at.since(sent_at).as_secs_f64();
            self.answers.observe(took);
        }
        match end {
            Some(End::Outcome(Outcome::Accepted)) => {
                self.accepted.inc();
                self.in_time.extend(sent_at.filter(|_| !attempt.has_waited));
            }
            Some(End::Outcome(outcome)) => {
                let by = [self.by[0], self.by[1], outcome_label(outcome)];
                self.metrics.0.outcomes.get_or_create(&by).inc();
            }
            Some(End::Again(_)) => {
                self.metrics.0.retries.get_or_create(&self.by).inc();
            }
            None => {}
        }
    }

    /// Deliveries of the batch go back to the outbox unsent.
    pub(super) fn gave_back(&self, count: u64) {
        let given_back = &self.metrics.0.given_back;
        given_back.get_or_create(&self.by).inc_by(count);
    }

    /// The batch is over: how late it was. Asked now and not before, because nothing waits for it any more.
    pub(super) async fn finish(self, db: &Db) {
        if self.in_time.is_empty() {
            return;
        }
        match outbox::opened_at(db, self.message).await {
            Ok(Some(opened_at)) => {
                let lag = self.metrics.0.lag.get_or_create(&self.by);
                for sent_at in self.in_time {
                    lag.observe(sent_at.since(opened_at).as_secs_f64());
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the metrics miss how late a batch was"),
        }
    }
}

fn gateway_label(gateway: Gateway) -> (&'static str, &'static str) {
    ("gateway", gateway.as_str())
}

fn class_label(class: MessageClass) -> (&'static str, &'static str) {
    ("class", class.as_str())
}

fn outcome_label(outcome: Outcome) -> (&'static str, &'static str) {
    ("outcome", outcome.as_str())
}
