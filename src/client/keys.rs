//! Calls about api-keys (an extension). None of them is retried.

use super::call::Client;
use super::encode::encode;
use super::error::ClientError;
use super::listing::Listing;
use crate::api::{ApiKey, CapabilityWord, CreateKey, CreatedKey, RotateKey};
use reqwest::Method;

impl Client {
    /// `GET /keys`, without secrets.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the gateway has its keys made elsewhere.
    pub async fn list_keys(&self) -> Result<Listing<ApiKey<CapabilityWord>>, ClientError> {
        self.read_all("/keys").await
    }

    /// `POST /keys`: the key with its secret, which is returned once.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create_key(
        &self,
        key: &CreateKey,
    ) -> Result<CreatedKey<CapabilityWord>, ClientError> {
        let limit = self.limits.stored;
        self.call(Method::POST, "/keys", Some(key), limit).await
    }

    /// `POST /keys/{id}:rotate`: the key with its new secret, which is returned once.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn rotate_key(
        &self,
        id: &str,
        rotation: &RotateKey,
    ) -> Result<CreatedKey<CapabilityWord>, ClientError> {
        let path = format!("/keys/{}:rotate", encode(id));
        let limit = self.limits.stored;
        self.call(Method::POST, &path, Some(rotation), limit).await
    }

    /// `DELETE /keys/{id}`: it is refused from then on.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delete_key(&self, id: &str) -> Result<(), ClientError> {
        let path = format!("/keys/{}", encode(id));
        self.command(Method::DELETE, &path, None::<&()>, self.limits.stored)
            .await
    }
}
