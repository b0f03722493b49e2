//! Batches: the table before, the progress, and what was not finished.

use super::*;
use crate::batch::{Control, Ended, Outcome, Plan, Report, RowPlan, RowState, Step, Target};
use crate::console::effect::BatchCommand;
use crate::console::msg::{BatchNews, OpenBatch, OpenRow, RunNews};
use crate::console::state::BatchPhase;

/// All four groups of [`Harness::ready`] are marked: two can be changed, of "Choir" the account is no admin, and
/// that of "Darts" is not connected.
fn desk() -> Harness {
    let mut desk = Harness::ready((120, 40));
    for _ in 0..4 {
        desk.press("Space");
    }
    desk.press("Home");
    desk
}

fn choose(desk: &mut Harness, entry: &str) {
    desk.press("A");
    for _ in 0..40 {
        let screen = desk.screen();
        let wanted = format!("▌ {entry}");
        if screen.lines().any(|line| line.contains(&wanted)) {
            desk.press("Enter");
            return;
        }
        desk.press("Down");
    }
    panic!("no {entry}:\n{}", desk.screen());
}

fn commands(desk: &Harness) -> Vec<&BatchCommand> {
    let effects = desk.others.iter();
    let commands = effects.filter_map(|effect| match effect {
        Effect::Batch { command, .. } => Some(command),
        _ => None,
    });
    commands.collect()
}

#[track_caller]
fn started(desk: &Harness) -> &Plan {
    match commands(desk).last() {
        Some(BatchCommand::Start { plan, .. }) => plan,
        other => panic!("{other:?}"),
    }
}

/// News of the first run.
fn run(news: RunNews) -> Msg {
    Msg::Batch(BatchNews::Run(1, news))
}

fn row(desk: &mut Harness, index: usize, state: RowState) {
    desk.send(run(RunNews::Report(Report::Row { index, state })));
}

fn open_batch(id: &str, outcomes: [Option<Outcome>; 3]) -> OpenBatch {
    let rows = ["1", "2", "3"].into_iter().zip(outcomes);
    let rows = rows.map(|(jid, outcome)| OpenRow {
        target: Target {
            session: "a".to_owned(),
            group: format!("{jid}@g.us"),
            name: format!("Group {jid}"),
        },
        in_doubt: outcome.is_none() && jid == "2",
        outcome,
    });
    OpenBatch {
        id: id.to_owned(),
        change: "reset the invite link".to_owned(),
        started_at: START,
        rows: rows.collect(),
    }
}

/// A reset of the marked groups that runs.
fn running() -> Harness {
    let mut desk = desk();
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    let rows = started(&desk).rows.clone();
    let rows = rows.into_iter().map(|row| OpenRow {
        outcome: match row.plan {
            RowPlan::Send { .. } => None,
            RowPlan::Skip(why) => Some(Outcome::NotAttempted(why)),
        },
        in_doubt: false,
        target: row.target,
    });
    let open = OpenBatch {
        id: "01J".to_owned(),
        change: "reset the invite link".to_owned(),
        started_at: START,
        rows: rows.collect(),
    };
    desk.send(run(RunNews::Started(open)));
    desk
}

#[test]
fn the_table_lists_what_happens_and_what_cannot_and_asks() {
    let mut desk = desk();
    desk.press("R");
    let screen = desk.screen();
    for words in [
        "Reset the invite link · 4 groups",
        "2 links die at once, with every copy, code and poster of them.",
        "2 are left out, with the",
        "· Allotment · Desk a",
        "✘ Choir · Desk a",
        "the account is not an admin",
        "✘ Darts · Desk b",
        "the account is not connected",
        "[ Reset 2 links ]",
    ] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    // Cancel is focused.
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
    assert!(commands(&desk).is_empty());
}

#[test]
fn a_confirmed_batch_starts_with_its_plan_and_shows_its_progress() {
    let desk = running();
    let plan = started(&desk);
    assert_eq!((plan.rows.len(), plan.sent()), (4, 2));
    assert!(matches!(
        plan.rows[0].plan,
        RowPlan::Send {
            step: Step::Reset,
            ..
        }
    ));
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
    let screen = desk.screen();
    assert!(screen.contains("2 of 4: 2 not attempted"), "{screen}");
}

#[test]
fn find_and_replace_shows_every_name_before_and_after() {
    let mut desk = desk();
    choose(&mut desk, "Find and replace");
    assert!(
        desk.screen().contains("Type the text to find"),
        "{}",
        desk.screen()
    );
    desk.type_text("o");
    desk.press("Enter");
    desk.type_text("0");
    let screen = desk.screen();
    for words in [
        "Allotment",
        "→ All0tment",
        "→ B00k club",
        "[ Change 3 groups ]",
    ] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    desk.press("Tab");
    desk.press("Enter");
    let plan = started(&desk);
    let RowPlan::Send { step, old } = &plan.rows[0].plan else {
        panic!("{plan:?}");
    };
    let subject = crate::api::Setting::Subject("All0tment".to_owned());
    assert_eq!(*step, Step::Set(subject));
    assert_eq!(old.as_deref(), Some("Allotment"));
}

