// SPDX-License-Identifier: EUPL-1.2

//! Mail: one letter to one recipient, handed to the city's SMTP server.
//!
//! A letter has a plain text and HTML that say the same (multipart/alternative, RFC 2046), and a Message-ID that
//! stays the same when it is sent again, so that a mail reader that gets it twice can show it once.
//!
//! One call is one attempt: who writes keeps the rows and decides when to try again.

use std::time::{Duration, SystemTime};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret as _;

use crate::{
    clock::At,
    config::mail::{MailConfig, MailTls},
};

/// For one answer of the server, and for the whole of a mail.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
const TIMEOUT: Duration = Duration::from_mins(1);

/// The way to the city's mail server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mail {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Unlike every other letter's, and the same for each attempt.
    pub id: uuid::Uuid,
    pub at: At,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// A configuration that can't work.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("mail.from: {0}")]
    From(#[from] lettre::address::AddressError),
    #[error("the mail server's TLS: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Why a letter was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// For good: the server does not want this letter or does not know this recipient.
    #[error("refused: {0}")]
    Refused(String),
    /// For now.
    #[error("{0}")]
    Failed(String),
}

impl Mail {
    /// `None` if no server is configured. Opens nothing yet.
    pub fn new(config: &MailConfig) -> Result<Option<Self>, SetupError> {
        let Some(host) = &config.host else {
            return Ok(None);
        };
        let from: Mailbox = config.from.as_deref().unwrap_or_default().parse()?;
        let tls = match config.tls {
            MailTls::Implicit => Tls::Wrapper(tls_parameters(host, config)?),
            MailTls::Starttls => Tls::Required(tls_parameters(host, config)?),
            MailTls::None => Tls::None,
        };
        let mut smtp = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(ANSWER_TIMEOUT))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let password = password.expose_secret().to_owned();
            smtp = smtp.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Some(Self {
            smtp: smtp.build(),
            from,
        }))
    }

    /// Hands the letter to the server.
    pub async fn send(&self, to: &str, letter: Letter) -> Result<(), MailError> {
        let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string());
        let to: Address = to.parse().map_err(|error| refused(&error))?;
        let mail = self.write(to, letter).map_err(|error| refused(&error))?;
        match tokio::time::timeout(TIMEOUT, self.smtp.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(MailError::Failed("no answer in a minute".to_owned())),
        }
    }

    fn write(&self, to: Address, letter: Letter) -> Result<Message, lettre::error::Error> {
        // So that out-of-office assistants keep silent (RFC 3834).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .date(SystemTime::from(letter.at.timestamp()))
            .message_id(Some(format!(
                "<{}@{}>",
                letter.id,
                self.from.email.domain()
            )))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
    }
}

/// Trusts the system's authorities, and the one that the configuration names.
fn tls_parameters(host: &str, config: &MailConfig) -> Result<TlsParameters, SetupError> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(authority) = &config.extra_ca {
        tls = tls.add_root_certificate(Certificate::from_pem(authority.as_bytes())?);
    }
    Ok(tls.build()?)
}

/// What the server says for good is final, but for what it says of our own credentials: those an administrator
/// can mend.
fn judge(error: &lettre::transport::smtp::Error) -> MailError {
    let code = error.status().map(u16::from);
    let ours = matches!(code, Some(530 | 534 | 535 | 538));
    if error.is_permanent() && !ours {
        MailError::Refused(error.to_string())
    } else {
        MailError::Failed(error.to_string())
    }
}
