//! The one table of keys: it feeds dispatch, footer, help and the config's `[keys]`.

mod action;
mod bindings;
mod fixed;
mod key;
mod table;

pub(crate) use action::{Action, Binding, KeyContext};
pub(crate) use bindings::BINDINGS;
pub(crate) use fixed::{FIXED, Fixed, SIGNS, Sign};
pub(crate) use key::Key;
pub use table::Keymap;
pub(crate) use table::{Conflict, check_binding};
