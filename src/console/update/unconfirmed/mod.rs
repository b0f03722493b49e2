//! Changes whose answer was lost, or proves nothing: nothing is sent again by itself. The gateway is
//! read, and what it says is told.

mod cause;
mod resets;
mod saves;
mod sessions;

pub(super) use resets::{link_read, link_unread, settle};
pub(super) use saves::{group_read, group_unread, groups_read};
pub(super) use sessions::{list_read, list_unread, sessions_read};
