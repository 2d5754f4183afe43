// SPDX-License-Identifier: EUPL-1.2

//! Simulated phones. An address carries a mark that only this sandbox can make, and its keys are derived
//! from it, so that a million phones need no memory and an address that nobody issued is told apart.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{
    FieldBytes, NonZeroScalar, SecretKey, U256, elliptic_curve::ops::ReduceNonZero,
    elliptic_curve::sec1::ToEncodedPoint,
};

use super::decrypt::{DecryptError, decrypt};
use crate::{
    id::Ids,
    push::{Gateway, envelope::DeviceKeys},
};

/// How every FCM registration token goes on after its instance id.
const FCM_MARK: &str = ":APA91b";

/// A phone that exists in the sandbox alone: an address at one gateway, and the keys behind it.
#[derive(Clone)]
pub struct Phone {
    pub gateway: Gateway,
    /// 64 hex digits for APNs, a registration token for FCM, a subscription's endpoint for Web Push.
    pub address: String,
    private_key: SecretKey,
    auth: [u8; 16],
}

impl Phone {
    /// What the app would register with the server. Computes the public key: some 50 µs.
    pub fn keys(&self) -> DeviceKeys {
        let point = self.private_key.public_key().to_encoded_point(false);
        let mut p256dh = [0; 65];
        p256dh.copy_from_slice(point.as_bytes());
        DeviceKeys {
            p256dh,
            auth: self.auth,
        }
    }

    /// Decrypts an `aes128gcm` body (RFC 8188) as the app or the browser on the phone would (RFC 8291).
    pub fn decrypt(&self, body: &[u8]) -> Result<Vec<u8>, DecryptError> {
        decrypt(&self.private_key, &self.auth, body)
    }
}

/// Issues addresses and recognises them again.
pub(super) struct Phones {
    ids: Ids,
    seal: hmac::Key,
    /// What the address of every Web Push subscription begins with.
    endpoints: String,
}

impl Phones {
    pub(super) fn new(ids: Ids, web_push_url: &str) -> Self {
        let seal = hmac::Key::new(hmac::HMAC_SHA256, &ids.secret::<32>());
        Self {
            ids,
            seal,
            endpoints: format!("{web_push_url}/push/"),
        }
    }

    /// A new phone.
    pub(super) fn issue(&self, gateway: Gateway) -> Phone {
        self.at(gateway, self.address(gateway, &self.ids.secret::<16>()))
    }

    /// The phone with this address, if this sandbox has issued it.
    pub(super) fn find(&self, gateway: Gateway, address: &str) -> Option<Phone> {
        self.recognise(gateway, address)
            .map(|address| self.at(gateway, address))
    }

    pub(super) fn has_issued(&self, gateway: Gateway, address: &str) -> bool {
        self.recognise(gateway, address).is_some()
    }

    /// The address as it was issued. Only APNs' is hex, which may come in either case.
    fn recognise(&self, gateway: Gateway, address: &str) -> Option<String> {
        let id = match gateway {
            Gateway::Apns => address.get(..32).and_then(unhex),
            Gateway::Fcm => address.get(..22).and_then(unbase64),
            Gateway::WebPush => address
                .strip_prefix(&self.endpoints)
                .and_then(|id| id.get(..22))
                .and_then(unbase64),
        };
        let issued = self.address(gateway, &id?);
        let same = match gateway {
            Gateway::Apns => issued.eq_ignore_ascii_case(address),
            Gateway::Fcm | Gateway::WebPush => issued == address,
        };
        same.then_some(issued)
    }

    fn address(&self, gateway: Gateway, id: &[u8; 16]) -> String {
        let mark = self.derive(gateway.as_str(), id);
        match gateway {
            Gateway::Apns => hex::encode(id) + &hex::encode(&mark[..16]),
            Gateway::Fcm => {
                // As long as the real ones, for they count against nothing but fill the request.
                URL_SAFE_NO_PAD.encode(id) + FCM_MARK + &URL_SAFE_NO_PAD.encode(mark).repeat(3)
            }
            Gateway::WebPush => {
                let endpoint = self.endpoints.clone();
                endpoint + &URL_SAFE_NO_PAD.encode(id) + &URL_SAFE_NO_PAD.encode(&mark[..16])
            }
        }
    }

    fn at(&self, gateway: Gateway, address: String) -> Phone {
        let scalar = FieldBytes::from(self.derive("private key", address.as_bytes()));
        let scalar = <NonZeroScalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(&scalar);
        let mut auth = [0; 16];
        auth.copy_from_slice(&self.derive("auth", address.as_bytes())[..16]);
        Phone {
            gateway,
            address,
            private_key: scalar.into(),
            auth,
        }
    }

    fn derive(&self, purpose: &str, from: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.seal);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(from);
        let mut derived = [0; 32];
        derived.copy_from_slice(context.sign().as_ref());
        derived
    }
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    hex::decode(text).ok()?.try_into().ok()
}

fn unbase64(text: &str) -> Option<[u8; 16]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn phones() -> Phones {
        Phones::new(Ids::new(Clock::wall()), "https://127.0.0.1:7443")
    }

    #[test]
    fn an_address_is_recognised_by_the_sandbox_that_issued_it_and_by_no_other() {
        let (ours, theirs) = (phones(), phones());
        for &gateway in Gateway::ALL {
            let phone = ours.issue(gateway);
            assert!(
                ours.has_issued(gateway, &phone.address),
                "{}",
                phone.address
            );
            assert!(!theirs.has_issued(gateway, &phone.address));
            assert!(!ours.has_issued(gateway, &phone.address[1..]));
        }
        assert!(!ours.has_issued(Gateway::Apns, "ä"));
    }

    #[test]
    fn a_phone_is_found_again_with_the_same_keys() {
        let phones = phones();
        let phone = phones.issue(Gateway::Fcm);
        let found = phones.find(Gateway::Fcm, &phone.address).unwrap();
        assert_eq!(found.keys().p256dh, phone.keys().p256dh);
        assert_eq!(found.keys().auth, phone.keys().auth);
    }

    #[test]
    fn addresses_look_like_the_vendors() {
        let phones = phones();
        let apns = phones.issue(Gateway::Apns).address;
        assert!(apns.len() == 64 && apns.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(phones.issue(Gateway::Fcm).address.len() > 140);
        assert!(
            phones
                .issue(Gateway::WebPush)
                .address
                .starts_with("https://127.0.0.1:7443/push/")
        );
    }
}
