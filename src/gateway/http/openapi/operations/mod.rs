//! The descriptions of all operations, one file per resource as in the handlers.

mod groups;
mod health;
mod keys;
mod members;
mod realtime;
mod schedules;
mod sessions;

use super::operation::Operation;

/// In the order in which a reader meets them.
pub(super) fn all() -> Vec<Operation> {
    [
        sessions::operations(),
        groups::operations(),
        members::operations(),
        schedules::operations(),
        realtime::operations(),
        keys::operations(),
        health::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
