//! "Add an account": the texts, field, code and buttons of each step.

mod fit;
mod parts;
mod passkey;
mod words;

pub(crate) use fit::{pairing_buttons, pairing_field, pairing_method};
pub(crate) use parts::{PairingParts, pairing_parts};
