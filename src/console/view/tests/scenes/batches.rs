//! Marks, batches and print sheets.

use super::super::fixture::{MINUTE, NOW, SUPPORT, desk, key};
use super::{Scene, over};
use crate::batch::{Outcome, RowState, Target};
use crate::console::ids::RequestId;
use crate::console::msg::{OpenBatch, OpenRow};
use crate::console::state::{
    BatchBefore, BatchFocus, BatchKind, BatchMenu, BatchPhase, BatchProgress, BatchResume,
    BatchRun, ButtonId, Layer, SheetDialog, SheetFocus, SheetPhase, SheetSource, State,
};

pub const SCENES: &[Scene] = &[
    ("sheet", || sheet(SheetPhase::Choosing(None))),
    ("sheet-reading", || {
        sheet(SheetPhase::Reading {
            request: RequestId(7),
            asked: vec![key("volunteers"); 120],
            done: 41,
            begun: NOW - 20_000,
            expected: 3 * MINUTE,
            paused: None,
        })
    }),
    ("sheet-done", || {
        sheet(SheetPhase::Done {
            file: "/home/desk/Pictures/sheet 2026-11-27.html".into(),
            groups: 41,
        })
    }),
    ("marks", marked),
    ("marks-range", || {
        let mut state = marked();
        state.groups.marks.range_from = Some(state.groups.entries[2].key.clone());
        state.groups.cursor = 4;
        state
    }),
    ("batch-menu", || {
        let mut state = marked();
        state.layers.push(Layer::BatchMenu(BatchMenu::default()));
        state
    }),
    ("batch-before", || before(BatchKind::Reset)),
    ("batch-replace", || {
        let mut state = before(BatchKind::ReplaceInSubject);
        let Some(Layer::BatchBefore(dialog)) = state.layers.last_mut() else {
            panic!("no dialog");
        };
        dialog.fields[0].insert_str("o");
        dialog.fields[1].insert_str("0");
        dialog.focus = BatchFocus::Field(1);
        let State {
            layers,
            groups,
            sessions,
            ..
        } = &mut state;
        if let Some(Layer::BatchBefore(dialog)) = layers.last_mut() {
            dialog.plan_with(groups, sessions);
        }
        state
    }),
    ("batch-progress", || {
        let mut state = marked();
        let mut run = BatchRun::new(1, open_batch(), BatchPhase::Running, NOW - 30_000);
        run.set(0, RowState::Done(Outcome::Applied));
        run.set(1, RowState::Done(Outcome::Applied));
        run.set(3, RowState::Sending);
        state.batch = Some(run);
        let progress = BatchProgress::default();
        state.layers.push(Layer::BatchProgress(progress));
        state
    }),
    ("batch-behind", || {
        let mut state = marked();
        let run = BatchRun::new(1, open_batch(), BatchPhase::Running, NOW - 30_000);
        state.batch = Some(run);
        state
    }),
    ("batch-resume", || {
        let mut state = desk();
        state.unfinished.push(open_batch());
        let resume = BatchResume::default();
        state.layers.push(Layer::BatchResume(resume));
        state
    }),
];

fn sheet(phase: SheetPhase) -> State {
    let source = |label: &str, count| SheetSource {
        label: label.to_owned(),
        title: "sheet 2026-11-27".to_owned(),
        groups: vec![key("volunteers"); count],
    };
    let mut dialog = SheetDialog::new(vec![source("all 120 that the list shows", 120)]);
    dialog.layout = crate::sheet::Layout::Twelve;
    if let SheetPhase::Done { .. } = phase {
        dialog.focus = SheetFocus::Button(ButtonId::Close);
        dialog.left_out = vec![
            (
                "Weekend Volunteers".to_owned(),
                "Only admins have the link.".to_owned(),
            ),
            (
                "東京オフィス".to_owned(),
                "Sales is not connected.".to_owned(),
            ),
        ];
    }
    dialog.phase = phase;
    over(Layer::Sheet(Box::new(dialog)))
}

/// Two marked groups, and one that the filter hides.
fn marked() -> State {
    let mut state = desk();
    for position in [0, 1, 3] {
        state.groups.marks.set(position, true);
    }
    state.groups.rows.retain(|row| *row != 3);
    state.groups.shown = state.groups.rows.len();
    state
}

/// What would be done to the first eight groups.
fn before(kind: BatchKind) -> State {
    let mut state = marked();
    let entries = state.groups.entries.iter().take(8);
    let keys = entries.map(|entry| entry.key.clone()).collect();
    let mut dialog = BatchBefore::new(kind, keys);
    dialog.plan_with(&state.groups, &state.sessions);
    state.layers.push(Layer::BatchBefore(Box::new(dialog)));
    state
}

/// A batch in which two groups were done, and one was under way.
fn open_batch() -> OpenBatch {
    let names = [
        "Weekend Volunteers",
        "School Volleyball",
        "Alumni 1998",
        "Book keepers",
    ];
    let rows = names.into_iter().enumerate().map(|(at, name)| OpenRow {
        target: Target {
            session: SUPPORT.to_owned(),
            group: format!("{at}@g.us"),
            name: name.to_owned(),
        },
        outcome: (at == 2).then(|| Outcome::Refused("the account is not an admin".to_owned())),
        in_doubt: at == 1,
    });
    OpenBatch {
        id: "01J".to_owned(),
        change: "reset the invite link".to_owned(),
        started_at: NOW - 3 * MINUTE,
        rows: rows.collect(),
    }
}
