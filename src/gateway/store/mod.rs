//! The store: the engine's state in a database.
//!
//! All writes go through one thread (`writer`), which commits queued jobs in one transaction and
//! acknowledges them after the commit is durable. Reads run in parallel on their own connections,
//! off the async threads, and always name the organizations they read for.
//!
//! The rules (what is written and published) are here; `tables` is the interface of a database
//! engine, and `sqlite` implements it.

pub(crate) mod changes;
pub(crate) mod compare;
pub(crate) mod context;
#[cfg(test)]
pub(super) mod contract;
pub(crate) mod cursor;
mod error;
pub(crate) mod listing;
mod open;
mod outage;
pub(crate) mod people;
pub(crate) mod requests;
pub(crate) mod rows;
pub(crate) mod sqlite;
mod tables;
mod write;
mod writer;

pub(crate) use error::StoreError;
pub(crate) use open::Store;
#[cfg(test)]
pub(crate) use outage::BELIEVED;
pub(crate) use outage::Fault;
pub(crate) use tables::{Read, within};
pub(crate) use write::Write;
