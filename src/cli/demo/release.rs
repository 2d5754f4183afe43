// SPDX-License-Identifier: EUPL-1.2

//! Two announcements: to everybody at T, and to the fire brigade right after it.

use std::time::Duration;

use http::Method;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{
    client::{Body, CallError, Client},
    report::Report,
    staff::Crew,
};
use crate::clock::{At, Clock};

/// How far ahead T is set.
const AHEAD: Duration = Duration::from_secs(10);
/// The fire brigade's own announcement follows the one to everybody.
const AFTER: Duration = Duration::from_secs(1);
/// When a report must be complete, after T.
const PATIENCE: Duration = Duration::from_secs(25);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Release {
    pub(super) title: &'static str,
    id: String,
    pub(super) at: At,
}

/// Drafts and schedules both; returns them in the order of their T.
pub(super) async fn schedule(client: &Client, crew: &Crew) -> Result<Vec<Release>, CallError> {
    let t = in_whole_seconds(Clock::wall().now() + AHEAD);
    let everybody = json!({
        "class": "important",
        "audience": {"kind": "everybody"},
        "texts": {
            "de": {
                "title": EVERYBODY,
                "push_text": "Der Stadtrat hat heute beschlossen: Das neue Rathaus wird gebaut.",
                "body": "Der Stadtrat hat heute dem Neubau des Rathauses zugestimmt. Sie erfahren es \
                    im selben Augenblick wie die Presse. Der Umzug ist für 2029 geplant; kein Standort \
                    wird vorher geschlossen.",
            },
            "en": {
                "title": "The new town hall will be built",
                "push_text": "The city council decided today: the new town hall will be built.",
                "body": "The city council has approved the new town hall today. You hear of it at the \
                    same instant as the press. The move is planned for 2029; no site closes before.",
            },
        },
    });
    let brigade = json!({
        "class": "alert",
        "audience": {"kind": "units", "units": [crew.fire_brigade]},
        "texts": {
            "de": {
                "title": BRIGADE,
                "push_text": "Ab 18 Uhr Sturmböen bis 110 km/h. Bereitschaft bitte prüfen.",
                "body": "Der Deutsche Wetterdienst warnt ab 18 Uhr vor Sturmböen bis 110 km/h. Bitte die \
                    Bereitschaft in allen Wachen prüfen. Diese Mitteilung ersetzt keine Alarmierung.",
            },
            "en": {
                "title": "Storm warning for the fire brigade",
                "push_text": "Gusts up to 110 km/h from 6 pm. Please check readiness.",
                "body": "Gusts up to 110 km/h are expected from 6 pm. Please check readiness at all \
                    stations. This announcement does not replace an alarm.",
            },
        },
    });
    let first = schedule_one(client, crew, EVERYBODY, everybody, t).await?;
    let second = schedule_one(client, crew, BRIGADE, brigade, t + AFTER).await?;
    Ok(vec![first, second])
}

const EVERYBODY: &str = "Das neue Rathaus wird gebaut";
const BRIGADE: &str = "Sturmwarnung für die Feuerwehr";

async fn schedule_one(
    client: &Client,
    crew: &Crew,
    title: &'static str,
    draft: Value,
    at: At,
) -> Result<Release, CallError> {
    let draft = client
        .post(&crew.editor, "/api/v1/editorial/announcements", draft)
        .await?;
    let id = draft["id"].as_str().unwrap_or_default().to_owned();
    let path = format!("/api/v1/editorial/announcements/{id}");
    if draft["needs_approval"] == true {
        approve(client, crew, &path).await?;
    }
    client
        .put(
            &crew.editor,
            &format!("{path}/schedule"),
            json!({"release_at": at}),
        )
        .await?;
    Ok(Release { title, id, at })
}

/// The editor submits, the other editor approves.
async fn approve(client: &Client, crew: &Crew, path: &str) -> Result<(), CallError> {
    let review = format!("{path}/review");
    let submitted = client.put(&crew.editor, &review, json!({})).await?;
    let revision = submitted["revision"].as_i64().unwrap_or_default();
    let approval = format!("{path}/approval");
    let seen = Body::Seen(revision);
    let approver = &crew.second_editor;
    client.call(Method::PUT, approver, &approval, seen).await?;
    Ok(())
}

fn in_whole_seconds(at: At) -> At {
    let past = at.as_micros().rem_euclid(1_000_000);
    At::from_micros(at.as_micros() - past).unwrap_or(at)
}

/// Shows the time until T, and returns at T.
pub(super) async fn count_down(release: &Release, bars: &MultiProgress) {
    let clock = Clock::wall();
    let bar = bars.add(ProgressBar::new_spinner());
    let style = ProgressStyle::with_template("{spinner} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    loop {
        let left = release.at.since(clock.now());
        if left.is_zero() {
            break;
        }
        bar.set_message(format!(
            "T−{:04.1} s · {}",
            left.as_secs_f64(),
            release.title
        ));
        tokio::time::sleep(left.min(LOOK)).await;
    }
    bar.finish_with_message(format!("T {} · {}", release.at, release.title));
}

/// Asks for the reports until each is complete, or patience ends.
pub(super) async fn wait_for_reports(
    client: &Client,
    crew: &Crew,
    releases: &[Release],
) -> Result<Vec<Report>, CallError> {
    let mut reports = Vec::new();
    for release in releases {
        reports.push(wait_for_report(client, crew, release).await?);
    }
    Ok(reports)
}

async fn wait_for_report(
    client: &Client,
    crew: &Crew,
    release: &Release,
) -> Result<Report, CallError> {
    let clock = Clock::wall();
    let path = format!("/api/v1/editorial/announcements/{}/report", release.id);
    loop {
        let late = clock.now() > release.at + PATIENCE;
        match client.get(&crew.editor, &path).await {
            Ok(answer) => {
                let report: Report = serde_json::from_value(answer)?;
                if report.complete || late {
                    return Ok(report.titled(release.title));
                }
            }
            // Not released yet: the moment around T.
            Err(CallError::Refused { status, .. })
                if status == http::StatusCode::CONFLICT && !late => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(LOOK).await;
    }
}
