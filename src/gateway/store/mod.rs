//! The store: what the engine remembers, in a database.
//!
//! All writes go through one thread (`writer`), which puts what waits into one transaction and
//! acknowledges a write only when it is on the disk. Reads run beside it on connections of their
//! own, off the async threads, and always name the organizations they read for.
//!
//! What is kept and told is decided here; `tables` is what a database engine has to do for it, and
//! `sqlite` the engine that does.

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
pub use tables::{Database, Read, Readers, Rows, Transactions, within};
pub use write::Write;
