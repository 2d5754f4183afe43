// SPDX-License-Identifier: EUPL-1.2

//! What this process has used, from /proc (Linux).

use std::{fs, time::Duration};

use super::Result;

/// The kernel counts CPU time in hundredths of a second (`USER_HZ`, 100 on every Linux in use).
const TICK: Duration = Duration::from_millis(10);

pub(super) struct Usage {
    pub(super) cpu: Duration,
    pub(super) peak_rss_mb: u64,
}

/// From here on the peak is counted anew (proc(5), `clear_refs`).
pub(super) fn forget_peak() -> Result<()> {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

impl Usage {
    pub(super) fn now() -> Result<Self> {
        let stat = fs::read_to_string("/proc/self/stat")?;
        // After the name in brackets, utime and stime are the 12th and 13th fields (proc(5)).
        let fields = stat.rsplit_once(')').ok_or("no stat")?.1;
        let ticks: u32 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|f| f.parse().unwrap_or(0_u32))
            .sum();
        let status = fs::read_to_string("/proc/self/status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak
            .and_then(|rest| rest.split_whitespace().next())
            .ok_or("no VmHWM")?;
        Ok(Self {
            cpu: TICK * ticks,
            peak_rss_mb: peak.parse::<u64>()? / 1_024,
        })
    }

    pub(super) fn since(self, before: &Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            ..self
        }
    }
}
