// SPDX-License-Identifier: EUPL-1.2

//! Letters to a mail server as cities have them: TLS by an authority of their own, a name and a password.

use std::{fs, sync::Arc};

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::PrivatePkcs8KeyDer;
use stadtfunk::{
    clock::At,
    config::{Config, Sources},
    mail::{Letter, Mail, MailError},
};
use tokio_rustls::TlsAcceptor;

use crate::world::{Counter, Database, PostOffice, Stage};

const TO: &str = "redaktion@zeitung.example";

#[tokio::test]
async fn a_letter_goes_over_starttls_to_a_server_that_wants_a_password() {
    let (tls, authority) = certificate();
    let scene = Scene::with(Counter::Starttls(tls)).await;
    let mail = scene.mail("starttls", Some(&authority));
    mail.send(TO, letter()).await.expect("it is taken");
    let letters = scene.office.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].from, "presse@example-stadt.de");
    assert_eq!(letters[0].to, [TO]);
}

#[tokio::test]
async fn a_letter_goes_over_tls_from_the_first_byte() {
    let (tls, authority) = certificate();
    let scene = Scene::with(Counter::Implicit(tls)).await;
    let mail = scene.mail("implicit", Some(&authority));
    mail.send(TO, letter()).await.expect("it is taken");
    assert_eq!(scene.office.letters().len(), 1);
}

#[tokio::test]
async fn nothing_is_said_to_a_server_whose_authority_is_unknown() {
    for (security, counter) in [
        ("starttls", Counter::Starttls as fn(TlsAcceptor) -> Counter),
        ("implicit", Counter::Implicit),
    ] {
        let scene = Scene::with(counter(certificate().0)).await;
        let mail = scene.mail(security, None);
        let failed = mail.send(TO, letter()).await;
        assert!(matches!(failed, Err(MailError::Failed(_))), "{failed:?}");
        assert!(scene.office.letters().is_empty());
    }
}

/// Somebody in the middle could have cut the offer out.
#[tokio::test]
async fn a_server_that_offers_no_tls_gets_no_letter() {
    let scene = Scene::with(Counter::Plain).await;
    let mail = scene.mail("starttls", None);
    let failed = mail.send(TO, letter()).await;
    assert!(matches!(failed, Err(MailError::Failed(_))), "{failed:?}");
    assert!(scene.office.letters().is_empty());
}

struct Scene {
    stage: Stage,
    office: PostOffice,
}

impl Scene {
    async fn with(counter: Counter) -> Self {
        let stage = Stage::on(Database::sqlite().await);
        let office = stage.post_office_with(counter).await;
        Self { stage, office }
    }

    /// As an administrator would configure it; `authority`: the certificate in PEM.
    fn mail(&self, tls: &str, authority: Option<&str>) -> Mail {
        let folder = self.stage.folder();
        let mut file = format!(
            "[mail]\nhost = '127.0.0.1'\nport = {}\ntls = '{tls}'\nfrom = 'presse@example-stadt.de'\n\
             user = 'stadtfunk'\npassword = 'geheim'\n",
            self.office.address.port(),
        );
        if let Some(pem) = authority {
            fs::write(folder.join("mail-ca.pem"), pem).expect("a file");
            file.push_str("extra_ca_file = 'mail-ca.pem'\n");
        }
        fs::write(folder.join("stadtfunk.toml"), file).expect("a file");
        let sources = Sources {
            file: folder.join("stadtfunk.toml"),
            file_must_exist: true,
            push_folder: folder.join("push-config"),
        };
        let config = Config::load_with(&sources, &[]).expect("a configuration");
        let mail = Mail::new(&config.mail).expect("it can work");
        mail.expect("a server is configured")
    }
}

fn letter() -> Letter {
    Letter {
        id: uuid::Uuid::from_u128(1),
        at: At::constant(1_800_000_000),
        subject: "Neue Brücke".to_owned(),
        text: "Um drei.".to_owned(),
        html: "<p>Um drei.</p>".to_owned(),
    }
}

/// A city's own authority, and a mail server on this machine that it has signed a certificate for.
fn certificate() -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let own = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(authority, own).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let names = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let leaf = names.signed_by(&key, &authority).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .expect("a certificate and its key");
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}
