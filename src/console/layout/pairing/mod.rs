//! "Add an account": what each step says, its field, code and buttons.

mod fit;
mod parts;
mod words;

pub(crate) use fit::{pairing_buttons, pairing_field, pairing_method};
pub(crate) use parts::{PairingParts, pairing_parts};
