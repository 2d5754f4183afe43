// SPDX-License-Identifier: EUPL-1.2

//! What an announcement asks: part of the draft, and of what is approved.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AnswersError, Mistake, Step, policy, store};
use crate::{
    announcements::{
        Announcement, Announcements, Result,
        drafts::{entry, held},
        store as announcements,
    },
    audit::{self, Action, Entries},
    db::text_enum,
    id::AnnouncementId,
    people::access::Editor,
    push::Language,
    text::{Line, Words},
};

/// How many choices a question has.
pub(super) const CHOICES: std::ops::RangeInclusive<usize> = 2..=6;

/// What an announcement asks of its readers, and what is done about those who do not answer. All times count from the
/// release; what is left out is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnnouncementQuestion)]
pub struct Question {
    pub answers: Wanted,
    /// For how long answers are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_within_minutes: Option<Minutes>,
    /// When whoever has not answered is reminded by push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remind_after_minutes: Option<Minutes>,
    /// When and how whoever has not answered is written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Otherwise>,
    /// When the deputies of those who have not answered are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy_after_minutes: Option<Minutes>,
}

/// Which answers there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "Said")]
#[schema(as = WantedAnswers)]
pub enum Wanted {
    /// That it was read.
    Read,
    /// Coming, not coming, or coming in some minutes.
    Coming,
    /// One of two to six.
    Choices { choices: Vec<Choice> },
}

text_enum! {
    /// [`Wanted`]'s name.
    pub enum Kind {
        Read = "read",
        Coming = "coming",
        Choices = "choices",
    }
}

/// A choice in every language that the announcement has; it may be in another too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnswerChoice)]
pub struct Choice {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de: Option<Line<60>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<Line<60>>,
}

/// How somebody is reached beside push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Otherwise {
    pub by: Way,
    pub after_minutes: Minutes,
}

text_enum! {
    /// A way beside push.
    pub enum Way {
        Mail = "mail",
        /// A text message, by the city's gateway.
        Sms = "sms",
    }
}

/// 1 to 10080: a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i64")]
#[schema(value_type = i32, minimum = 1, maximum = 10080)]
pub struct Minutes(i32);

impl Minutes {
    pub fn get(self) -> i32 {
        self.0
    }

    pub fn duration(self) -> Duration {
        Duration::from_mins(self.0.unsigned_abs().into())
    }
}

impl TryFrom<i64> for Minutes {
    type Error = &'static str;
    fn try_from(minutes: i64) -> Result<Self, Self::Error> {
        match i32::try_from(minutes) {
            Ok(minutes @ 1..=10_080) => Ok(Self(minutes)),
            _ => Err("must be 1 to 10080"),
        }
    }
}

/// As a request says it: serde refuses unknown fields beside a tag only where there are braces.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    Read {},
    Coming {},
    Choices { choices: Vec<Choice> },
}

impl TryFrom<Said> for Wanted {
    type Error = &'static str;
    fn try_from(said: Said) -> Result<Self, Self::Error> {
        match said {
            Said::Read {} => Ok(Self::Read),
            Said::Coming {} => Ok(Self::Coming),
            Said::Choices { choices } if !CHOICES.contains(&choices.len()) => {
                Err("choices must be 2 to 6")
            }
            Said::Choices { choices } => Ok(Self::Choices { choices }),
        }
    }
}

impl Choice {
    pub(super) fn get(&self, language: Language) -> Option<&Line<60>> {
        match language {
            Language::German => self.de.as_ref(),
            Language::English => self.en.as_ref(),
        }
    }

    /// In this language, or else in the other.
    pub(super) fn label(&self, language: Language) -> &str {
        let there_is = self.de.as_ref().or(self.en.as_ref());
        self.get(language).or(there_is).map_or("", Line::as_str)
    }
}

impl Wanted {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Read => Kind::Read,
            Self::Coming => Kind::Coming,
            Self::Choices { .. } => Kind::Choices,
        }
    }

    pub(super) fn choices(&self) -> &[Choice] {
        match self {
            Self::Read | Self::Coming => &[],
            Self::Choices { choices } => choices,
        }
    }
}

impl Question {
    /// What is done by the clock, and how long after the release.
    pub(super) fn steps(&self) -> impl Iterator<Item = (Step, Duration)> {
        let otherwise = self.otherwise.map(|otherwise| otherwise.after_minutes);
        let later = [
            (Step::Remind, self.remind_after_minutes),
            (Step::Otherwise, otherwise),
            (Step::Deputy, self.deputy_after_minutes),
        ];
        let later = later.into_iter();
        let later = later.filter_map(|(step, after)| Some((step, after?.duration())));
        std::iter::once((Step::Ask, Duration::ZERO)).chain(later)
    }
}

impl Announcements {
    /// Has an announcement ask something. Until the release.
    pub async fn ask(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        question: Question,
    ) -> Result<Announcement> {
        self.change_question(editor, id, seen, Some(question)).await
    }

    /// Has it ask nothing. Until the release.
    pub async fn ask_nothing(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
    ) -> Result<Announcement> {
        self.change_question(editor, id, seen, None).await
    }

    async fn change_question(
        &self,
        editor: &Editor,
        id: AnnouncementId,
        seen: Option<i32>,
        question: Option<Question>,
    ) -> Result<Announcement> {
        let mut tx = self.db.begin().await?;
        let row = held(&mut tx, id, seen).await?;
        row.state()?.check_unreleased()?;
        if let Some(question) = &question {
            policy::check_class(row.class)?;
            self.check_question(question)?;
            let texts = announcements::texts_in(&mut tx, id).await?;
            policy::check_choices(question, &texts)?;
        }
        if store::question::of_in(&mut tx, id).await? != question {
            store::question::set(&mut tx, id, question.as_ref()).await?;
            announcements::touch(&mut tx, id, self.step(editor)).await?;
            // What is asked is part of what is approved.
            let sent_back = self
                .seen_by_nobody_else(&mut tx, &row, row.class, editor)
                .await?;
            let asks = question.map_or("nothing", |asked| asked.answers.kind().as_str());
            let changed = entry(Action::AnnouncementQuestionChanged, editor, id).with("asks", asks);
            tx.tell().await?;
            let done = Entries::from(changed).and(sent_back);
            audit::commit(tx, done, self.clock.now()).await?;
        }
        self.read(editor, id).await
    }

    /// Its times, and that there is a way by which it would reach people.
    fn check_question(&self, question: &Question) -> Result<(), AnswersError> {
        let mut mistakes = policy::mistakes_in_times(question);
        if let Some(Otherwise { by, .. }) = question.otherwise
            && !self.answering.has(by)
        {
            mistakes.push(Mistake::new(
                "/otherwise/by",
                Words::new(
                    format!("dafür ist auf dem Server nichts eingerichtet ({by})"),
                    format!("the server's configuration has nothing for {by}"),
                ),
            ));
        }
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(AnswersError::Question(mistakes))
        }
    }
}
