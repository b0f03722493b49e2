//! The journal of a batch: a file that says, before and after each call, where every row stands.
//!
//! One JSON object per line. The first line has the rows of the plan; it is written whole or not at all. Each
//! further line is on the disk before the batch goes on: a row is `sending` before its call leaves. A last line
//! that is cut off was never acted upon and is dropped.
//!
//! The codes of links that are reset are kept only as SHA-256. Texts that are set are kept as they are.

mod directory;
#[cfg(test)]
mod fixture;
mod lines;
mod open;
mod row;

pub use open::{Journal, JournalSummary};
pub use row::JournalRow;
pub(super) use row::{InDoubt, sha256};
