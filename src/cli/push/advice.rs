// SPDX-License-Identifier: EUPL-1.2

//! What to mend when a gateway does not take a push, in plain words.

use crate::push::{Gateway, Verdict};

/// The gateway's own word, and what to do about it.
pub(super) struct Advice<'a> {
    pub(super) word: &'a str,
    pub(super) de: &'static str,
    pub(super) en: &'static str,
}

pub(super) fn advice(gateway: Gateway, verdict: &Verdict) -> Advice<'_> {
    let (word, [de, en]) = match verdict {
        Verdict::Accepted => ("ok", ["Nichts zu tun.", "Nothing to do."]),
        Verdict::Unsent => ("-", ["Nichts wurde gesendet.", "Nothing was sent."]),
        Verdict::Closed { reason } => (reason.as_str(), mend(gateway, reason)),
        Verdict::Retry { reason, .. } => (reason.as_str(), wait(reason)),
        Verdict::Unregistered { reason, .. } => (
            reason.as_str(),
            [
                "Der Dienst kennt diese Adresse nicht mehr: die App wurde entfernt. Auf dem Telefon neu anmelden.",
                "The gateway no longer knows this address: the app was removed. Sign in anew on the phone.",
            ],
        ),
        Verdict::Quarantined { reason } => (
            reason.as_str(),
            [
                "Adresse und Einstellungen passen nicht zusammen: stammt die App aus demselben Konto, und gilt ihre \
                 Adresse für diese Umgebung (App Store oder Entwicklung)? Sonst auf dem Telefon neu anmelden.",
                "Address and configuration don't fit: is the app from the same account, and its address for this \
                 environment (App Store or development)? Otherwise sign in anew on the phone.",
            ],
        ),
        Verdict::Refused { reason } => (
            reason.as_str(),
            [
                "Der Dienst nimmt diese Nachricht nicht, wie sie ist. Bitte melden Sie das als Fehler von Stadtfunk.",
                "The gateway does not take this message as it is. Please report it as a fault of Stadtfunk.",
            ],
        ),
    };
    Advice { word, de, en }
}

type Words = [&'static str; 2];

/// Our credentials.
fn mend(gateway: Gateway, reason: &str) -> Words {
    match gateway {
        _ if reason == "not configured" => [
            "Diesen Dienst in push-config/ einrichten.",
            "Configure this gateway in push-config/.",
        ],
        Gateway::Apns => mend_apns(reason),
        Gateway::Fcm => mend_fcm(reason),
        Gateway::WebPush => [
            "webpush.toml: key_file muss ein P-256-Schlüssel in PEM sein; `stadtfunk push keys` macht einen neuen. \
             Lehnt ein Push-Dienst ihn ab, wurde er gewechselt: die Browser müssen sich neu anmelden.",
            "webpush.toml: key_file must be a P-256 key in PEM; `stadtfunk push keys` makes a new one. If a push \
             service refuses it, it has been changed: the browsers must sign in anew.",
        ],
    }
}

fn mend_apns(reason: &str) -> Words {
    if reason.contains("Topic") {
        return [
            "apns.toml: topic muss die Bundle-ID der App sein, und der Schlüssel muss für sie gelten.",
            "apns.toml: topic must be the app's bundle id, and the key must be good for it.",
        ];
    }
    if reason.contains("ExpiredProviderToken") {
        return [
            "Die Uhr dieser Maschine geht falsch: Apple hält unser Token für zu alt.",
            "This machine's clock is wrong: Apple takes our token for too old.",
        ];
    }
    if reason.contains("EnvironmentKey") {
        return [
            "Dieser Schlüssel gilt nur für die andere Umgebung von Apple (Entwicklung oder App Store).",
            "This key is only good for Apple's other environment (development or App Store).",
        ];
    }
    [
        "apns.toml: key_file, key_id und team_id müssen zusammengehören, und der Schlüssel darf bei Apple nicht \
         widerrufen sein.",
        "apns.toml: key_file, key_id and team_id must belong together, and Apple must not have revoked the key.",
    ]
}

fn mend_fcm(reason: &str) -> Words {
    if reason.starts_with("access token") {
        return [
            "fcm.toml: Google gibt diesem Dienstkonto kein Token. Ist sein Schlüssel gelöscht, das Konto gesperrt, \
             oder geht die Uhr dieser Maschine falsch?",
            "fcm.toml: Google gives this service account no token. Has its key been deleted, the account disabled, \
             or is this machine's clock wrong?",
        ];
    }
    [
        "fcm.toml: Dieses Dienstkonto darf in diesem Projekt nicht senden. Ist die „Firebase Cloud Messaging API“ \
         eingeschaltet, und hat das Konto die Rolle dafür?",
        "fcm.toml: This service account may not send in this project. Is the \"Firebase Cloud Messaging API\" \
         switched on, and has the account the role for it?",
    ]
}

/// Nothing of ours, as far as one can see.
fn wait(reason: &str) -> Words {
    if reason.contains("TooManyProviderTokenUpdates") {
        return [
            "Apple hat in kurzer Zeit zu viele Tokens gesehen. In 20 Minuten noch einmal versuchen.",
            "Apple has seen too many tokens in a short time. Try again in 20 minutes.",
        ];
    }
    if reason.starts_with("unreachable") {
        return [
            "Der Dienst ist nicht zu erreichen. Lassen Firewall und Proxy diese Maschine hinaus (Port 443), und ist \
             die Zertifizierungsstelle bekannt (extra_ca_file)?",
            "The gateway can't be reached. Do firewall and proxy let this machine out (port 443), and is the \
             certificate authority known (extra_ca_file)?",
        ];
    }
    [
        "Der Dienst hat gerade keine Antwort für uns. Später noch einmal versuchen.",
        "The gateway has no answer for us right now. Try again later.",
    ]
}
