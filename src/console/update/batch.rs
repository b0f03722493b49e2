//! The batch that runs: starting and steering it, and what it reports.

use super::{groups, invite};
use crate::batch::{Control, Ended, Outcome, Plan, Report, RowState};
use crate::console::effect::{BatchCommand, Effect};
use crate::console::ids::GroupKey;
use crate::console::layout::{batch_count, sentence};
use crate::console::msg::{BatchNews, OpenBatch, OpenRow, RunNews};
use crate::console::state::{
    BatchPhase, BatchProgress, BatchResume, BatchRun, Connection, Layer, State,
};
use crate::text::clean_line;

fn command(state: &mut State, command: BatchCommand) {
    let profile = state.options.here;
    let effect = Effect::Batch { profile, command };
    state.requests.effects.push(effect);
}

/// Looks for batches of this gateway that were not finished. A batch of the gateway before has been stopped.
pub(super) fn look(state: &mut State) {
    state.batch = None;
    state.unfinished.clear();
    command(state, BatchCommand::Look);
}

/// Begins a batch and shows its progress.
pub(super) fn start(state: &mut State, plan: Plan) {
    let rows = plan.rows.iter().map(|row| OpenRow {
        target: row.target.clone(),
        outcome: None,
        in_doubt: false,
    });
    let open = OpenBatch {
        id: String::new(),
        change: plan.change.words(),
        started_at: state.now,
        rows: rows.collect(),
    };
    let run = begin(state, open);
    command(state, BatchCommand::Start { run, plan });
    show(state);
}

/// The run of a batch that begins; returns its number.
fn begin(state: &mut State, open: OpenBatch) -> u64 {
    state.batches_begun += 1;
    let number = state.batches_begun;
    let run = BatchRun::new(number, open, BatchPhase::Starting, state.now);
    state.batch = Some(run);
    number
}

/// Goes on with a batch that was not finished.
pub(super) fn resume(state: &mut State, open: OpenBatch) {
    let id = open.id.clone();
    state.unfinished.retain(|other| other.id != id);
    let run = begin(state, open);
    command(state, BatchCommand::Resume { run, id });
    show(state);
}

/// Asks about the first batch that was not finished.
pub(super) fn offer(state: &mut State) {
    if !state.unfinished.is_empty() {
        (state.layers).push(Layer::BatchResume(BatchResume::default()));
    }
}

/// Gives the rest of a batch up: what was not sent is not attempted.
pub(super) fn give_up(state: &mut State, open: &OpenBatch) {
    command(state, BatchCommand::GiveUp(open.id.clone()));
}

/// The rest of a batch was given up, or could not be.
fn given_up(state: &mut State, id: &str, answer: Result<(), String>) {
    let open = state.unfinished.iter().position(|open| open.id == id);
    let change = open.map(|at| sentence(&clean_line(&state.unfinished[at].change)));
    let change = change.unwrap_or_else(|| "A batch".to_owned());
    match answer {
        Ok(()) => {
            state.unfinished.retain(|open| open.id != id);
            state.note(format!("Given up: {change}."));
        }
        Err(why) => state.bad(format!("Not given up: {change}. {}", clean_line(&why))),
    }
}

/// Shows the progress.
pub(super) fn show(state: &mut State) {
    if state.batch.is_some() && state.layers.is_empty() {
        state
            .layers
            .push(Layer::BatchProgress(BatchProgress::default()));
    }
}

pub(super) fn control(state: &mut State, control: Control) {
    let Some(run) = &mut state.batch else {
        return;
    };
    let phase = match (control, &run.phase) {
        (Control::Pause, BatchPhase::Running) => BatchPhase::Pausing,
        (Control::Run, BatchPhase::Pausing | BatchPhase::Paused) => BatchPhase::Running,
        (Control::Stop, BatchPhase::Running | BatchPhase::Pausing | BatchPhase::Paused) => {
            BatchPhase::Stopping
        }
        _ => return,
    };
    run.phase = phase;
    command(state, BatchCommand::Control(control));
}

/// Takes in what the engine reports.
pub(super) fn news(state: &mut State, news: BatchNews) {
    match news {
        BatchNews::Unfinished(open) => unfinished(state, open),
        BatchNews::GivenUp(id, answer) => given_up(state, &id, answer),
        BatchNews::Run(number, news) => {
            if state.batch.as_ref().is_some_and(|run| run.number == number) {
                of_run(state, number, news);
            }
        }
    }
}

fn of_run(state: &mut State, number: u64, news: RunNews) {
    match news {
        RunNews::Started(open) => {
            let run = BatchRun::new(number, open, BatchPhase::Running, state.now);
            state.batch = Some(run);
        }
        RunNews::Report(report) => reported(state, report),
        RunNews::Ended(ended) => end(state, ended),
        RunNews::Failed(why) => {
            if let Some(run) = &mut state.batch {
                run.phase = BatchPhase::Failed(why.clone());
            }
            let why = clean_line(&why).into_owned();
            state.bad(format!("The batch did not begin: {why}"));
        }
    }
}

fn unfinished(state: &mut State, open: Vec<OpenBatch>) {
    let running = state.batch.as_ref().and_then(|run| run.id.clone());
    let open = open
        .into_iter()
        .filter(|open| Some(&open.id) != running.as_ref());
    state.unfinished = open.collect();
}

fn reported(state: &mut State, report: Report) {
    let Some(run) = &mut state.batch else {
        return;
    };
    match report {
        Report::Row { index, state: row } => {
            run.waiting = None;
            let applied = row == RowState::Done(Outcome::Applied);
            run.set(index, row);
            let target = run.rows.get(index).map(|row| &row.target);
            if let Some(target) = target.filter(|_| applied) {
                let key = GroupKey {
                    session: target.session.clone(),
                    jid: target.group.clone(),
                };
                changed(state, &key);
            }
        }
        Report::Waiting { until, why } => run.waiting = Some((until, why)),
        Report::Expected(at) => run.expected = Some(at),
        Report::Paused => {
            if run.phase == BatchPhase::Pausing {
                run.phase = BatchPhase::Paused;
            }
        }
        Report::GoesOn => {
            if matches!(run.phase, BatchPhase::Pausing | BatchPhase::Paused) {
                run.phase = BatchPhase::Running;
            }
        }
    }
}

/// A group was changed: a link of it that is shown may be dead. Without the stream its row is read.
fn changed(state: &mut State, key: &GroupKey) {
    invite::recheck(state, key);
    if state.connection != Connection::Live {
        groups::read_row_again(state, key);
    }
}

fn end(state: &mut State, ended: Ended) {
    let Some(run) = &mut state.batch else {
        return;
    };
    run.waiting = None;
    run.phase = BatchPhase::Ended(ended);
    let seen = matches!(state.layers.last(), Some(Layer::BatchProgress(_)));
    if seen {
        return;
    }
    let change = sentence(&clean_line(&run.change));
    let words = format!("{change} · {}", batch_count(run));
    if run.tally.done() == run.tally.applied && run.tally.left == 0 {
        state.good(words);
    } else {
        state.note(words);
    }
}
