// SPDX-License-Identifier: EUPL-1.2

//! The couriers that write to people, one for mails and one for text messages: they claim notices under a lease, look
//! whether each is still wanted, send it, and settle it in a named [`NoticeOutcome`].
//!
//! At least once: what was sent and could not be settled is sent again, under the same id. A text message is sent by
//! the city's own gateway, which is told of it by a signed web hook (`sms.requested`).

use std::time::Duration;

use serde::Serialize;

use super::{
    NoticeOutcome, Step, Way, policy,
    store::{
        self,
        notices::{Addressee, Claimed, End},
    },
    words,
};
use crate::{
    announcements::{
        Announcements,
        courier::{self, Next, Rounds, Whose},
    },
    clock::At,
    db::Result,
    id::ClaimId,
    mail::{Letter, MailError},
    tasks::Tasks,
    webhook::Answer,
};

/// How many notices of a way are under way at once.
const AT_ONCE: i64 = 8;
/// Longer than any attempt takes.
const LEASE: Duration = Duration::from_mins(2);
/// What could not be sent in this time is given up, even if the question is still open.
const GIVE_UP_AFTER: Duration = Duration::from_hours(24);

pub(super) fn start(announcements: &Announcements, tasks: &Tasks) {
    for way in [Way::Mail, Way::Sms] {
        let courier = Courier {
            announcements: announcements.clone(),
            way,
            claim: announcements.ids.id(),
        };
        courier::start(announcements, tasks, courier);
    }
}

struct Courier {
    announcements: Announcements,
    way: Way,
    /// Of all that this task claims: one round ends before the next begins.
    claim: ClaimId,
}

/// What an attempt came to.
enum Sent {
    /// It is over.
    Ended(NoticeOutcome, Option<String>),
    /// Not now. `after`: the receiver's own wish.
    Failed {
        reason: String,
        after: Option<Duration>,
    },
}

impl Rounds for Courier {
    fn name(&self) -> &'static str {
        match self.way {
            Way::Mail => "mails to those who have not answered",
            Way::Sms => "text messages to those who have not answered",
        }
    }

    async fn round(&self) -> Result<Next> {
        let (db, now) = (&self.announcements.db, self.announcements.clock.now());
        match store::notices::next_due(db, self.way).await? {
            None => return Ok(Next::Never),
            Some(due) if due > now => return Ok(Next::At(due)),
            Some(_) => {}
        }
        let times = (now + LEASE, now);
        let batch = store::notices::claim(db, self.way, self.claim, AT_ONCE, times).await?;
        if batch.is_empty() {
            return Ok(Next::Soon);
        }
        let settled = futures::future::join_all(batch.iter().map(|one| self.see_to(one))).await;
        settled.into_iter().collect::<Result<Vec<()>>>()?;
        Ok(Next::AtOnce)
    }

    async fn give_back(&self, whose: Whose) -> Result<()> {
        let (db, now) = (&self.announcements.db, self.announcements.clock.now());
        let claim = (whose == Whose::Own).then_some(self.claim);
        store::notices::give_back(db, self.way, claim, now).await
    }
}

impl Courier {
    async fn see_to(&self, notice: &Claimed) -> Result<()> {
        let (end, reason) = match self.addressee(notice).await? {
            Err(outcome) => (End::Outcome(outcome), None),
            // No server ran, or none could send it, until nobody can answer any more.
            Ok(to) if !self.is_open(&to) => (End::Outcome(NoticeOutcome::GaveUp), None),
            Ok(to) => match self.send(notice, &to).await? {
                Sent::Ended(outcome, reason) => (End::Outcome(outcome), reason),
                Sent::Failed { reason, after } => (self.after(notice, &to, after), Some(reason)),
            },
        };
        let (id, way, attempts) = (notice.id, self.way, notice.attempts);
        // Why stands in the row: a receiver's own words may name somebody.
        tracing::debug!(%id, %way, attempts, ?end, "a notice goes on");
        let now = self.announcements.clock.now();
        let db = &self.announcements.db;
        store::notices::settle(db, self.claim, notice.id, (end, reason), now).await
    }

    /// To whom it goes, or why to nobody any more.
    async fn addressee(&self, notice: &Claimed) -> Result<Result<Addressee, NoticeOutcome>> {
        let db = &self.announcements.db;
        let (id, account) = (notice.announcement_id, notice.account_id);
        let to = match notice.step {
            Step::Deputy => {
                let to = store::notices::deputy(db, id, account).await?;
                if to.is_some() && !store::names::is_anybody_silent(db, id, account).await? {
                    return Ok(Err(NoticeOutcome::Answered));
                }
                to
            }
            Step::Ask | Step::Remind | Step::Otherwise => {
                if store::answers::has_answered(db, id, account).await? {
                    return Ok(Err(NoticeOutcome::Answered));
                }
                store::notices::reader(db, id, account).await?
            }
        };
        Ok(to.ok_or(NoticeOutcome::Withdrawn))
    }

