//! Options of the live driver: the key directory, the server, the limits.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Options of the live driver. [`Options::new`] has the defaults.
#[derive(Clone)]
pub struct Options {
    /// The directory of the key files, one SQLite file for each session. Created with mode 0700.
    pub keys_dir: PathBuf,
    /// The WebSocket address to connect to; `None` is WhatsApp's own.
    pub url: Option<String>,
    /// The version of WhatsApp Web to introduce ourselves as; `None` asks WhatsApp now and then.
    pub version: Option<(u32, u32, u32)>,
    /// The device name shown on the phone.
    pub device_name: String,
    /// Whether accounts appear online, which stops the notifications on their phones.
    pub appear_online: bool,
    pub limits: Limits,
    /// Divides the waits inside the client library, so that tests need not sit through a QR code's
    /// minute. 1 is real time.
    #[doc(hidden)]
    pub pace: u32,
}

/// Time limits beyond the library's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Time limit from dialling to `<success>` or to the first QR code; then the connection is dialled
    /// again.
    pub connect: Duration,
    /// Time limit from `<success>` to connected. Before it is connected, whatsapp-rust 0.7 waits up to
    /// 60 s for what was missed, and on a fresh link up to 180 s for critical app state
    /// (`client/node_io.rs`); an interrupted backlog is not resumed (whatsapp-rust#1377,
    /// whatsapp-rust#1380; not released). With both mended, the limit can be that of a login.
    pub ready: Duration,
    /// For one live call, from the end of its wait for the budget. Shorter than the engine's own bound
    /// on a call, so that it is this side that notices and looks after the connection.
    pub call: Duration,
    /// Time limit of a pairing code, connecting included. Shorter than the engine's limit, so that
    /// no code is issued after its caller got an error.
    pub code: Duration,
    /// How long a connection may be silent before it counts as lost. The library pings an idle
    /// connection every 15 to 30 s.
    pub silence: Duration,
    /// Between two lists of all groups of an account, for as long as this process runs. Zero for no
    /// limit.
    pub list_interval: Duration,
    /// Live calls that may be made at once after a rest.
    pub burst: u32,
    /// Live calls a minute in the long run.
    pub per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(45),
            ready: Duration::from_mins(6),
            call: Duration::from_secs(15),
            code: Duration::from_secs(25),
            silence: Duration::from_secs(90),
            list_interval: Duration::from_mins(10),
            burst: 20,
            per_minute: 40,
        }
    }
}

impl Options {
    #[must_use]
    pub fn new(keys_dir: impl Into<PathBuf>) -> Self {
        Self {
            keys_dir: keys_dir.into(),
            url: None,
            version: None,
            device_name: "groupdesk".to_owned(),
            appear_online: false,
            limits: Limits::default(),
            pace: 1,
        }
    }
}

/// Without the path, which names the account's user on most machines.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url", &self.url)
            .field("version", &self.version)
            .field("device_name", &self.device_name)
            .field("appear_online", &self.appear_online)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
