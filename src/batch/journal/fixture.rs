//! A journal for tests.

use super::Journal;
use crate::batch::change::{Change, Step};
use crate::batch::plan::{Plan, PlannedRow, RowPlan, Target};
use std::path::Path;

pub(super) fn plan() -> Plan {
    let row = |group: &str, plan| PlannedRow {
        target: Target {
            session: "01S".to_owned(),
            group: group.to_owned(),
            name: group.to_uppercase(),
        },
        plan,
    };
    let send = || RowPlan::Send {
        step: Step::Reset,
        old: None,
    };
    Plan {
        change: Change::Reset,
        rows: vec![
            row("a", send()),
            row("b", RowPlan::Skip("the account is not an admin".to_owned())),
            row("c", send()),
            row("d", send()),
        ],
    }
}

pub(super) fn journal(directory: &Path) -> Journal {
    Journal::create(directory, &plan(), 1_700_000_000_000).unwrap()
}
