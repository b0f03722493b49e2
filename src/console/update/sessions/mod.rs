//! Sessions: what the gateway says about them, the cursor of their pane, and what is done to them.

mod actions;
mod list;
mod pane;

pub(super) use actions::{acted, is_acting, put_back, send};
pub(super) use list::{
    ask, came_back, go_by_id, read_row_again, refused_one, take_list, take_one, turn,
};
pub(super) use pane::{keep_in_sight, select, step, wheel};
