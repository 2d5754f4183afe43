// SPDX-License-Identifier: EUPL-1.2

//! The release report as CSV (RFC 4180): a figure a line, in the words of the JSON report, so that a spreadsheet
//! can sort and add. New figures are new lines; the columns stay.

use csv::{Terminator, WriterBuilder};

use super::report::{Count, HandOver, Report};

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
    let later = &devices.handed_over_after_quiet;
    lines.push(line("devices", "all", "handed_over_after_quiet", later));
    for of in &report.devices.gateways {
        let gateway = of.gateway.as_str();
        lines.push(line("devices", gateway, "total", &of.total));
        lines.push(line("devices", gateway, "waiting", &of.waiting));
        lines.extend(outcomes("devices", gateway, &of.outcomes));
    }
    lines
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
