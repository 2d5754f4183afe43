// SPDX-License-Identifier: EUPL-1.2

//! Staff in numbers: people with a phone each, written into the tables, because hundreds would take long to
//! join over HTTP.

use stadtfunk::{
    id::{AccountId, DeviceId, SessionId},
    push::{
        Gateway, Language,
        sandbox::{Phone, Sandbox},
    },
};

use super::{TOWN_HALL, World, people::same};

/// One of many, and the phone.
#[derive(Clone)]
pub(crate) struct Staffer {
    pub(crate) device: DeviceId,
    pub(crate) phone: Phone,
}

impl World {
    /// A person with a phone of the sandbox for each gateway named.
    pub(crate) async fn hire_with_phones(
        &self,
        sandbox: &Sandbox,
        gateways: impl IntoIterator<Item = Gateway>,
    ) -> Vec<Staffer> {
        let phones = gateways.into_iter().map(|gateway| sandbox.phone(gateway));
        self.hire_with(phones).await
    }

    /// A person for each of these phones, whoever made them.
    pub(crate) async fn hire_with(&self, phones: impl IntoIterator<Item = Phone>) -> Vec<Staffer> {
        let unit = self.unit_id(TOWN_HALL).await;
        let (ids, now) = (&self.app.ids, self.clock.now());
        let mut tx = self.app.db.begin().await.expect("a transaction");
        let mut staff = Vec::new();
        for phone in phones {
            let account: AccountId = ids.id();
            let session: SessionId = ids.id();
            let device: DeviceId = ids.id();
            let keys = phone.keys();
            tx.query(same(
                "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name,
                 unit_id, language, created_at, joined_at)
                 VALUES ($1, $2, 'Mia', 'Muster', 'muster mia', $3, $4, $5, $5)",
            ))
            .bind(account)
            .bind(account.uuid().simple().to_string())
            .bind(unit)
            .bind(Language::German)
            .bind(now)
            .execute()
            .await
            .expect("an account");
            tx.query(same(
                "INSERT INTO sessions (id, account_id, token_hash, device_name, created_at,
                 last_seen_at) VALUES ($1, $2, $3, 'Telefon', $4, $4)",
            ))
            .bind(session)
            .bind(account)
            .bind(session.uuid().as_bytes().to_vec())
            .bind(now)
            .execute()
            .await
            .expect("a session");
            tx.query(same(
                "INSERT INTO devices (id, account_id, session_id, gateway, address,
                 apns_environment, p256dh, auth_secret, language, app_version, registered_at,
                 last_seen_at) VALUES ($1, $2, $3, $4, $5, 'production', $6, $7, $8, '1.0', $9, $9)",
            ))
            .bind(device)
            .bind(account)
            .bind(session)
            .bind(phone.gateway)
            .bind(phone.address.clone())
            .bind(keys.p256dh.to_vec())
            .bind(keys.auth.to_vec())
            .bind(Language::German)
            .bind(now)
            .execute()
            .await
            .expect("a device");
            staff.push(Staffer { device, phone });
        }
        tx.commit().await.expect("a commit");
        staff
    }
}
