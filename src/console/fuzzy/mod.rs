//! Incremental fuzzy search of groups: an index over name, description and JID.
//!
//! A query is words separated by spaces, and every word must match: in the name, where letters may be
//! skipped; literally in the description; or, if it contains a digit, in the JID or the account's number.
//! The best match is a name equal to the query, then one that begins with it, then one where it begins a
//! word, then one that contains it anywhere or that it abbreviates ("weekvol" is "Weekend Volunteers").
//! Descriptions follow, then names with letters skipped within words or two adjacent letters swapped, then
//! JIDs and numbers. The rank of several words is that of the worst one. Equal matches keep the order of
//! their rows.
//!
//! The texts are folded (see `names::folded`) when they are set and stored contiguously in blocks of some thousand
//! rows, so that a keystroke scans memory sequentially and allocates nothing per row.
//! `docs/decisions/0005-own-filter.md` compares it with libraries.

mod align;
mod block;
mod column;
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
