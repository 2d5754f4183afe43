// SPDX-License-Identifier: EUPL-1.2

//! The editors' statements. Readers have their own, in [`readers`](super::readers).

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Announcement, Approval, MaxLateness, State, StateName, Step, Texts, Wording, answers,
    attachments,
    holding::policy::Lateness,
    press,
    review::policy::{Eyes, FourEyes},
};
use crate::{
    clock::At,
    db::{Db, DbError, IdList, Result, Tx, sql},
    id::{AccountId, AnnouncementId, AudienceId, MessageId},
    people::audience::Audience,
    push::{Class, Language},
    text::{Line, Text},
};

const TABLE: &str = "announcements";

/// A row as it stands; [`state`](Row::state) makes sense of its timestamps.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: AnnouncementId,
    pub(super) class: Class,
    pub(super) audience_id: AudienceId,
    pub(super) revision: i32,
    created_at: At,
    created_by: AccountId,
    updated_at: At,
    updated_by: AccountId,
    release_at: Option<At>,
    scheduled_at: Option<At>,
    scheduled_by: Option<AccountId>,
    pub(super) message_id: Option<MessageId>,
    released_at: Option<At>,
    withdrawn_at: Option<At>,
    withdrawn_by: Option<AccountId>,
    edited_by: Option<AccountId>,
    submitted_at: Option<At>,
    submitted_by: Option<AccountId>,
    approved_at: Option<At>,
    approved_by: Option<AccountId>,
    approved_revision: Option<i32>,
    pub(super) expires_at: Option<At>,
    max_lateness_seconds: Option<i32>,
    held_at: Option<At>,
    missed_at: Option<At>,
}

impl Row {
    pub(super) fn state(&self) -> Result<State> {
        let step = |at: Option<At>, by: Option<AccountId>| match (at, by) {
            (Some(at), Some(by)) => Ok(Some(Step { at, by })),
            (None, None) => Ok(None),
            _ => Err(self.impossible("a step without its time or its person")),
        };
        let scheduled = step(self.scheduled_at, self.scheduled_by)?;
        let withdrawn = step(self.withdrawn_at, self.withdrawn_by)?;
        let submitted = step(self.submitted_at, self.submitted_by)?;
        let held = match (self.held_at, self.missed_at) {
            (Some(held_at), Some(missed)) if self.release_at.is_none() => Some((held_at, missed)),
            (None, None) => None,
            _ => return Err(self.impossible("held without a missed T, or with another")),
        };
        match (self.release_at, scheduled, self.released_at, withdrawn) {
            (None, None, None, None) => Ok(match (held, submitted) {
                (Some((held_at, missed_release_at)), _) => State::Held {
                    missed_release_at,
                    held_at,
                },
                (None, Some(submitted)) => State::InReview { submitted },
                (None, None) => State::Draft,
            }),
            (Some(t), Some(scheduled), None, None) => Ok(State::Scheduled {
                release_at: t,
                scheduled,
            }),
            (Some(t), Some(scheduled), Some(released_at), None) => Ok(State::Released {
                release_at: t,
                scheduled,
                released_at,
            }),
            (Some(t), Some(scheduled), Some(released_at), Some(withdrawn)) => {
                Ok(State::Withdrawn {
                    release_at: t,
                    scheduled,
                    released_at,
                    withdrawn,
                })
            }
            _ => Err(self.impossible("timestamps that no life of an announcement can have")),
        }
    }

    /// Whose eyes have been on it.
    pub(super) fn eyes(&self) -> Result<Eyes> {
        let approval = match (self.approved_at, self.approved_by, self.approved_revision) {
            (Some(at), Some(by), Some(revision)) => Some(Approval { at, by, revision }),
            (None, None, None) => None,
            _ => return Err(self.impossible("an approval without its time, person or revision")),
        };
        Ok(Eyes {
            author: self.created_by,
            editor: self.edited_by.unwrap_or(self.created_by),
            approval,
        })
    }

    /// How late it may be by its own word.
    pub(super) fn max_lateness(&self) -> Result<Option<MaxLateness>> {
        let Some(seconds) = self.max_lateness_seconds else {
            return Ok(None);
        };
        let most = MaxLateness::new(seconds);
        most.map(Some)
            .ok_or_else(|| self.impossible("a lateness out of bounds"))
    }

