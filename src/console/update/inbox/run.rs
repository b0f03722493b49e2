//! Letting people in and rejecting them, one after the other. An answer that is lost is looked up.

use super::dialog::dialog;
use crate::api::MembershipRequest;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::state::{AskerId, AskerOutcome, InboxRun, State};
use crate::console::words;
use std::collections::VecDeque;

/// Milliseconds between two changes.
const PAUSE: i64 = 1_000;
/// How often in a row a gateway may ask to wait before the rest is given up.
const WAITS: u32 = 3;
/// The longest wait, in seconds.
const LONGEST_WAIT: u64 = 60;

/// Begins with these people.
pub(super) fn begin(state: &mut State, approve: bool, people: Vec<AskerId>) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.run.is_some() || people.is_empty() {
        return;
    }
    dialog.marks.clear();
    dialog.run = Some(InboxRun {
        approve,
        all: people.len(),
        left: VecDeque::from(people),
        current: None,
        done: 0,
        failed: 0,
        waits: 0,
    });
    next(state);
}

/// Sends the next one, if none is under way.
pub(super) fn next(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let Some(run) = &mut dialog.run else {
        return;
    };
    if run.current.is_some() {
        return;
    }
    let approve = run.approve;
    let Some(id) = run.left.pop_front() else {
        return finish(state);
    };
    run.current = Some(id.clone());
    match dialog.row_mut(&id) {
        // Somebody else was quicker.
        Some(row) if !row.waits() => {
            if let Some(run) = &mut dialog.run {
                run.current = None;
                run.all -= 1;
            }
            return next(state);
        }
        Some(row) => row.outcome = Some(AskerOutcome::Sending),
        None => {}
    }
    let call = Call::Settle {
        group: id.group,
        person: id.jid,
        approve,
    };
    if state.requests.change(call).is_none() {
        let failure = CallFailure::lost_answer("It is being sent already.", false);
        settle(state, AskerOutcome::Failed(failure));
    }
}

/// Stops after the one that is under way.
pub(super) fn stop(state: &mut State) {
    let Some(run) = dialog(state).and_then(|dialog| dialog.run.as_mut()) else {
        return;
    };
    let left = run.left.len();
    run.left.clear();
    run.all -= left;
    let is_idle = run.current.is_none();
    if left > 0 {
        let people = words::count(left, "person was", "people were");
        state.note(format!("Stopped: {people} left as they are."));
    }
    if is_idle {
        finish(state);
    }
}

/// A change was answered. `newest` is the newest request at that time.
pub(crate) fn answered(
    state: &mut State,
    newest: u64,
    id: &AskerId,
    approve: bool,
    answer: Result<(), CallFailure>,
) {
    let is_current = dialog(state)
        .and_then(|dialog| dialog.run.as_ref())
        .is_some_and(|run| run.current.as_ref() == Some(id));
    if !is_current {
        return told(state, id, approve, &answer);
    }
    match answer {
        Ok(()) if approve => settle(state, AskerOutcome::LetIn),
        Ok(()) => settle(state, AskerOutcome::Rejected),
        Err(failure) if failure.unconfirmed => {
            if let Some(row) = dialog(state).and_then(|dialog| dialog.row_mut(id)) {
                row.outcome = Some(AskerOutcome::Checking(newest));
            }
            state.requests.read_again(Call::Requests(id.group.clone()));
        }
        Err(failure) => match failure.kind {
            FailureKind::RateLimited { wait } if may_wait(state) => {
                let seconds = wait.unwrap_or(5).clamp(1, LONGEST_WAIT);
                wait_for(state, id, i64::try_from(seconds).unwrap_or(60));
            }
            FailureKind::RateLimited { .. }
            | FailureKind::GatewayAway
            | FailureKind::MissingCapability { .. } => {
                // The others would fare no better.
                stop(state);
                settle(state, AskerOutcome::Failed(failure));
            }
            _ => settle(state, AskerOutcome::Failed(failure)),
        },
    }
}

fn may_wait(state: &mut State) -> bool {
    let run = dialog(state).and_then(|dialog| dialog.run.as_ref());
    run.is_some_and(|run| run.waits < WAITS)
}

/// Nothing was done: the person is next after a pause.
fn wait_for(state: &mut State, id: &AskerId, seconds: i64) {
    let now = state.now;
    let Some(dialog) = dialog(state) else {
        return;
    };
    if let Some(row) = dialog.row_mut(id) {
        row.outcome = None;
    }
    if let Some(run) = &mut dialog.run {
        run.current = None;
        run.waits += 1;
        run.left.push_front(id.clone());
    }
    state.requests.due.inbox = Some(now + seconds * 1_000);
    state.note(format!("The gateway asks to wait {seconds} s."));
}

/// The outcome of the current one.
fn settle(state: &mut State, outcome: AskerOutcome) {
    let now = state.now;
    let Some(dialog) = dialog(state) else {
        return;
    };
    let Some(run) = &mut dialog.run else {
        return;
    };
    let Some(id) = run.current.take() else {
        return;
    };
    run.waits = 0;
    if matches!(outcome, AskerOutcome::LetIn | AskerOutcome::Rejected) {
        run.done += 1;
    } else {
        run.failed += 1;
    }
    let is_last = run.left.is_empty();
    if let Some(row) = dialog.row_mut(&id) {
        row.outcome = Some(outcome);
    }
    if is_last {
        finish(state);
    } else {
        state.requests.due.inbox = Some(now + PAUSE);
    }
}

fn finish(state: &mut State) {
    let Some(run) = dialog(state).and_then(|dialog| dialog.run.take()) else {
        return;
    };
    let verb = if run.approve { "let in" } else { "rejected" };
    let done = format!("{} {verb}", words::thousands(run.done));
    if run.failed > 0 {
        state.bad(format!("{done}, {} not", words::thousands(run.failed)));
    } else if run.done > 0 {
        state.good(done);
    }
}

/// The requests of a group were read: what became of the change whose answer was lost.
pub(super) fn looked_up(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: &Result<Vec<MembershipRequest>, CallFailure>,
) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let Some(run) = &dialog.run else {
        return;
    };
    let approve = run.approve;
    let Some(person) = run.current.clone().filter(|one| one.group == *key) else {
        return;
    };
    let row = dialog.row_mut(&person);
    let Some(AskerOutcome::Checking(newest)) = row.and_then(|row| row.outcome.as_ref()) else {
        return;
    };
    if id.0 <= *newest {
        return;
    }
    let outcome = match answer {
        Ok(people) if people.iter().any(|one| one.jid == person.jid) => AskerOutcome::NotDone,
        Ok(_) if approve => AskerOutcome::LetIn,
        Ok(_) => AskerOutcome::Rejected,
        Err(_) => {
            stop(state);
            AskerOutcome::Unknown
        }
    };
    settle(state, outcome);
}

/// The inbox was closed meanwhile: the outcome is a message.
fn told(state: &mut State, id: &AskerId, approve: bool, answer: &Result<(), CallFailure>) {
    let name = state.group_name(&id.group);
    match answer {
        Ok(()) if approve => state.good(format!("{name}: one person let in")),
        Ok(()) => state.good(format!("{name}: one request rejected")),
        Err(failure) => {
            let tried = if approve {
                "not let in"
            } else {
                "not rejected"
            };
            state.tell(&format!("{name}: {tried}"), failure, Some(&id.group));
        }
    }
    state.requests.read_again(Call::Group(id.group.clone()));
}
