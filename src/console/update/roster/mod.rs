//! "Members": the list, marks, and changes person by person.

mod find;
mod keys;
mod open;
mod press;
mod work;

pub(super) use keys::{click, click_field, key, paste, wheel};
pub(super) use open::{members_read, open, open_for};
pub(super) use press::press;
pub(super) use work::answered;
