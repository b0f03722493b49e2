//! A certificate for a gateway with TLS, and clients that trust it.

use groupdesk::gateway::Tls;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const HOST: &str = "127.0.0.1";

/// The server's certificate, which clients trust.
pub struct Certificate {
    pub tls: Arc<Tls>,
    made: rcgen::Certificate,
}

impl Certificate {
    /// A certificate whose files are in this directory.
    pub fn make(directory: &Path) -> Self {
        let (cert, key) = (directory.join("cert.pem"), directory.join("key.pem"));
        let rcgen::CertifiedKey {
            cert: made,
            signing_key,
        } = rcgen::generate_simple_self_signed(vec![HOST.to_owned()]).unwrap();
        std::fs::write(&cert, made.pem()).unwrap();
        std::fs::write(&key, signing_key.serialize_pem()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self {
            tls: Arc::new(Tls::load(&cert, &key).unwrap()),
            made,
        }
    }

    pub fn client(&self) -> reqwest::Client {
        let trusted = reqwest::Certificate::from_der(self.made.der()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([trusted]);
        client.build().unwrap()
    }

    /// Wraps a connection in TLS.
    pub async fn greet(&self, stream: TcpStream) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.made.der().clone()).unwrap();
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(HOST).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.unwrap()
    }
}
