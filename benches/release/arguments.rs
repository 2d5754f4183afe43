// SPDX-License-Identifier: EUPL-1.2

//! `--phones N --runs R --latency-ms L`; cargo adds `--bench` by itself, and a child is told what it is.

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
    /// Of the release at the same instant.
    pub(super) devices: usize,
    /// Of its gateways' answers.
    pub(super) latency: Duration,
    /// Never: here everything is encrypted.
    pub(super) plain: bool,
    /// Releases to the staff first.
    pub(super) runs: usize,
}

impl Arguments {
    pub(super) fn parse() -> Result<Self> {
        let mut wanted = Wanted {
            devices: 5_000,
            latency: Duration::from_millis(60),
            plain: false,
            runs: 200,
        };
        let mut sandbox = false;
        let mut town = None;
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--phones" | "--devices" => wanted.devices = number(words.next())?.try_into()?,
                "--runs" => wanted.runs = number(words.next())?.try_into()?,
                "--latency-ms" => wanted.latency = Duration::from_millis(number(words.next())?),
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
