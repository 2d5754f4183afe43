// SPDX-License-Identifier: EUPL-1.2

//! One claimed batch: prepared in chunks off the async threads, sent as the chunks come, settled as the
//! answers come. Chunks keep the first push from waiting for the thousandth's encryption; settling along
//! the way keeps a crash from repeating what was already answered.
//!
//! Halfway through the lease comes the batch's curfew: what has not been begun by then goes back to the
//! outbox, and what has been is answered and settled before the lease ends. A shutdown, a gateway that
//! closes, and a message that is called back bring the curfew forward.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Dispatcher,
    ending::Ending,
    health::Tally,
    queues::{SHARE, Slot},
    settler::{self, Settler},
};
use crate::{
    id::DeviceId,
    push::{
        Reply, Verdict,
        devices::{self, Judgement},
        envelope::Message,
        gateways::{Gateways, Prepared},
        metrics::Watched,
        outbox::{self, Attempt, Behind, Claim, Claimed, Held, Settlement},
    },
};

/// How much is prepared at a time: about 4 ms of work, which a blocked thread may take, for 64 pushes that are encrypted,
/// or 1,024 that are not. Each piece costs threads that wait for each other.
const CHUNK: usize = 64 * ENCRYPTED;
const ENCRYPTED: usize = 16;
const PLAIN: usize = 1;
/// Chunks that are ready before their turn.
const CHUNKS_AHEAD: usize = 4;
/// When nothing of a batch is begun any more, counted from its first push. Half of the [lease](outbox::LEASE):
/// the other half is for the last answers and for writing them down.
const CURFEW: Duration = Duration::from_secs(30);
/// A batch that no answer comes to for so long steps aside. A little more than it takes until those who wait
/// for a silent push service are turned away, so that they need not be waited for.
const SILENCE: Duration = Duration::from_secs(3);

/// A delivery on its way.
pub(super) struct Push {
    attempt: Attempt,
    /// `None`: this server has no credentials for its gateway.
    prepared: Option<Prepared>,
}

impl Push {
    /// CPU alone: call it off the async threads.
    fn prepare(gateways: &Gateways, message: &Message, claimed: &Claimed) -> Self {
        let is_configured = gateways.is_configured(claimed.target.gateway);
        let prepared = is_configured.then(|| gateways.prepare(message, &claimed.target));
        Self {
            attempt: claimed.attempt,
            prepared,
        }
    }

    pub(super) fn device(&self) -> DeviceId {
        self.attempt.device
    }

    /// Gives the attempt back with the reply; `None`: there is no such gateway.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async function has what it takes by value in memory twice"
    )]
    fn send(
        self,
        gateways: &Gateways,
        curfew: &CancellationToken,
    ) -> impl Future<Output = (Attempt, Option<Reply>)> {
        async move {
            let reply = match &self.prepared {
                Some(prepared) => Some(gateways.send(prepared, curfew).await),
                None => None,
            };
            (self.attempt, reply)
        }
    }
}

impl Dispatcher {
    /// Hands a batch over whose gate is open, and settles it.
    pub(super) async fn deliver(&self, mut claim: Claim, slot: Slot) {
        let claimed = claim.deliveries.len();
        let chunks = self.prepare(&mut claim);
        let batch = Batch::begin(self, claim, slot, claimed, SHARE);
        self.complete(batch, Vec::new(), chunks, Held::Everything)
            .await;
    }

    /// Hands a batch over aside, and finishes it here: a connection to the database that waits for busy threads is
    /// missed by whoever reads the feed.
    pub(super) async fn complete(
        &self,
        batch: Batch,
        ready: Vec<Push>,
        chunks: mpsc::Receiver<Vec<Push>>,
        held: Held,
    ) {
        let aside = self.tasks.aside();
        match aside.spawn(batch.hand_over(ready, chunks, held)).await {
            Ok(batch) => batch.finish().await,
            Err(error) => tracing::error!(%error, "a batch waits for its lease to end"),
        }
    }

