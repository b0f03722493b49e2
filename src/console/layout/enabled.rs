//! Which actions can work now: the footer and the help dim the others.

use crate::api::{Capability, Session, SessionStatus};
use crate::console::keymap::Action;
use crate::console::state::{Layer, LinkHidden, State};

/// The capability that an action requires.
#[must_use]
pub(crate) fn needs(action: Action) -> Option<Capability> {
    match action {
        Action::Edit
        | Action::Undo
        | Action::ResetLink
        | Action::NewGroup
        | Action::LeaveGroup
        | Action::OpeningHours => Some(Capability::Send),
        Action::AddAccount
        | Action::History
        | Action::StartSession
        | Action::StopSession
        | Action::RestartSession
        | Action::LogoutSession
        | Action::RenameSession
        | Action::RemoveSession => Some(Capability::Manage),
        _ => None,
    }
}

/// Whether an action can work now, as far as is known. What is unknown counts as possible.
#[must_use]
pub(crate) fn can(state: &State, action: Action) -> bool {
    if needs(action).is_some_and(|capability| state.lacks(capability)) {
        return false;
    }
    let in_code = matches!(state.layers.last(), Some(Layer::Qr));
    let card = state.card.as_ref();
    match action {
        Action::CopyLink | Action::CopyAs | Action::SaveQr if in_code => {
            card.is_some_and(|card| card.link().is_some())
        }
        Action::WhyNoJoin | Action::Members => card.is_some(),
        Action::CopyLink | Action::ResetLink if state.groups.marks.len() > 0 && !in_code => true,
        Action::Mark | Action::MarkRange => state.groups.selected().is_some(),
        Action::OtherAccount => state.better_account().is_some(),
        Action::CopyLink
        | Action::CopyAs
        | Action::ShowQr
        | Action::Counter
        | Action::ResetLink => card.is_some_and(|card| state.link_obstacle(&card.key).is_none()),
        Action::NewGroup => {
            let mut rows = state.sessions.rows.iter();
            state.requests.away.is_none() && rows.any(|row| !row.status.is_disconnected())
        }
        Action::Edit | Action::LeaveGroup => card.is_some_and(|card| {
            !matches!(
                state.link_obstacle(&card.key),
                Some(LinkHidden::SessionLeft(_) | LinkHidden::NotInGroup | LinkHidden::GatewayAway)
            )
        }),
        // Only gateways of our own kind have them; these know the account's role in every group.
        Action::OpeningHours => {
            let entry = card.and_then(|card| state.groups.get(&card.key));
            !state.requests.no_hours && entry.is_some_and(|entry| entry.group.my_role.is_some())
        }
        Action::Flood => !state.floods.alarms.is_empty(),
        Action::RequestsInbox => !state.requests.no_inbox,
        Action::History => !state.requests.no_history && state.groups.selected().is_some(),
        Action::Undo => (state.undo.offer.as_ref()).is_some_and(|offer| state.now < offer.until),
        Action::Filter | Action::Sort | Action::InvitableOnly => !state.groups.entries.is_empty(),
        Action::Sheet => !state.groups.rows.is_empty(),
        Action::StartSession => on_session(state, |session| {
            !matches!(
                session.status,
                SessionStatus::Working | SessionStatus::Starting
            )
        }),
        Action::StopSession => on_session(state, |session| {
            !matches!(
                session.status,
                SessionStatus::Stopped | SessionStatus::LoggedOut
            )
        }),
        Action::LogoutSession => {
            on_session(state, |session| session.status != SessionStatus::LoggedOut)
        }
        Action::RestartSession | Action::RenameSession | Action::RemoveSession => {
            on_session(state, |_| true)
        }
        _ => true,
    }
}

/// Why an action cannot work now, as the end of a sentence. `None` where it can, as far as is known.
#[must_use]
pub(crate) fn why_not(state: &State, action: Action) -> Option<String> {
    if let Some(capability) = needs(action).filter(|capability| state.lacks(*capability)) {
        return Some(format!("your key lacks `{}`", capability.as_str()));
    }
    let card = state.card.as_ref();
    let about_group = matches!(
        action,
        Action::CopyLink
            | Action::CopyAs
            | Action::ShowQr
            | Action::SaveQr
            | Action::Counter
            | Action::ResetLink
            | Action::Edit
            | Action::Favourite
            | Action::Mark
            | Action::MarkRange
            | Action::Note
            | Action::FindMember
            | Action::WhyNoJoin
            | Action::Members
            | Action::LeaveGroup
            | Action::OtherAccount
            | Action::History
            | Action::OpeningHours
    );
    let about_marked =
        matches!(action, Action::CopyLink | Action::ResetLink) && state.groups.marks.len() > 0;
    if about_group && card.is_none() && !about_marked {
        return Some("no group is selected".to_owned());
    }
    if can(state, action) {
        return None;
    }
    let hidden = card.and_then(|card| Some((&card.key, state.link_obstacle(&card.key)?)));
    Some(match (action, hidden) {
        (Action::OtherAccount, _) => {
            "no other connected account is known to be an admin there".to_owned()
        }
        (Action::NewGroup, _) => "no account is connected to WhatsApp now".to_owned(),
        (Action::RequestsInbox, _) => "this gateway does not report requests to join".to_owned(),
        (Action::Flood, _) => "no alarm stands".to_owned(),
        (Action::History, _) => "this gateway keeps no history".to_owned(),
        (Action::OpeningHours, _) => "this gateway has none".to_owned(),
        (Action::Undo, _) => "nothing was saved in the last ten seconds".to_owned(),
        (Action::Filter | Action::Sort | Action::InvitableOnly, _) => {
            "no groups are loaded".to_owned()
        }
        (Action::Sheet, _) => "the list shows no group".to_owned(),
        (_, Some((key, hidden))) if about_group => {
            let sentence = state.hidden_sentence(key, &hidden);
            let first = sentence.split(". ").next().unwrap_or_default();
            first.trim_end_matches('.').to_owned()
        }
        _ if about_group => "there is no link yet".to_owned(),
        _ if state.sessions.selected().is_none() => "select one account first".to_owned(),
        _ => "not in the account's present state".to_owned(),
    })
}

/// Whether one session is selected that has no action in flight and meets the condition.
fn on_session(state: &State, is_so: impl Fn(&Session) -> bool) -> bool {
    state
        .sessions
        .selected()
        .is_some_and(|session| !state.sessions.acting.contains_key(&session.id) && is_so(session))
}
