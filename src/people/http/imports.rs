// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/people/imports`: the personnel file, tried or applied.

use axum::extract::{FromRequest, Request, State};
use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    people::{
        People,
        access::Admin,
        import::{ImportError, ImportPlan, Leavers, RosterPerson, RosterUnit, RowProblem},
    },
    push::Language,
    web::{
        Created, Problem, ProblemType, Words,
        extract::Query,
        problem::{BAD_REQUEST, BODY_TOO_LARGE, ProblemBody, UNSUPPORTED_MEDIA_TYPE},
    },
};

/// Room for 100,000 people at 300 bytes a row.
const CSV_LIMIT: usize = 32 << 20;
/// How many mistakes an answer lists, and how many of them its detail says in words.
const LISTED: usize = 200;
const SAID: usize = 10;
/// How many names an answer gives of each kind of change.
const EXAMPLES: usize = 20;

static PERSONNEL_FILE_INVALID: ProblemType = ProblemType::new(
    "personnel-file-invalid",
    422,
    "Die Personaldatei hat Fehler. Nichts davon wurde übernommen.",
    "The personnel file has mistakes. Nothing of it was applied.",
);
static TOO_MANY_LEAVERS: ProblemType = ProblemType::new(
    "too-many-leavers",
    409,
    "Ungewöhnlich viele Personen würden ausscheiden. Nichts wurde übernommen.",
    "Unusually many people would leave. Nothing was applied.",
);

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// Only tell what would change.
    #[serde(default)]
    dry_run: bool,
    /// Let more than 20 % of the staff leave.
    #[serde(default)]
    allow_leavers: bool,
}

/// What an import changed, or would change.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportResult {
    dry_run: bool,
    staff_before: usize,
    unchanged: usize,
    /// Whether more than 20 % of the staff leave, which wants `allow_leavers`.
    many_leavers: bool,
    joiners: Changes,
    returning: Changes,
    leavers: Changes,
    moved: Changes,
    renamed: Changes,
    /// Another job title or e-mail address.
    changed: Changes,
    new_units: Changes,
    reopened_units: Changes,
    closed_units: Changes,
    renamed_units: Changes,
    moved_units: Changes,
}

/// One kind of change.
#[derive(Serialize, ToSchema)]
pub(super) struct Changes {
    count: usize,
    /// The first twenty, by name and personnel or organisation number.
    examples: Vec<String>,
}

/// A body of `text/csv`.
pub(super) struct Csv(Bytes);

/// Import the personnel file.
///
/// The staff becomes what the file says, all of it or nothing. For a file with mistakes each is listed with
/// `/<line>/<column>` as its pointer.
#[utoipa::path(
    post, path = "/api/v1/people/imports", operation_id = "create_import", tag = "admin",
    security(("session" = [])), params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = ImportResult), (status = "4XX", body = ProblemBody))
)]
pub(super) async fn create_import(
    State(people): State<People>,
    admin: Admin,
    Query(query): Query<ImportQuery>,
    Csv(file): Csv,
) -> Result<Created<ImportResult>, Problem> {
    let leavers = if query.allow_leavers {
        Leavers::Confirmed
    } else {
        Leavers::Few
    };
    let plan = if query.dry_run {
        people.plan_import(&file).await?
    } else {
        people.import(&file, leavers, Some(&admin)).await?
    };
    Ok(Created(ImportResult::of(&plan, query.dry_run)))
}

impl ImportResult {
    fn of(plan: &ImportPlan, dry_run: bool) -> Self {
        let updated = plan.updated.iter();
        let updated_units = plan.updated_units.iter();
        Self {
            dry_run,
            staff_before: plan.staff_before,
            unchanged: plan.unchanged,
            many_leavers: plan.has_many_leavers(),
            joiners: Changes::of(plan.joiners.iter()),
            returning: Changes::of(plan.returning.iter().map(|(_, person)| person)),
            leavers: Changes::of(plan.leavers.iter().map(|(_, person)| person)),
            moved: Changes::of(updated.clone().filter(|it| it.moved()).map(|it| &it.after)),
            renamed: Changes::of(
                updated
                    .clone()
                    .filter(|it| it.renamed())
                    .map(|it| &it.after),
            ),
            changed: Changes::of(updated.filter(|it| it.changed()).map(|it| &it.after)),
            new_units: Changes::of(plan.new_units.iter()),
            reopened_units: Changes::of(plan.reopened_units.iter().map(|(_, unit)| unit)),
            closed_units: Changes::of(plan.closed_units.iter().map(|(_, unit)| unit)),
            renamed_units: Changes::of(
                updated_units
                    .clone()
                    .filter(|it| it.renamed())
                    .map(|it| &it.after),
            ),
            moved_units: Changes::of(updated_units.filter(|it| it.moved()).map(|it| &it.after)),
        }
    }
}

impl Changes {
    fn of<'t, T: Named + 't>(things: impl Iterator<Item = &'t T> + Clone) -> Self {
        let examples = things.clone().take(EXAMPLES).map(Named::label).collect();
        Self {
            count: things.count(),
            examples,
        }
    }
}

trait Named {
    fn label(&self) -> String;
}

impl Named for RosterPerson {
    fn label(&self) -> String {
        format!("{} ({})", self.name(), self.personnel_number)
    }
}

impl Named for RosterUnit {
    fn label(&self) -> String {
        format!("{} ({})", self.name, self.code)
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Rows(problems) => invalid(&problems),
            ImportError::TooManyLeavers { leavers, staff } => Self::new(&TOO_MANY_LEAVERS).detail(
                format!(
                    "{leavers} von {staff} Personen würden ausscheiden. Wenn das stimmt, bestätigen Sie \
                     es bitte mit allow_leavers=true."
                ),
                format!(
                    "{leavers} of {staff} people would leave. If that is right, please confirm it with \
                     allow_leavers=true."
                ),
            ),
            ImportError::Db(error) => error.into(),
        }
    }
}

fn invalid(problems: &[RowProblem]) -> Problem {
    let said = |language| {
        let mut lines: Vec<String> = problems
            .iter()
            .take(SAID)
            .map(|problem| problem.say(language))
            .collect();
        if problems.len() > SAID {
            lines.push(format!("… +{}", problems.len() - SAID));
        }
        lines.join("\n")
    };
    let problem = Problem::new(&PERSONNEL_FILE_INVALID)
        .detail(said(Language::German), said(Language::English));
    problems.iter().take(LISTED).fold(problem, |problem, row| {
        let column = row.place.as_ref().map_or(0, |place| place.number);
        problem.at(
            format!("/{}/{column}", row.line),
            Words::new(
                row.mistake.say(Language::German),
                row.mistake.say(Language::English),
            ),
        )
    })
}

impl<S: Sync> FromRequest<S> for Csv {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/csv")) {
            return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE)
                .detail("Erwartet wird text/csv.", "Expected text/csv."));
        }
        match Limited::new(request.into_body(), CSV_LIMIT).collect().await {
            Ok(body) => Ok(Self(body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(&BODY_TOO_LARGE)),
            Err(_) => Err(Problem::new(&BAD_REQUEST)),
        }
    }
}