    /// Prepares the deliveries of a claim, which it takes out, on blocking threads, chunk by chunk; stops
    /// early when nobody waits for more, and at a shutdown.
    pub(super) fn prepare(&self, claim: &mut Claim) -> mpsc::Receiver<Vec<Push>> {
        let (ready, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let this = self.clone();
        let message = Arc::new(claim.message.clone());
        let is_urgent = message.class.lane() == 0;
        let mut deliveries = std::mem::take(&mut claim.deliveries);
        deliveries.reverse();
        self.tasks.spawn(async move {
            while !deliveries.is_empty() && !this.tasks.is_stopping() {
                let chunk = last_chunk(&mut deliveries);
                let (gateways, message) = (this.gateways.clone(), message.clone());
                let work = move || {
                    let prepare = |claimed| Push::prepare(&gateways, &message, claimed);
                    chunk.iter().rev().map(prepare).collect()
                };
                // Whoever reads the feed meanwhile must not wait for news to be encrypted; an alert goes first.
                let pushes = if is_urgent {
                    this.tasks.spawn_blocking(work).await
                } else {
                    this.tasks.spawn_behind(work).await
                };
                let Ok(pushes) = pushes else { return };
                if ready.send(pushes).await.is_err() {
                    return;
                }
            }
        });
        chunks
    }
}

/// Splits off what is prepared together at the end of these.
fn last_chunk(deliveries: &mut Vec<Claimed>) -> Vec<Claimed> {
    let work = deliveries.iter().rev().scan(0, |work, claimed| {
        *work += match claimed.target.keys {
            Some(_) => ENCRYPTED,
            None => PLAIN,
        };
        Some(*work)
    });
    let together = work.take_while(|work| *work <= CHUNK).count();
    deliveries.split_off(deliveries.len() - together)
}

/// A batch that is being handed over.
pub(super) struct Batch {
    dispatcher: Dispatcher,
    claim: Claim,
    slot: Slot,
    /// How many pushes may be in hand at once.
    share: usize,
    /// Deliveries that have not ended.
    left: usize,
    /// When a gateway last answered; or, if nothing was in hand then, when something was again.
    heard: Instant,
    /// No answer came for too long.
    is_stuck: bool,
    curfew: CancellationToken,
    /// The curfew came by itself: the gateway, or one push service, was too slow.
    is_late: bool,
    settler: Settler,
    tally: Tally,
    watched: Watched,
    judgements: Vec<Judgement>,
}

impl Batch {
    /// From now on the lease runs.
    pub(super) fn begin(
        dispatcher: &Dispatcher,
        claim: Claim,
        slot: Slot,
        claimed: usize,
        share: usize,
    ) -> Self {
        Self {
            settler: Settler::start(dispatcher, claim.token()),
            watched: dispatcher.metrics.watch(&claim),
            dispatcher: dispatcher.clone(),
            claim,
            slot,
            share,
            left: claimed,
            heard: Instant::now(),
            is_stuck: false,
            curfew: CancellationToken::new(),
            is_late: false,
            tally: Tally::default(),
            judgements: Vec::new(),
        }
    }

    /// Hands over what is ready, and what the chunks bring, as far as it is still held.
    async fn hand_over(
        mut self,
        mut ready: Vec<Push>,
        mut chunks: mpsc::Receiver<Vec<Push>>,
        held: Held,
    ) -> Self {
        let (dispatcher, curfew) = (self.dispatcher.clone(), self.curfew.clone());
        let send = |push: Push| push.send(&dispatcher.gateways, &curfew);
        let ours = |push: &Push| held.has(push.device());
        ready.retain(&ours);
        let mut ready = ready.into_iter();
        let mut sends = FuturesUnordered::new();
        let mut ends = pin!(tokio::time::sleep(CURFEW));
        let mut silence = pin!(tokio::time::sleep(SILENCE));
        let mut writing = tokio::time::interval(settler::AFTER);
        let mut stopping = pin!(dispatcher.tasks.stopping());
        let mut lost = pin!(dispatcher.lost(self.claim.token()));
        let mut more = true;
        loop {
            if sends.is_empty() {
                self.heard = Instant::now();
            }
            let room = self.share().saturating_sub(sends.len());
            sends.extend(ready.by_ref().take(room).map(send));
            if self.is_stuck && !more && ready.len() == 0 {
                self.slot.step_aside(sends.len());
            }
            tokio::select! {
                Some((attempt, reply)) = sends.next() => self.note(&attempt, reply),
                chunk = chunks.recv(), if more && ready.len() == 0 => match chunk {
                    Some(mut chunk) => {
                        chunk.retain(&ours);
                        ready = chunk.into_iter();
                    }
                    None => more = false,
                },
                () = &mut silence => {
                    let since = self.heard.elapsed();
                    self.is_stuck |= since >= SILENCE;
                    let left = SILENCE.saturating_sub(since).max(SILENCE / 10);
                    silence.as_mut().reset(Instant::now() + left);
                }
                _ = writing.tick() => self.settler.write(),
                () = &mut ends, if !curfew.is_cancelled() => {
                    self.is_late = true;
                    curfew.cancel();
                }
                () = &mut stopping, if !curfew.is_cancelled() => curfew.cancel(),
                () = &mut lost, if !curfew.is_cancelled() => curfew.cancel(),
            }
            if curfew.is_cancelled() {
                (more, ready) = (false, Vec::new().into_iter());
            }
            if !more && ready.len() == 0 && sends.is_empty() {
                drop(sends);
                return self;
            }
        }
    }