    /// What push carried; every released announcement has it.
    pub(super) fn message_of_release(&self) -> Result<MessageId> {
        self.message_id
            .ok_or_else(|| self.impossible("released without a message"))
    }

    fn impossible(&self, what: &'static str) -> DbError {
        impossible(self.id, what)
    }
}

fn impossible(id: AnnouncementId, what: &'static str) -> DbError {
    DbError::Impossible {
        table: TABLE,
        id: id.to_string(),
        what,
    }
}

/// An announcement in the editors' list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AnnouncementSummary)]
pub struct Summary {
    pub id: AnnouncementId,
    pub class: Class,
    /// By language.
    pub titles: BTreeMap<Language, String>,
    pub revision: i32,
    pub updated: Step,
    /// A correction waits for another editor's approval: since when, and whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_correction: Option<Step>,
    #[serde(flatten)]
    pub state: State,
}

pub(super) async fn find(
    db: &Db,
    id: AnnouncementId,
    four_eyes: &FourEyes,
    lateness: &Lateness,
) -> Result<Option<Announcement>> {
    let row = row(db, id).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Announcement {
        id,
        class: row.class,
        audience: Audience::load(db, row.audience_id).await?,
        texts: read_texts(id, texts(db, id).await?)?,
        photos: attachments::store::photos(db, id).await?,
        files: attachments::store::files(db, id).await?,
        press: press::rule(db, id).await?,
        question: answers::question(db, id).await?,
        expires_at: row.expires_at,
        max_lateness_seconds: row
            .max_lateness()?
            .unwrap_or_else(|| lateness.get(row.class)),
        revision: row.revision,
        created: Step {
            at: row.created_at,
            by: row.created_by,
        },
        updated: Step {
            at: row.updated_at,
            by: row.updated_by,
        },
        needs_approval: four_eyes.needs(row.class),
        approval: row.eyes()?.approval,
        corrected: super::corrections::last(db, id).await?,
        proposed_correction: super::corrections::proposals::store::find(db, id).await?,
        state: row.state()?,
    }))
}

pub(super) async fn row(db: &Db, id: AnnouncementId) -> Result<Option<Row>> {
    db.query(sql!("SELECT * FROM announcements WHERE id = $1"))
        .bind(id)
        .opt()
        .await
}

