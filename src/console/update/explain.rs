//! What a failure means in the context of its group and session.

use crate::api::MemberRole;
use crate::console::account::is_own;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::state::{Invite, LinkHidden, State};

/// The failure of a call with the kind that it has here.
pub(super) fn in_context(state: &State, call: &Call, failure: CallFailure) -> CallFailure {
    let mut failure = failure.of_call(call);
    if let Some(key) = call.group().filter(|_| failure.status == Some(500)) {
        failure.kind = unexplained(state, key, call, failure.kind);
    }
    if failure.kind == FailureKind::NoSuchSession
        && call
            .session()
            .is_some_and(|session| is_listed(state, session))
        && !matches!(call, Call::Session(_))
    {
        failure.kind = FailureKind::NotInEngine;
    }
    failure
}

/// What a failure without a reason means for a call that needs an admin: some gateways answer nothing more
/// precise when the account is not one.
fn unexplained(state: &State, key: &GroupKey, call: &Call, kind: FailureKind) -> FailureKind {
    let role = state
        .groups
        .get(key)
        .and_then(|entry| entry.group.my_role.as_ref());
    if kind != FailureKind::Other || !call.is_live() || role.is_some() {
        return kind;
    }
    match role_among_members(state, key) {
        Some(role) if role.is_admin() => FailureKind::PerhapsOffline,
        Some(_) => FailureKind::NotAdmin,
        None => FailureKind::PerhapsNotAdmin,
    }
}

/// Whether the gateway itself has shown that the session exists: in its list, or by its groups.
fn is_listed(state: &State, session: &str) -> bool {
    state.groups.loaded.contains(session)
        || (!state.requests.sessions_by_id && state.sessions.get(session).is_some())
}

/// Explains a hidden link by the members, once they are read.
pub(super) fn hidden_link(state: &mut State, key: &GroupKey) {
    let call = Call::Invite(key.clone());
    let explained = unexplained(state, key, &call, FailureKind::Other);
    let Some(card) = state.card.as_mut().filter(|card| card.key == *key) else {
        return;
    };
    if let Invite::Hidden(LinkHidden::Failed(failure)) = &mut card.invite
        && failure.kind == FailureKind::PerhapsNotAdmin
    {
        failure.kind = explained;
    }
}

/// The account's own role, according to the members.
fn role_among_members<'a>(state: &'a State, key: &GroupKey) -> Option<&'a MemberRole> {
    let card = state.card.as_ref().filter(|card| card.key == *key)?;
    let session = state.sessions.get(&key.session)?;
    let mut members = card.loaded_members().iter();
    let own = members.find(|member| is_own(session, &member.lid))?;
    Some(&own.role)
}
