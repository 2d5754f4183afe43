// SPDX-License-Identifier: EUPL-1.2

//! Chromium, and one page in it, told what to do over a pipe in its own protocol (Chrome `DevTools` Protocol): no
//! driver between, no port, nothing to keep in step with a version.
//!
//! It starts with an empty profile and reaches 127.0.0.1 alone.

use std::{
    env,
    fmt::Write as _,
    fs::File,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::{sleep, timeout},
};

/// Leaves these tests out where there is no Chromium and none can be installed.
const WITHOUT: &str = "STADTFUNK_TEST_WITHOUT_BROWSER";
const PROGRAMS: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// How long a browser may take for anything on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const BETWEEN: Duration = Duration::from_millis(20);
/// Chromium reads orders from descriptor 3 and answers on 4; a child process of ours has 0 and 1 for that.
const RUN: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

/// A page, and the browser that shows it. Killed when dropped.
pub(super) struct Page {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    last_order: u64,
    session: Option<String>,
    /// What scripts did not catch, what the content security policy refused, what could not be loaded.
    errors: Vec<String>,
    /// With what Chromium said in it; goes with the value.
    profile: TempDir,
}

impl Page {
    /// An empty page. `None` if the tests in a browser are left out.
    pub(super) async fn open() -> Option<Self> {
        if is_left_out() {
            return None;
        }
        let profile = tempfile::tempdir().expect("a folder for temporary files");
        let log = File::create(profile.path().join("log")).expect("a file in a folder of ours");
        let mut command = Command::new("sh");
        command
            .args(["-c", RUN])
            .arg(chromium())
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox", // Root has none; it shows our own pages alone.
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true);
        let mut child = command.spawn().expect("sh starts");
        let mut page = Self {
            orders: child.stdin.take().expect("standard input is a pipe"),
            answers: BufReader::new(child.stdout.take().expect("standard output is a pipe")),
            child,
            last_order: 0,
            session: None,
            errors: Vec::new(),
            profile,
        };
        let target = page
            .order("Target.createTarget", json!({"url": "about:blank"}))
            .await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = page.order("Target.attachToTarget", attach).await;
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            page.order(domain, json!({})).await;
        }
        Some(page)
    }

    /// As on a screen of this width, in CSS pixels.
    pub(super) async fn width(&mut self, width: u32) {
        let metrics =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.order("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// As on a machine whose clocks go by this zone.
    pub(super) async fn zone(&mut self, zone: &str) {
        let zone = json!({"timezoneId": zone});
        self.order("Emulation.setTimezoneOverride", zone).await;
    }

    /// Presses Enter, where the focus is.
    pub(super) async fn enter(&mut self) {
        for kind in ["keyDown", "keyUp"] {
            let key = json!({
                "type": kind, "key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13,
            });
            self.order("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Runs this before every document's own scripts.
    pub(super) async fn always_first(&mut self, script: &str) {
        let source = json!({"source": script});
        self.order("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }

    pub(super) async fn visit(&mut self, url: &str) {
        let answer = self.order("Page.navigate", json!({"url": url})).await;
        assert!(answer.get("errorText").is_none(), "{url}: {answer}");
    }

    /// What an expression is worth in the page.
    pub(super) async fn value(&mut self, expression: &str) -> Value {
        let evaluate =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        match self.asked("Runtime.evaluate", evaluate).await {
            Ok(answer) if answer.get("exceptionDetails").is_none() => {
                answer["result"]["value"].clone()
            }
            // The document may just be giving way to the next.
            Err(error)
                if error["message"]
                    .as_str()
                    .unwrap_or_default()
                    .contains("context") =>
            {
                Value::Null
            }
            Ok(answer) | Err(answer) => panic!("{expression}: {answer}"),
        }
    }

    /// Asks again and again until the expression is true.
    pub(super) async fn until(&mut self, what: &str, expression: &str) {
        let started = Instant::now();
        while self.value(expression).await != Value::Bool(true) {
            if started.elapsed() > PATIENCE {
                let shown = self.value("document.body.innerText").await;
                panic!(
                    "still waiting for: {what}\nerrors: {:?}\nthe page says: {shown}",
                    self.errors
                );
            }
            sleep(BETWEEN).await;
        }
    }

    /// Ends the browser. Nothing may have gone wrong in the page.
    pub(super) async fn close(mut self) {
        self.value("0").await; // What has happened so far has been told before the answer.
        let Self {
            mut child,
            orders,
            answers,
            errors,
            profile,
            ..
        } = self;
        drop((orders, answers)); // It ends when nobody is there to tell it anything.
        if timeout(PATIENCE, child.wait()).await.is_err() {
            child.kill().await.expect("a child can be killed");
        }
        drop(profile);
        assert!(errors.is_empty(), "errors in the page: {errors:#?}");
    }

    async fn order(&mut self, method: &str, params: Value) -> Value {
        let answer = self.asked(method, params).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Sends an order and waits for its answer. What happens meanwhile is noted.
    async fn asked(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.last_order += 1;
        let mut order = json!({"id": self.last_order, "method": method, "params": params});
        if let Some(session) = &self.session {
            order["sessionId"] = json!(session);
        }
        let mut octets = order.to_string().into_bytes();
        octets.push(0);
        let sent = self.orders.write_all(&octets).await;
        if sent.is_err() {
            self.has_died(method);
        }
        loop {
            let message = self.next(method).await;
            if message["id"] == json!(self.last_order) {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.note(&message);
        }
    }

    /// The next message: JSON up to a zero.
    async fn next(&mut self, asked: &str) -> Value {
        let mut octets = Vec::new();
        let read = timeout(PATIENCE, self.answers.read_until(0, &mut octets)).await;
        if !matches!(read, Ok(Ok(1..))) {
            self.has_died(asked);
        }
        octets.pop();
        serde_json::from_slice(&octets).expect("the protocol is JSON")
    }

    fn note(&mut self, message: &Value) {
        let params = &message["params"];
        let error = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => &params["exceptionDetails"],
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => &params["entry"],
            _ => return,
        };
        self.errors.push(error.to_string());
    }

    fn has_died(&self, asked: &str) -> ! {
        let said = std::fs::read_to_string(self.profile.path().join("log")).unwrap_or_default();
        let mut tail = String::new();
        for line in said.lines().rev().take(20) {
            let _ = writeln!(tail, "{line}");
        }
        panic!("Chromium does not answer to {asked}. It said, the last first:\n{tail}");
    }
}

fn is_left_out() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not of the program"
    )]
    env::var_os(WITHOUT).is_some_and(|value| value == "1")
}

fn chromium() -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the machine keeps its programs"
    )]
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    PROGRAMS
        .iter()
        .flat_map(|program| folders.iter().map(move |folder| folder.join(program)))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!(
                "Chromium is missing: `apt-get install chromium-headless-shell`, or set {WITHOUT}=1 to leave these \
                 tests out"
            )
        })
}
