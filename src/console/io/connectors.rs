//! Connections to other gateways; the caller of the console provides them.

use crate::client::{Client, Secret};
use crate::console::effect::{GatewayFault, NewGateway};
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

    /// The directory of the journals of a gateway's batches.
    fn batches(&self, profile: usize) -> PathBuf;

    /// Checks a gateway and saves it as the profile at this position: a client of it.
    ///
    /// # Errors
    /// What is to be corrected, and why. Nothing was saved.
    async fn add(&self, gateway: NewGateway, profile: usize) -> Result<Client, GatewayFault>;
}
