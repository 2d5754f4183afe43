// SPDX-License-Identifier: EUPL-1.2

//! A certification authority that exists as long as the sandbox does, and one server certificate of it.

use std::{io, net::IpAddr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs, version};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The certificate that all three listeners show, and the authority that a client must trust for it.
pub(super) struct Tls {
    pub(super) ca_pem: String,
    leaf: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Tls {
    /// Makes an authority and a certificate for `localhost` and `address`.
    pub(super) fn new(address: IpAddr) -> Result<Self, rcgen::Error> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority
            .distinguished_name
            .push(DnType::CommonName, "Stadtfunk push sandbox");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), address.to_string()];
        let leaf = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        Ok(Self {
            ca_pem: authority.pem(),
            leaf: leaf.der().clone(),
            key: key.serialize_der().into(),
        })
    }

    /// TLS 1.2 and 1.3, offering these protocols (RFC 7301) in the order of preference.
    pub(super) fn server(&self, protocols: &[&str]) -> io::Result<Arc<ServerConfig>> {
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(&[&version::TLS13, &version::TLS12])
                .and_then(|config| {
                    config.with_no_client_auth().with_single_cert(
                        vec![self.leaf.clone()],
                        PrivateKeyDer::Pkcs8(self.key.clone_key()),
                    )
                })
                .map_err(io::Error::other)?;
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Ok(Arc::new(config))
    }
}
