// SPDX-License-Identifier: EUPL-1.2

//! The gateways, in a process of their own: this program again, with `--sandbox`.

use std::{
    fs,
    io::{BufRead as _, BufReader, BufWriter, Lines, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use stadtfunk::{
    clock::Clock,
    config::push::PushConfig,
    id::Ids,
    push::{
        Gateway,
        sandbox::{Sandbox, SandboxConfig, Settings},
    },
    tasks::Tasks,
};

use super::{Result, arguments::Wanted};

pub(super) struct SandboxProcess {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(super) settings: Settings,
    pub(super) push_config: PushConfig,
}

/// The mix of a German city's private phones.
fn gateway_of(index: usize, plain: bool) -> Gateway {
    match index % 20 {
        0 if !plain => Gateway::WebPush,
        1..=7 => Gateway::Apns,
        _ => Gateway::Fcm,
    }
}

/// So many of them, as lines: gateway, address, and the two keys in hex.
pub(super) fn phones(
    sandbox: &Sandbox,
    count: usize,
    plain: bool,
) -> impl Iterator<Item = String> + '_ {
    (0..count).map(move |index| {
        let phone = sandbox.phone(gateway_of(index, plain));
        let keys = phone.keys();
        let (p256dh, auth) = (hex::encode(keys.p256dh), hex::encode(keys.auth));
        format!("{}\t{}\t{p256dh}\t{auth}", phone.gateway, phone.address)
    })
}

/// The child: listens, prints its settings, then a line for each phone, then serves until its input ends.
pub(super) async fn serve(wanted: &Wanted) -> Result<()> {
    let (clock, tasks) = (Clock::wall(), Tasks::new());
    let config = SandboxConfig {
        latency: wanted.latency,
        keep_journal: 0,
        ..SandboxConfig::default()
    };
    let ids = Ids::new(clock.clone());
    let sandbox = Sandbox::start(config, clock, ids, &tasks).await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", serde_json::to_string(&sandbox.settings())?)?;
    for phone in phones(&sandbox, wanted.devices, wanted.plain) {
        writeln!(out, "{phone}")?;
    }
    writeln!(out)?;
    out.flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    Ok(())
}

impl SandboxProcess {
    pub(super) fn start(wanted: &Wanted, folder: &Path) -> Result<Self> {
        let errors = fs::File::create(folder.join("sandbox.log"))?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--sandbox")
            .args(wanted.plain.then_some("--plain"))
            .args(["--devices", &wanted.devices.to_string()])
            .args(["--latency-ms", &wanted.latency.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let settings: Settings = serde_json::from_str(&lines.next().ok_or("no settings")??)?;
        Ok(Self {
            child,
            lines,
            push_config: settings.push_config()?,
            settings,
        })
    }

    /// The next phone as the child wrote it, `None` at the end.
    pub(super) fn next_phone(&mut self) -> Result<Option<String>> {
        let line = self.lines.next().transpose()?;
        Ok(line.filter(|line| !line.is_empty()))
    }

    pub(super) fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        self.child.wait()?;
        Ok(())
    }
}
