//! "Add an account": what each step says, its field, code and buttons.

mod fit;
mod parts;
mod words;

pub use fit::{pair_buttons, pair_field, pair_method};
pub use parts::{PairParts, pair_parts};
