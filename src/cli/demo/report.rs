// SPDX-License-Identifier: EUPL-1.2

//! The release report, as a person reads it.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::clock::At;

/// What `GET …/report` answers, as far as it is shown.
#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(skip)]
    title: &'static str,
    release_at: At,
    pub(super) complete: bool,
    hand_over: Option<HandOver>,
    people: People,
    devices: Devices,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
struct HandOver {
    first_ms: f64,
    median_ms: f64,
    p99_ms: f64,
    last_ms: f64,
}

#[derive(Deserialize)]
struct People {
    recipients: i64,
    reached: i64,
    waiting: i64,
    not_reached: Vec<Count>,
    without_device: i64,
    unaccounted: i64,
}

#[derive(Deserialize)]
struct Devices {
    total: i64,
    gateways: Vec<OfGateway>,
}

#[derive(Deserialize)]
struct OfGateway {
    gateway: String,
    waiting: i64,
    outcomes: Vec<Count>,
    hand_over: Option<HandOver>,
}

#[derive(Deserialize)]
struct Count {
    outcome: String,
    count: i64,
}

impl Report {
    pub(super) fn titled(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// Whether the figures are final, somebody was meant, and the parts add up to the whole.
    pub(super) fn is_sound(&self) -> bool {
        self.complete && self.people.unaccounted == 0 && self.people.recipients > 0
    }
}

/// The report as lines for the terminal.
pub(super) fn drawn(report: &Report) -> String {
    let mut text = format!(
        "\n── Zustellbericht / release report ── {}\n   T {}\n",
        report.title, report.release_at
    );
    if let Some(all) = &report.hand_over {
        let _ = writeln!(text, "   alle / all   {}", timing(all));
    }
    for gateway in &report.devices.gateways {
        if let Some(hand_over) = &gateway.hand_over {
            let _ = writeln!(text, "   {:<12} {}", gateway.gateway, timing(hand_over));
        }
    }
    add_people(&mut text, &report.people);
    add_devices(&mut text, &report.devices);
    text
}

fn timing(hand_over: &HandOver) -> String {
    format!(
        "erste/first {:>7.1} ms · Median {:>7.1} ms · 99 % {:>7.1} ms · letzte/last {:>7.1} ms",
        hand_over.first_ms, hand_over.median_ms, hand_over.p99_ms, hand_over.last_ms
    )
}

fn add_people(text: &mut String, people: &People) {
    let _ = writeln!(text, "   Menschen / people {:>15}", people.recipients);
    let mut part = |name: &str, count: i64| {
        let _ = writeln!(text, "     {name:<26} {count:>6}");
    };
    part("erreicht / reached", people.reached);
    for ended in &people.not_reached {
        part(&ended.outcome, ended.count);
    }
    part("ohne Telefon / no device", people.without_device);
    part("wartend / waiting", people.waiting);
    part("ungeklärt / unaccounted", people.unaccounted);
}

fn add_devices(text: &mut String, devices: &Devices) {
    let _ = writeln!(text, "   Telefone / devices {:>14}", devices.total);
    for gateway in &devices.gateways {
        for ended in &gateway.outcomes {
            let name = format!("{} {}", gateway.gateway, ended.outcome);
            let _ = writeln!(text, "     {name:<26} {:>6}", ended.count);
        }
        if gateway.waiting > 0 {
            let _ = writeln!(
                text,
                "     {} waiting {:>18}",
                gateway.gateway, gateway.waiting
            );
        }
    }
}
