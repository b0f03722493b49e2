//! TLS from certificate files, which can be reloaded while connections are served.

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio_rustls::TlsAcceptor;

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read {}: {cause}", .path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("others than its owner can read or change {path}: run chmod 600 {path}", path = .0.display())]
    Exposed(PathBuf),
    #[error("{} must hold a certificate in PEM form, its issuers after it", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} must hold one private key in PEM form, without a password", .0.display())]
    NoKey(PathBuf),
    #[error("{} and {} do not work together: {cause}", .cert.display(), .key.display())]
    Unusable {
        cert: PathBuf,
        key: PathBuf,
        cause: rustls::Error,
    },
}

/// A certificate with its key, and where they came from.
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    /// The acceptor of new connections.
    current: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// They cannot be used; the text names the file and never what is in it.
    pub fn load(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            cert: cert.to_owned(),
            key: key.to_owned(),
            current: RwLock::new(read(cert, key)?),
        })
    }

    /// Reads the files again, for the connections to come. On an error the ones before stay.
    ///
    /// # Errors
    /// As [`Tls::load`].
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = read(&self.cert, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current).into()
    }
}

fn read(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(&contents(cert)?)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| TlsError::NoCertificate(cert.to_owned()))?;
    private(key)?;
    let secret = PrivateKeyDer::from_pem_slice(&contents(key)?)
        .map_err(|_| TlsError::NoKey(key.to_owned()))?;
    let unusable = |cause| TlsError::Unusable {
        cert: cert.to_owned(),
        key: key.to_owned(),
        cause,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn contents(file: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(file).map_err(|cause| TlsError::Unreadable {
        path: file.to_owned(),
        cause,
    })
}

/// A group may read the key, as system packages arrange it for services; others may not.
#[cfg(unix)]
fn private(key: &Path) -> Result<(), TlsError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(key).map_err(|cause| TlsError::Unreadable {
        path: key.to_owned(),
        cause,
    })?;
    if metadata.permissions().mode() & 0o027 == 0 {
        Ok(())
    } else {
        Err(TlsError::Exposed(key.to_owned()))
    }
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), TlsError> {
    Ok(())
}
