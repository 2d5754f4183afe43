// SPDX-License-Identifier: EUPL-1.2

//! The statements of audiences.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{
    Audience,
    check::{Known, key},
    terms::{Clause, Term},
};
use crate::{
    clock::At,
    db::{Db, IdList, Json, Result, Tx, sql},
    id::{AccountId, AudienceId, GroupId, OrgUnitId},
};

/// How many people an audience is, and how many of them a push can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct AudienceCount {
    pub people: i64,
    pub with_phone: i64,
    pub without_phone: i64,
}

/// A place of work or a job title, with how many people it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, FromRow)]
#[schema(as = AudienceChoice)]
pub struct Choice {
    pub name: String,
    pub people: i64,
}

/// The row that means everybody; `id` if there is none yet.
pub(super) async fn everybody(tx: &mut Tx, id: AudienceId) -> Result<AudienceId> {
    let row = tx
        .query(sql!("SELECT id FROM audiences WHERE everybody LIMIT 1"))
        .opt::<(AudienceId,)>()
        .await?;
    if let Some((id,)) = row {
        return Ok(id);
    }
    tx.query(sql!(
        "INSERT INTO audiences (id, everybody) VALUES ($1, true)"
    ))
    .bind(id)
    .execute()
    .await?;
    Ok(id)
}

/// Of what the audience names, what there is.
pub(super) async fn known(tx: &mut Tx, audience: &Audience) -> Result<Known> {
    let (of, except) = audience.parts();
    let parts = || of.iter().chain(except);
    let mut units = Vec::new();
    let mut locations = Vec::new();
    let mut job_titles = Vec::new();
    let mut named = Vec::new();
    for part in parts() {
        match part {
            Audience::Units { units: more } => units.extend_from_slice(more),
            Audience::Locations { locations: more } => locations.extend(more.iter().map(key)),
            Audience::JobTitles { job_titles: more } => job_titles.extend(more.iter().map(key)),
            Audience::Groups { groups } => named.extend_from_slice(groups),
            Audience::Everybody | Audience::OnDuty | Audience::AnyOf { .. } => {}
        }
    }
    let mut known = Known::default();
    if !units.is_empty() {
        known.units = open_units(tx, &units).await?;
    }
    if !locations.is_empty() {
        known.locations = known_locations(tx, locations).await?;
    }
    if !job_titles.is_empty() {
        known.job_titles = known_job_titles(tx, job_titles).await?;
    }
    if !named.is_empty() {
        known.groups = groups(tx, &named).await?;
    }
    Ok(known)
}

/// Which of these units exist and are open.
async fn open_units(tx: &mut Tx, units: &[OrgUnitId]) -> Result<HashSet<OrgUnitId>> {
    let rows = tx
        .query(sql!(
            "SELECT id FROM org_units WHERE closed_at IS NULL AND id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(units.iter().copied().collect::<IdList>())
        .all::<(OrgUnitId,)>()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn known_locations(tx: &mut Tx, keys: Vec<String>) -> Result<HashSet<String>> {
    let rows = tx
        .query(sql!(
            "SELECT DISTINCT location_key FROM accounts WHERE left_at IS NULL AND location_key IN (
                SELECT " ["value FROM json_each($1)" | "jsonb_array_elements_text($1)"] ")"
        ))
        .bind(Json(keys))
        .all::<(String,)>()
        .await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

async fn known_job_titles(tx: &mut Tx, keys: Vec<String>) -> Result<HashSet<String>> {
    let rows = tx
        .query(sql!(
            "SELECT DISTINCT job_title_key FROM accounts WHERE left_at IS NULL AND job_title_key IN (
                SELECT " ["value FROM json_each($1)" | "jsonb_array_elements_text($1)"] ")"
        ))
        .bind(Json(keys))
        .all::<(String,)>()
        .await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

async fn groups(tx: &mut Tx, ids: &[GroupId]) -> Result<BTreeMap<GroupId, Audience>> {
    let rows: Vec<(GroupId, Json<Audience>)> = tx
        .query(sql!(
            "SELECT id, audience FROM audience_groups WHERE id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id, rule)| (id, rule.0)).collect())
}

pub(super) async fn insert(tx: &mut Tx, id: AudienceId, units: &[OrgUnitId]) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audiences (id, everybody) VALUES ($1, false)"
    ))
    .bind(id)
    .execute()
    .await?;
    // A unit that is named twice is meant once.
    tx.query(sql!(
        "INSERT INTO audience_units (audience_id, unit_id) SELECT $2, id FROM org_units WHERE id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
    ))
    .bind(units.iter().copied().collect::<IdList>())
    .bind(id)
    .execute()
    .await
    .map(drop)
}

/// A clause as an element of a JSON array.
#[derive(Serialize)]
struct ClauseRow<'a> {
    term: i16,
    excepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<OrgUnitId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    word: &'a str,
}

impl<'a> ClauseRow<'a> {
    fn new(term: i16, excepted: bool, clause: &'a Clause) -> Self {
        let (unit, kind, word) = match clause {
            Clause::Unit(unit) => (Some(*unit), None, ""),
            Clause::Everybody => (None, Some("everybody"), ""),
            Clause::OnDuty => (None, Some("on_duty"), ""),
            Clause::Location(word) => (None, Some("location"), word.as_str()),
            Clause::JobTitle(word) => (None, Some("job_title"), word.as_str()),
        };
        Self {
            term,
            excepted,
            unit,
            kind,
            word,
        }
    }
}

pub(super) async fn insert_composed(
    tx: &mut Tx,
    id: AudienceId,
    said: &Audience,
    terms: &[Term],
) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audiences (id, everybody, said) VALUES ($1, false, $2)"
    ))
    .bind(id)
    .bind(Json(said.clone()))
    .execute()
    .await?;
    let mut rows = Vec::new();
    for (number, term) in (0_i16..).zip(terms) {
        tx.query(sql!(
            "INSERT INTO audience_terms (audience_id, term, is_exception) VALUES ($1, $2, $3)"
        ))
        .bind(id)
        .bind(number)
        .bind(term.is_exception)
        .execute()
        .await?;
        let of = term.of.iter().map(|clause| (false, clause));
        let all = of.chain(term.except.iter().map(|clause| (true, clause)));
        rows.extend(all.map(|(excepted, clause)| ClauseRow::new(number, excepted, clause)));
    }
    let (units, words): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.unit.is_some());
    insert_unit_clauses(tx, id, &units).await?;
    insert_word_clauses(tx, id, &words).await
}

