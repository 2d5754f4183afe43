// SPDX-License-Identifier: EUPL-1.2

//! `/api/v1/sync` and `/api/v1/live`.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures::stream;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    ChangeLog,
    live::stream::{Frame, ListenError, Stream},
    position::Reader,
    subjects::Item,
    sync::{Sync, SyncError},
};
use crate::{
    people::{People, access::Employee},
    web::{
        Problem, ProblemType,
        extract::Query,
        problem::{INVALID_CURSOR, ProblemBody, SESSION_ENDED},
    },
};

static BEGIN_ANEW: ProblemType = ProblemType::new(
    "sync-begin-anew",
    410,
    "Was sich seither geändert hat, lässt sich nicht mehr sagen. Bitte alles neu laden.",
    "What has changed since can't be told any more. Please load everything anew.",
);
static TOO_MANY_LISTENERS: ProblemType = ProblemType::new(
    "too-many-listeners",
    503,
    "Gerade hören zu viele mit. Neues kommt beim nächsten Öffnen.",
    "Too many are listening at the moment. News comes at the next opening.",
);

/// When somebody for whom there was no room may try again.
const TRY_AGAIN: Duration = Duration::from_mins(1);

#[derive(Clone)]
struct Rooms {
    log: ChangeLog,
    people: People,
}

pub fn router(log: ChangeLog, people: People) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_changes))
        .routes(routes!(get_live))
        .with_state(Rooms { log, people })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// The last `position`. Absent: nothing but the present position, to begin with.
    after: Option<String>,
}

/// What has changed since, of what the caller may know.
///
/// Fetch a position first, then the lists, and ask from then on what has changed since that position. 410: what has
/// changed can't be told any more; begin anew.
#[utoipa::path(
    get, path = "/api/v1/sync", operation_id = "list_changes", tag = "changes",
    security(("session" = [])), params(After),
    responses((status = 200, body = Sync), (status = "4XX", body = ProblemBody))
)]
async fn list_changes(
    State(rooms): State<Rooms>,
    employee: Employee,
    Query(query): Query<After>,
) -> Result<axum::Json<Sync>, Problem> {
    let reader = rooms.reader(&employee).await?;
    let sync = match query.after {
        Some(position) => rooms.log.since(&reader, &position).await?,
        None => rooms.log.present(&reader).await?,
    };
    Ok(axum::Json(sync))
}

/// What changes, as it happens: Server-Sent Events.
///
/// The events: `ready` first; `changes` with `{"items": […]}` as in `/api/v1/sync`; `reset`: fetch everything anew. Each
/// bears a position as its id: give the last one as `Last-Event-ID` to miss nothing.
#[utoipa::path(
    get, path = "/api/v1/live", operation_id = "get_live", tag = "changes",
    security(("session" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "The last position.")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "4XX", body = ProblemBody),
    )
)]
async fn get_live(
    State(rooms): State<Rooms>,
    employee: Employee,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reader = rooms.reader(&employee).await?;
    // An id that is no text is none of ours.
    let after = headers
        .get("last-event-id")
        .map(|id| id.to_str().unwrap_or_default());
    let listening = rooms.log.listen(reader, employee.session(), after).await?;
    // Had the session ended before we began to listen, nobody would tell us.
    if !rooms.people.is_signed_in(&employee).await? {
        return Err(Problem::new(&SESSION_ENDED));
    }
    Ok(events(listening))
}

impl Rooms {
    async fn reader(&self, employee: &Employee) -> Result<Reader, Problem> {
        Ok(Reader {
            account: employee.account(),
            standing: self.people.standing(employee).await?,
        })
    }
}

fn events(listening: Stream) -> Response {
    let events = stream::unfold(listening, |mut listening| async move {
        let frame = listening.next().await?;
        Some((Ok::<_, Infallible>(event(frame)), listening))
    });
    // A proxy that collects the answer before it passes it on would make it anything but live.
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Sse::new(events)).into_response()
}

#[derive(Serialize)]
struct Items<'a> {
    items: &'a [Item],
}

fn event(frame: Frame) -> Event {
    match frame {
        Frame::Ready(position) => Event::default().event("ready").id(position).data("{}"),
        Frame::Items(items, position) => {
            let data = serde_json::to_string(&Items { items: &items }).unwrap_or_default();
            Event::default().event("changes").id(position).data(data)
        }
        Frame::Reset(position) => Event::default().event("reset").id(position).data("{}"),
        // An id without data: the browser keeps it and tells nobody.
        Frame::Beat(position) => Event::default().comment("").id(position),
        Frame::End(wait) => Event::default().retry(wait),
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Unreadable => {
                Self::new(&INVALID_CURSOR).misused("?after", "not a position of yours")
            }
            SyncError::BeginAnew => Self::new(&BEGIN_ANEW),
            SyncError::Db(error) => error.into(),
        }
    }
}

impl From<ListenError> for Problem {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::Full(_) => Self::new(&TOO_MANY_LISTENERS).retry_after(TRY_AGAIN),
            ListenError::Db(error) => error.into(),
        }
    }
}
