//! Answers are matched with their requests by id; those of cancelled requests are dropped. Failures are
//! classified here, once.

use super::{
    check, connection, copy, explain, find, form, gateway, groups, history, hours, inbox, invite,
    leave_group, link_list, members, new_gateway, new_group, notebook, pairing, profiles, qr,
    rename, reset, roster, sessions, sheet, unconfirmed,
};
use crate::api::{Capability, InviteLink, Session};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::msg::{Pause, Reply};
use crate::console::state::{AskerId, InFlight, State};

pub(super) fn reply(state: &mut State, id: RequestId, reply: Reply) {
    let Some(request) = state.requests.complete(id) else {
        return;
    };
    match (request, reply) {
        (InFlight::Copy(what), Reply::Copied(answer)) => copy::copied(state, what, answer),
        (InFlight::Notebook, Reply::Notebook(answer)) => notebook::answered(state, id, answer),
        (InFlight::SaveQr, Reply::QrSaved(answer)) => qr::saved(state, answer),
        (InFlight::Links, Reply::Links(answers)) => {
            if !link_list::linked(state, id, &answers) {
                sheet::linked(state, id, answers);
            }
        }
        (InFlight::SaveSheet(groups), Reply::SheetSaved(answer)) => {
            sheet::saved(state, id, groups, answer);
        }
        (InFlight::Connect(profile), Reply::Connected(answer)) => {
            profiles::connected(state, id, profile, answer);
        }
        (InFlight::AddGateway, Reply::Added(answer)) => new_gateway::answered(state, id, answer),
        (InFlight::Call(call), reply) => {
            if !answered(state, id, &call, reply) {
                // Not an answer to this call: the right one is still awaited.
                state.requests.keep_waiting(id, InFlight::Call(call));
            } else if state.requests.take_repeat(&call) {
                state.requests.read(call);
            }
        }
        (request, _) => state.requests.keep_waiting(id, request),
    }
}

/// A read has failed and will be retried: the pause is shown, the failure recorded.
pub(super) fn pause(state: &mut State, id: RequestId, pause: Pause) {
    let Some(call) = state.requests.call_of(id).cloned() else {
        return;
    };
    state.requests.pauses.insert(id, pause.until);
    classify(state, &call, pause.failure);
}

