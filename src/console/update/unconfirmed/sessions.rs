//! Actions on sessions, and an added session, whose answer was lost: the sessions are read, and the
//! outcome is reported.

use super::super::pairing;
use super::cause::cause;
use crate::api::SessionStatus;
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::console::state::{LostCreation, State};

/// Sessions were read by this request: reports the status of those whose action is unconfirmed.
pub(crate) fn sessions_read(state: &mut State, id: RequestId) {
    let statuses: Vec<_> = (state.requests.unconfirmed.actions.iter())
        .filter(|(_, lost)| id.0 > lost.after)
        .filter_map(|(session, _)| {
            let status = state.sessions.get(session)?.status.clone();
            Some((session.clone(), status))
        })
        .collect();
    for (session, status) in statuses {
        let Some(lost) = state.requests.unconfirmed.actions.remove(&session) else {
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

/// The list was read by this request: looks for a new session of that name.
pub(crate) fn list_read(state: &mut State, id: RequestId) {
    let lost = state
        .requests
        .unconfirmed
        .creation
        .take_if(|lost| id.0 > lost.after);
    let Some(lost) = lost else {
        return;
    };
    let cause = cause(state, lost.said.as_ref(), None, 1);
    let wanted = lost.label.as_deref().unwrap_or_default().trim();
    let known = &state.requests.unconfirmed.before_create;
    let added: Vec<String> = (state.sessions.rows.iter())
        .filter(|row| !known.contains(&row.id))
        .filter(|row| row.label.as_deref().unwrap_or_default().trim() == wanted)
        .map(|row| row.id.clone())
        .collect();
    match added.as_slice() {
        [session] => {
            let name = state.account_name(session);
            if pairing::adopt(state, lost.request, session) {
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
pub(crate) fn list_unread(state: &mut State, id: RequestId, failure: &CallFailure) {
    let lost = state
        .requests
        .unconfirmed
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
    let failure = CallFailure::lost_answer(sentence, true);
    state.record("Add an account".to_owned(), sentence.to_owned());
    if !pairing::not_created(state, lost.request, failure) {
        state.bad_again(format!("Adding the account: {sentence}"));
    }
}
