//! The gateway engine: WhatsApp sessions behind the HTTP contract.
//!
//! A request is parsed at the edge (`http`) and becomes a use case (`engine`), which talks to the
//! task of a session (`session`) and to the store (`store`). Drivers (`whatsapp`) report live state
//! as events, and the store follows them.

pub mod auth;
mod budget;
mod clock;
mod config;
pub(crate) mod disk;
pub mod domain;
mod engine;
pub(crate) mod error;
pub mod http;
mod hub;
mod limits;
mod lock;
mod metrics;
mod rate;
mod realtime;
mod schedule;
mod scope;
mod session;
mod shares;
mod start;
pub(crate) mod store;
pub mod whatsapp;

pub use config::Config;
pub use engine::{AuditQuery, Engine, OwnedSession, Page};
pub use error::Error;
pub use http::{Serving, Tls, TlsError};
pub use limits::Limits;
pub use realtime::Subscription;
pub use session::SessionAction;
pub use start::{Handle, start};
pub use whatsapp::SeedSession;
