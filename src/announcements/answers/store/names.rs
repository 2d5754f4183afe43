// SPDX-License-Identifier: EUPL-1.2

//! Who has answered what, by name.

use super::answers::Said;
use crate::{
    announcements::answers::{Named, names::Place},
    db::{Db, Result, Tx, sql},
    id::{AccountId, AnnouncementId, OrgUnitId},
    people::directory::UnitName,
};

/// Whether the announcement is released, not withdrawn, and asks; then, whether names are still known.
pub(in super::super) async fn are_known(tx: &mut Tx, id: AnnouncementId) -> Result<Option<bool>> {
    let row: Option<(bool,)> = tx
        .query(sql!(
            "SELECT q.forgotten_at IS NULL FROM announcement_questions q
             JOIN announcements n ON n.id = q.announcement_id
             WHERE n.id = $1 AND n.released_at IS NOT NULL AND n.withdrawn_at IS NULL
               AND n.class IN ('important', 'alert')"
        ))
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(known,)| known))
}

/// Whether somebody was told, as a deputy, of those who have not answered.
pub(in super::super) async fn is_told_deputy(
    tx: &mut Tx,
    id: AnnouncementId,
    account: AccountId,
) -> Result<bool> {
    let row: Option<(i32,)> = tx
        .query(sql!(
            "SELECT 1 FROM question_notices
             WHERE announcement_id = $1 AND account_id = $2 AND step = 'deputy'"
        ))
        .bind(id)
        .bind(account)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Whether anybody whose deputy somebody is has not answered.
pub(in super::super) async fn is_anybody_silent(
    db: &Db,
    id: AnnouncementId,
    deputy: AccountId,
) -> Result<bool> {
    let row: Option<(i32,)> = db
        .query(sql!(
            "SELECT 1 FROM announcement_answers a JOIN accounts p ON p.id = a.account_id
             JOIN nearest_deputies d ON d.unit_id = p.unit_id
             WHERE a.announcement_id = $1 AND d.deputy_id = $2 AND a.answer IS NULL
               AND p.left_at IS NULL LIMIT 1"
        ))
        .bind(id)
        .bind(deputy)
        .opt()
        .await?;
    Ok(row.is_some())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: AccountId,
    given_name: String,
    family_name: String,
    sort_name: String,
    unit_id: OrgUnitId,
    unit_name: String,
    #[sqlx(flatten)]
    said: Said,
    by_push: bool,
    by_mail: bool,
    by_sms: bool,
}

/// Whom to name: everybody who was asked, or those who have not answered and whose deputy somebody is.
#[derive(Clone, Copy)]
pub(in super::super) enum Scope {
    Everybody,
    SilentOf(AccountId),
}

pub(in super::super) async fn page(
    tx: &mut Tx,
    id: AnnouncementId,
    scope: Scope,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<(Place, Named)>> {
    let deputy = match scope {
        Scope::Everybody => None,
        Scope::SilentOf(deputy) => Some(deputy),
    };
    let (after_name, after_id) = after.unzip();
    let rows: Vec<Row> = tx
        .query(sql!(
            "SELECT p.id, p.given_name, p.family_name, p.sort_name,
                    u.id AS unit_id, u.name AS unit_name,
                    a.answer, a.minutes, a.choice, a.answered_at,
                    p.id IN (SELECT d.account_id FROM deliveries d
                             WHERE d.outcome = 'accepted' AND d.message_id IN (
                                 SELECT n.message_id FROM announcements n WHERE n.id = $1
                                 UNION ALL
                                 SELECT s.message_id FROM question_steps s
                                 WHERE s.announcement_id = $1 AND s.step = 'remind'
                                   AND s.message_id IS NOT NULL)) AS by_push,
                    EXISTS (SELECT 1 FROM question_notices x
                            WHERE x.announcement_id = $1 AND x.account_id = p.id
                              AND x.step = 'otherwise' AND x.way = 'mail'
                              AND x.outcome = 'delivered') AS by_mail,
                    EXISTS (SELECT 1 FROM question_notices x
                            WHERE x.announcement_id = $1 AND x.account_id = p.id
                              AND x.step = 'otherwise' AND x.way = 'sms'
                              AND x.outcome = 'delivered') AS by_sms
             FROM announcement_answers a
             JOIN accounts p ON p.id = a.account_id JOIN org_units u ON u.id = p.unit_id
             WHERE a.announcement_id = $1
               AND ((a.answer IS NULL AND p.left_at IS NULL AND EXISTS (
                        SELECT 1 FROM nearest_deputies d
                        WHERE d.unit_id = p.unit_id AND d.deputy_id = $2)) OR $2 IS NULL)
               AND ((p.sort_name, p.id) > ($3, $4) OR $3 IS NULL)
             ORDER BY p.sort_name, p.id LIMIT $5"
        ))
        .bind(id)
        .bind(deputy)
        .bind(after_name)
        .bind(after_id)
        .bind(limit)
        .all()
        .await?;
    let named = |row: Row| {
        let ways = [
            (row.by_push, "push"),
            (row.by_mail, "mail"),
            (row.by_sms, "sms"),
        ];
        let reached = ways.into_iter().filter(|(reached, _)| *reached);
        let named = Named {
            id: row.id,
            given_name: row.given_name,
            family_name: row.family_name,
            unit: UnitName {
                id: row.unit_id,
                name: row.unit_name,
            },
            answer: row.said.read(id)?,
            reached_by: reached.map(|(_, way)| way).collect(),
        };
        Ok(((row.sort_name, row.id), named))
    };
    rows.into_iter().map(named).collect()
}
