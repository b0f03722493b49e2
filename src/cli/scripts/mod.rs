//! Commands for scripts: they print an answer and exit, on any gateway.
//!
//! Each file holds a command with its arguments. `docs/scripts.md` documents output and exit
//! codes.

mod ask;
mod audit;
mod batch;
mod check;
mod connect;
mod context;
mod find;
mod group;
mod groups;
mod invite;
mod keys;
mod members;
mod moment;
mod named_group;
mod outcome;
mod patience;
mod requests;
mod run;
mod schedule;
mod script;
mod selection;
mod sessions;
mod sheet;
mod shell;

pub(super) use run::run;
pub(super) use script::Script;
