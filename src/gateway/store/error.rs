//! Errors of the store.

use std::sync::Arc;

/// Why the store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// In the engine's own words.
    #[error(transparent)]
    Database(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Encoding(#[from] serde_json::Error),
    /// It takes nothing for now: its disk is full, say.
    #[error("{0}")]
    Unwritable(Box<dyn std::error::Error + Send + Sync>),
    #[error("the transaction was not committed: {0}")]
    NotCommitted(Arc<StoreError>),
    #[error("a store job panicked")]
    Panicked,
    #[error("the store is closed")]
    Closed,
}
