//! Finding groups as one types: an index over name, description and JID.
//!
//! A query is words separated by spaces, and every word must be found: in the name, where letters
//! may be left out; in the description as it stands; or, if it holds a digit, in the JID or the
//! account's number. Best is a name that is the whole query, then one that begins with it, then one
//! where it begins a word, then one that holds it anywhere or that it abbreviates ("weekvol" is
//! "Weekend Volunteers"). Descriptions follow, then names with letters left out here and there or two
//! neighbours swapped, then JIDs and numbers. Several words are as good as the worst of them. Equals
//! stay in the order of their rows.
//!
//! The texts are folded (see `fold`) when they are set and lie one after another, some thousand
//! rows in a piece, so that a keystroke runs straight through memory and allocates nothing per row.
//! `docs/decisions/0005-own-filter.md` compares it with libraries.

mod align;
mod block;
mod column;
mod fold;
mod highlight;
mod index;
mod letters;
mod row;
mod score;
mod search;
#[cfg(test)]
mod tests;
mod word;

pub(crate) use highlight::Highlighter;
pub use index::Index;
pub use row::{Fields, Hit};
