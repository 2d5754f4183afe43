// SPDX-License-Identifier: EUPL-1.2

//! How a message is handed to each of its recipients: marked when it is staged, by how it will be at T, and again
//! when somebody changes their quiet hours or duty while it still waits for them.
//!
//! Few people share few weeks: the end of each week that is quiet at the instant is worked out here, once, and the
//! database finds whose it is.

use uuid::Uuid;

use super::{Rules, Week, store};
use crate::{
    changes::{self, Kind},
    clock::At,
    config::push::{ClassConfig, Treatment},
    db::{Result, Tx},
    id::{AccountId, Id, MessageId},
    people::People,
    push::{MessageClass, outbox},
};

/// What is asked about the recipients of a message.
pub(super) struct Question<'a> {
    pub(super) message: MessageId,
    /// How it is then: at T, or now if T is past.
    pub(super) at: At,
    pub(super) is_open: bool,
    /// `None`: all of them.
    pub(super) whose: Option<&'a [AccountId]>,
}

/// What one class does to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    on_duty: Treatment,
    off_duty: Treatment,
    quiet: Treatment,
}

/// When the windows end in which it is quiet at an instant. Pauses the database knows.
pub(super) struct Ends {
    /// Of those who have chosen nothing.
    pub(super) usual: Option<At>,
    pub(super) weeks: Vec<(At, Week)>,
}

impl People {
    /// Marks the recipients of a message that is not open yet by how it will be `at` its opening, before its
    /// deliveries are staged; says of how many that was changed.
    pub async fn mark_recipients(
        &self,
        tx: &mut Tx,
        message: MessageId,
        class: impl Into<MessageClass>,
        at: At,
    ) -> Result<u64> {
        let question = Question {
            message,
            at,
            is_open: false,
            whose: None,
        };
        mark(&self.quiet, tx, &question, class.into()).await
    }

    /// The same for one recipient, at a cost that does not grow with the city; says until when the message waits for
    /// them, if it does.
    pub async fn mark_recipient(
        &self,
        tx: &mut Tx,
        message: MessageId,
        class: impl Into<MessageClass>,
        account: AccountId,
        at: At,
    ) -> Result<Option<At>> {
        let question = Question {
            message,
            at,
            is_open: false,
            whose: Some(&[account]),
        };
        mark(&self.quiet, tx, &question, class.into()).await?;
        store::waits_until(tx, message, account).await
    }
}

/// Brings in line what still waits for these people, after their quiet hours or duty have changed. What is on its
/// way to them is not called back.
pub(in crate::people) async fn reconsider(
    people: &People,
    tx: &mut Tx,
    accounts: &[AccountId],
    now: At,
) -> Result<()> {
    let mut moved = 0;
    for waiting in store::lock_waiting(tx, accounts, now).await? {
        let question = Question {
            message: waiting.id,
            at: now.max(waiting.opens_at),
            is_open: waiting.opened_at.is_some(),
            whose: Some(accounts),
        };
        if mark(&people.quiet, tx, &question, waiting.class).await? > 0 {
            moved += outbox::follow(tx, waiting.id, accounts, question.is_open).await?;
        }
    }
    if moved > 0 {
        tx.tell().await?;
    }
    // For what is not staged before somebody may be told of it.
    match accounts {
        [account] => changes::record(tx, Kind::QuietChanged, *account, None, now).await,
        _ => {
            changes::record(
                tx,
                Kind::RosterChanged,
                Id::<()>::from_uuid(Uuid::nil()),
                None,
                now,
            )
            .await
        }
    }
}

async fn mark(
    rules: &Rules,
    tx: &mut Tx,
    question: &Question<'_>,
    class: MessageClass,
) -> Result<u64> {
    let terms = Terms::of(rules.classes.get(class));
    let ends = ends(&rules.usual, tx, question).await?;
    // Most of the day. Whoever is marked already may be so for an earlier T, or for quiet hours that their owner
    // changed while the message was being staged: they are asked again.
    if question.whose.is_none()
        && terms.asks_for_quiet_alone()
        && ends.is_nobodys()
        && !store::is_anybody_paused(tx, question.at).await?
        && !store::is_anybody_marked(tx, question.message).await?
    {
        return Ok(0);
    }
    if question.whose.is_none() {
        store::lock(tx, question.message).await?;
    }
    let marked = store::mark(tx, question, terms, &ends).await?;
    if marked > 0 && terms.disturbs_quiet() && !question.is_open {
        store::count_disturbed(tx, question.message).await?;
    }
    Ok(marked)
}

async fn ends(usual: &Week, tx: &mut Tx, question: &Question<'_>) -> Result<Ends> {
    let weeks = match question.whose {
        None => store::weeks(tx).await?,
        Some(accounts) => store::weeks_of(tx, accounts).await?,
    };
    let ends = |week: Week| Some((week.quiet_until(question.at)?, week));
    Ok(Ends {
        usual: usual.quiet_until(question.at),
        weeks: weeks.into_iter().filter_map(ends).collect(),
    })
}

impl Ends {
    fn is_nobodys(&self) -> bool {
        self.usual.is_none() && self.weeks.is_empty()
    }
}

impl Terms {
    fn of(class: &ClassConfig) -> Self {
        Self {
            on_duty: class.on_duty,
            off_duty: class.off_duty,
            quiet: class.quiet,
        }
    }

    /// On duty and off duty are the same to it.
    fn asks_for_quiet_alone(self) -> bool {
        self.on_duty == Treatment::Deliver && self.off_duty == Treatment::Deliver
    }

    /// Until the next duty.
    pub(super) fn waits_off_duty(self) -> bool {
        self.off_duty == Treatment::Hold
    }

    pub(super) fn waits_in_quiet(self) -> bool {
        self.quiet == Treatment::Hold
    }

    pub(super) fn disturbs_quiet(self) -> bool {
        self.quiet == Treatment::Deliver
    }

    pub(super) fn is_silent_on_duty(self) -> bool {
        self.on_duty == Treatment::Silent
    }

    /// What waits for the next duty is handed over as on duty.
    pub(super) fn is_silent_off_duty(self) -> bool {
        match self.off_duty {
            Treatment::Hold => self.is_silent_on_duty(),
            other => other == Treatment::Silent,
        }
    }

    /// What waits for the quiet to end is handed over as off duty.
    pub(super) fn is_silent_in_quiet(self) -> bool {
        match self.quiet {
            Treatment::Hold => self.is_silent_off_duty(),
            other => other == Treatment::Silent,
        }
    }
}