/// Up to `limit` announcements, the last made first.
pub(super) async fn page(
    db: &Db,
    state: Option<StateName>,
    before: Option<AnnouncementId>,
    limit: i64,
) -> Result<Vec<Summary>> {
    let rows: Vec<Row> = db
        .query(sql!(
            "SELECT * FROM announcements
             WHERE (CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn'
                         WHEN released_at IS NOT NULL THEN 'released'
                         WHEN release_at IS NOT NULL THEN 'scheduled'
                         WHEN held_at IS NOT NULL THEN 'held'
                         WHEN submitted_at IS NOT NULL THEN 'in_review'
                         ELSE 'draft' END = $1 OR $1 IS NULL)
               AND (id < $2 OR $2 IS NULL)
             ORDER BY id DESC LIMIT $3"
        ))
        .bind(state)
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    let titles: Vec<(AnnouncementId, Language, String)> = db
        .query(sql!(
            "SELECT announcement_id, language, title FROM announcement_texts WHERE announcement_id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(rows.iter().map(|row| row.id).collect::<IdList>())
        .all()
        .await?;
    let proposed: Vec<(AnnouncementId, At, AccountId)> = db
        .query(sql!(
            "SELECT announcement_id, proposed_at, proposed_by FROM announcement_proposals
             WHERE announcement_id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(rows.iter().map(|row| row.id).collect::<IdList>())
        .all()
        .await?;
    let summary = |row: Row| {
        let own = titles.iter().filter(|(id, _, _)| *id == row.id);
        Ok(Summary {
            id: row.id,
            class: row.class,
            titles: own
                .map(|(_, language, title)| (*language, title.clone()))
                .collect(),
            revision: row.revision,
            updated: Step {
                at: row.updated_at,
                by: row.updated_by,
            },
            proposed_correction: proposed
                .iter()
                .find(|(id, _, _)| *id == row.id)
                .map(|(_, at, by)| Step { at: *at, by: *by }),
            state: row.state()?,
        })
    };
    rows.into_iter().map(summary).collect()
}

/// The row, held until the transaction ends, so that nobody edits what is being released, or the other
/// way round. (On SQLite the transaction is the only writer anyway.)
pub(super) async fn lock(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Row>> {
    tx.query(sql!(
        "SELECT * FROM announcements WHERE id = $1"["" | " FOR UPDATE"]
    ))
    .bind(id)
    .opt()
    .await
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: AnnouncementId,
    class: Class,
    audience: AudienceId,
    step: Step,
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO announcements
             (id, class, audience_id, revision, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, 1, $4, $5, $4, $5)"
    ))
    .bind(id)
    .bind(class)
    .bind(audience)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// A new revision, with nothing staged.
pub(super) async fn update(
    tx: &mut Tx,
    id: AnnouncementId,
    class: Class,
    audience: AudienceId,
    step: Step,
) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET class = $2, audience_id = $3, message_id = NULL,
             revision = revision + 1, updated_at = $4, updated_by = $5
         WHERE id = $1"
    ))
    .bind(id)
    .bind(class)
    .bind(audience)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// Sets T, or takes it away: a new revision, with nothing staged.
pub(super) async fn schedule(
    tx: &mut Tx,
    id: AnnouncementId,
    release_at: Option<At>,
    step: Step,
) -> Result<()> {
    let scheduled = release_at.map(|_| step);
    tx.query(sql!(
        "UPDATE announcements SET release_at = $2, scheduled_at = $3, scheduled_by = $4,
             held_at = NULL, missed_at = NULL, message_id = NULL, revision = revision + 1, updated_at = $5, updated_by = $6
         WHERE id = $1"
    ))
    .bind(id)
    .bind(release_at)
    .bind(scheduled.map(|step| step.at))
    .bind(scheduled.map(|step| step.by))
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn withdraw(tx: &mut Tx, id: AnnouncementId, step: Step) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET withdrawn_at = $2, withdrawn_by = $3,
             revision = revision + 1, updated_at = $2, updated_by = $3
         WHERE id = $1"
    ))
    .bind(id)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// Takes an announcement that nobody but editors has seen out of the world, words and all.
pub(super) async fn delete(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    delete_texts(tx, id).await?;
    attachments::store::forget(tx, id).await?;
    tx.query(sql!("DELETE FROM announcements WHERE id = $1"))
        .bind(id)
        .execute()
        .await
        .map(drop)
}

pub(super) async fn replace_texts(tx: &mut Tx, id: AnnouncementId, texts: &Texts) -> Result<()> {
    delete_texts(tx, id).await?;
    for (language, words) in texts.iter() {
        tx.query(sql!(
            "INSERT INTO announcement_texts (announcement_id, language, title, push_text, body)
             VALUES ($1, $2, $3, $4, $5)"
        ))
        .bind(id)
        .bind(language)
        .bind(words.title.as_str().to_owned())
        .bind(words.push_text.as_str().to_owned())
        .bind(words.body.as_str().to_owned())
        .execute()
        .await?;
    }
    Ok(())
}

async fn delete_texts(tx: &mut Tx, id: AnnouncementId) -> Result<()> {
    tx.query(sql!(
        "DELETE FROM announcement_texts WHERE announcement_id = $1"
    ))
    .bind(id)
    .execute()
    .await
    .map(drop)
}

type TextRow = (Language, String, String, String);

async fn texts(db: &Db, id: AnnouncementId) -> Result<Vec<TextRow>> {
    db.query(sql!(
        "SELECT language, title, push_text, body FROM announcement_texts WHERE announcement_id = $1"
    ))
    .bind(id)
    .all()
    .await
}

/// As the transaction sees them.
pub(super) async fn texts_in(tx: &mut Tx, id: AnnouncementId) -> Result<Texts> {
    let rows = tx
        .query(sql!(
            "SELECT language, title, push_text, body FROM announcement_texts
             WHERE announcement_id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    read_texts(id, rows)
}

fn read_texts(id: AnnouncementId, rows: Vec<TextRow>) -> Result<Texts> {
    let wording = |(language, title, push_text, body): TextRow| {
        let unfit = |_| impossible(id, "a text that would not have been accepted");
        let words = Wording {
            title: Line::new(&title).map_err(unfit)?,
            push_text: Text::new(&push_text).map_err(unfit)?,
            body: Text::new(&body).map_err(unfit)?,
        };
        Ok((language, words))
    };
    rows.into_iter().map(wording).collect()
}
