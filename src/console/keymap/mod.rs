//! The one table of keys: it feeds dispatch, footer, help and the config's `[keys]`.

mod action;
mod bindings;
mod fixed;
mod key;
mod table;

pub use action::{Action, Binding, Place};
pub use bindings::BINDINGS;
pub use fixed::{FIXED, Fixed, SIGNS, Sign};
pub use key::Key;
pub use table::{Conflict, Keymap, check_binding};
