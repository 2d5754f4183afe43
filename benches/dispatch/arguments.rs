// SPDX-License-Identifier: EUPL-1.2

//! `--devices N --latency-ms L --plain --busy`; cargo adds `--bench` by itself.

use std::time::Duration;

use super::Result;

pub(super) enum Arguments {
    Measure(Wanted),
    /// The child process: be the gateways for that many phones.
    Sandbox(Wanted),
    /// The child process: write phones from the input into the database at this address.
    Town(String),
}

pub(super) struct Wanted {
    pub(super) devices: usize,
    pub(super) latency: Duration,
    /// Without keys: no encryption, and no browsers, which take nothing else.
    pub(super) plain: bool,
    /// With an alert and readers of the newsfeed in the middle of it.
    pub(super) busy: bool,
}

impl Arguments {
    pub(super) fn parse() -> Result<Self> {
        let mut wanted = Wanted {
            devices: 20_000,
            latency: Duration::ZERO,
            plain: false,
            busy: false,
        };
        let mut sandbox = false;
        let mut town = None;
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--devices" => wanted.devices = usize::try_from(number(words.next())?)?,
                "--latency-ms" => wanted.latency = Duration::from_millis(number(words.next())?),
                "--plain" => wanted.plain = true,
                "--busy" => wanted.busy = true,
                "--sandbox" => sandbox = true,
                "--town" => town = Some(words.next().ok_or("an address is missing")?),
                "--bench" => {}
                other => return Err(format!("unknown argument {other}").into()),
            }
        }
        Ok(match town {
            Some(url) => Self::Town(url),
            None if sandbox => Self::Sandbox(wanted),
            None => Self::Measure(wanted),
        })
    }
}

fn number(word: Option<String>) -> Result<u64> {
    Ok(word.ok_or("a number is missing")?.parse()?)
}
