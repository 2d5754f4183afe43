// SPDX-License-Identifier: EUPL-1.2

//! The readers' statements: each begins at the view `visible_announcements`.

use std::collections::BTreeMap;

use super::{Article, Corrected, File, Headline, Photo, Place};
use crate::{
    announcements::{attachments::store::FileRow, texts::in_language},
    clock::At,
    db::{Db, DbError, IdList, Result, sql},
    id::{AccountId, AnnouncementId},
    people::access::Employee,
    push::{Class, Language},
};

type HeadRow = (AnnouncementId, Class, At, Option<At>);
type Words = BTreeMap<Language, (String, String)>;

pub(super) async fn headlines(
    db: &Db,
    reader: &Employee,
    after: Option<Place>,
    limit: i64,
    now: At,
) -> Result<Vec<Headline>> {
    let rows: Vec<HeadRow> = db
        .query(sql!(
            "SELECT id, class, released_at, expires_at FROM visible_announcements
             WHERE reader_id = $1 AND (expires_at > $5 OR expires_at IS NULL) AND ((released_at, id) < ($2, $3) OR $2 IS NULL)
             ORDER BY released_at DESC, id DESC LIMIT $4"
        ))
        .bind(reader.account())
        .bind(after.and_then(|(micros, _)| At::from_micros(micros)))
        .bind(after.map(|(_, id)| id))
        .bind(limit)
        .bind(now)
        .all()
        .await?;
    with_words_and_photos(db, reader, rows).await
}

pub(super) async fn article(
    db: &Db,
    reader: &Employee,
    id: AnnouncementId,
) -> Result<Option<Article>> {
    let rows: Vec<HeadRow> = db
        .query(sql!(
            "SELECT id, class, released_at, expires_at FROM visible_announcements
             WHERE reader_id = $1 AND id = $2"
        ))
        .bind(reader.account())
        .bind(id)
        .all()
        .await?;
    let Some(headline) = with_words_and_photos(db, reader, rows).await?.pop() else {
        return Ok(None);
    };
    let body: Option<(String,)> = db
        .query(sql!(
            "SELECT t.body FROM visible_announcements v
             JOIN announcement_texts t ON t.announcement_id = v.id
             WHERE v.reader_id = $1 AND v.id = $2 AND t.language = $3"
        ))
        .bind(reader.account())
        .bind(id)
        .bind(headline.language)
        .opt()
        .await?;
    // Withdrawn between the two statements: it is gone.
    let Some((body,)) = body else { return Ok(None) };
    Ok(Some(Article {
        headline,
        body,
        files: files(db, reader, id).await?,
    }))
}

async fn files(db: &Db, reader: &Employee, id: AnnouncementId) -> Result<Vec<File>> {
    let rows: Vec<FileRow> = db
        .query(sql!(
            "SELECT f.id, af.title, f.name, f.kind, f.bytes
             FROM visible_announcements v
             JOIN announcement_files af ON af.announcement_id = v.id
             JOIN files f ON f.id = af.file_id
             WHERE v.reader_id = $1 AND v.id = $2 ORDER BY af.position"
        ))
        .bind(reader.account())
        .bind(id)
        .all()
        .await?;
    Ok(rows.into_iter().map(File::from).collect())
}

async fn with_words_and_photos(
    db: &Db,
    reader: &Employee,
    rows: Vec<HeadRow>,
) -> Result<Vec<Headline>> {
    let ids: Vec<AnnouncementId> = rows.iter().map(|(id, ..)| *id).collect();
    let words = words(db, reader, &ids).await?;
    let mut photos = photos(db, reader, &ids).await?;
    let mut corrected = corrected(db, reader, &ids).await?;
    let headline = |(id, class, released_at, expires_at): HeadRow| {
        let (language, (title, push_text)) = words
            .get(&id)
            .and_then(|words| in_language(words, reader.language()))
            .ok_or_else(|| without_words(id))?;
        Ok(Headline {
            id,
            class,
            released_at,
            expires_at,
            language,
            title: title.clone(),
            push_text: push_text.clone(),
            photos: photos.remove(&id).unwrap_or_default(),
            corrected: corrected.remove(&(id, language)),
            question: None,
        })
    };
    rows.into_iter().map(headline).collect()
}

