// SPDX-License-Identifier: EUPL-1.2

//! Who is meant: everybody, org units with all below them, places of work, job titles, who is on duty, saved
//! groups, and unions and exceptions of these.
//!
//! The one predicate for "is this person in that audience" is the view `audience_people (audience_id,
//! account_id)` of `migrations/0013_audiences.sql`: staging, counting, the feed and the readers of
//! announcements ask it in their own statements, so that lists are filtered by the database. Everybody and
//! units are answered from the audience's row and its units, as they are asked at every page of the feed;
//! the rest from [`terms`].
//!
//! An **exception always wins**, whatever else means the person.
//!
//! **On duty** means at T. [`settle_duty`] writes down who that is, again and again until the release; from
//! then on it stays, because the shifts themselves are forgotten.
//!
//! A **group** is resolved when an audience that names it is stored: what an editor has scheduled means whom
//! it meant then, and no change of a group reaches it. People still come and go: the rule is kept, not a
//! list of names.
//!
//! A row of `audiences` is never changed once made: who was meant stays true.

mod check;
mod store;
mod terms;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::check::Known;
pub use self::store::{AudienceCount, Choice};
use super::{People, PeopleError, access::Editor};
use crate::{
    clock::At,
    db::{Db, DbError, Tx},
    id::{AccountId, AudienceId, GroupId, Ids, OrgUnitId},
    text::{Line, Words},
};

/// A job title or a place of work, as the personnel file may have it.
pub type Word = Line<200>;

/// Who is meant, as a request and an answer say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", from = "Said")]
pub enum Audience {
    Everybody,
    /// These units and all below them.
    Units {
        units: Vec<OrgUnitId>,
    },
    /// Who works at one of these places: the exact words, in whatever case.
    Locations {
        locations: Vec<Word>,
    },
    /// Who has one of these job titles: the exact words, in whatever case.
    JobTitles {
        job_titles: Vec<Word>,
    },
    /// Who is on duty at T; counted before there is one, now.
    OnDuty,
    Groups {
        groups: Vec<GroupId>,
    },
    /// Whoever is in one of `of` and in none of `except`. None of them is itself an `any_of`.
    AnyOf {
        #[schema(no_recursion)]
        of: Vec<Audience>,
        #[serde(default)]
        #[schema(no_recursion)]
        except: Vec<Audience>,
    },
}

/// As a request says it: serde refuses unknown fields beside a tag only where there are braces.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    Everybody {},
    Units {
        units: Vec<OrgUnitId>,
    },
    Locations {
        locations: Vec<Word>,
    },
    JobTitles {
        job_titles: Vec<Word>,
    },
    OnDuty {},
    Groups {
        groups: Vec<GroupId>,
    },
    AnyOf {
        of: Vec<Audience>,
        #[serde(default)]
        except: Vec<Audience>,
    },
}

impl From<Said> for Audience {
    fn from(said: Said) -> Self {
        match said {
            Said::Everybody {} => Self::Everybody,
            Said::Units { units } => Self::Units { units },
            Said::Locations { locations } => Self::Locations { locations },
            Said::JobTitles { job_titles } => Self::JobTitles { job_titles },
            Said::OnDuty {} => Self::OnDuty,
            Said::Groups { groups } => Self::Groups { groups },
            Said::AnyOf { of, except } => Self::AnyOf { of, except },
        }
    }
}

/// A JSON pointer within the audience, with what is wrong there.
pub type Mistake = (String, Words);

const NAMES_NOTHING: Words = Words::fixed(
    "muss mindestens eine Angabe haben",
    "must name at least one",
);

#[derive(Debug, thiserror::Error)]
pub enum AudienceError {
    /// Nothing is named at this JSON pointer, which means nobody.
    #[error("an audience that names nothing means nobody")]
    Empty(String),
    /// Never empty.
    #[error("{} mistakes in the audience", .0.len())]
    Wrong(Vec<Mistake>),
    /// What only announcements can be for.
    #[error("only everybody and units can be meant here")]
    NotHere,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AudienceError {
    /// What is wrong, by JSON pointers within the audience.
    pub fn pointers(&self) -> Vec<Mistake> {
        match self {
            Self::Empty(pointer) => vec![(pointer.clone(), NAMES_NOTHING)],
            Self::Wrong(mistakes) => mistakes.clone(),
            Self::NotHere => vec![(
                "/kind".into(),
                Words::fixed(
                    "hier sind nur alle oder Dienststellen möglich",
                    "must be everybody or units here",
                ),
            )],
            Self::Db(_) => Vec::new(),
        }
    }
}

impl Audience {
    /// Stores the audience for something that is made in the same transaction. Groups are resolved here.
    pub async fn create(&self, tx: &mut Tx, ids: &Ids) -> Result<AudienceId, AudienceError> {
        let known = self.check(tx).await?;
        let id = ids.id();
        match self {
            Self::Everybody => return Ok(store::everybody(tx, id).await?),
            Self::Units { units } => store::insert(tx, id, units).await?,
            composed => {
                let terms = terms::of(composed, &known.groups);
                check::check_size(&terms)?;
                store::insert_composed(tx, id, composed, &terms).await?;
            }
        }
        Ok(id)
    }

