// SPDX-License-Identifier: EUPL-1.2

//! What a benchmark is asked for; cargo adds `--bench` by itself, and a child is told what it is.

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
    /// Of the gateways' answers.
    pub(super) latency: Duration,
    /// Without keys: no encryption, and no browsers, which take nothing else.
    pub(super) plain: bool,
    /// With an alert and readers of the newsfeed in the middle of it.
    pub(super) busy: bool,
    /// Releases to the staff first.
    pub(super) runs: usize,
}

impl Arguments {
    /// `usual`: what is wanted if nothing is said. `known`: what of it may be said.
    pub(super) fn parse(usual: Wanted, known: &[&str]) -> Result<Self> {
        let mut wanted = usual;
        let mut sandbox = false;
        let mut town = None;
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--sandbox" => sandbox = true,
                "--town" => town = Some(words.next().ok_or("an address is missing")?),
                "--bench" => {}
                other if !known.contains(&other) => {
                    return Err(format!("unknown argument {other}").into());
                }
                "--plain" => wanted.plain = true,
                "--busy" => wanted.busy = true,
                "--latency-ms" => wanted.latency = Duration::from_millis(number(words.next())?),
                "--runs" => wanted.runs = number(words.next())?.try_into()?,
                _ => wanted.devices = number(words.next())?.try_into()?,
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