    /// What waits for answers that don't come must not keep the rest from its turn.
    fn share(&self) -> usize {
        if self.is_stuck {
            usize::MAX
        } else {
            self.share
        }
    }

    /// What one push came to.
    fn note(&mut self, attempt: &Attempt, reply: Option<Reply>) {
        let now = self.dispatcher.clock.now();
        let sent_at = reply.as_ref().and_then(|reply| reply.sent_at);
        if sent_at.is_some() {
            self.heard = Instant::now();
        }
        let ending = match reply.map(|reply| reply.verdict) {
            None => Ending::not_configured(),
            Some(verdict) => {
                self.learn(&verdict);
                let (ids, expires_at) = (&self.dispatcher.ids, self.claim.message.expires_at);
                Ending::of(verdict, attempt, expires_at, now, || ids.secret())
            }
        };
        self.watched.note(attempt, sent_at, now, ending.end);
        self.trace(attempt, &ending);
        let Some(end) = ending.end else { return };
        self.left -= 1;
        self.judgements.extend(ending.fate.map(|fate| Judgement {
            device: attempt.device,
            registered_at: attempt.device_registered_at,
            fate,
        }));
        self.settler.settle(Settlement {
            device: attempt.device,
            end,
            reason: ending.reason,
            sent_at,
            at: now,
        });
    }

    /// Ids, and the gateway's word; what was said and to which address is nobody's but the phone's.
    fn trace(&self, attempt: &Attempt, ending: &Ending) {
        tracing::debug!(
            gateway = %self.claim.gateway,
            message_id = %self.claim.message.id,
            device_id = %attempt.device,
            attempt = attempt.number,
            end = ?ending.end,
            reason = ending.reason,
            "a push came to an end, or will be tried again"
        );
    }

    fn learn(&mut self, verdict: &Verdict) {
        let health = &self.dispatcher.health;
        self.tally.count(verdict);
        match verdict {
            Verdict::Closed { reason } => {
                health.close(self.claim.gateway, reason);
                self.curfew.cancel();
            }
            Verdict::Unsent | Verdict::Retry { .. } => {}
            _ => health.reopen(self.claim.gateway),
        }
    }

    /// Waits until everything is written down, gives back what was not handed over, and lets the gateway's
    /// word about addresses take effect, if it is to be believed.
    pub(super) async fn finish(self) {
        let Self {
            dispatcher, claim, ..
        } = self;
        self.settler.finish().await;
        if self.left > 0 {
            // A push service that never answers must not keep those of better ones waiting.
            let behind = if self.is_late {
                Behind::Everything
            } else {
                Behind::Repeats
            };
            let now = dispatcher.clock.now();
            match outbox::give_back(&dispatcher.db, claim.token(), behind, now).await {
                Ok(count) => {
                    self.watched.gave_back(count);
                    tracing::debug!(count, "gave unsent pushes back to the outbox");
                }
                Err(error) => tracing::error!(%error, "unsent pushes wait for their lease to end"),
            }
        }
        if dispatcher.health.trusts(claim.gateway, &self.tally) {
            let now = dispatcher.clock.now();
            let judged = devices::judge(&dispatcher.db, &self.judgements, now).await;
            if let Err(error) = judged {
                tracing::error!(%error, "dead addresses are kept until their gateway names them again");
            }
        }
        self.watched.finish(&dispatcher.db).await;
    }
}
