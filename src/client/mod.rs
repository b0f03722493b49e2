//! The typed client of the gateway's HTTP contract.
//!
//! One method per endpoint that the console and the commands use. It never follows a redirect (a key belongs to one host), bounds the
//! time and the size of every answer, and classifies failures ([`ClientError`]).

mod answer;
mod call;
mod encode;
mod error;
mod foreign;
mod groups;
mod health;
mod keys;
mod listing;
mod options;
pub mod realtime;
mod retry;
mod secret;
mod sessions;
mod tls;
mod token;

pub use answer::destination;
pub use call::Client;
pub use error::{ClientError, SetupError};
pub use foreign::without_secrets;
pub use listing::Listing;
pub use options::{Limits, Options, check_address, check_environment_proxy, check_proxy};
pub(crate) use retry::LIMITED_PAUSE;
pub use retry::{LIMITED_PAUSE_MAX, Retry, pause_when_limited};
pub use secret::Secret;
pub use sessions::AuditFilter;
pub use tls::{Authorities, install_tls};
pub use token::TokenSource;

#[cfg(test)]
mod tests;
