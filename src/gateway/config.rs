//! The configuration that an engine is opened with.

use super::auth::{Login, MemoryKey};
use super::limits::Limits;
use super::whatsapp::{Backend, SeedSession};
use std::path::PathBuf;

/// What an engine needs to start.
pub struct Config {
    /// The database file; created with mode 0600 when absent.
    pub database: PathBuf,
    /// `gatewayId` of every session.
    pub gateway_id: String,
    pub backend: Backend,
    /// Keys that live only as long as the process.
    pub memory_keys: Vec<MemoryKey>,
    /// Whose logins are accepted beside api-keys; nobody's when `None`.
    pub login: Option<Login>,
    /// Sessions that must exist; those already stored are left as they are.
    pub seed: Vec<SeedSession>,
    pub limits: Limits,
    /// Whether the sessions that should run connect. Without it what is stored can be read, and they
    /// wait as they are for an engine that does connect.
    pub connect: bool,
}
