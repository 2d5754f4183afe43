// SPDX-License-Identifier: EUPL-1.2

//! The press's statements. What the press is shown or sent is read from the view `press_announcements`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Because, PressChannel, PressEvent, PressOutcome, Rule, RuleName,
    attachments::{self, Attachments},
};
use crate::{
    announcements::{Step, texts::in_language},
    clock::At,
    db::{Db, DbError, IdList, Result, Tx, sql},
    id::{AnnouncementId, ClaimId, MessageId, PressDeliveryId},
    push::Language,
};

#[derive(sqlx::FromRow)]
struct RuleRow {
    rule: RuleName,
    share_percent: Option<i16>,
    at_latest_seconds: Option<i32>,
}

impl RuleRow {
    fn rule(self, id: AnnouncementId) -> Result<Rule> {
        match (self.rule, self.share_percent, self.at_latest_seconds) {
            (RuleName::SameInstant, None, None) => Ok(Rule::SameInstant),
            (RuleName::StaffFirst, Some(share_percent), Some(at_latest_seconds)) => {
                Ok(Rule::StaffFirst {
                    share_percent,
                    at_latest_seconds,
                })
            }
            _ => Err(impossible(id, "a rule with another's figures")),
        }
    }
}

fn impossible(id: AnnouncementId, what: &'static str) -> DbError {
    DbError::Impossible {
        table: "press_rules",
        id: id.to_string(),
        what,
    }
}

