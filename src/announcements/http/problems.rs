// SPDX-License-Identifier: EUPL-1.2

//! This room's errors as problems.

use crate::{
    announcements::{AnnouncementError, MAX_PHOTOS},
    people::http::audiences::{EMPTY_AUDIENCE, audience_problem},
    web::{
        Problem, ProblemType,
        problem::{INVALID_BODY, REVISION_CONFLICT},
    },
};

static ALREADY_RELEASED: ProblemType = ProblemType::new(
    "announcement-already-released",
    409,
    "Diese Mitteilung ist schon freigegeben und kann nicht mehr geändert werden.",
    "This announcement has been released and can no longer be changed.",
);
static WITHDRAWN: ProblemType = ProblemType::new(
    "announcement-withdrawn",
    409,
    "Diese Mitteilung ist zurückgezogen.",
    "This announcement has been withdrawn.",
);
static NOT_RELEASED: ProblemType = ProblemType::new(
    "announcement-not-released",
    409,
    "Diese Mitteilung ist noch nicht freigegeben.",
    "This announcement has not been released yet.",
);
static RELEASE_IN_PAST: ProblemType = ProblemType::new(
    "release-in-past",
    422,
    "Der Zeitpunkt der Freigabe liegt nicht in der Zukunft.",
    "The time of the release is not in the future.",
);
static RELEASE_TOO_FAR: ProblemType = ProblemType::new(
    "release-too-far",
    422,
    "Der Zeitpunkt der Freigabe liegt mehr als ein Jahr voraus.",
    "The time of the release is more than a year ahead.",
);
impl From<AnnouncementError> for Problem {
    fn from(error: AnnouncementError) -> Self {
        match error {
            AnnouncementError::NotFound => Self::not_found(),
            AnnouncementError::Changed => Self::new(&REVISION_CONFLICT),
            AnnouncementError::AlreadyReleased => Self::new(&ALREADY_RELEASED),
            AnnouncementError::Withdrawn => Self::new(&WITHDRAWN),
            AnnouncementError::NotReleased => Self::new(&NOT_RELEASED),
            AnnouncementError::NoText => Self::new(&INVALID_BODY)
                .detail(
                    "Es braucht einen Text in mindestens einer Sprache.",
                    "A text in at least one language is needed.",
                )
                .at("/texts", "must have a text in de, in en or in both"),
            AnnouncementError::Photos(indexes) => photos(&indexes),
            AnnouncementError::TooManyPhotos => Self::new(&INVALID_BODY)
                .detail(
                    format!("Höchstens {MAX_PHOTOS} Fotos sind möglich."),
                    format!("At most {MAX_PHOTOS} photos are possible."),
                )
                .at("/photos", format!("must be at most {MAX_PHOTOS}")),
            AnnouncementError::ReleaseInPast { now } => Self::new(&RELEASE_IN_PAST)
                .detail(
                    format!("Auf dem Server ist es {now}."),
                    format!("The server has {now}."),
                )
                .at("/release_at", "must be in the future"),
            AnnouncementError::ReleaseTooFar { latest } => Self::new(&RELEASE_TOO_FAR)
                .detail(
                    format!("Spätestens: {latest}."),
                    format!("At the latest: {latest}."),
                )
                .at("/release_at", "must be at most a year ahead"),
            AnnouncementError::NobodyMeant => Self::new(&EMPTY_AUDIENCE),
            AnnouncementError::Audience(error) => audience_problem(error),
            AnnouncementError::Db(error) => error.into(),
        }
    }
}

fn photos(indexes: &[usize]) -> Problem {
    let problem = Problem::new(&INVALID_BODY).detail(
        "Nur eigene Fotos, die sonst nirgends gezeigt werden, und jedes nur einmal.",
        "Only photos of your own that are shown nowhere else, and each only once.",
    );
    indexes.iter().fold(problem, |problem, index| {
        let what = "must be a photo of one's own that is shown nowhere else, named once";
        problem.at(format!("/photos/{index}"), what)
    })
}
