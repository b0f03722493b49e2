//! Whether the gateway reports that it is ready.

use super::answer::broken;
use super::call::Client;
use super::error::ClientError;
use reqwest::StatusCode;

impl Client {
    /// Queries `/readyz`, without the token. Only a 503 means not ready: a gateway without this
    /// endpoint counts as ready.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn is_ready(&self) -> Result<bool, ClientError> {
        let limit = self.limits.stored;
        let request = self.http.get(format!("{}/readyz", self.base));
        let response = request.timeout(limit).send().await;
        let status = response.map_err(|error| broken(error, limit))?.status();
        Ok(status != StatusCode::SERVICE_UNAVAILABLE)
    }
}