/// Rows of a listing cannot be read: reported once, and again when their number changes.
pub(super) fn unreadable(state: &mut State, id: RequestId, rows: usize) {
    let Some(call) = state.requests.call_of(id).cloned() else {
        return;
    };
    let is_news = state.requests.note_unreadable(&call, rows);
    if !is_news || rows == 0 {
        return;
    }
    let (one, many) = match call {
        Call::Sessions => ("session", "sessions"),
        Call::Members(_) => ("member", "members"),
        Call::AllRequests => ("request", "requests"),
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
    let message = format!(
        "{rows} {what}{whose} could not be read: the gateway describes them in another way than its contract. The others are shown."
    );
    state.record_call(&call, &CallFailure::lost_answer(&message, false));
    state.bad_again(format!(
        "{rows} {what}{whose} could not be read. Press ! for more."
    ));
}

/// Passes the answer to the handlers of its call; `false` when it does not belong to the call.
fn answered(state: &mut State, id: RequestId, call: &Call, reply: Reply) -> bool {
    // Reads that start from here on see the effect of a change whose answer is lost.
    let newest = state.requests.newest();
    match (call, reply) {
        (Call::Sessions, Reply::Sessions(answer)) => {
            let answer = classified(state, id, call, answer);
            sessions_listed(state, id, answer);
        }
        (Call::Ready, Reply::Ready(answer)) => gateway::ready(state, answer.ok()),
        (Call::Session(session), Reply::Session(answer)) => {
            let answer = classified(state, id, call, answer);
            let is_gone = matches!(&answer, Err(failure) if failure.code == "not_found");
            session_read(state, id, session, answer);
            pairing::session_read(state, session, is_gone);
        }
        (Call::Act { session, action }, Reply::SessionActed(answer)) => {
            let answer = classified(state, id, call, answer);
            sessions::acted(state, (id, newest), session, *action, answer);
        }
        (Call::CreateSession { label }, Reply::SessionCreated(answer)) => {
            let answer = classified(state, id, call, answer);
            pairing::created(state, (id, newest), label.as_deref(), answer);
        }
        (Call::DeleteSession(session), Reply::SessionDeleted(answer)) => {
            let answer = classified(state, id, call, answer);
            pairing::removed(state, session, answer);
        }
        (Call::RenameSession { session, label }, Reply::SessionRenamed(answer)) => {
            let answer = classified(state, id, call, answer);
            rename::answered(state, id, session, label, answer);
        }
        (Call::PairingQr(session), Reply::PairingQr(answer)) => {
            let answer = classified(state, id, call, answer);
            pairing::qr(state, session, answer);
        }
        (Call::PairingCode { session, .. }, Reply::PairingCode(answer)) => {
            let answer = classified(state, id, call, answer);
            pairing::code(state, id, session, answer);
        }
        (Call::Passkey(session), Reply::Passkey(answer)) => {
            let answer = classified(state, id, call, answer);
            pairing::passkey_step(state, id, session, answer);
        }
        (Call::AnswerPasskey { session, answer }, Reply::PasskeyAnswered(outcome)) => {
            let outcome = classified(state, id, call, outcome);
            pairing::passkey_answered(state, id, session, answer, outcome);
        }
        (Call::Groups { session }, Reply::Groups(answer)) => {
            let answer = classified(state, id, call, answer);
            let is_read = answer.is_ok() && state.sessions.get(session).is_some();
            groups::listed(state, id, session, answer);
            new_group::groups_read(state, session, id, is_read);
            if is_read {
                unconfirmed::groups_read(state, session, id);
            }
        }
        (Call::Group(key), Reply::Group(answer)) => match classified(state, id, call, answer) {
            Ok(group) => {
                leave_group::group_read(state, key, id, Ok(&group));
                if groups::read(state, id, key, Ok(group)) {
                    unconfirmed::group_read(state, key, id);
                }
            }
            Err(failure) => {
                if state.sessions.get(&key.session).is_some() {
                    unconfirmed::group_unread(state, key, &failure);
                }
                leave_group::group_read(state, key, id, Err(&failure));
                groups::read(state, id, key, Err(&failure));
            }
        },
        (Call::Members(key), Reply::Members(answer)) => {
            let answer = classified(state, id, call, answer);
            roster::members_read(state, id, key, &answer);
            new_group::members_read(state, id, key, &answer);
            leave_group::members_read(state, key, &answer);
            members::read(state, id, key, answer);
        }
        (Call::FindMembers(_), Reply::FoundMembers(answer)) => {
            let answer = classified(state, id, call, answer);
            find::answered(state, id, answer);
        }
        (Call::History(_), Reply::History(answer)) => {
            let answer = classified(state, id, call, answer);
            history::answered(state, id, answer);
        }
        (Call::Invite(key), Reply::Invite(answer)) => {
            match classified(state, id, call, a_link(answer, false)) {
                Ok(link) => {
                    invite::show(state, key, &link);
                    unconfirmed::link_read(state, key, &link);
                }
                Err(failure) => {
                    invite::refused(state, key, &failure);
                    unconfirmed::link_unread(state, key, &failure);
                }
            }
        }
        (Call::Requests(key), Reply::Requests(answer)) => {
            let answer = classified(state, id, call, answer);
            inbox::group_read(state, id, key, &answer);
            check::requests_read(state, key, answer.map(|people| people.len()));
        }
        (Call::AllRequests, Reply::AllRequests(answer)) => {
            let answer = classified(state, id, call, answer);
            inbox::listed(state, answer);
        }
        (
            Call::Settle {
                group,
                person,
                approve,
            },
            Reply::Settled(answer),
        ) => {
            let answer = classified(state, id, call, answer);
            let asker = AskerId {
                group: group.clone(),
                jid: person.clone(),
            };
            inbox::answered(state, newest, &asker, *approve, answer);
        }
        (Call::Preview { code, .. }, Reply::Preview(answer)) => {
            let answer = classified(state, id, call, answer);
            find::previewed(state, code, &answer);
            new_group::previewed(state, call, &answer);
            check::previewed(state, call, answer);
        }
        (Call::ResetInvite(key), Reply::InviteReset(answer)) => {
            // A success even so: the old link may be dead.
            let answer = classified(state, id, call, a_link(answer, true));
            reset::answered(state, key, answer);
        }
        (Call::ChangeMembers { group, .. }, Reply::MembersChanged(answer)) => {
            let answer = classified(state, id, call, answer);
            roster::answered(state, (id, newest), group, answer);
        }
        (Call::CreateGroup { session, .. }, Reply::GroupCreated(answer)) => {
            let answer = classified(state, id, call, answer);
            new_group::created(state, (id, newest), session, answer);
        }
        (Call::JoinGroup { session, .. }, Reply::GroupJoined(answer)) => {
            let answer = classified(state, id, call, answer);
            new_group::joined(state, (id, newest), session, answer);
        }
        (Call::LeaveGroup(key), Reply::GroupLeft(answer)) => {
            let answer = classified(state, id, call, answer);
            leave_group::answered(state, (id, newest), key, answer);
        }
        (Call::Update { group, patch }, Reply::Updated(answer)) => {
            let answer = classified(state, id, call, answer);
            if !new_group::settings_answered(state, id, &answer) {
                form::answered(state, group, patch, answer);
            }
        }
        (Call::Schedule(key), Reply::Schedule(answer)) => {
            let answer = classified(state, id, call, answer);
            hours::read(state, id, key, answer);
        }
        (Call::SetSchedule { group, .. }, Reply::ScheduleSet(answer)) => {
            let answer = classified(state, id, call, answer);
            hours::answered(state, id, group, answer);
        }
        _ => return false,
    }
    true
}

/// The answer, if its link is one; a failure otherwise, whose outcome may be open.
// A failure goes into the answer as it is, once per call.
#[allow(clippy::result_large_err)]
fn a_link(answer: Result<String, CallFailure>, unconfirmed: bool) -> Result<String, CallFailure> {
    match answer {
        Ok(link) if !InviteLink::is_link(&link) => {
            let sentence = "The gateway sent something that is not a link. Refresh to ask again.";
            Err(CallFailure::lost_answer(sentence, unconfirmed))
        }
        answer => answer,
    }
}

fn sessions_listed(state: &mut State, id: RequestId, answer: Result<Vec<Session>, CallFailure>) {
    match answer {
        Ok(rows) => {
            state.sessions.failure = None;
            sessions::replace_list(state, id, rows);
            unconfirmed::sessions_read(state, id);
            unconfirmed::list_read(state, id);
            gateway::answered(state);
            groups::ensure(state);
        }
        Err(failure) => {
            unconfirmed::list_unread(state, id, &failure);
            let refused = matches!(failure.kind, FailureKind::MissingCapability { .. });
            if refused && !state.options.session_ids.is_empty() {
                gateway::answered(state);
                sessions::read_one_by_one(state);
            } else if failure.kind == FailureKind::GatewayAway {
                connection::away(state, failure);
            } else {
                gateway::answered(state);
                state.sessions.failure = Some(failure);
            }
        }
    }
    connection::plan_polls(state);
}

fn session_read(
    state: &mut State,
    id: RequestId,
    session: &str,
    answer: Result<Session, CallFailure>,
) {
    match answer {
        Ok(found) => {
            if found.id == session {
                sessions::update_session(state, id, found);
                unconfirmed::sessions_read(state, id);
            }
            state.sessions.failure = None;
            gateway::answered(state);
        }
        Err(failure) if failure.kind == FailureKind::GatewayAway => {
            connection::away(state, failure);
        }
        Err(failure) => {
            gateway::answered(state);
            sessions::session_refused(state, session, failure);
        }
    }
    connection::plan_polls(state);
}

/// The answer with its failure classified, unless it is expected or no longer awaited.
#[allow(clippy::result_large_err)]
fn classified<T>(
    state: &mut State,
    id: RequestId,
    call: &Call,
    answer: Result<T, CallFailure>,
) -> Result<T, CallFailure> {
    answer.map_err(|failure| {
        if is_expected(state, call, &failure) || !is_awaited(state, id, call) {
            failure
        } else {
            classify(state, call, failure)
        }
    })
}

/// Whether a failure is an ordinary answer to its call.
fn is_expected(state: &State, call: &Call, failure: &CallFailure) -> bool {
    match call {
        // It is already deleted, or no code is ready yet.
        Call::DeleteSession(_) | Call::PairingQr(_) => failure.code == "not_found",
        // The gateway cannot search for people.
        Call::FindMembers(_) => matches!(failure.status, Some(404 | 405 | 501)),
        // The step is over.
        Call::Passkey(_) | Call::AnswerPasskey { .. } => {
            failure.code == "not_found" || failure.status == Some(410)
        }
        // The link is dead, or the gateway has no such call.
        Call::Preview { .. } | Call::Requests(_) => {
            failure.kind == FailureKind::DeadInvite || failure.is_not_offered()
        }
        Call::History(_) => history::is_missing(failure),
        // The gateway has none, or the typed zone is unknown.
        Call::Schedule(_) | Call::SetSchedule { .. } => {
            hours::is_missing(state, failure) || !failure.fields.is_empty()
        }
        Call::AllRequests => inbox::is_missing(failure),
        // A validation error of the typed text.
        Call::PairingCode { .. } => failure.fields.iter().any(|fault| fault.field == "phone"),
        _ => false,
    }
}

/// Whether a failure of this request still matters.
fn is_awaited(state: &State, id: RequestId, call: &Call) -> bool {
    match call {
        Call::Groups { session } => state.sessions.get(session).is_some(),
        Call::Group(key) => state.sessions.get(&key.session).is_some(),
        Call::History(_) => history::awaits(state, id),
        Call::PairingQr(session) => pairing::awaits_qr(state, session),
        Call::Passkey(session) => pairing::awaits_passkey(state, session),
        Call::PairingCode { session, .. } => pairing::awaits_code(state, session, id),
        _ => true,
    }
}

/// Classifies a failure, in this one place: its meaning here, its consequences for the whole console, and
/// whether it is recorded.
fn classify(state: &mut State, call: &Call, failure: CallFailure) -> CallFailure {
    let failure = explain::in_context(state, call, failure);
    match &failure.kind {
        FailureKind::MissingCapability { capability } => {
            let known = Capability::ALL
                .into_iter()
                .find(|known| known.as_str() == capability);
            if let Some(known) = known.filter(|known| !state.lacks(*known)) {
                state.lacking.push(known);
            }
        }
        // One call without an answer proves little: reading the sessions shows whether the gateway is
        // reachable.
        FailureKind::GatewayAway if *call != Call::Sessions && state.requests.away.is_none() => {
            sessions::ask(state);
        }
        _ => {}
    }
    if is_shown(state, call) {
        state.record_call(call, &failure);
    }
    failure
}

/// Whether the failure of this call is shown somewhere.
fn is_shown(state: &State, call: &Call) -> bool {
    match call {
        // Reads of other groups run in the background.
        Call::Members(key) | Call::Invite(key) => {
            state.card.as_ref().is_some_and(|card| card.key == *key)
        }
        Call::Group(_) | Call::FindMembers(_) | Call::Schedule(_) => false,
        _ => true,
    }
}