    /// As [`create`](Self::create), for what is read for as long as it stands and can't ask who was on duty
    /// when: everybody or units alone.
    pub async fn create_plain(&self, tx: &mut Tx, ids: &Ids) -> Result<AudienceId, AudienceError> {
        match self {
            Self::Everybody | Self::Units { .. } => self.create(tx, ids).await,
            _ => Err(AudienceError::NotHere),
        }
    }

    /// Refuses what has no sense or names what does not exist.
    pub(super) async fn check(&self, tx: &mut Tx) -> Result<Known, AudienceError> {
        self.check_shape()?;
        let known = store::known(tx, self).await?;
        self.check_names(&known)?;
        Ok(known)
    }

    /// The audience that a row holds.
    pub async fn load(db: &Db, id: AudienceId) -> Result<Self, DbError> {
        store::load(db, id).await
    }

    /// What is joined, and what is taken away from it.
    fn parts(&self) -> (&[Self], &[Self]) {
        match self {
            Self::AnyOf { of, except } => (of, except),
            leaf => (std::slice::from_ref(leaf), &[]),
        }
    }
}

/// Writes down who is on duty at an instant, if the audience asks that, in place of what was written before.
pub async fn settle_duty(tx: &mut Tx, audience: AudienceId, at: At) -> Result<(), DbError> {
    forget_duty(tx, audience).await?;
    store::write_duty(tx, audience, at).await
}

/// Forgets who was on duty: nobody was told anything.
pub async fn forget_duty(tx: &mut Tx, audience: AudienceId) -> Result<(), DbError> {
    store::forget_duty(tx, audience).await
}

/// What an editor can choose from beside units and groups.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AudienceChoices)]
pub struct Choices {
    pub locations: Vec<Choice>,
    pub job_titles: Vec<Choice>,
}

impl People {
    /// How many people would be meant now, without storing the audience.
    pub async fn count_audience(
        &self,
        audience: &Audience,
    ) -> Result<AudienceCount, AudienceError> {
        if *audience == Audience::Everybody {
            return Ok(store::count_everybody(&self.db).await?);
        }
        // Never committed.
        let mut tx = self.db.begin().await?;
        let id = audience.create(&mut tx, &self.ids).await?;
        settle_duty(&mut tx, id, self.clock.now()).await?;
        Ok(store::count_in(&mut tx, id).await?)
    }

    /// How many people are meant by a stored audience. `on_duty_at`: for which instant it asks who is on
    /// duty, if that is not settled for good.
    pub async fn count_stored_audience(
        &self,
        id: AudienceId,
        on_duty_at: Option<At>,
    ) -> Result<AudienceCount, DbError> {
        match on_duty_at {
            Some(at) if store::asks_who_is_on_duty(&self.db, id).await? => {
                // Of a copy that is never committed: the audience's own is the releaser's to write.
                let mut tx = self.db.begin().await?;
                let copy = self.ids.id();
                store::copy(&mut tx, id, copy).await?;
                settle_duty(&mut tx, copy, at).await?;
                store::count_in(&mut tx, copy).await
            }
            _ => store::count(&self.db, id).await,
        }
    }

    /// Whether this person is meant by a stored audience.
    pub async fn is_meant(
        &self,
        audience: AudienceId,
        account: AccountId,
    ) -> Result<bool, PeopleError> {
        Ok(store::is_meant(&self.db, audience, account).await?)
    }

    /// The places of work and the job titles that there are.
    pub async fn audience_choices(&self, _: &Editor) -> Result<Choices, PeopleError> {
        Ok(Choices {
            locations: store::locations(&self.db).await?,
            job_titles: store::job_titles(&self.db).await?,
        })
    }
}