async fn insert_unit_clauses(tx: &mut Tx, id: AudienceId, rows: &[ClauseRow<'_>]) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audience_term_units (audience_id, term, excepted, unit_id) SELECT $2, "
        ["value->>'term', value->>'excepted', unhex(value->>'unit', '-') FROM json_each($1)"
        | "CAST(value->>'term' AS smallint), CAST(value->>'excepted' AS boolean),
           CAST(value->>'unit' AS uuid) FROM jsonb_array_elements($1)"]
    ))
    .bind(Json(rows))
    .bind(id)
    .execute()
    .await
    .map(drop)
}

async fn insert_word_clauses(tx: &mut Tx, id: AudienceId, rows: &[ClauseRow<'_>]) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audience_term_words (audience_id, term, excepted, kind, word) SELECT $2, "
        ["value->>'term', value->>'excepted', value->>'kind', value->>'word' FROM json_each($1)"
        | "CAST(value->>'term' AS smallint), CAST(value->>'excepted' AS boolean),
           value->>'kind', value->>'word' FROM jsonb_array_elements($1)"]
    ))
    .bind(Json(rows))
    .bind(id)
    .execute()
    .await
    .map(drop)
}

/// Another row that means the same, by everything but who is on duty.
pub(super) async fn copy(tx: &mut Tx, from: AudienceId, to: AudienceId) -> Result<()> {
    for statement in [
        sql!(
            "INSERT INTO audiences (id, everybody, said)
             SELECT $2, everybody, said FROM audiences WHERE id = $1"
        ),
        sql!(
            "INSERT INTO audience_terms (audience_id, term, is_exception)
             SELECT $2, term, is_exception FROM audience_terms WHERE audience_id = $1"
        ),
        sql!(
            "INSERT INTO audience_term_units (audience_id, term, excepted, unit_id)
             SELECT $2, term, excepted, unit_id FROM audience_term_units WHERE audience_id = $1"
        ),
        sql!(
            "INSERT INTO audience_term_words (audience_id, term, excepted, kind, word)
             SELECT $2, term, excepted, kind, word FROM audience_term_words WHERE audience_id = $1"
        ),
    ] {
        tx.query(statement).bind(from).bind(to).execute().await?;
    }
    Ok(())
}

pub(super) async fn load(db: &Db, id: AudienceId) -> Result<Audience> {
    let (everybody, said): (bool, Option<Json<Audience>>) = db
        .query(sql!("SELECT everybody, said FROM audiences WHERE id = $1"))
        .bind(id)
        .one()
        .await?;
    if everybody {
        return Ok(Audience::Everybody);
    }
    if let Some(Json(said)) = said {
        return Ok(said);
    }
    let units = db
        .query(sql!(
            "SELECT unit_id FROM audience_units WHERE audience_id = $1 ORDER BY unit_id"
        ))
        .bind(id)
        .all::<(OrgUnitId,)>()
        .await?;
    Ok(Audience::Units {
        units: units.into_iter().map(|(id,)| id).collect(),
    })
}

