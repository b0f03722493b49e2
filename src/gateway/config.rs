//! The configuration that an engine is opened with.

use super::auth::{Login, MemoryKey};
use super::limits::Limits;
use super::whatsapp::{Backend, SeedSession};
use std::path::PathBuf;

/// The configuration of an engine.
pub struct Config {
    /// The database file; created with mode 0600 when absent.
    pub database: PathBuf,
    /// `gatewayId` of every session.
    pub gateway_id: String,
    pub backend: Backend,
    /// Keys that live only as long as the process.
    pub memory_keys: Vec<MemoryKey>,
    /// The accepted logins, beside api-keys; none when `None`.
    pub login: Option<Login>,
    /// Sessions to create unless they are stored already.
    pub seed: Vec<SeedSession>,
    pub limits: Limits,
    /// Whether sessions connect. `false` for reading stored data only; the stored desired state is
    /// kept.
    pub connect: bool,
}