async fn words(
    db: &Db,
    reader: &Employee,
    ids: &[AnnouncementId],
) -> Result<BTreeMap<AnnouncementId, Words>> {
    let rows: Vec<(AnnouncementId, Language, String, String)> = db
        .query(sql!(
            "SELECT t.announcement_id, t.language, t.title, t.push_text
             FROM visible_announcements v JOIN announcement_texts t ON t.announcement_id = v.id
             WHERE v.reader_id = $2 AND v.id "
                ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .bind(reader.account())
        .all()
        .await?;
    let mut words: BTreeMap<AnnouncementId, Words> = BTreeMap::new();
    for (id, language, title, push_text) in rows {
        words
            .entry(id)
            .or_default()
            .insert(language, (title, push_text));
    }
    Ok(words)
}

#[derive(sqlx::FromRow)]
struct PhotoRow {
    announcement_id: AnnouncementId,
    #[sqlx(flatten)]
    photo: Photo,
}

async fn photos(
    db: &Db,
    reader: &Employee,
    ids: &[AnnouncementId],
) -> Result<BTreeMap<AnnouncementId, Vec<Photo>>> {
    let rows: Vec<PhotoRow> = db
        .query(sql!(
            "SELECT v.id AS announcement_id, p.id, p.width, p.height, p.placeholder, p.alt_text
             FROM visible_announcements v
             JOIN announcement_photos ap ON ap.announcement_id = v.id
             JOIN photos p ON p.id = ap.photo_id
             WHERE v.reader_id = $2 AND v.id "
            ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
            " ORDER BY v.id, ap.position"
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .bind(reader.account())
        .all()
        .await?;
    let mut photos: BTreeMap<AnnouncementId, Vec<Photo>> = BTreeMap::new();
    for row in rows {
        photos
            .entry(row.announcement_id)
            .or_default()
            .push(row.photo);
    }
    Ok(photos)
}

/// The last correction of each, in each of its languages.
async fn corrected(
    db: &Db,
    reader: &Employee,
    ids: &[AnnouncementId],
) -> Result<BTreeMap<(AnnouncementId, Language), Corrected>> {
    let rows: Vec<(AnnouncementId, Language, At, String)> = db
        .query(sql!(
            "SELECT v.id, t.language, c.corrected_at, t.note
             FROM visible_announcements v
             JOIN announcement_corrections c ON c.announcement_id = v.id
             JOIN announcement_correction_texts t
                  ON t.announcement_id = v.id AND t.number = c.number
             WHERE v.reader_id = $2
               AND c.number = (SELECT MAX(o.number) FROM announcement_corrections o
                               WHERE o.announcement_id = v.id)
               AND v.id "["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
        ))
        .bind(ids.iter().copied().collect::<IdList>())
        .bind(reader.account())
        .all()
        .await?;
    let corrected = rows
        .into_iter()
        .map(|(id, language, at, note)| ((id, language), Corrected { at, note }));
    Ok(corrected.collect())
}

/// Who of these readers may know of which, and whether it was withdrawn. The view is `visible_announcements` and,
/// beside it, whoever knew of one until its withdrawal.
pub(super) async fn known_to(
    db: &Db,
    ids: &[AnnouncementId],
    readers: &[AccountId],
) -> Result<Vec<(AnnouncementId, AccountId, bool)>> {
    db.query(sql!(
        "SELECT v.id, v.reader_id, v.withdrawn_at IS NOT NULL FROM announcement_people v
         WHERE v.id " ["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]
         " AND v.reader_id " ["IN (SELECT unhex(value) FROM json_each($2))" | "= ANY($2)"]
    ))
    .bind(ids.iter().copied().collect::<IdList>())
    .bind(readers.iter().copied().collect::<IdList>())
    .all()
    .await
}

fn without_words(id: AnnouncementId) -> DbError {
    DbError::Impossible {
        table: "announcements",
        id: id.to_string(),
        what: "released without words",
    }
}
