//! Commands that answer and end, for scripts and for people in a hurry, on any gateway.
//!
//! Each has its arguments beside it. `docs/scripts.md` says what they write and how they end.

mod ask;
mod audit;
mod connect;
mod context;
mod find;
mod group;
mod groups;
mod invite;
mod keys;
mod run;
mod script;
mod sessions;
mod shell;

pub use run::run;
pub use script::Script;
