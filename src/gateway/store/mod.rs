//! The store: the engine's state in a database.
//!
//! All writes go through one thread (`writer`), which commits queued jobs in one transaction and
//! acknowledges them after the commit is durable. Reads run in parallel on their own connections,
//! off the async threads, and always name the organizations they read for.
//!
//! The rules (what is written and published) are here; `tables` is the interface of a database
//! engine, and `sqlite` implements it.

pub mod changes;
pub mod compare;
#[cfg(test)]
pub(super) mod contract;
pub mod cursor;
mod error;
pub mod listing;
mod open;
mod outage;
pub mod rows;
pub mod sqlite;
mod tables;
mod write;
mod writer;

pub use error::StoreError;
pub use open::Store;
#[cfg(test)]
pub use outage::BELIEVED;
pub use outage::Fault;
pub use tables::{Read, within};
pub use write::Write;
