// SPDX-License-Identifier: EUPL-1.2

//! This room's errors as problems.

use super::texts;
use crate::{
    announcements::{
        AnnouncementError, Candidate,
        attachments::{MAX_FILES, MAX_PHOTOS},
    },
    clock::At,
    people::http::audiences::{EMPTY_AUDIENCE, audience_problem},
    web::{
        Problem, ProblemType, Words,
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
static APPROVAL_REQUIRED: ProblemType = ProblemType::new(
    "approval-required",
    409,
    "Erst muss jemand anderes aus der Redaktion diese Mitteilung freizeichnen.",
    "Another editor must approve this announcement first.",
);
static NOTHING_PROPOSED: ProblemType = ProblemType::new(
    "correction-not-proposed",
    409,
    "Es liegt keine Berichtigung zur Prüfung vor.",
    "No correction is in review.",
);
static OWN_APPROVAL: ProblemType = ProblemType::new(
    "own-approval",
    409,
    "Wer eine Mitteilung oder Berichtigung verfasst oder zuletzt geändert hat, kann sie nicht selbst freizeichnen.",
    "Whoever drafted an announcement or a correction, or changed it last, can't approve it.",
);
static NOT_IN_REVIEW: ProblemType = ProblemType::new(
    "announcement-not-in-review",
    409,
    "Diese Mitteilung liegt nicht zur Prüfung vor.",
    "This announcement is not in review.",
);
static SCHEDULED: ProblemType = ProblemType::new(
    "announcement-scheduled",
    409,
    "Diese Mitteilung ist schon geplant. Heben Sie zuerst die Planung auf.",
    "This announcement is scheduled. Cancel the schedule first.",
);
static REVISION_REQUIRED: ProblemType = ProblemType::new(
    "revision-required",
    428,
    "Es fehlt, welche Fassung freigezeichnet wird.",
    "It is not said which revision is approved.",
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
static EXPIRY_IN_PAST: ProblemType = ProblemType::new(
    "expiry-in-past",
    422,
    "Der Ablauf liegt nicht in der Zukunft.",
    "The end is not in the future.",
);
static RELEASE_AFTER_EXPIRY: ProblemType = ProblemType::new(
    "release-after-expiry",
    422,
    "Der Zeitpunkt der Freigabe liegt nicht vor dem Ablauf.",
    "The time of the release is not before the end.",
);
static EXPIRED: ProblemType = ProblemType::new(
    "announcement-expired",
    409,
    "Diese Mitteilung ist abgelaufen. Geben Sie ihr zuerst einen späteren Ablauf oder keinen.",
    "This announcement has expired. Give it a later end first, or none.",
);
static LOCAL_TIME_MISSING: ProblemType = ProblemType::new(
    "local-time-missing",
    422,
    "Diese Uhrzeit gibt es an diesem Tag nicht, weil die Uhr vorgestellt wird.",
    "This time does not exist on that day, because the clocks go forward.",
);
static LOCAL_TIME_TWICE: ProblemType = ProblemType::new(
    "local-time-twice",
    422,
    "Diese Uhrzeit gibt es an diesem Tag zweimal, weil die Uhr zurückgestellt wird.",
    "This time exists twice on that day, because the clocks go back.",
);
static NOTHING_CORRECTED: ProblemType = ProblemType::new(
    "correction-changes-nothing",
    422,
    "Die Berichtigung sagt dasselbe wie die Mitteilung.",
    "The correction says what the announcement says already.",
);

const IN_FUTURE: Words = Words::fixed("muss in der Zukunft liegen", "must be in the future");

impl From<AnnouncementError> for Problem {
    fn from(error: AnnouncementError) -> Self {
        match error {
            AnnouncementError::NotFound => Self::not_found(),
            AnnouncementError::Changed => Self::new(&REVISION_CONFLICT),
            AnnouncementError::AlreadyReleased => Self::new(&ALREADY_RELEASED),
            AnnouncementError::Withdrawn => Self::new(&WITHDRAWN),
            AnnouncementError::NotReleased => Self::new(&NOT_RELEASED),
            AnnouncementError::ApprovalRequired => Self::new(&APPROVAL_REQUIRED),
            AnnouncementError::NothingProposed => Self::new(&NOTHING_PROPOSED),
            AnnouncementError::OwnApproval => Self::new(&OWN_APPROVAL),
            AnnouncementError::NotInReview => Self::new(&NOT_IN_REVIEW),
            AnnouncementError::Scheduled => Self::new(&SCHEDULED),
            AnnouncementError::RevisionRequired => {
                Self::new(&REVISION_REQUIRED).misused("If-Match", "expected a revision")
            }
            AnnouncementError::NoText => Self::new(&INVALID_BODY)
                .detail(
                    "Es braucht einen Text in mindestens einer Sprache.",
                    "A text in at least one language is needed.",
                )
                .at(
                    "/texts",
                    Words::fixed(
                        "braucht einen Text auf Deutsch, auf Englisch oder in beiden Sprachen",
                        "must have a text in de, in en or in both",
                    ),
                ),
            AnnouncementError::TextsTooLong(of) => texts::too_long(&of),
            AnnouncementError::UnknownPlaceholders(of) => texts::unknown(&of),
            AnnouncementError::PlaceholdersWithoutValue(of) => texts::without_value(&of),
            AnnouncementError::Languages { missing, unknown } => languages(missing, unknown),
            AnnouncementError::NothingCorrected => Self::new(&NOTHING_CORRECTED).at(
                "/texts",
                Words::fixed(
                    "muss anders lauten als die Mitteilung",
                    "must differ from what the announcement says",
                ),
            ),
            AnnouncementError::Photos(indexes) => unusable("photos", ["Fotos", "photos"], &indexes),
            AnnouncementError::TooManyPhotos => too_many("photos", ["Fotos", "photos"], MAX_PHOTOS),
            AnnouncementError::Files(indexes) => unusable("files", ["Dateien", "files"], &indexes),
            AnnouncementError::TooManyFiles => too_many("files", ["Dateien", "files"], MAX_FILES),
            AnnouncementError::ReleaseInPast { now } => in_past(now, "/release_at"),
            AnnouncementError::ReleaseTooFar { latest } => too_far(latest, "/release_at"),
            AnnouncementError::ExpiryInPast { now } => Self::new(&EXPIRY_IN_PAST)
                .detail(
                    format!("Auf dem Server ist es {now}."),
                    format!("The server has {now}."),
                )
                .at("/expires_at", IN_FUTURE),
            AnnouncementError::ReleaseAfterExpiry { expires_at } => after_expiry(
                expires_at,
                "/expires_at",
                Words::fixed("muss nach T sein", "must be after T"),
            ),
            AnnouncementError::Expired { expired_at } => Self::new(&EXPIRED).detail(
                format!("Abgelaufen: {expired_at}."),
                format!("Expired: {expired_at}."),
            ),
            AnnouncementError::LocalTimeMissing { earlier, later } => {
                two_instants(&LOCAL_TIME_MISSING, earlier, later)
            }
            AnnouncementError::LocalTimeTwice { earlier, later } => {
                two_instants(&LOCAL_TIME_TWICE, earlier, later)
            }
            AnnouncementError::NobodyMeant => Self::new(&EMPTY_AUDIENCE),
            AnnouncementError::Answers(error) => error.into(),
            AnnouncementError::Audience(error) => audience_problem(error),
            AnnouncementError::Db(error) => error.into(),
        }
    }
}

/// The error of a request that has said T at this pointer.
pub(super) fn schedule_problem(error: AnnouncementError, said_at: &str) -> Problem {
    match error {
        AnnouncementError::ReleaseInPast { now } => in_past(now, said_at),
        AnnouncementError::ReleaseTooFar { latest } => too_far(latest, said_at),
        AnnouncementError::ReleaseAfterExpiry { expires_at } => after_expiry(
            expires_at,
            said_at,
            Words::fixed("muss vor dem Ablauf sein", "must be before the end"),
        ),
        error => error.into(),
    }
}

fn after_expiry(expires_at: At, said_at: &str, what: Words) -> Problem {
    Problem::new(&RELEASE_AFTER_EXPIRY)
        .detail(
            format!("Der Ablauf ist {expires_at}."),
            format!("The end is {expires_at}."),
        )
        .at(said_at, what)
}

/// T is said in one of two ways.
pub(super) fn one_release_at(pointer: &str, what: &str) -> Problem {
    Problem::new(&INVALID_BODY)
        .detail(
            "Es braucht genau eine Angabe, wann freigegeben wird.",
            "It must be said exactly once when to release.",
        )
        .misused(pointer, what)
}

fn in_past(now: At, said_at: &str) -> Problem {
    Problem::new(&RELEASE_IN_PAST)
        .detail(
            format!("Auf dem Server ist es {now}."),
            format!("The server has {now}."),
        )
        .at(said_at, IN_FUTURE)
}

fn too_far(latest: At, said_at: &str) -> Problem {
    Problem::new(&RELEASE_TOO_FAR)
        .detail(
            format!("Spätestens: {latest}."),
            format!("At the latest: {latest}."),
        )
        .at(
            said_at,
            Words::fixed(
                "höchstens ein Jahr im Voraus",
                "must be at most a year ahead",
            ),
        )
}

fn two_instants(kind: &'static ProblemType, earlier: Candidate, later: Candidate) -> Problem {
    Problem::new(kind)
        .detail(
            format!("Gemeint sein kann {earlier} oder {later}."),
            format!("It could be {earlier} or {later}."),
        )
        .at(
            "/release_at_local/at",
            Words::new(
                format!("muss einer von zwei Zeitpunkten sein: {earlier} oder {later}"),
                format!("must be one instant: {earlier} or {later}, as release_at"),
            ),
        )
}

fn languages(missing: Vec<String>, unknown: Vec<String>) -> Problem {
    let problem = Problem::new(&INVALID_BODY).detail(
        "Eine Berichtigung braucht Text und Vermerk in genau den Sprachen der Mitteilung.",
        "A correction needs text and note in exactly the languages of the announcement.",
    );
    let problem = missing.into_iter().fold(problem, |problem, pointer| {
        problem.misused(
            pointer,
            "must be there, as the announcement has this language",
        )
    });
    unknown.into_iter().fold(problem, |problem, pointer| {
        problem.misused(
            pointer,
            "must not be there: the announcement is not in this language",
        )
    })
}

fn unusable(field: &str, [de, en]: [&str; 2], indexes: &[usize]) -> Problem {
    let problem = Problem::new(&INVALID_BODY).detail(
        format!("Nur eigene {de}, die sonst nirgends gezeigt werden, keine davon doppelt."),
        format!("Only {en} of your own that are shown nowhere else, and each only once."),
    );
    indexes.iter().fold(problem, |problem, index| {
        let what = Words::fixed(
            "muss Ihre eigene Datei sein, sonst nirgends gezeigt und nur einmal genannt",
            "must be one's own, shown nowhere else, and named once",
        );
        problem.at(format!("/{field}/{index}"), what)
    })
}

fn too_many(field: &str, [de, en]: [&str; 2], most: usize) -> Problem {
    Problem::new(&INVALID_BODY)
        .detail(
            format!("Höchstens {most} {de} sind möglich."),
            format!("At most {most} {en} are possible."),
        )
        .at(
            format!("/{field}"),
            Words::new(
                format!("höchstens {most} sind möglich"),
                format!("must be at most {most}"),
            ),
        )
}
