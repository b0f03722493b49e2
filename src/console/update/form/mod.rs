//! The settings form.

mod fields;
mod keys;
mod save;

pub(super) use fields::{find, hint, is_open, sync};
pub(super) use keys::{ask_leave, click, key, open, open_with, paste, press};
pub(super) use save::{answered, fail, found_applied, send};
