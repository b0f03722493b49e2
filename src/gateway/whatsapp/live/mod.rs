//! Real WhatsApp accounts, through the `whatsapp-rust` client.
//!
//! One client, one key file and one connection for each session. Nothing is opened before
//! [`Driver::connect`](super::Driver::connect).

mod options;

pub use options::{Limits, Options};

use super::{Account, Driver, DriverEvent};
use std::sync::Arc;
use tokio::sync::mpsc;

/// What all live sessions share.
pub struct Live {
    options: Options,
}

impl Live {
    /// # Errors
    /// The directory of the key files cannot be created.
    pub fn new(options: Options) -> std::io::Result<Arc<Self>> {
        Ok(Arc::new(Self { options }))
    }
}

/// The driver of one session; its key file is `<keys_dir>/<session>.sqlite`.
pub fn open(
    _live: Arc<Live>,
    _account: Account,
    _events: mpsc::UnboundedSender<DriverEvent>,
) -> Arc<dyn Driver> {
    todo!()
}
