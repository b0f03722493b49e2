//! Real WhatsApp accounts, through the `whatsapp-rust` client.
//!
//! Each session has one client, one key file and one connection. `session::Session` holds what
//! outlives a connection; each start begins a `run::Run`, whose client `supervise` builds, watches
//! and closes; `listener` handles the library's events. Nothing is opened before
//! [`Driver::connect`](super::Driver::connect).

mod backlog;
mod budget;
mod calls;
mod convert;
mod described;
mod description;
mod dialer;
mod driver;
mod every_group;
mod keys;
mod listener;
mod lists;
mod names;
mod notice;
mod options;
mod pairing;
mod passkey;
mod presence;
mod reason;
mod refusal;
mod reorder;
mod requery;
mod requests;
mod restriction;
mod run;
mod runtime;
mod session;
mod supervise;
#[cfg(test)]
mod tests;
mod version;
mod watchdog;

pub use driver::open;
pub use options::{Limits, Options};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use version::Version;
use whatsapp_rust::http::UreqHttpClient;
use whatsapp_rust::transport::{TokioWebSocketTransportFactory, default_tls_connector};

/// Beginnings of the log targets that the client library writes to. It logs pairing codes, phone
/// numbers and whole stanzas, some of them as warnings, so a log must leave all of these out.
pub const SECRET_LOG_TARGETS: [&str; 16] = [
    "whatsapp_rust",
    "wacore",
    "waproto",
    "Client",
    "Bot",
    "AppState",
    "Blocking",
    "blocklist",
    "Chatstate",
    "Mex",
    "MessageQueue",
    "PresenceHandler",
    "TcToken",
    "UnifiedSession",
    "usync",
    "voip",
];

/// Delay between the first connects of two sessions after a start: many logins at once from one
/// address look automated, and each costs a handshake.
pub const STAGGER: Duration = Duration::from_millis(250);

/// State shared by all live sessions.
pub struct Live {
    options: Options,
    /// With one set of TLS roots for all connections.
    sockets: Arc<TokioWebSocketTransportFactory>,
    http: UreqHttpClient,
    version: Arc<Version>,
}

impl Live {
    /// # Errors
    /// The directory of the key files cannot be created.
    pub fn new(options: Options) -> std::io::Result<Arc<Self>> {
        keys::create_dir(&options.keys_dir)?;
        let mut sockets =
            TokioWebSocketTransportFactory::new().with_connector(default_tls_connector());
        if let Some(url) = &options.url {
            sockets = sockets.with_url(url.as_str());
        }
        let http = UreqHttpClient::new();
        // Another server does not have to accept WhatsApp's current version.
        let fixed = options
            .version
            .or_else(|| options.url.as_ref().map(|_| version::BUILT_IN));
        let file = options.keys_dir.join("whatsapp-version");
        let version = Version::new(fixed, file, Arc::new(http.clone()));
        Ok(Arc::new(Self {
            sockets: Arc::new(sockets),
            http,
            version,
            options,
        }))
    }

    pub(super) fn keys_dir(&self) -> &Path {
        &self.options.keys_dir
    }
}
