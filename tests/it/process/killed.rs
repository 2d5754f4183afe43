// SPDX-License-Identifier: EUPL-1.2

//! `kill -9` in the middle of a dispatch: the next process hands over the rest, and repeats only what was in
//! flight.

use std::{
    collections::HashMap,
    io::Write as _,
    time::{Duration, Instant},
};

use super::{
    dispatch::{
        claims, deliveries, end_the_leases, open, release, repeats_carry_the_same_ids, times_shown,
    },
    town::Town,
};
use crate::world::{Dice, Stage, both, eventually};

both!(
    a_killed_dispatch_is_carried_on_and_repeats_only_what_was_in_flight,
    fifty_kills_lose_nobody_and_repeat_only_what_was_in_flight,
);

const PHONES: usize = 600;
/// When the process is killed: answers have been written down (they are in portions of 250), and many pushes
/// are still to come.
const KILLED_AT: u64 = 350;
const KILLS: usize = 50;

async fn a_killed_dispatch_is_carried_on_and_repeats_only_what_was_in_flight(stage: &Stage) {
    let mut town = Town::found(stage, PHONES).await;
    release(&town.editor).await;
    town.sandbox.journal().reaches(KILLED_AT).await;
    eventually("some answers have been written down", async || {
        let settled = deliveries(town.db()).await;
        let settled = settled.iter().any(|delivery| delivery.outcome.is_some());
        settled.then_some(())
    })
    .await;
    town.kill().await;
    let mut sights = Sights::default();
    let settled = sights.look(&town).await;
    assert!(settled > 0 && settled < PHONES, "{settled} were settled");
    town.start(stage).await;
    town.finish().await;
    sights.judge(&town);
    let last = town.running.take().expect("it runs");
    last.terminate().await;
    assert!(last.ended().await.0.success());
}

async fn fifty_kills_lose_nobody_and_repeat_only_what_was_in_flight(stage: &Stage) {
    let mut dice = Dice::new();
    let mut town = Town::found(stage, PHONES / 2).await;
    // In milliseconds. On PostgreSQL the dead's claims are looked for after half a second.
    let a_dispatch_takes = if stage.database.is_sqlite() {
        700
    } else {
        1_200
    };
    let (began, mut messages, mut pushes, mut repeats) = (Instant::now(), 0, 0, 0);
    let mut sights = Sights::default();
    for _ in 0..KILLS {
        if open(town.db()).await == 0 {
            pushes += town.sandbox.journal().accepted_total();
            repeats += std::mem::take(&mut sights).judge(&town);
            town.sandbox.journal().clear();
            release(&town.editor).await;
            messages += 1;
        }
        let instant = Instant::now() + Duration::from_millis(dice.below(a_dispatch_takes));
        eventually("the instant, or the end of the message", async || {
            let over = Instant::now() >= instant || open(town.db()).await == 0;
            over.then_some(())
        })
        .await;
        town.kill().await;
        sights.look(&town).await;
        town.start(stage).await;
    }
    town.finish().await;
    pushes += town.sandbox.journal().accepted_total();
    repeats += sights.judge(&town);
    let took = began.elapsed();
    let _ = writeln!(
        std::io::stderr(),
        "{KILLS} kills in {took:?}: {messages} messages, {pushes} pushes, {repeats} of them repeats; seed {}",
        dice.seed
    );
    assert!(repeats > 0, "no kill struck a push on its way");
}

/// What was to be seen after each kill, for the message that is under way.
#[derive(Default)]
struct Sights {
    /// Phones whose answer was written down, and how often they had been shown the push by then.
    settled: HashMap<String, u32>,
    /// For every other phone: how many kills met its push claimed and not settled.
    in_flight: HashMap<String, u32>,
}

impl Sights {
    /// Looks right after a kill, and ends the leases of the dead. Gives how many were settled.
    async fn look(&mut self, town: &Town) -> usize {
        let found = deliveries(town.db()).await;
        let shown = times_shown(&town.sandbox, &town.staff);
        for delivery in &found {
            let address = &delivery.address;
            if delivery.outcome.is_some() {
                self.settled
                    .entry(address.clone())
                    .or_insert(shown[address]);
            } else if delivery.claim_id.is_some() {
                *self.in_flight.entry(address.clone()).or_default() += 1;
            }
        }
        end_the_leases(town.db(), &claims(&found)).await;
        self.settled.len()
    }

    /// When the message is over: nobody was missed, nothing repeated whose answer was known, nothing more
    /// often than it was in flight when the process died, and never under other ids. Gives the repeats.
    fn judge(self, town: &Town) -> u64 {
        let shown = times_shown(&town.sandbox, &town.staff);
        if shown.values().all(|times| *times == 0) && self.settled.is_empty() {
            // Nothing has been released yet.
            return 0;
        }
        let mut repeats = 0;
        for (address, times) in shown {
            assert!(times >= 1, "a phone was missed");
            let in_flight = self.in_flight.get(&address).copied().unwrap_or_default();
            assert!(
                times <= 1 + in_flight,
                "shown {times} times, in flight at {in_flight} kills"
            );
            if let Some(before) = self.settled.get(&address) {
                assert_eq!(times, *before, "repeated though its answer was known");
            }
            repeats += u64::from(times - 1);
        }
        repeats_carry_the_same_ids(&town.sandbox);
        repeats
    }
}