pub(super) async fn forget_duty(tx: &mut Tx, audience: AudienceId) -> Result<()> {
    tx.query(sql!("DELETE FROM audience_on_duty WHERE audience_id = $1"))
        .bind(audience)
        .execute()
        .await
        .map(drop)
}

/// Nothing is written for an audience that does not ask.
pub(super) async fn write_duty(tx: &mut Tx, audience: AudienceId, at: At) -> Result<()> {
    tx.query(sql!(
        "INSERT INTO audience_on_duty (audience_id, account_id)
         SELECT DISTINCT a.id, d.account_id FROM audiences a
         JOIN duties d ON d.starts_at <= $2 AND d.ends_at > $2
         WHERE a.id = $1 AND a.said IS NOT NULL AND EXISTS (
             SELECT 1 FROM audience_term_words w WHERE w.audience_id = a.id AND w.kind = 'on_duty')"
    ))
    .bind(audience)
    .bind(at)
    .execute()
    .await
    .map(drop)
}

pub(super) async fn asks_who_is_on_duty(db: &Db, audience: AudienceId) -> Result<bool> {
    let row = db
        .query(sql!(
            "SELECT 1 FROM audience_term_words WHERE audience_id = $1 AND kind = 'on_duty' LIMIT 1"
        ))
        .bind(audience)
        .opt::<(i32,)>()
        .await?;
    Ok(row.is_some())
}

pub(super) async fn count_everybody(db: &Db) -> Result<AudienceCount> {
    db.query(sql!(
        "SELECT COUNT(*) AS people, COUNT(d.account_id) AS with_phone, "
        "COUNT(*) - COUNT(d.account_id) AS without_phone FROM accounts a "
        "LEFT JOIN (SELECT DISTINCT account_id FROM devices WHERE removed_at IS NULL "
        "AND quarantined_at IS NULL) d ON d.account_id = a.id WHERE a.left_at IS NULL"
    ))
    .one()
    .await
}

pub(super) async fn count(db: &Db, audience: AudienceId) -> Result<AudienceCount> {
    db.query(sql!(
        "SELECT COUNT(*) AS people, COUNT(d.account_id) AS with_phone, "
        "COUNT(*) - COUNT(d.account_id) AS without_phone FROM audience_people m "
        "LEFT JOIN (SELECT DISTINCT account_id FROM devices WHERE removed_at IS NULL "
        "AND quarantined_at IS NULL) d ON d.account_id = m.account_id WHERE m.audience_id = $1"
    ))
    .bind(audience)
    .one()
    .await
}

/// As the transaction sees it.
pub(super) async fn count_in(tx: &mut Tx, audience: AudienceId) -> Result<AudienceCount> {
    tx.query(sql!(
        "SELECT COUNT(*) AS people, COUNT(d.account_id) AS with_phone, "
        "COUNT(*) - COUNT(d.account_id) AS without_phone FROM audience_people m "
        "LEFT JOIN (SELECT DISTINCT account_id FROM devices WHERE removed_at IS NULL "
        "AND quarantined_at IS NULL) d ON d.account_id = m.account_id WHERE m.audience_id = $1"
    ))
    .bind(audience)
    .one()
    .await
}

pub(super) async fn is_meant(db: &Db, audience: AudienceId, account: AccountId) -> Result<bool> {
    let row = db
        .query(sql!(
            "SELECT 1 FROM audience_people WHERE audience_id = $1 AND account_id = $2"
        ))
        .bind(audience)
        .bind(account)
        .opt::<(i32,)>()
        .await?;
    Ok(row.is_some())
}

pub(super) async fn locations(db: &Db) -> Result<Vec<Choice>> {
    db.query(sql!(
        "SELECT min(location) AS name, COUNT(*) AS people FROM accounts
         WHERE left_at IS NULL AND location_key IS NOT NULL
         GROUP BY location_key ORDER BY location_key"
    ))
    .all()
    .await
}

pub(super) async fn job_titles(db: &Db) -> Result<Vec<Choice>> {
    db.query(sql!(
        "SELECT min(job_title) AS name, COUNT(*) AS people FROM accounts
         WHERE left_at IS NULL AND job_title_key IS NOT NULL
         GROUP BY job_title_key ORDER BY job_title_key"
    ))
    .all()
    .await
}
