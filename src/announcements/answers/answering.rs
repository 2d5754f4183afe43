// SPDX-License-Identifier: EUPL-1.2

//! A reader's side: what is asked of them, and what they say.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AnswerName, AnswersError, Step, policy, question::Wanted, store};
use crate::{
    announcements::{AnnouncementError, Announcements, Result, readers::Headline},
    changes,
    clock::At,
    id::AnnouncementId,
    people::access::Employee,
    push::{Language, outbox},
};

/// Whoever comes later than that is not coming.
const LATEST_MINUTES: i16 = 240;

/// What somebody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case", try_from = "Said")]
#[schema(as = AnnouncementAnswer)]
pub enum Answer {
    Read,
    Coming,
    ComingIn {
        #[schema(minimum = 1, maximum = 240)]
        minutes: i16,
    },
    NotComing,
    /// The first is 1.
    Choice {
        #[schema(minimum = 1, maximum = 6)]
        choice: i16,
    },
}

/// As a request says it: serde refuses unknown fields beside a tag only where there are braces.
#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    Read {},
    Coming {},
    ComingIn { minutes: i16 },
    NotComing {},
    Choice { choice: i16 },
}

impl TryFrom<Said> for Answer {
    type Error = &'static str;
    fn try_from(said: Said) -> Result<Self, Self::Error> {
        match said {
            Said::Read {} => Ok(Self::Read),
            Said::Coming {} => Ok(Self::Coming),
            Said::ComingIn { minutes } if !(1..=LATEST_MINUTES).contains(&minutes) => {
                Err("minutes must be 1 to 240")
            }
            Said::ComingIn { minutes } => Ok(Self::ComingIn { minutes }),
            Said::NotComing {} => Ok(Self::NotComing),
            Said::Choice { choice } => Ok(Self::Choice { choice }),
        }
    }
}

impl Answer {
    pub(super) fn name(self) -> AnswerName {
        match self {
            Self::Read => AnswerName::Read,
            Self::Coming => AnswerName::Coming,
            Self::ComingIn { .. } => AnswerName::ComingIn,
            Self::NotComing => AnswerName::NotComing,
            Self::Choice { .. } => AnswerName::Choice,
        }
    }

    pub(super) fn minutes(self) -> Option<i16> {
        match self {
            Self::ComingIn { minutes } => Some(minutes),
            _ => None,
        }
    }

    pub(super) fn choice(self) -> Option<i16> {
        match self {
            Self::Choice { choice } => Some(choice),
            _ => None,
        }
    }
}

/// What an announcement asks, as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AskedOfReader)]
pub struct Asked {
    pub answers: Offered,
    /// The first instant at which no answer is taken any more; absent if there is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_until: Option<At>,
    /// Whether answers are taken now.
    pub is_open: bool,
    /// What the reader has said; absent if nothing yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_answer: Option<OwnAnswer>,
}

/// Which answers there are, in the language of the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = OfferedAnswers)]
pub enum Offered {
    Read,
    Coming,
    Choices { choices: Vec<String> },
}

/// What somebody has said, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnAnswer {
    #[serde(flatten)]
    pub answer: Answer,
    pub at: At,
}

impl Offered {
    fn of(wanted: &Wanted, language: Language) -> Self {
        match wanted {
            Wanted::Read => Self::Read,
            Wanted::Coming => Self::Coming,
            Wanted::Choices { choices } => Self::Choices {
                choices: choices
                    .iter()
                    .map(|choice| choice.label(language).to_owned())
                    .collect(),
            },
        }
    }
}

impl Announcements {
    /// Says something, or something else than before, while the question is open. The same said again changes
    /// nothing.
    pub async fn answer(
        &self,
        reader: &Employee,
        id: AnnouncementId,
        answer: Answer,
    ) -> Result<Asked> {
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        if !store::answers::is_reader(&mut tx, reader, id).await? {
            return Err(AnnouncementError::NotFound);
        }
        store::question::share(&mut tx, id).await?;
        let standing = store::answers::standing(&mut tx, reader, id).await?;
        let standing = standing.ok_or(AnswersError::NothingAsked)?;
        if !policy::is_open(standing.closes_at, standing.is_forgotten, now) {
            return Err(AnswersError::Closed.into());
        }
        policy::check_offered(&standing.wanted, answer)?;
        if standing.own.map(|own| own.answer) != Some(answer) {
            store::answers::put(&mut tx, reader, id, answer, now).await?;
            if let Some(reminder) = store::steps::message(&mut tx, id, Step::Remind).await? {
                outbox::spare(&mut tx, reminder, reader.account(), now).await?;
            }
            // Who it was is nobody's business who reads the log.
            changes::record(&mut tx, changes::Kind::AnnouncementAnswered, id, None, now).await?;
            tx.commit().await?;
        }
        let mut asked = store::answers::asked(&self.db, reader, &[id]).await?;
        // Withdrawn meanwhile: it is gone.
        let standing = asked.remove(&id).ok_or(AnnouncementError::NotFound)?;
        Ok(self.asked(&standing, reader.language()))
    }

    /// Says with each headline what it asks of the reader.
    pub(in crate::announcements) async fn with_questions(
        &self,
        reader: &Employee,
        headlines: &mut [Headline],
    ) -> Result<()> {
        let ids: Vec<AnnouncementId> = headlines.iter().map(|headline| headline.id).collect();
        let mut asked = store::answers::asked(&self.db, reader, &ids).await?;
        for headline in headlines {
            let standing = asked.remove(&headline.id);
            headline.question = standing.map(|asked| self.asked(&asked, headline.language));
        }
        Ok(())
    }

    fn asked(&self, standing: &store::answers::Standing, language: Language) -> Asked {
        let now = self.clock.now();
        Asked {
            answers: Offered::of(&standing.wanted, language),
            answer_until: standing.closes_at,
            is_open: policy::is_open(standing.closes_at, standing.is_forgotten, now),
            own_answer: standing.own,
        }
    }
}
