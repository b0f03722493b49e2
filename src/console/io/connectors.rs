//! Connections to other gateways; the caller of the console provides them.

use crate::client::{Client, Secret};
use async_trait::async_trait;
use std::path::PathBuf;

/// The gateways behind [`crate::console::state::Options::profiles`], in the same order.
#[async_trait]
pub(crate) trait GatewayConnector: Send + Sync {
    /// A client of a gateway that has accepted our credentials. `token` is what the user typed for it.
    ///
    /// # Errors
    /// Why the connection failed, as a sentence without secrets.
    async fn open(&self, profile: usize, token: Option<Secret>) -> Result<Client, String>;

    /// The file of a gateway's notebook.
    fn notebook(&self, profile: usize) -> PathBuf;
}
