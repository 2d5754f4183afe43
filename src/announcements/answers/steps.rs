// SPDX-License-Identifier: EUPL-1.2

//! What is done by the clock after a release that asks: reminding, writing, telling the deputy.
//!
//! A step is one transaction that marks it as done and does it, so it is done once, by whichever process is first,
//! and not at all if the announcement has been withdrawn. What it does are rows: a message in the outbox, notices for
//! the [couriers](super::notices). Whoever answers before these are sent is passed over by them. Whom its message disturbs
//! in their quiet hours stands in the audit log, as with the release.

use std::collections::BTreeSet;

use super::{
    Question, Step, Way, policy,
    store::{
        self,
        notices::New,
        steps::{Asking, Came, Silent, Undone},
    },
    words,
};
use crate::{
    announcements::{
        Announcements,
        courier::{self, Next, Rounds, Whose},
        policy as envelopes, store as announcements,
    },
    audit::{self, Action, Entry},
    clock::At,
    db::{Result, Tx},
    id::{AccountId, AnnouncementId, MessageId},
    push::{
        envelope::{Envelope, Message},
        outbox,
    },
    tasks::Tasks,
};

/// How many steps are looked at in one round.
const ROUND: i64 = 100;

pub(super) fn start(announcements: &Announcements, tasks: &Tasks) {
    courier::start(announcements, tasks, Steps(announcements.clone()));
}

struct Steps(Announcements);

impl Rounds for Steps {
    fn name(&self) -> &'static str {
        "what follows a question"
    }

    async fn round(&self) -> Result<Next> {
        let now = self.0.clock.now();
        let mut next = Next::Never;
        for due in store::steps::next(&self.0.db, ROUND).await? {
            if due.due_at > now {
                return Ok(match next {
                    Next::Never => Next::At(due.due_at),
                    next => next,
                });
            }
            // One that can't be done must not keep the others from being done.
            if let Err(error) = self.0.take_step(&due).await {
                let Undone {
                    announcement_id,
                    step,
                    ..
                } = due;
                tracing::error!(announcement = %announcement_id, %step, %error, "a step could not be done");
                next = Next::Soon;
            } else if matches!(next, Next::Never) {
                next = Next::AtOnce;
            }
        }
        Ok(next)
    }

    async fn give_back(&self, _: Whose) -> Result<()> {
        Ok(())
    }
}

impl Announcements {
    async fn take_step(&self, due: &Undone) -> Result<()> {
        let (id, now) = (due.announcement_id, self.clock.now());
        let mut tx = self.db.begin().await?;
        let asking = store::steps::lock_asking(&mut tx, id).await?;
        if !store::steps::take(&mut tx, due, now).await? {
            return Ok(());
        }
        // Withdrawn, or closed while no server ran: it is done by there being nothing to do.
        let open = |asking: &Asking| policy::is_open(asking.closes_at, false, now);
        let mut overridden = None;
        if let Some(asking) = asking.filter(|asking| due.step == Step::Ask || open(asking)) {
            let came = match due.step {
                Step::Ask => Came {
                    people: count(store::answers::write_asked(&mut tx, id).await?),
                    without_deputy: None,
                    message: None,
                },
                Step::Remind => self.remind(&mut tx, id, &asking, now).await?,
                Step::Otherwise => self.write_otherwise(&mut tx, id, &asking, now).await?,
                Step::Deputy => self.tell_deputies(&mut tx, id, &asking, now).await?,
            };
            tracing::info!(announcement = %id, step = %due.step, people = came.people, "done");
            overridden = match came.message {
                Some(message) => overrides(&mut tx, due, message).await?,
                None => None,
            };
            store::steps::write(&mut tx, due, came).await?;
        }
        tx.tell().await?;
        audit::commit(tx, overridden, now).await
    }

    /// The same notification again, to those who have not answered.
    async fn remind(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
        asking: &Asking,
        now: At,
    ) -> Result<Came> {
        let silent = store::steps::silent(tx, id).await?;
        let people: Vec<AccountId> = silent.iter().map(|person| person.account_id).collect();
        let texts = announcements::texts_in(tx, id).await?;
        let envelope = words::reminder(envelopes::envelope(id, &texts));
        Ok(Came {
            people: count(people.len()),
            without_deputy: None,
            message: self.push_to(tx, &people, envelope, asking, now).await?,
        })
    }

