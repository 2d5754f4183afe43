// SPDX-License-Identifier: EUPL-1.2

//! What encrypting one message to one device costs, alone on one thread.

use std::time::{Duration, Instant};

use aws_lc_rs::{
    agreement::{ECDH_P256, EphemeralPrivateKey},
    rand::SystemRandom,
};
use stadtfunk::push::{encryption, envelope::DeviceKeys};

use super::Result;

const TIMES: u32 = 5_000;
/// A text of ordinary length, as it travels.
const TEXT: [u8; 250] = [b'x'; 250];
/// What a payload of APNs has room for.
const ROOM: usize = 2_700;

pub(super) fn each() -> Result<Duration> {
    let random = SystemRandom::new();
    let key = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| "no randomness")?;
    let public = key.compute_public_key().map_err(|_| "no key")?;
    let keys = DeviceKeys {
        p256dh: public.as_ref().try_into()?,
        auth: [7; 16],
    };
    let started = Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(encryption::encrypt(&TEXT, &keys, ROOM, [9; 16])?);
    }
    Ok(started.elapsed() / TIMES)
}