pub(super) async fn rule(db: &Db, id: AnnouncementId) -> Result<Option<Rule>> {
    let row: Option<RuleRow> = db
        .query(sql!(
            "SELECT rule, share_percent, at_latest_seconds FROM press_rules WHERE announcement_id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    row.map(|row| row.rule(id)).transpose()
}

/// As the transaction sees it.
pub(super) async fn rule_in(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Rule>> {
    let row: Option<RuleRow> = tx
        .query(sql!(
            "SELECT rule, share_percent, at_latest_seconds FROM press_rules WHERE announcement_id = $1"
        ))
        .bind(id)
        .opt()
        .await?;
    row.map(|row| row.rule(id)).transpose()
}

/// Before the release alone.
pub(super) async fn set_rule(tx: &mut Tx, id: AnnouncementId, rule: Option<Rule>) -> Result<()> {
    tx.query(sql!("DELETE FROM press_rules WHERE announcement_id = $1"))
        .bind(id)
        .execute()
        .await?;
    let Some(rule) = rule else { return Ok(()) };
    let (share_percent, at_latest_seconds) = match rule {
        Rule::SameInstant => (None, None),
        Rule::StaffFirst {
            share_percent,
            at_latest_seconds,
        } => (Some(share_percent), Some(at_latest_seconds)),
    };
    tx.query(sql!(
        "INSERT INTO press_rules (announcement_id, rule, share_percent, at_latest_seconds)
         VALUES ($1, $2, $3, $4)"
    ))
    .bind(id)
    .bind(rule.name())
    .bind(share_percent)
    .bind(at_latest_seconds)
    .execute()
    .await
    .map(drop)
}

/// A new revision of the announcement. What is staged for the phones stays: the press is none of theirs.
pub(super) async fn revise(tx: &mut Tx, id: AnnouncementId, step: Step) -> Result<()> {
    tx.query(sql!(
        "UPDATE announcements SET revision = revision + 1, updated_at = $2, updated_by = $3
         WHERE id = $1"
    ))
    .bind(id)
    .bind(step.at)
    .bind(step.by)
    .execute()
    .await
    .map(drop)
}

/// From here on the press waits to be opened.
pub(super) async fn set_opens_by(tx: &mut Tx, id: AnnouncementId, opens_by: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_rules SET opens_by = $2 WHERE announcement_id = $1"
    ))
    .bind(id)
    .bind(opens_by)
    .execute()
    .await
    .map(drop)
}

/// Whether the announcement is released and not withdrawn; its row is held until the transaction ends, so that
/// nobody withdraws what is being opened, or the other way round.
pub(super) async fn lock_released(tx: &mut Tx, id: AnnouncementId) -> Result<bool> {
    let row: Option<(AnnouncementId,)> = tx
        .query(sql!(
            "SELECT id FROM announcements
             WHERE id = $1 AND released_at IS NOT NULL AND withdrawn_at IS NULL"
                ["" | " FOR UPDATE"]
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Of several processes one opens.
pub(super) async fn open(
    tx: &mut Tx,
    id: AnnouncementId,
    because: Because,
    now: At,
) -> Result<bool> {
    let opened = tx
        .query(sql!(
            "UPDATE press_rules SET opened_at = $2, opened_because = $3
             WHERE announcement_id = $1 AND opens_by IS NOT NULL AND opened_at IS NULL"
        ))
        .bind(id)
        .bind(now)
        .bind(because)
        .execute()
        .await?;
    Ok(opened == 1)
}

pub(super) async fn is_opened(tx: &mut Tx, id: AnnouncementId) -> Result<bool> {
    let row: Option<(AnnouncementId,)> = tx
        .query(sql!(
            "SELECT announcement_id FROM press_rules
             WHERE announcement_id = $1 AND opened_at IS NOT NULL"
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// A release whose press waits for the staff.
#[derive(sqlx::FromRow)]
pub(super) struct Waiting {
    pub(super) announcement_id: AnnouncementId,
    pub(super) message_id: MessageId,
    pub(super) share_percent: i16,
    pub(super) opens_by: At,
}

pub(super) async fn waiting(db: &Db) -> Result<Vec<Waiting>> {
    db.query(sql!(
        "SELECT p.announcement_id, n.message_id, p.share_percent, p.opens_by
         FROM press_rules p JOIN announcements n ON n.id = p.announcement_id
         WHERE p.opens_by IS NOT NULL AND p.opened_at IS NULL AND p.share_percent IS NOT NULL
           AND n.message_id IS NOT NULL AND n.withdrawn_at IS NULL
         ORDER BY p.opens_by"
    ))
    .all()
    .await
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Reach {
    /// Devices that a gateway has accepted the message for.
    pub(super) accepted: i64,
    /// Devices that were not accounted for before anything could be tried (quarantined, signed out), and whose
    /// owners were to hear of it at T: whoever keeps quiet hours has chosen to hear of it later than the press.
    pub(super) reachable: i64,
}

pub(super) async fn reach(db: &Db, message: MessageId) -> Result<Reach> {
    db.query(sql!(
        "SELECT COUNT(CASE WHEN outcome = 'accepted' THEN 1 END) AS accepted, COUNT(*) AS reachable
         FROM deliveries
         WHERE message_id = $1 AND quiet_until IS NULL AND (outcome IS NULL OR attempts > 0)"
    ))
    .bind(message)
    .one()
    .await
}

/// Writes a delivery that was made `at` an instant and is due at another, or when the press is opened.
pub(super) async fn insert(
    tx: &mut Tx,
    delivery: PressDeliveryId,
    id: AnnouncementId,
    (channel, recipient): (PressChannel, &str),
    event: PressEvent,
    (at, due_at): (At, Option<At>),
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO press_deliveries
             (id, announcement_id, channel, recipient, event, created_at, attempts, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
         ON CONFLICT DO NOTHING"
    ))
    .bind(delivery)
    .bind(id)
    .bind(channel)
    .bind(recipient.to_owned())
    .bind(event)
    .bind(at)
    .bind(due_at)
    .execute()
    .await
    .map(drop)
}

/// What waits for the opening is due.
pub(super) async fn make_due(tx: &mut Tx, id: AnnouncementId, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_deliveries SET due_at = $2
         WHERE announcement_id = $1 AND channel <> 'page' AND outcome IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// The page shows it as soon as the transaction is committed.
pub(super) async fn end_shown(tx: &mut Tx, id: AnnouncementId, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_deliveries SET outcome = 'delivered', attempts = 1, sent_at = $2, settled_at = $2
         WHERE announcement_id = $1 AND channel = 'page' AND outcome IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Ends what has not been told and is not being told just now.
pub(super) async fn end_withdrawn(tx: &mut Tx, id: AnnouncementId, now: At) -> Result<()> {
    tx.query(sql!(
        "UPDATE press_deliveries SET outcome = 'withdrawn', due_at = NULL, settled_at = $2
         WHERE announcement_id = $1 AND outcome IS NULL AND claim_id IS NULL"
    ))
    .bind(id)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// A delivery that this process may serve until the lease ends.
#[derive(sqlx::FromRow)]
pub(super) struct Claimed {
    pub(super) id: PressDeliveryId,
    pub(super) announcement_id: AnnouncementId,
    pub(super) recipient: String,
    pub(super) event: PressEvent,
    pub(super) created_at: At,
    /// This one counted.
    pub(super) attempts: i32,
}

/// When the first of a channel's deliveries is due, or its lease ends.
pub(super) async fn next_due(db: &Db, channel: PressChannel) -> Result<Option<At>> {
    let (due,): (Option<At>,) = db
        .query(sql!(
            "SELECT MIN(due_at) FROM press_deliveries
             WHERE channel = $1 AND outcome IS NULL AND due_at IS NOT NULL"
        ))
        .bind(channel)
        .one()
        .await?;
    Ok(due)
}

/// The next deliveries of a channel. What a receiver is to be told later waits for what comes before it.
pub(super) async fn claim(
    db: &Db,
    channel: PressChannel,
    claim: ClaimId,
    most: i64,
    lease: At,
    now: At,
) -> Result<Vec<Claimed>> {
    db.query(sql!(
        "UPDATE press_deliveries SET claim_id = $1, due_at = $2, attempts = attempts + 1
         WHERE id IN (
            SELECT d.id FROM press_deliveries d
            WHERE d.channel = $3 AND d.outcome IS NULL AND d.due_at <= $4
              AND NOT EXISTS (
                SELECT 1 FROM press_deliveries e
                WHERE e.announcement_id = d.announcement_id AND e.channel = d.channel
                  AND e.recipient = d.recipient AND e.id < d.id AND e.outcome IS NULL)
            ORDER BY d.due_at LIMIT $5 " ["" | "FOR UPDATE OF d SKIP LOCKED"] ")
         RETURNING id, announcement_id, recipient, event, created_at, attempts"
    ))
    .bind(claim)
    .bind(lease)
    .bind(channel)
    .bind(now)
    .bind(most)
    .all()
    .await
}

/// How a claimed delivery goes on.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Delivered {
        /// When the attempt began.
        sent_at: At,
    },
    Otherwise(PressOutcome),
    /// Not before this instant again.
    Again(At),
}

/// What the claim has lost to another process is left alone.
pub(super) async fn settle(
    db: &Db,
    claim: ClaimId,
    delivery: PressDeliveryId,
    end: End,
    reason: Option<String>,
    now: At,
) -> Result<()> {
    let (outcome, due_at, sent_at) = match end {
        End::Delivered { sent_at } => (Some(PressOutcome::Delivered), None, Some(sent_at)),
        End::Otherwise(outcome) => (Some(outcome), None, None),
        End::Again(at) => (None, Some(at), None),
    };
    db.query(sql!(
        "UPDATE press_deliveries SET claim_id = NULL, outcome = $3, due_at = $4, sent_at = $5,
             reason = $6, settled_at = $7
         WHERE id = $1 AND claim_id = $2 AND outcome IS NULL"
    ))
    .bind(delivery)
    .bind(claim)
    .bind(outcome)
    .bind(due_at)
    .bind(sent_at)
    .bind(reason)
    .bind(outcome.map(|_| now))
    .execute()
    .await
    .map(drop)
}

/// Gives back what a claim holds, or what any does, for anybody to claim at once.
pub(super) async fn give_back(
    db: &Db,
    channel: PressChannel,
    claim: Option<ClaimId>,
    now: At,
) -> Result<()> {
    db.query(sql!(
        "UPDATE press_deliveries SET claim_id = NULL, due_at = $3
         WHERE channel = $1 AND outcome IS NULL AND claim_id IS NOT NULL
           AND (claim_id = $2 OR $2 IS NULL)"
    ))
    .bind(channel)
    .bind(claim)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// What an announcement says to the press in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) body: String,
}

/// What the press may know.
#[derive(Clone, Debug)]
pub(super) struct Announced {
    pub(super) id: AnnouncementId,
    pub(super) opened_at: At,
    pub(super) expires_at: Option<At>,
    /// At least one.
    pub(super) texts: BTreeMap<Language, Words>,
    pub(super) attachments: Attachments,
}

impl Announced {
    pub(super) fn in_language(&self, language: Language) -> (Language, &Words) {
        // A map without an entry has been refused where it was read.
        static NONE: Words = Words {
            title: String::new(),
            summary: String::new(),
            body: String::new(),
        };
        in_language(&self.texts, language).unwrap_or((language, &NONE))
    }
}

/// One announcement, if the press may know of it.
pub(super) async fn announced(db: &Db, id: AnnouncementId) -> Result<Option<Announced>> {
    let rows: Vec<HeadRow> = db
        .query(sql!(
            "SELECT id, opened_at, expires_at FROM press_announcements WHERE id = $1"
        ))
        .bind(id)
        .all()
        .await?;
    Ok(with_words(db, rows).await?.pop())
}

/// What the press may know and has not expired, the last opened first.
pub(super) async fn latest(db: &Db, limit: i64, now: At) -> Result<Vec<Announced>> {
    let rows: Vec<HeadRow> = db
        .query(sql!(
            "SELECT id, opened_at, expires_at FROM press_announcements
             WHERE (expires_at > $2 OR expires_at IS NULL)
             ORDER BY opened_at DESC, id DESC LIMIT $1"
        ))
        .bind(limit)
        .bind(now)
        .all()
        .await?;
    with_words(db, rows).await
}

/// An announcement, when it was opened for the press, and when it expires.
type HeadRow = (AnnouncementId, At, Option<At>);

async fn with_words(db: &Db, rows: Vec<HeadRow>) -> Result<Vec<Announced>> {
    let ids: Vec<AnnouncementId> = rows.iter().map(|(id, ..)| *id).collect();
    let mut attachments = attachments::store::of(db, &ids).await?;
    let texts: Vec<(AnnouncementId, Language, String, String, String)> = db
        .query(sql!(
            "SELECT t.announcement_id, t.language, t.title, t.push_text, t.body
             FROM press_announcements v JOIN announcement_texts t ON t.announcement_id = v.id
             WHERE v.id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(ids.into_iter().collect::<IdList>())
        .all()
        .await?;
    let mut words: BTreeMap<AnnouncementId, BTreeMap<Language, Words>> = BTreeMap::new();
    for (id, language, title, summary, body) in texts {
        let said = Words {
            title,
            summary,
            body,
        };
        words.entry(id).or_default().insert(language, said);
    }
    // Without words it was withdrawn between the two statements: it is gone.
    let announced = rows.into_iter().filter_map(|(id, opened_at, expires_at)| {
        let texts = words.remove(&id)?;
        Some(Announced {
            id,
            opened_at,
            expires_at,
            texts,
            attachments: attachments.remove(&id).unwrap_or_default(),
        })
    });
    Ok(announced.collect())
}

/// When and why the press was opened.
#[derive(sqlx::FromRow)]
pub(super) struct Opening {
    pub(super) opened_at: Option<At>,
    pub(super) opened_because: Option<Because>,
}

pub(super) async fn opening(db: &Db, id: AnnouncementId) -> Result<Option<Opening>> {
    db.query(sql!(
        "SELECT opened_at, opened_because FROM press_rules WHERE announcement_id = $1"
    ))
    .bind(id)
    .opt()
    .await
}

/// Deliveries that went alike.
#[derive(sqlx::FromRow)]
pub(super) struct Tally {
    pub(super) channel: PressChannel,
    pub(super) event: PressEvent,
    /// `None`: they wait.
    pub(super) outcome: Option<PressOutcome>,
    pub(super) count: i64,
    pub(super) first: Option<At>,
    pub(super) last: Option<At>,
}

pub(super) async fn tallies(db: &Db, id: AnnouncementId) -> Result<Vec<Tally>> {
    db.query(sql!(
        "SELECT channel, event, outcome, COUNT(*) AS count, MIN(sent_at) AS first, MAX(sent_at) AS last
         FROM press_deliveries WHERE announcement_id = $1
         GROUP BY channel, event, outcome ORDER BY channel, event, outcome"
    ))
    .bind(id)
    .all()
    .await
}
