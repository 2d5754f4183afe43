// SPDX-License-Identifier: EUPL-1.2

//! What the press may know: each statement begins at the view `press_announcements`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    announcements::{
        press::attachments::{self, Attachments},
        texts::in_language,
    },
    clock::At,
    db::{Db, IdList, Result, sql},
    id::AnnouncementId,
    push::Language,
};

/// What an announcement says to the press in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Words {
    pub(in super::super) title: String,
    pub(in super::super) summary: String,
    pub(in super::super) body: String,
}

/// What the press may know.
#[derive(Clone, Debug)]
pub(in super::super) struct Announced {
    pub(in super::super) id: AnnouncementId,
    pub(in super::super) opened_at: At,
    /// When it was last given other words than those that it was opened with.
    pub(in super::super) corrected_at: Option<At>,
    pub(in super::super) expires_at: Option<At>,
    /// At least one.
    pub(in super::super) texts: BTreeMap<Language, Words>,
    pub(in super::super) attachments: Attachments,
}

impl Announced {
    /// Since when it says what it says.
    pub(in super::super) fn updated_at(&self) -> At {
        self.corrected_at.unwrap_or(self.opened_at)
    }

    pub(in super::super) fn in_language(&self, language: Language) -> (Language, &Words) {
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
pub(in super::super) async fn announced(db: &Db, id: AnnouncementId) -> Result<Option<Announced>> {
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
pub(in super::super) async fn latest(db: &Db, limit: i64, now: At) -> Result<Vec<Announced>> {
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
    let corrected = corrected(db, &ids).await?;
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
            corrected_at: corrected.get(&id).copied(),
            expires_at,
            texts,
            attachments: attachments.remove(&id).unwrap_or_default(),
        })
    });
    Ok(announced.collect())
}

/// When each of these was last corrected since the press was opened: what it said before, the press never had.
async fn corrected(db: &Db, ids: &[AnnouncementId]) -> Result<BTreeMap<AnnouncementId, At>> {
    let rows: Vec<(AnnouncementId, At)> = db
        .query(sql!(
            "SELECT v.id, MAX(c.corrected_at) FROM press_announcements v
             JOIN announcement_corrections c
                 ON c.announcement_id = v.id AND c.corrected_at >= v.opened_at
             WHERE v.id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
            " GROUP BY v.id"
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .all()
        .await?;
    Ok(rows.into_iter().collect())
}