    fn is_open(&self, to: &Addressee) -> bool {
        policy::is_open(to.closes_at, false, self.announcements.clock.now())
    }

    async fn send(&self, notice: &Claimed, to: &Addressee) -> Result<Sent> {
        match self.way {
            Way::Mail => self.mail(notice, to).await,
            Way::Sms => self.text(notice, to).await,
        }
    }

    async fn mail(&self, notice: &Claimed, to: &Addressee) -> Result<Sent> {
        let Some(mail) = &self.announcements.answering.0.mail else {
            return Ok(Sent::Ended(NoticeOutcome::NotConfigured, None));
        };
        let Some(address) = &to.email else {
            return Ok(Sent::Ended(NoticeOutcome::NoAddress, None));
        };
        let letter = self.letter(notice, to).await?;
        Ok(match mail.send(address, letter).await {
            Ok(()) => Sent::Ended(NoticeOutcome::Delivered, None),
            Err(MailError::Refused(reason)) => Sent::Ended(NoticeOutcome::Refused, Some(reason)),
            Err(MailError::Failed(reason)) => Sent::Failed {
                reason,
                after: None,
            },
        })
    }

    async fn letter(&self, notice: &Claimed, to: &Addressee) -> Result<Letter> {
        let said = self.said(notice, to).await?;
        let setup = &self.announcements.answering.0;
        Ok(Letter {
            id: notice.id.uuid(),
            at: notice.created_at,
            subject: format!("{}: {}", setup.city, said.title),
            text: said.plain(to.language),
            html: said.html(to.language),
        })
    }

    async fn text(&self, notice: &Claimed, to: &Addressee) -> Result<Sent> {
        let setup = &self.announcements.answering.0;
        let Some(gateway) = &setup.sms else {
            return Ok(Sent::Ended(NoticeOutcome::NotConfigured, None));
        };
        let Some(number) = &to.mobile else {
            return Ok(Sent::Ended(NoticeOutcome::NoAddress, None));
        };
        let said = self.said(notice, to).await?;
        let payload = Payload {
            r#type: "sms.requested",
            timestamp: notice.created_at,
            data: Data {
                to: number,
                text: said.short(&setup.city, to.language),
            },
        };
        let body = match serde_json::to_vec(&payload) {
            Ok(body) => body,
            Err(error) => {
                return Ok(Sent::Ended(NoticeOutcome::Refused, Some(error.to_string())));
            }
        };
        let id = format!("msg_{}", notice.id.uuid().simple());
        let now = self.announcements.clock.now();
        Ok(match gateway.call(&id, now, body.into()).await {
            Answer::Taken => Sent::Ended(NoticeOutcome::Delivered, None),
            Answer::Gone => Sent::Ended(NoticeOutcome::Refused, Some("status 410".to_owned())),
            Answer::Failed { reason, after } => Sent::Failed { reason, after },
        })
    }

    async fn said(&self, notice: &Claimed, to: &Addressee) -> Result<words::Said> {
        let id = notice.announcement_id;
        let public_url = &self.announcements.answering.0.public_url;
        if notice.step == Step::Deputy {
            return Ok(words::Said::to_deputy(
                public_url,
                id,
                to.class,
                to.language,
            ));
        }
        let db = &self.announcements.db;
        let texts = store::notices::words(db, id, notice.account_id).await?;
        Ok(words::Said::to_reader(public_url, id, texts, to.language))
    }

    /// When it is tried again, if ever.
    fn after(&self, notice: &Claimed, to: &Addressee, said: Option<Duration>) -> End {
        let now = self.announcements.clock.now();
        let random = self.announcements.ids.secret();
        let again: At = now + courier::wait(notice.attempts, said, random);
        let closed = to.closes_at.is_some_and(|end| again >= end);
        if closed || now.since(notice.created_at) >= GIVE_UP_AFTER {
            End::Outcome(NoticeOutcome::GaveUp)
        } else {
            End::Again(again)
        }
    }
}

/// As the Standard Webhooks recommend it.
#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    /// When it was decided.
    timestamp: At,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    /// E.164.
    to: &'a str,
    text: String,
}
