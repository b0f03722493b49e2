//! Batches: one change for many groups, planned, paced, journaled and resumed. One engine above the
//! client, so it works on any gateway.
//!
//! A row is sent at most once: the journal says "sending" on disk before the call leaves. A row whose
//! outcome is not known is looked up, and is never sent again.

mod change;
mod journal;
mod outcome;
mod pace;
mod plan;
mod run;
mod send;

pub use change::{Change, Step};
pub use journal::{Journal, JournalRow, JournalSummary};
pub use outcome::{Control, Ended, Outcome, Report, RowState, Tally};
pub use pace::{about, estimate, query_gap};
pub use plan::{Candidate, Plan, PlannedRow, RowPlan, Target, plan};
pub use run::run;