#[test]
fn a_text_at_the_end_of_descriptions_is_shown_and_what_is_too_long_is_left_out() {
    let mut desk = desk();
    desk.state.groups.entries[1].group.description = Some("x".repeat(2_040));
    choose(&mut desk, "Add text");
    desk.send(Msg::Paste("Be kind.\nAlways.".to_owned()));
    let screen = desk.screen();
    assert!(
        screen.contains("Meet at eight. ↵ Be kind. Always."),
        "{screen}"
    );
    assert!(screen.contains("the description"), "{screen}");
    assert!(screen.contains("[ Change 2 groups ]"), "{screen}");
}

#[test]
fn what_cannot_be_done_is_grey_with_the_reason() {
    let mut desk = desk();
    for entry in &mut desk.state.groups.entries {
        entry.group.join_approval = None;
    }
    desk.state.lacking.push(crate::api::Capability::Send);
    desk.press("A");
    assert!(
        desk.screen().contains("your key lacks `send`"),
        "{}",
        desk.screen()
    );
    desk.state.lacking.clear();
    desk.press("End");
    let screen = desk.screen();
    assert!(
        screen.contains("this gateway does not offer it"),
        "{screen}"
    );
    desk.press("Esc");
    choose(&mut desk, "Turn “admins approve who joins” on");
    assert!(desk.toast().contains("does not offer"), "{}", desk.toast());
}

#[test]
fn rows_show_what_became_of_them_and_the_results_can_be_copied() {
    let mut desk = running();
    row(&mut desk, 0, RowState::Sending);
    assert!(desk.screen().contains("◌ Allotment"), "{}", desk.screen());
    row(&mut desk, 0, RowState::Done(Outcome::Applied));
    row(
        &mut desk,
        1,
        RowState::Done(Outcome::Refused("the account is not an admin".to_owned())),
    );
    let until = desk.state.now + 90_000;
    let why = "Desk a: 20 links may be reset an hour".to_owned();
    desk.send(run(RunNews::Report(Report::Waiting { until, why })));
    let screen = desk.screen();
    for words in [
        "4 of 4: 1 applied, 1 refused, 2 not attempted",
        "✔ Allotment",
        "✘ Book club",
        "refused: the account is not an admin",
        "– Choir",
        "20 links may be reset an hour",
    ] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    desk.press("y");
    assert_eq!(
        desk.copied(),
        Some(
            "Allotment · Desk a: applied\n\
             Book club · Desk a: refused: the account is not an admin\n\
             Choir · Desk a: not attempted: the account is not an admin\n\
             Darts · Desk b: not attempted: the account is not connected\n"
        )
    );
}

#[test]
fn it_can_be_paused_continued_and_stopped_and_goes_on_when_left() {
    let mut desk = running();
    desk.press("Tab");
    // From "Close" around to "Pause".
    desk.press("Enter");
    assert_eq!(
        commands(&desk).last(),
        Some(&&BatchCommand::Control(Control::Pause))
    );
    desk.send(run(RunNews::Report(Report::Paused)));
    let screen = desk.screen();
    assert!(screen.contains("leave it paused"), "{screen}");
    assert!(
        desk.screen().contains("Paused; nothing is sent."),
        "{}",
        desk.screen()
    );
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(
        commands(&desk).last(),
        Some(&&BatchCommand::Control(Control::Run))
    );
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    assert_eq!(commands(&desk).len(), 3, "leaving sends nothing");
    let screen = desk.screen();
    assert!(
        screen.contains("◌ Reset the invite link · 2 of 4"),
        "{screen}"
    );
    desk.press("A");
    assert!(matches!(desk.top(), Some(Layer::BatchProgress(_))));
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(
        commands(&desk).last(),
        Some(&&BatchCommand::Control(Control::Stop))
    );
    desk.send(run(RunNews::Ended(Ended::Stopped)));
    assert!(desk.screen().contains("Stopped."), "{}", desk.screen());
    // What is left can go on, at once or later.
    desk.press("Esc");
    assert!(
        desk.screen()
            .contains("! Not finished: reset the invite link · 2 groups left")
    );
    desk.press("A");
    desk.press("BackTab");
    desk.press("BackTab");
    desk.press("Enter");
    assert_eq!(
        commands(&desk).last(),
        Some(&&BatchCommand::Resume {
            run: 2,
            id: "01J".to_owned()
        })
    );
}

#[test]
fn a_second_batch_waits_for_the_first() {
    let mut desk = running();
    desk.press("Esc");
    desk.press("R");
    assert!(desk.state.layers.is_empty());
    assert!(
        desk.toast().contains("Another batch is running"),
        "{}",
        desk.toast()
    );
}

#[test]
fn an_ended_batch_is_reported_and_its_line_leaves_once_it_was_seen() {
    let mut desk = running();
    desk.press("Esc");
    row(&mut desk, 0, RowState::Done(Outcome::Applied));
    row(&mut desk, 1, RowState::Done(Outcome::Applied));
    desk.send(run(RunNews::Ended(Ended::Finished)));
    assert_eq!(
        desk.toast(),
        "Reset the invite link · 4 of 4: 2 applied, 2 not attempted"
    );
    desk.press("A");
    assert!(desk.screen().contains("Finished."), "{}", desk.screen());
    desk.press("Esc");
    assert!(desk.state.batch.is_none());
}

