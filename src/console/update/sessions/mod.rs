//! Sessions: what the gateway says about them, the cursor of their pane, and what is done to them.

mod actions;
mod list;
mod pane;

pub(super) use actions::{acted, is_acting, restore_status, send};
pub(super) use list::{
    ask, read_one_by_one, read_row_again, reconnected, replace_list, session_refused, set_status,
    update_session,
};
pub(super) use pane::{keep_in_sight, select, step, wheel};
