// SPDX-License-Identifier: EUPL-1.2

//! The editors' statements. Readers have their own, in [`readers`](super::readers).

mod rows;
mod steps;
mod summaries;
mod texts;

pub use self::summaries::Summary;
pub(super) use self::{
    rows::{Row, lock, row},
    steps::{delete, insert, schedule, touch, update, withdraw},
    summaries::page,
    texts::{replace_texts, texts_in},
};
use super::{
    Announcement, answers, attachments, corrections, holding::policy::Lateness, press,
    review::policy::FourEyes,
};
use crate::{
    db::{Db, Result},
    id::AnnouncementId,
    people::audience::Audience,
};

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
        texts: texts::find(db, id).await?,
        photos: attachments::store::photos(db, id).await?,
        files: attachments::store::files(db, id).await?,
        press: press::rule(db, id).await?,
        question: answers::question(db, id).await?,
        expires_at: row.expires_at,
        max_lateness_seconds: row
            .max_lateness()?
            .unwrap_or_else(|| lateness.get(row.class)),
        revision: row.revision,
        created: row.created(),
        updated: row.updated(),
        needs_approval: four_eyes.needs(row.class),
        approval: row.eyes()?.approval,
        corrected: corrections::last(db, id).await?,
        proposed_correction: corrections::proposals::store::find(db, id).await?,
        state: row.state()?,
    }))
}
