//! What was done to sessions, or was to be added, without a proof of its outcome: the sessions are read,
//! and what they say is told.

use super::super::effect::{Call, RequestId, SessionAction};
use super::super::failure::Failure;
use super::super::state::State;
use super::unclear::{cause, said};
use super::{pairing_follow, sessions};
use crate::api::SessionStatus;

/// An action without a known outcome.
pub(super) struct LostAction {
    action: SessionAction,
    said: Option<Failure>,
    /// The newest request when the answer was lost.
    after: u64,
}

/// A session of which nobody knows whether it was added.
pub(super) struct LostCreation {
    request: RequestId,
    label: Option<String>,
    said: Option<Failure>,
    /// The newest request when the answer was lost.
    after: u64,
}

/// Something was done to a session, and its outcome is not proven: the session is read. `after` was
/// the newest request then.
pub(super) fn lost_action(
    state: &mut State,
    session: &str,
    action: SessionAction,
    after: u64,
    failure: Failure,
) {
    let lost = LostAction {
        action,
        said: said(failure),
        after,
    };
    let actions = &mut state.runs.unclear.actions;
    actions.insert(session.to_owned(), lost);
    sessions::read_row_again(state, session);
}

/// Sessions were read by this request.
pub(super) fn sessions_read(state: &mut State, id: RequestId) {
    let told: Vec<_> = (state.runs.unclear.actions.iter())
        .filter(|(_, lost)| id.0 > lost.after)
        .filter_map(|(session, _)| {
            let status = state.sessions.get(session)?.status.clone();
            Some((session.clone(), status))
        })
        .collect();
    for (session, status) in told {
        let Some(lost) = state.runs.unclear.actions.remove(&session) else {
            continue;
        };
        let word = match &status {
            SessionStatus::Other(word) => crate::text::clean_line(word).into_owned(),
            known => state.options.theme.status(known).word.to_owned(),
        };
        let name = state.session_name(&session);
        let cause = cause(state, lost.said.as_ref(), None, 1);
        let cause = cause.replacen("The", "the", 1);
        state.note(format!(
            "{name}, {}: {cause} The gateway says: {word}.",
            lost.action.doing()
        ));
    }
}

/// A session was to be added, and nothing proves whether it was: the list is read.
pub(super) fn lost_creation(
    state: &mut State,
    request: RequestId,
    label: Option<&str>,
    after: u64,
    failure: Failure,
) {
    state.runs.unclear.creation = Some(LostCreation {
        request,
        label: label.map(str::to_owned),
        said: said(failure),
        after,
    });
    state.read_again(Call::Sessions);
}

/// The list was read by this request: is there a new session of that name?
pub(super) fn list_read(state: &mut State, id: RequestId) {
    let lost = state
        .runs
        .unclear
        .creation
        .take_if(|lost| id.0 > lost.after);
    let Some(lost) = lost else {
        return;
    };
    let cause = cause(state, lost.said.as_ref(), None, 1);
    let wanted = lost.label.as_deref().unwrap_or_default().trim();
    let known = &state.runs.unclear.before_create;
    let added: Vec<String> = (state.sessions.rows.iter())
        .filter(|row| !known.contains(&row.id))
        .filter(|row| row.label.as_deref().unwrap_or_default().trim() == wanted)
        .map(|row| row.id.clone())
        .collect();
    match added.as_slice() {
        [session] => {
            let name = state.account_name(session);
            if pairing_follow::adopt(state, lost.request, session) {
                state.note(format!("{cause} {name} was added all the same."));
            } else {
                state.note(format!(
                    "{cause} {name} was added all the same, not linked yet: Enter on it goes on"
                ));
            }
        }
        [] => not_created(
            state,
            &lost,
            &format!("{cause} The sessions show no new account."),
        ),
        _ => not_created(
            state,
            &lost,
            &format!(
                "{cause} Several accounts of that name are new among the sessions: look there."
            ),
        ),
    }
}

/// The list could not be read.
pub(super) fn list_unread(state: &mut State, id: RequestId, failure: &Failure) {
    let lost = state
        .runs
        .unclear
        .creation
        .take_if(|lost| id.0 > lost.after);
    if let Some(lost) = lost {
        let cause = cause(state, lost.said.as_ref(), None, 1);
        let why = state.sentence(failure, None);
        let sentence = format!(
            "{cause} Whether the account was added is not known, because the sessions could not be read: {why} Perhaps it was added all the same: look among the sessions before you try again."
        );
        not_created(state, &lost, &sentence);
    }
}

fn not_created(state: &mut State, lost: &LostCreation, sentence: &str) {
    let failure = Failure::lost_answer(sentence, true);
    state.record("Add an account".to_owned(), sentence.to_owned());
    if !pairing_follow::not_created(state, lost.request, failure) {
        state.bad_again(format!("Adding the account: {sentence}"));
    }
}
