//! Changes whose answer was lost, or does not prove the outcome. They are never sent again: the gateway is
//! read, and the outcome is reported.

mod cause;
mod resets;
mod saves;
mod sessions;

pub(super) use resets::{link_read, link_unread, sync};
pub(super) use saves::{group_read, group_unread, groups_read};
pub(super) use sessions::{list_read, list_unread, sessions_read};
