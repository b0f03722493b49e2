//! Errors of the store.

use std::sync::Arc;

/// Why a read or write failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine's own error.
    #[error(transparent)]
    Database(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Encoding(#[from] serde_json::Error),
    /// Not writable, for example because the disk is full.
    #[error("{0}")]
    Unwritable(Box<dyn std::error::Error + Send + Sync>),
    #[error("the transaction was not committed: {0}")]
    NotCommitted(Arc<StoreError>),
    #[error("a store job panicked")]
    Panicked,
    #[error("the store is closed")]
    Closed,
}
