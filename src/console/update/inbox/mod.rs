//! `I`: the inbox of requests to join.

mod dialog;
mod keys;
mod rows;
mod run;

pub(super) use keys::{
    change_order, click, confirmed, due, focus_filter, group_read, hint, key, open, paste, press,
    read_again, wheel,
};
pub(super) use rows::{event, is_missing, listed};
pub(super) use run::answered;
