//! Letting people in and rejecting them, one after the other. An answer that is lost is looked up.

use super::dialog::dialog;
use crate::api::{EpochMillis, MembershipRequest};
use crate::batch::{about, query_gap};
use crate::client::pause_when_limited;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::state::{AskerId, AskerOutcome, InboxRun, State};
use crate::console::words;
use std::collections::VecDeque;
use std::time::Duration;

/// Shorter pauses are not noted: they are the ordinary pace.
const NOTED: Duration = Duration::from_secs(2);
/// The shortest pause after a refusal for the rate.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The pause after a change through this session.
fn gap(state: &State, session: &str) -> Duration {
    query_gap(state.sessions.get(session))
}

/// How long these people take, if the gateway asks for no further pause.
pub(super) fn expected(state: &State, people: &[AskerId]) -> Duration {
    let before_last = people.split_last().map_or(&[][..], |(_, before)| before);
    let gaps = before_last.iter().map(|id| gap(state, &id.group.session));
    gaps.sum()
}

fn millis(time: Duration) -> EpochMillis {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Begins with these people.
pub(super) fn begin(state: &mut State, approve: bool, people: Vec<AskerId>) {
    let now = state.now;
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
        begun: now,
        waits: 0,
        until: None,
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
    run.until = None;
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

/// Stops after the one that is under way. The others are marked again, so that it can go on with them.
pub(super) fn stop(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let Some(run) = &mut dialog.run else {
        return;
    };
    let left = run.left.len();
    run.all -= left;
    run.until = None;
    dialog.marks.extend(run.left.drain(..));
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
            FailureKind::RateLimited { wait } => {
                if let Some(pause) = pause(state, wait) {
                    wait_for(state, id, pause);
                } else {
                    stop(state);
                    settle(state, AskerOutcome::Failed(failure));
                }
            }
            FailureKind::GatewayAway | FailureKind::MissingCapability { .. } => {
                // The others would fare no better.
                stop(state);
                settle(state, AskerOutcome::Failed(failure));
            }
            _ => settle(state, AskerOutcome::Failed(failure)),
        },
    }
}

/// The pause before the same person again; `None` where the rest is given up.
fn pause(state: &mut State, seconds: Option<u64>) -> Option<Duration> {
    let run = dialog(state)?.run.as_ref()?;
    let pause = pause_when_limited(run.waits + 1, seconds.map(Duration::from_secs))?;
    Some(pause.max(SHORTEST_WAIT))
}

/// Nothing was done: the person is next after a pause.
fn wait_for(state: &mut State, id: &AskerId, pause: Duration) {
    let until = state.now.saturating_add(millis(pause));
    let Some(dialog) = dialog(state) else {
        return;
    };
    if let Some(row) = dialog.row_mut(id) {
        row.outcome = None;
    }
    if let Some(run) = &mut dialog.run {
        run.current = None;
        run.waits += 1;
        run.until = Some(until);
        run.left.push_front(id.clone());
    }
    state.requests.due.inbox = Some(until);
    if pause >= NOTED {
        state.note(format!("Rate limited; it goes on in {}.", about(pause)));
    }
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
        let pause = gap(state, &id.group.session);
        state.requests.due.inbox = Some(now.saturating_add(millis(pause)));
    }
}

fn finish(state: &mut State) {
    let Some(run) = dialog(state).and_then(|dialog| dialog.run.take()) else {
        return;
    };
    let verb = if run.approve { "let in" } else { "rejected" };
    let done = format!("{} {verb}", words::thousands(run.done));
    let took = u64::try_from(state.now - run.begun).unwrap_or(0);
    let within = match run.all {
        0 | 1 => String::new(),
        _ => format!(" within {}", about(Duration::from_millis(took))),
    };
    if run.failed > 0 {
        let others = words::thousands(run.failed);
        state.bad(format!("{done}, {others} not{within}"));
    } else if run.done > 0 {
        state.good(format!("{done}{within}"));
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
