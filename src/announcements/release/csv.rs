// SPDX-License-Identifier: EUPL-1.2

//! The release report as CSV (RFC 4180): a figure a line, in the words of the JSON report, so that a spreadsheet
//! can sort and add. New figures are new lines; the columns stay.

use csv::{Terminator, WriterBuilder};

use super::{
    super::press::{PressReport, report::OfChannel},
    later::{Later, What},
    report::{Count, HandOver, Report},
};

const COLUMNS: [&str; 4] = ["group", "part", "measure", "value"];

/// The report as a file.
pub fn file(report: &Report) -> Vec<u8> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let columns = COLUMNS.map(str::to_owned);
    for record in [columns].iter().chain(&lines(report)) {
        // To memory, and each line has its four fields: it can't fail.
        let _ = writer.write_record(record);
    }
    writer.into_inner().unwrap_or_default()
}

type Line = [String; 4];

fn line(group: &str, part: &str, measure: &str, value: &dyn ToString) -> Line {
    [
        group.to_owned(),
        part.to_owned(),
        measure.to_owned(),
        value.to_string(),
    ]
}

fn lines(report: &Report) -> Vec<Line> {
    let mut lines = vec![
        line("release", "", "announcement", &report.announcement),
        line("release", "", "release_at", &report.release_at),
        line("release", "", "released_at", &report.released_at),
        line("release", "", "complete", &report.complete),
    ];
    let spreads = [("all", report.hand_over), ("on_duty", report.on_duty)];
    let by_gateway = report.devices.gateways.iter();
    let by_gateway = by_gateway.map(|of| (of.gateway.as_str(), of.hand_over));
    for (part, spread) in spreads.into_iter().chain(by_gateway) {
        lines.extend(spread.into_iter().flat_map(|spread| times(part, &spread)));
    }
    let people = &report.people;
    lines.push(line("people", "", "recipients", &people.recipients));
    lines.push(line("people", "", "reached", &people.reached));
    lines.push(line("people", "", "waiting", &people.waiting));
    lines.push(line("people", "", "held_back", &people.held_back));
    lines.extend(outcomes("people", "not_reached", &people.not_reached));
    lines.push(line("people", "", "without_device", &people.without_device));
    lines.push(line("people", "", "unaccounted", &people.unaccounted));
    if let Some(displayed) = people.displayed {
        lines.push(line("people", "", "displayed", &displayed));
    }
    lines.push(line("devices", "all", "total", &report.devices.total));
    let devices = &report.devices;
    lines.push(line("devices", "all", "waiting", &devices.waiting));
    lines.push(line("devices", "all", "held_back", &devices.held_back));
    let after_quiet = &devices.handed_over_after_quiet;
    lines.push(line(
        "devices",
        "all",
        "handed_over_after_quiet",
        after_quiet,
    ));
    for of in &report.devices.gateways {
        let gateway = of.gateway.as_str();
        lines.push(line("devices", gateway, "total", &of.total));
        lines.push(line("devices", gateway, "waiting", &of.waiting));
        lines.extend(outcomes("devices", gateway, &of.outcomes));
    }
    lines.extend(report.press.iter().flat_map(press));
    if let Some(written) = &report.written {
        lines.push(line("release", "", "written_at", &written.at));
    }
    lines.extend(report.later.iter().map(later));
    lines
}

fn press(press: &PressReport) -> Vec<Line> {
    let times = [("opened_ms", press.opened_ms), ("skew_ms", press.skew_ms)];
    let mut lines: Vec<_> = times.into_iter().filter_map(|it| ms("", it)).collect();
    if let Some(because) = press.opened_because {
        lines.push(line("press", "", "opened_because", &because));
    }
    lines.extend(press.channels.iter().flat_map(channel));
    lines
}

fn channel(of: &OfChannel) -> Vec<Line> {
    let part = format!("{}_{}", of.channel, of.event);
    let mut lines = vec![
        line("press", &part, "total", &of.total),
        line("press", &part, "waiting", &of.waiting),
    ];
    for count in &of.outcomes {
        lines.push(line("press", &part, count.outcome.as_str(), &count.count));
    }
    let times = [("first_ms", of.first_ms), ("last_ms", of.last_ms)];
    lines.extend(times.into_iter().filter_map(|it| ms(&part, it)));
    lines
}

fn ms(part: &str, (measure, ms): (&str, Option<f64>)) -> Option<Line> {
    Some(line("press", part, measure, &format!("{:.3}", ms?)))
}

/// What happened, at the instant that stands in its second column.
fn later(later: &Later) -> Line {
    let (measure, value) = match &later.what {
        What::Corrected { number } => ("corrected".to_owned(), i64::from(*number)),
        What::Withdrawn => ("withdrawn".to_owned(), 1),
        What::PressTold {
            channel,
            event,
            outcome,
            count,
        } => (format!("{channel}_{event}_{outcome}"), *count),
        What::Displayed { people } => ("displayed".to_owned(), *people),
    };
    line("later", &later.at.to_string(), &measure, &value)
}

fn times(part: &str, spread: &HandOver) -> [Line; 5] {
    [
        ("first_ms", spread.first_ms),
        ("median_ms", spread.median_ms),
        ("p99_ms", spread.p99_ms),
        ("last_ms", spread.last_ms),
        ("answered_ms", spread.answered_ms),
    ]
    .map(|(measure, ms)| line("hand_over", part, measure, &format!("{ms:.3}")))
}

fn outcomes(group: &str, part: &str, counts: &[Count]) -> impl Iterator<Item = Line> {
    counts
        .iter()
        .map(move |of| line(group, part, of.outcome.as_str(), &of.count))
}
