// SPDX-License-Identifier: EUPL-1.2

//! `stadtfunk push …`: the gateways' credentials, tried without disturbing anybody; a push to one person, to
//! see it arrive; a new VAPID key.

mod advice;

use std::{collections::BTreeMap, process::ExitCode};

use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;

use self::advice::advice;
use super::{Failure, Terminal};
use crate::{
    app::{self, App},
    clock::Clock,
    config::{Config, push::PushConfig},
    id::Ids,
    people::PeopleError,
    push::{
        Gateway, Language, Verdict,
        envelope::Text,
        gateways::{Gateways, generate_p256_key, p256_public_key},
    },
    tasks::Tasks,
};

#[derive(Subcommand)]
pub(super) enum Push {
    /// Try every gateway's credentials; no phone hears of it.
    Check,
    /// Send a test push to somebody's devices, and say what their gateways answer.
    Send(Send),
    /// Print a new VAPID key pair for webpush.toml: the private half alone on standard output.
    Keys,
}

#[derive(Args)]
pub(super) struct Send {
    /// To whom, by personnel number.
    #[arg(long)]
    to: String,
    /// In the place of the usual test message's.
    #[arg(long)]
    title: Option<String>,
    #[arg(long)]
    body: Option<String>,
}

/// What is sent if nothing is said, by language: title and body.
const TEST: [(Language, &str, &str); 2] = [
    (
        Language::German,
        "Testmitteilung",
        "Stadtfunk erreicht dieses Gerät.",
    ),
    (
        Language::English,
        "Test message",
        "Stadtfunk reaches this device.",
    ),
];

pub(super) async fn run(
    command: Push,
    config: impl FnOnce() -> Result<Config, Failure>,
    terminal: Terminal,
) -> Result<ExitCode, Failure> {
    match command {
        Push::Check => Ok(check(&config()?.push, terminal).await),
        Push::Send(command) => {
            let app = app::build(config()?, Clock::wall()).await?;
            let code = send(&app, command, terminal).await;
            app.tasks.stop().await;
            app.db.close().await;
            code
        }
        Push::Keys => keys(terminal),
    }
}

async fn check(config: &PushConfig, terminal: Terminal) -> ExitCode {
    let tasks = Tasks::new();
    let (mut good, mut bad) = (0, 0);
    for &gateway in Gateway::ALL {
        match try_credentials(config, gateway, &tasks).await {
            None => terminal.say(format_args!(
                "{gateway}: nicht eingerichtet / not configured"
            )),
            Some(Ok(())) => {
                good += 1;
                terminal.say(format_args!("{gateway}: in Ordnung / in order"));
            }
            Some(Err(verdict)) => {
                bad += 1;
                complain(gateway, "", &verdict, terminal);
            }
        }
    }
    tasks.stop().await;
    if good + bad == 0 {
        terminal.complain(
            "Kein Push-Dienst ist eingerichtet: kein Gerät wird benachrichtigt. / \
             No push gateway is configured: no device is notified.",
        );
    }
    if good > 0 && bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// `None`: it is not configured. Each gateway by itself, so that a key that can't be read hides no other's
/// trouble.
async fn try_credentials(
    config: &PushConfig,
    gateway: Gateway,
    tasks: &Tasks,
) -> Option<Result<(), Verdict>> {
    let mut alone = PushConfig {
        classes: config.classes.clone(),
        ..PushConfig::default()
    };
    match gateway {
        Gateway::Apns => alone.apns = Some(config.apns.clone()?),
        Gateway::Fcm => alone.fcm = Some(config.fcm.clone()?),
        Gateway::WebPush => alone.web_push = Some(config.web_push.clone()?),
    }
    let clock = Clock::wall();
    let ids = Ids::new(clock.clone());
    Some(match Gateways::new(&alone, clock, ids, tasks) {
        Ok(gateways) => gateways.probe(gateway).await,
        Err(error) => Err(Verdict::Closed {
            reason: format!("{}: {}", error.key, error.what),
        }),
    })
}

async fn send(app: &App, command: Send, terminal: Terminal) -> Result<ExitCode, Failure> {
    let account = match app.people.by_number(&command.to).await {
        Ok(account) => account,
        Err(PeopleError::NotFound) => {
            let number = &command.to;
            terminal.complain(format_args!(
                "Die Personalnummer {number} gibt es nicht. / There is no personnel number {number}."
            ));
            return Ok(ExitCode::FAILURE);
        }
        Err(PeopleError::Db(error)) => return Err(error.into()),
    };
    let tried = app.push.try_on(account, command.texts()).await?;
    if tried.is_empty() {
        terminal.complain(
            "Diese Person hat kein Gerät angemeldet. / This person has registered no device.",
        );
        return Ok(ExitCode::FAILURE);
    }
    let mut code = ExitCode::SUCCESS;
    for device in tried {
        if device.verdict == Verdict::Accepted {
            let (gateway, id) = (device.gateway, device.device);
            terminal.say(format_args!("{gateway} {id}: angenommen / accepted"));
        } else {
            code = ExitCode::FAILURE;
            let id = format!(" {}", device.device);
            complain(device.gateway, &id, &device.verdict, terminal);
        }
    }
    Ok(code)
}

impl Send {
    fn texts(self) -> BTreeMap<Language, Text> {
        let text = |(language, title, body): (_, &str, &str)| {
            let text = Text {
                title: self.title.clone().unwrap_or_else(|| title.to_owned()),
                body: self.body.clone().unwrap_or_else(|| body.to_owned()),
            };
            (language, text)
        };
        TEST.into_iter().map(text).collect()
    }
}

/// The gateway's own word, and what to do about it.
fn complain(gateway: Gateway, device: &str, verdict: &Verdict, terminal: Terminal) {
    let advice = advice(gateway, verdict);
    let word = advice.word;
    terminal.complain(format_args!("{gateway}{device}: {word}"));
    terminal.complain(format_args!("  {}", advice.de));
    terminal.complain(format_args!("  {}", advice.en));
}

fn keys(terminal: Terminal) -> Result<ExitCode, Failure> {
    let private = generate_p256_key().map_err(|_| "the machine has no randomness to give")?;
    let public = p256_public_key(&private).ok_or("the key that was just made can't be read")?;
    // What a redirection to a file keeps is a key file, and nothing else.
    terminal.say(private.expose_secret().trim_end());
    terminal.complain(format_args!(
        "Öffentlicher Schlüssel / public key: {public}"
    ));
    terminal.complain(
        "Den privaten Schlüssel (oben) in der Datei ablegen, die webpush.toml als key_file nennt, lesbar nur für \
         das Konto des Servers. Ein neuer Schlüssel meldet alle Browser ab.",
    );
    terminal.complain(
        "Keep the private key (above) in the file that webpush.toml names as key_file, readable for the server's \
         account alone. A new key signs every browser off.",
    );
    Ok(ExitCode::SUCCESS)
}