#[test]
fn quitting_while_it_runs_asks_and_says_that_it_can_go_on() {
    let mut desk = running();
    desk.press("Esc");
    desk.press("q");
    let screen = desk.screen();
    assert!(screen.contains("can go on at the next start"), "{screen}");
    assert!(!desk.others.contains(&Effect::Quit));
    desk.press("Ctrl-c");
    assert!(desk.others.contains(&Effect::Quit));
}

#[test]
fn what_was_not_finished_is_offered_and_never_begins_by_itself() {
    let mut desk = Harness::ready((120, 40));
    let open = vec![
        open_batch("01A", [Some(Outcome::Applied), None, None]),
        open_batch("01B", [None, None, None]),
    ];
    desk.send(Msg::Batch(BatchNews::Unfinished(open)));
    assert!(commands(&desk).is_empty());
    let screen = desk.screen();
    assert!(
        screen.contains("! Not finished: reset the invite link · 2 groups left"),
        "{screen}"
    );
    desk.press("A");
    let screen = desk.screen();
    for words in [
        "1 of 3 groups: 1 applied.",
        "1 was under way when it ended",
        "✔ Group 1",
        "? Group 2",
        "not sent again",
        "· Group 3",
    ] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    // Later is focused.
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && commands(&desk).is_empty());
    desk.press("A");
    desk.press("BackTab");
    desk.press("Enter");
    assert_eq!(commands(&desk), [&BatchCommand::GiveUp("01A".to_owned())]);
    // Held down, the key gives no other batch up, and nothing is claimed before the journal is written.
    assert!(desk.top().is_none() && desk.toast_now().is_none());
    desk.send(given_up("01A", Err("the disk is full")));
    assert_eq!(
        desk.toast(),
        "Not given up: Reset the invite link. the disk is full"
    );
    assert_eq!(desk.state.unfinished[0].id, "01A");
    desk.send(given_up("01A", Ok(())));
    assert_eq!(desk.toast(), "Given up: Reset the invite link.");
    assert_eq!(desk.state.unfinished[0].id, "01B");
    desk.press("A");
    desk.press("BackTab");
    desk.press("BackTab");
    desk.press("Enter");
    assert_eq!(
        commands(&desk).last(),
        Some(&&BatchCommand::Resume {
            run: 1,
            id: "01B".to_owned()
        })
    );
    assert!(matches!(desk.top(), Some(Layer::BatchProgress(_))));
}

#[test]
fn a_budget_that_is_used_up_before_the_end_is_in_the_time_that_is_left() {
    let mut desk = running();
    let screen = desk.screen();
    assert!(!screen.contains("left"), "{screen}");
    let hour = desk.state.now + 3_600_000;
    desk.send(run(RunNews::Report(Report::Expected(hour))));
    let screen = desk.screen();
    assert!(screen.contains("about 60 min left"), "{screen}");
}

fn given_up(id: &str, answer: Result<(), &str>) -> Msg {
    let answer = answer.map_err(str::to_owned);
    Msg::Batch(BatchNews::GivenUp(id.to_owned(), answer))
}

#[test]
fn news_of_another_run_and_of_another_journal_leave_the_run_alone() {
    let mut desk = running();
    let phase = |desk: &Harness| desk.state.batch.as_ref().map(|run| run.phase.clone());
    let before = phase(&desk);
    for news in [
        RunNews::Failed("no space".to_owned()),
        RunNews::Ended(Ended::Finished),
        RunNews::Report(Report::Row {
            index: 0,
            state: RowState::Done(Outcome::Applied),
        }),
    ] {
        desk.send(Msg::Batch(BatchNews::Run(0, news)));
    }
    desk.send(given_up("01Z", Err("another groupdesk works on it")));
    assert_eq!(phase(&desk), before);
    let tally = desk.state.batch.as_ref().map(|run| run.tally.applied);
    assert_eq!(tally, Some(0));
    desk.press("Esc");
    desk.press("R");
    assert!(
        desk.toast().contains("Another batch is running"),
        "{}",
        desk.toast()
    );
}

#[test]
fn a_batch_that_does_not_begin_says_why() {
    let mut desk = desk();
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    let why = "the journal cannot be written: no space".to_owned();
    desk.send(run(RunNews::Failed(why)));
    assert!(matches!(
        desk.state.batch.as_ref().map(|run| &run.phase),
        Some(BatchPhase::Failed(_))
    ));
    assert!(
        desk.screen().contains("the journal cannot be written"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_reset_by_the_batch_hides_a_shown_link() {
    let mut desk = Harness::opened((120, 40));
    desk.state.groups.marks.set(0, true);
    assert_eq!(desk.shown(), Some(LINK));
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    row(&mut desk, 0, RowState::Done(Outcome::Applied));
    assert_eq!(desk.shown(), None);
}
