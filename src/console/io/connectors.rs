//! Other gateways: whoever starts the console knows how to get there.

use crate::client::{Client, Secret};
use async_trait::async_trait;

/// The gateways behind [`crate::console::state::Options::profiles`], in the same order.
#[async_trait]
pub trait Places: Send + Sync {
    /// A client of a gateway that has let us in. `token` is what somebody typed for it.
    ///
    /// # Errors
    /// Why there is no way in, for a person; holds no secret.
    async fn open(&self, profile: usize, token: Option<Secret>) -> Result<Client, String>;
}
