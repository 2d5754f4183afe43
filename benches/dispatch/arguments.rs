// SPDX-License-Identifier: EUPL-1.2

//! `--devices N --latency-ms L --plain --busy`; cargo adds `--bench` by itself.

use std::time::Duration;

use super::Result;

pub(super) enum Arguments {
    Measure(Wanted),
    /// The child process: be the gateways for that many phones.
    Sandbox(Wanted),
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
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number = || -> Result<u64> {
                Ok(words.next().ok_or("a number is missing")?.parse::<u64>()?)
            };
            match word.as_str() {
                "--devices" => wanted.devices = usize::try_from(number()?)?,
                "--latency-ms" => wanted.latency = Duration::from_millis(number()?),
                "--plain" => wanted.plain = true,
                "--busy" => wanted.busy = true,
                "--sandbox" => sandbox = true,
                "--bench" => {}
                other => return Err(format!("unknown argument {other}").into()),
            }
        }
        Ok(if sandbox {
            Self::Sandbox(wanted)
        } else {
            Self::Measure(wanted)
        })
    }
}