    async fn write_otherwise(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
        asking: &Asking,
        now: At,
    ) -> Result<Came> {
        let question = store::question::of_in(tx, id).await?;
        let silent = store::steps::silent(tx, id).await?;
        if let Some(Question {
            otherwise: Some(otherwise),
            ..
        }) = question
        {
            let has_address = |person: &Silent| match otherwise.by {
                Way::Mail => person.has_email,
                Way::Sms => person.has_mobile,
            };
            let notice = |person: &Silent| New {
                id: self.ids.id(),
                account: person.account_id,
                has_address: has_address(person),
            };
            let notices: Vec<New> = silent.iter().map(notice).collect();
            let what = (Step::Otherwise, otherwise.by);
            store::notices::insert(tx, id, what, asking.class, &notices, now).await?;
        }
        Ok(Came {
            people: count(silent.len()),
            without_deputy: None,
            message: None,
        })
    }

    /// Each deputy once, by push and by mail, whoever of their people it is. Without a word of the announcement: a
    /// deputy need not be among its readers.
    async fn tell_deputies(
        &self,
        tx: &mut Tx,
        id: AnnouncementId,
        asking: &Asking,
        now: At,
    ) -> Result<Came> {
        let silent = store::steps::silent(tx, id).await?;
        let deputies = silent.iter().filter_map(|person| person.deputy_id);
        let deputies: Vec<AccountId> = deputies.collect::<BTreeSet<_>>().into_iter().collect();
        let with_email = store::steps::with_email(tx, &deputies).await?;
        let notice = |deputy: &AccountId| New {
            id: self.ids.id(),
            account: *deputy,
            has_address: with_email.contains(deputy),
        };
        let notices: Vec<New> = deputies.iter().map(notice).collect();
        let what = (Step::Deputy, Way::Mail);
        store::notices::insert(tx, id, what, asking.class, &notices, now).await?;
        let envelope = words::to_deputies(id, asking.class);
        let alone = silent.iter().filter(|person| person.deputy_id.is_none());
        Ok(Came {
            people: count(silent.len()),
            without_deputy: Some(count(alone.count())),
            message: self.push_to(tx, &deputies, envelope, asking, now).await?,
        })
    }

    /// A message to these people, open at once; none to nobody.
    async fn push_to(
        &self,
        tx: &mut Tx,
        people: &[AccountId],
        envelope: Envelope,
        asking: &Asking,
        now: At,
    ) -> Result<Option<MessageId>> {
        if people.is_empty() {
            return Ok(None);
        }
        let expires_at = now + self.classes.get(asking.class).ttl;
        let message = Message {
            id: self.ids.id(),
            class: asking.class.into(),
            envelope,
            // Nobody shall be disturbed with what can't be answered any more.
            expires_at: asking
                .closes_at
                .map_or(expires_at, |end| end.min(expires_at)),
        };
        outbox::create(tx, &message, now, now).await?;
        store::steps::add_recipients(tx, message.id, people).await?;
        self.people
            .mark_recipients(tx, message.id, message.class, now)
            .await?;
        outbox::stage(tx, &self.ids, message.id, now).await?;
        outbox::open(tx, message.id, now).await?;
        Ok(Some(message.id))
    }
}

/// How many people a step's message disturbs in their quiet hours, for the audit log; `None`: nobody.
async fn overrides(tx: &mut Tx, due: &Undone, message: MessageId) -> Result<Option<Entry>> {
    let disturbed = outbox::disturbs(tx, message).await?;
    Ok((disturbed > 0).then(|| {
        Entry::new(Action::QuietHoursOverridden, None, due.announcement_id)
            .with("people", disturbed)
            .with("step", due.step.as_str())
    }))
}

fn count(people: impl TryInto<i64>) -> i64 {
    people.try_into().unwrap_or(i64::MAX)
}
