// SPDX-License-Identifier: EUPL-1.2

//! TLS by rustls on aws-lc, with the operating system's certificates and those that a city adds.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use tokio_rustls::TlsConnector;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::push::gateways) enum TlsError {
    #[error("extra_ca_file: {0}")]
    ExtraCa(String),
    #[error("the operating system has no trusted certificates (Debian: install ca-certificates)")]
    NoRoots,
    #[error("{0}")]
    Provider(String),
}

/// The operating system's trusted certificates, read once for all gateways.
pub(in crate::push::gateways) struct Roots(RootCertStore);

impl Roots {
    /// Certificates that can't be read are passed over: systems carry odd ones.
    pub(in crate::push::gateways) fn of_the_system() -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self(store)
    }

    /// A connector that trusts these and `extra` (PEM), and speaks HTTP/2 alone.
    pub(in crate::push::gateways) fn connector(
        &self,
        extra: Option<&str>,
    ) -> Result<TlsConnector, TlsError> {
        let mut store = self.0.clone();
        if let Some(pem) = extra {
            add(&mut store, pem)?;
        }
        if store.is_empty() {
            return Err(TlsError::NoRoots);
        }
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| TlsError::Provider(error.to_string()))?
                .with_root_certificates(store)
                .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

fn add(store: &mut RootCertStore, pem: &str) -> Result<(), TlsError> {
    let before = store.len();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| TlsError::ExtraCa(error.to_string()))?;
        store
            .add(certificate)
            .map_err(|error| TlsError::ExtraCa(error.to_string()))?;
    }
    if store.len() == before {
        return Err(TlsError::ExtraCa("holds no certificate in PEM".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extra_ca_must_hold_a_certificate() {
        let roots = Roots(RootCertStore::empty());
        assert!(matches!(
            roots.connector(Some("no PEM")),
            Err(TlsError::ExtraCa(_))
        ));
        assert!(matches!(roots.connector(None), Err(TlsError::NoRoots)));
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        assert!(roots.connector(Some(&made.cert.pem())).is_ok());
    }
}
