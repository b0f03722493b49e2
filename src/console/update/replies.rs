//! Answers find their way back by their request id; what nobody waits for is dropped.

use super::super::effect::{Call, RequestId};
use super::super::failure::Failure;
use super::super::msg::{Pause, Reply};
use super::super::state::State;
use super::runs::Flight;
use super::{
    card, form_save, groups, invite, pairing_follow, profiles, qr, realtime, rename, reset,
    sessions,
};

pub(super) fn reply(state: &mut State, id: RequestId, reply: Reply) {
    let Some(flight) = state.runs.land(id) else {
        return;
    };
    match (flight, reply) {
        (Flight::Copy(what), Reply::Copied(answer)) => invite::copied(state, what, answer),
        (Flight::SaveQr, Reply::QrSaved(answer)) => qr::saved(state, answer),
        (Flight::Knock(profile), Reply::Knocked(answer)) => {
            profiles::knocked(state, id, profile, answer);
        }
        (Flight::Call(call), reply) => {
            if let Some(reply) = answered(state, id, &call, reply) {
                // Not an answer to this call: the right one is still awaited.
                drop(reply);
                state.runs.keep_waiting(id, Flight::Call(call));
            } else if state.runs.take_again(&call) {
                state.read(call);
            }
        }
        (flight, _) => state.runs.keep_waiting(id, flight),
    }
}

/// A read has failed and is tried again: that is shown, and told once it fails for good.
pub(super) fn pause(state: &mut State, id: RequestId, pause: Pause) {
    let Some(call) = state.runs.call_of(id).cloned() else {
        return;
    };
    state.runs.pauses.insert(id, pause.until);
    state.failed(&call, pause.failure);
}

/// Rows of a listing cannot be read: that is told once, and again when their number changes.
pub(super) fn unreadable(state: &mut State, id: RequestId, rows: usize) {
    let Some(call) = state.runs.call_of(id).cloned() else {
        return;
    };
    let is_news = state.runs.note_unreadable(&call, rows);
    if !is_news || rows == 0 {
        return;
    }
    let (one, many) = match call {
        Call::Sessions => ("session", "sessions"),
        Call::Members(_) => ("member", "members"),
        _ => ("group", "groups"),
    };
    let what = if rows == 1 { one } else { many };
    let whose = match &call {
        Call::Groups { session } => format!(" of {}", state.session_name(session)),
        Call::Members(key) => match state.groups.get(key) {
            Some(entry) => format!(" of {}", entry.name),
            None => String::new(),
        },
        _ => String::new(),
    };
    let told = format!(
        "{rows} {what}{whose} could not be read: the gateway describes them in another way than its contract. The others are shown."
    );
    state.record_call(&call, &Failure::lost_answer(&told, false));
    state.bad_again(format!(
        "{rows} {what}{whose} could not be read. Press ! for more."
    ));
}

/// Gives the reply to whom it concerns; gives it back when it does not belong to the call.
fn answered(state: &mut State, id: RequestId, call: &Call, reply: Reply) -> Option<Reply> {
    match (call, reply) {
        (Call::Sessions, Reply::Sessions(answer)) => sessions::listed(state, id, answer),
        (Call::Ready, Reply::Ready(answer)) => realtime::ready(state, answer.ok()),
        (Call::Session(session), Reply::Session(answer)) => {
            let is_gone = matches!(&answer, Err(failure) if failure.code == "not_found");
            sessions::read(state, id, session, answer);
            pairing_follow::session_told(state, session, is_gone);
        }
        (Call::Act { session, action }, Reply::SessionActed(answer)) => {
            sessions::acted(state, id, session, *action, answer);
        }
        (Call::CreateSession { label }, Reply::SessionCreated(answer)) => {
            pairing_follow::created(state, id, label.as_deref(), answer);
        }
        (Call::DeleteSession(session), Reply::SessionDeleted(answer)) => {
            pairing_follow::removed(state, session, answer);
        }
        (Call::RenameSession { session, label }, Reply::SessionRenamed(answer)) => {
            rename::answered(state, id, session, label, answer);
        }
        (Call::PairingQr(session), Reply::PairingQr(answer)) => {
            pairing_follow::qr(state, session, answer);
        }
        (Call::PairingCode { session, .. }, Reply::PairingCode(answer)) => {
            pairing_follow::code(state, id, session, answer);
        }
        (Call::Groups { session }, Reply::Groups(answer)) => {
            groups::listed(state, id, session, answer);
        }
        (Call::Group(key), Reply::Group(answer)) => groups::read(state, id, key, answer),
        (Call::Members(key), Reply::Members(answer)) => card::members(state, id, key, answer),
        (Call::Invite(key), Reply::Invite(answer)) => invite::answered(state, key, answer),
        (Call::ResetInvite(key), Reply::InviteReset(answer)) => reset::answered(state, key, answer),
        (Call::Update { group, patch }, Reply::Updated(answer)) => {
            form_save::answered(state, group, patch, answer);
        }
        (_, reply) => return Some(reply),
    }
    None
}
