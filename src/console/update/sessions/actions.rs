//! Starting, stopping, restarting and logging out.

use super::list;
use crate::api::Session;
use crate::console::account::is_linked;
use crate::console::effect::{Call, SessionAction};
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::console::state::{LostAction, State};

/// Whether an action on the session is in flight; shows a note if so.
pub(crate) fn is_acting(state: &mut State, session: &str) -> bool {
    let Some((action, _)) = state.sessions.acting.get(session).copied() else {
        return false;
    };
    let name = state.session_name(session);
    state.note(format!("{name}: already {}", action.doing()));
    true
}

/// Sends the action, unless one is in flight.
pub(crate) fn send(state: &mut State, session: String, action: SessionAction) {
    if is_acting(state, &session) {
        return;
    }
    let call = Call::Act {
        session: session.clone(),
        action,
    };
    if let Some(id) = state.requests.change(call) {
        state.sessions.acting.insert(session, (action, id));
    }
}

/// Stops a pairing that was left, so that the session has its former status.
pub(crate) fn restore_status(state: &mut State, session: String, action: SessionAction) {
    send(state, session.clone(), action);
    if state
        .sessions
        .acting
        .get(&session)
        .is_some_and(|(sent, _)| *sent == action)
    {
        state.requests.restore_status.insert(session);
    }
}

/// An action was answered, when `newest` was the newest request.
pub(crate) fn acted(
    state: &mut State,
    (id, newest): (RequestId, u64),
    session: &str,
    action: SessionAction,
    answer: Result<Session, CallFailure>,
) {
    state.sessions.acting.remove(session);
    let puts_back = state.requests.restore_status.remove(session);
    let name = state.session_name(session);
    match answer {
        Ok(row) => {
            if row.id == session {
                list::update_session(state, id, row);
            }
            match action {
                SessionAction::Logout if puts_back => {
                    state.note(format!("{name} is not linked: logged out, as before"));
                }
                _ if puts_back => {
                    state.note(format!("{name} is not linked: stopped, as before"));
                }
                SessionAction::Start => state.good(format!("{name} is being connected")),
                SessionAction::Restart => state.good(format!("{name} is being connected anew")),
                SessionAction::Stop if state.sessions.get(session).is_some_and(is_linked) => {
                    state.good(format!("{name} is stopped; it stays linked"));
                }
                SessionAction::Stop => state.good(format!("{name} is stopped")),
                SessionAction::Logout => {
                    state.good(format!(
                        "{name} is logged out; link its phone again to use it"
                    ));
                }
            }
        }
        Err(failure) => {
            if failure.unconfirmed {
                let lost = LostAction::new(action, failure, newest);
                state
                    .requests
                    .unconfirmed
                    .actions
                    .insert(session.to_owned(), lost);
                list::read_row_again(state, session);
            } else if puts_back {
                let why = state.sentence(&failure, None);
                state.bad_again(format!(
                    "{name} could not be put back as it was, so it still waits for a phone: {why}"
                ));
            } else {
                state.tell(&format!("{name}, {}", action.doing()), &failure, None);
            }
        }
    }
}
