//! "New group": creation in steps, and joining by a link. A lost answer is looked up among the groups, never
//! sent again.

mod find;
mod keys;
mod outcome;

pub(super) use keys::{click, close, key, open, paste, press, previewed};
pub(super) use outcome::{created, groups_read, joined, members_read, settings_answered};
