//! Trusted certificate authorities.

use super::error::SetupError;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;

/// Makes TLS work, once per process; further calls do nothing.
pub fn install_tls() {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Certificate authorities that are trusted beside those of the system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// The certificates of a PEM file's text.
    ///
    /// # Errors
    /// No certificate, or an invalid one.
    pub fn from_pem(pem: &[u8]) -> Result<Self, SetupError> {
        let none = || {
            SetupError(
                "it must hold certificates in PEM form: -----BEGIN CERTIFICATE-----".to_owned(),
            )
        };
        let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| none())?;
        let mut store = RootCertStore::empty();
        for certificate in &found {
            store
                .add(certificate.clone())
                .map_err(|error| SetupError(format!("a certificate cannot be used: {error}")))?;
        }
        if found.is_empty() {
            return Err(none());
        }
        Ok(Self(found))
    }

    /// The certificate verifier: the system's authorities and these.
    ///
    /// # Errors
    /// Neither the system nor the options provide an authority.
    pub fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, SetupError> {
        let verifier = Verifier::new_with_extra_roots(self.0.clone(), provider())
            .map_err(|error| SetupError(format!("certificates cannot be checked: {error}")))?;
        Ok(Arc::new(verifier))
    }

    /// The settings of an encrypted connection.
    ///
    /// # Errors
    /// As [`Authorities::verifier`].
    pub fn client_config(&self) -> Result<ClientConfig, SetupError> {
        // Only the setter is called dangerous: this verifier checks everything.
        let config = ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(self.verifier()?)
            .with_no_client_auth();
        Ok(config)
    }
}

/// For clients of plain HTTP: trusts no certificate authority.
pub(super) fn without_authorities() -> ClientConfig {
    ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

fn provider() -> Arc<CryptoProvider> {
    install_tls();
    match CryptoProvider::get_default() {
        Some(provider) => Arc::clone(provider),
        None => Arc::new(rustls::crypto::ring::default_provider()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_certificate_is_refused_with_a_message() {
        for pem in [
            "",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            let error = Authorities::from_pem(pem.as_bytes()).unwrap_err();
            assert!(error.0.contains("certificate"), "{pem}: {error}");
        }
    }
}
