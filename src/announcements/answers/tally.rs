// SPDX-License-Identifier: EUPL-1.2

//! The tally: how many have answered what, and what was done about the others. Numbers only, and none about so few
//! people that it would name one of them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AnswerName, AnswersError, NoticeOutcome, Step, Way, policy,
    question::{Question, Wanted},
    store::{self, answers::Totals, steps::StepRow},
};
use crate::{
    announcements::{AnnouncementError, Announcements, Result, State, store as announcements},
    clock::At,
    db,
    id::AnnouncementId,
    people::{access::Coordinator, directory::UnitName},
    push::outbox,
};

/// How an announcement's question stands. It says nothing new until something has changed, so it can be asked for
/// again and again by its `ETag`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswerTally)]
pub struct Tally {
    pub announcement: AnnouncementId,
    pub question: Question,
    /// Who was asked: the recipients of the release, and whoever came to it later and has answered.
    pub recipients: i64,
    /// The first instant at which no answer is taken any more; absent if there is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_until: Option<At>,
    /// Whether answers are taken now.
    pub is_open: bool,
    /// When it is forgotten who answered what; the figures stay.
    pub names_until: At,
    /// Absent while there are fewer recipients than the smallest group: they would name somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswerFigures)]
pub struct Figures {
    pub answered: i64,
    pub not_answered: i64,
    /// Every answer that there is; they add up to `answered`.
    pub counts: Vec<AnswerCount>,
    /// The offices that are large enough, by name; none once the names are forgotten.
    pub units: Vec<UnitCount>,
    /// What is done about those who have not answered, in the order of its time.
    pub steps: Vec<StepAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnswerCount {
    pub answer: AnswerName,
    /// Which one; the first is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<i16>,
    pub people: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswersOfUnit)]
pub struct UnitCount {
    pub unit: UnitName,
    pub recipients: i64,
    pub answered: i64,
}

/// A step, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswerStep)]
pub struct StepAccount {
    pub step: Step,
    pub due_at: At,
    /// Absent: not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<At>,
    /// How many had not answered then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<i64>,
    /// Of these, how many have no deputy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_deputy: Option<i64>,
    /// Whom push was to reach: those people, or their deputies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<PushCount>,
    /// Mails and text messages, to those people or their deputies.
    pub notices: Vec<NoticeCount>,
}

/// People, each counted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswerStepPush)]
pub struct PushCount {
    pub reached: i64,
    pub waiting: i64,
    pub not_reached: i64,
    pub without_device: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswerNotices)]
pub struct NoticeCount {
    pub by: Way,
    /// Absent: they wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<NoticeOutcome>,
    pub people: i64,
}

impl Announcements {
    /// How the question of a released announcement stands.
    pub async fn tally(&self, _: &Coordinator, id: AnnouncementId) -> Result<Tally> {
        let row = announcements::row(&self.db, id)
            .await?
            .ok_or(AnnouncementError::NotFound)?;
        let released_at = match row.state()? {
            State::Released { released_at, .. } | State::Withdrawn { released_at, .. } => {
                released_at
            }
            State::Draft
            | State::InReview { .. }
            | State::Scheduled { .. }
            | State::Held { .. } => {
                return Err(AnnouncementError::NotReleased);
            }
        };
        let question = store::question::of(&self.db, id).await?;
        // Counted first, and asked last whether it still counts: what is being forgotten meanwhile is gone in the same
        // transaction that keeps its totals, so no count is ever of a part.
        let counted = store::answers::totals(&self.db, id).await?;
        let units = store::answers::units(&self.db, id).await?;
        let asking = store::answers::asking(&self.db, id).await?;
        let (Some(question), Some(asking)) = (question, asking) else {
            return Err(AnswersError::NothingAsked.into());
        };
        let (closes_at, is_forgotten) = (asking.closes_at, asking.forgotten_at.is_some());
        let totals = asking.kept().unwrap_or(counted);
        let units = if is_forgotten { Vec::new() } else { units };
        let recipients = totals.answers.iter().map(|(_, _, people)| people).sum();
        let smallest = self.answering.0.smallest_group;
        let figures = if recipients < smallest {
            None
        } else {
            Some(Figures {
                answered: answered(&totals),
                not_answered: recipients - answered(&totals),
                counts: counts(&question.answers, &totals),
                units: policy::showable(units, smallest),
                steps: self.accounts(id, &totals).await?,
            })
        };
        Ok(Tally {
            announcement: id,
            is_open: policy::is_open(closes_at, is_forgotten, self.clock.now())
                && !matches!(row.state()?, State::Withdrawn { .. }),
            question,
            recipients,
            answer_until: closes_at,
            names_until: released_at + self.answering.0.names_kept,
            figures,
        })
    }

    async fn accounts(&self, id: AnnouncementId, totals: &Totals) -> db::Result<Vec<StepAccount>> {
        let mut accounts = Vec::new();
        for row in store::steps::of(&self.db, id).await? {
            // That it is written down who was asked is nobody's news.
            if row.step != Step::Ask {
                accounts.push(self.account(row, totals).await?);
            }
        }
        Ok(accounts)
    }

    async fn account(&self, row: StepRow, totals: &Totals) -> db::Result<StepAccount> {
        let push = match row.message_id {
            None => None,
            Some(message) => {
                let people = outbox::account(&self.db, message).await?.people;
                Some(PushCount {
                    reached: people.reached,
                    waiting: people.waiting,
                    not_reached: people.not_reached.iter().map(|(_, count)| count).sum(),
                    without_device: people.without_device,
                })
            }
        };
        let of_step = |(step, by, outcome, people): &(Step, Way, Option<NoticeOutcome>, i64)| {
            (*step == row.step).then_some(NoticeCount {
                by: *by,
                outcome: *outcome,
                people: *people,
            })
        };
        Ok(StepAccount {
            step: row.step,
            due_at: row.due_at,
            done_at: row.done_at,
            people: row.people,
            without_deputy: row.without_deputy,
            push,
            notices: totals.notices.iter().filter_map(of_step).collect(),
        })
    }
}

fn answered(totals: &Totals) -> i64 {
    let answers = totals.answers.iter();
    let answered = answers.filter(|(answer, _, _)| answer.is_some());
    answered.map(|(_, _, people)| people).sum()
}

/// Every answer that there is, whether or not anybody has given it.
fn counts(wanted: &Wanted, totals: &Totals) -> Vec<AnswerCount> {
    let offered: Vec<(AnswerName, Option<i16>)> = match wanted {
        Wanted::Read => vec![(AnswerName::Read, None)],
        Wanted::Coming => vec![
            (AnswerName::Coming, None),
            (AnswerName::ComingIn, None),
            (AnswerName::NotComing, None),
        ],
        Wanted::Choices { choices } => (1..)
            .zip(choices)
            .map(|(number, _)| (AnswerName::Choice, Some(number)))
            .collect(),
    };
    let count = |(answer, choice): (AnswerName, Option<i16>)| {
        let given = totals.answers.iter();
        let given = given.filter(|given| (given.0, given.1) == (Some(answer), choice));
        AnswerCount {
            answer,
            choice,
            people: given.map(|(_, _, people)| people).sum(),
        }
    };
    offered.into_iter().map(count).collect()
}
