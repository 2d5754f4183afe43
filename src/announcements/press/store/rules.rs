// SPDX-License-Identifier: EUPL-1.2

//! By which rule the press is served of an announcement, and whether it has been opened.

use crate::{
    announcements::press::{Because, Rule, RuleName},
    clock::At,
    db::{Db, DbError, Result, Tx, sql},
    id::{AnnouncementId, MessageId},
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

pub(in super::super) async fn rule(db: &Db, id: AnnouncementId) -> Result<Option<Rule>> {
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
pub(in super::super) async fn rule_in(tx: &mut Tx, id: AnnouncementId) -> Result<Option<Rule>> {
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
pub(in super::super) async fn set_rule(
    tx: &mut Tx,
    id: AnnouncementId,
    rule: Option<Rule>,
) -> Result<()> {
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

/// From here on the press waits to be opened.
pub(in super::super) async fn set_opens_by(
    tx: &mut Tx,
    id: AnnouncementId,
    opens_by: At,
) -> Result<()> {
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
pub(in super::super) async fn lock_released(tx: &mut Tx, id: AnnouncementId) -> Result<bool> {
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
pub(in super::super) async fn open(
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

pub(in super::super) async fn is_opened(tx: &mut Tx, id: AnnouncementId) -> Result<bool> {
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
pub(in super::super) struct Waiting {
    pub(in super::super) announcement_id: AnnouncementId,
    /// The last that phones were sent: of a correction, if there was one. What the press gets has its words, and the
    /// deliveries of those before have been ended.
    pub(in super::super) message_id: MessageId,
    pub(in super::super) share_percent: i16,
    pub(in super::super) opens_by: At,
}

pub(in super::super) async fn waiting(db: &Db) -> Result<Vec<Waiting>> {
    db.query(sql!(
        "SELECT p.announcement_id, p.share_percent, p.opens_by,
             COALESCE((SELECT c.message_id FROM announcement_corrections c
                       WHERE c.announcement_id = n.id ORDER BY c.number DESC LIMIT 1),
                      n.message_id) AS message_id
         FROM press_rules p JOIN announcements n ON n.id = p.announcement_id
         WHERE p.opens_by IS NOT NULL AND p.opened_at IS NULL AND p.share_percent IS NOT NULL
           AND n.message_id IS NOT NULL AND n.withdrawn_at IS NULL
         ORDER BY p.opens_by"
    ))
    .all()
    .await
}

/// Whether its message is the last still. Asked with the announcement's row held, as whoever corrects it does.
pub(in super::super) async fn is_last(tx: &mut Tx, waiting: &Waiting) -> Result<bool> {
    let later: Option<(MessageId,)> = tx
        .query(sql!(
            "SELECT message_id FROM announcement_corrections WHERE announcement_id = $1
             ORDER BY number DESC LIMIT 1"
        ))
        .bind(waiting.announcement_id)
        .opt()
        .await?;
    Ok(later.is_none_or(|(message,)| message == waiting.message_id))
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(in super::super) struct Reach {
    /// Devices that a gateway has accepted the message for.
    pub(in super::super) accepted: i64,
    /// Devices that were not accounted for before anything could be tried (quarantined, signed out), and whose
    /// owners were to hear of it at T: whoever keeps quiet hours has chosen to hear of it later than the press.
    pub(in super::super) reachable: i64,
}

pub(in super::super) async fn reach(db: &Db, message: MessageId) -> Result<Reach> {
    db.query(sql!(
        "SELECT COUNT(CASE WHEN outcome = 'accepted' THEN 1 END) AS accepted, COUNT(*) AS reachable
         FROM deliveries
         WHERE message_id = $1 AND quiet_until IS NULL AND (outcome IS NULL OR attempts > 0)"
    ))
    .bind(message)
    .one()
    .await
}

/// When and why the press was opened.
#[derive(sqlx::FromRow)]
pub(in super::super) struct Opening {
    pub(in super::super) opened_at: Option<At>,
    pub(in super::super) opened_because: Option<Because>,
}

pub(in super::super) async fn opening(db: &Db, id: AnnouncementId) -> Result<Option<Opening>> {
    db.query(sql!(
        "SELECT opened_at, opened_because FROM press_rules WHERE announcement_id = $1"
    ))
    .bind(id)
    .opt()
    .await
}
