//! The invite link: asking for it, showing it, blanking it, copying it.

use super::super::effect::{Call, Effect, RequestId};
use super::super::failure::{Failure, FailureKind};
use super::super::msg::Taken;
use super::super::state::{Blank, Card, GroupKey, Invite, Link, State};
use super::runs::{Copied, Flight, Runs};
use crate::api::{EpochMillis, InviteLink, SessionRole};

/// How long a link may stand without realtime before it is asked for again.
const TRUSTED_FOR: i64 = 30_000;
/// The same with a healthy stream, which may be open and bring nothing.
const TRUSTED_LIVE: i64 = 300_000;
/// How long checks that are refused for their rate may be put off.
const PUT_OFF_MAX: i64 = 300_000;
/// How long the answer to that may take before the link is no longer shown.
const CHECK_PATIENCE: i64 = 10_000;
/// Columns of a group's name in a short message.
const NAME_COLUMNS: usize = 40;

/// What speaks against a link for this group, by all that is known.
pub(in crate::console) fn obstacle(state: &State, key: &GroupKey) -> Option<Blank> {
    if state.runs.away.is_some() {
        return Some(Blank::GatewayAway);
    }
    let status = &state.sessions.get(&key.session)?.status;
    if status.is_disconnected() {
        return Some(Blank::SessionLeft(status.clone()));
    }
    match state.groups.get(key)?.group.my_role {
        Some(SessionRole::None) => Some(Blank::NotInGroup),
        Some(SessionRole::Member) => Some(Blank::NotAdmin),
        _ => None,
    }
}

/// Whether our own reset of this group's link is under way.
pub(super) fn is_being_reset(runs: &Runs, key: &GroupKey) -> bool {
    being_reset(runs, key).is_some()
}

fn being_reset(runs: &Runs, key: &GroupKey) -> Option<RequestId> {
    runs.find(|call| matches!(call, Call::ResetInvite(group) if group == key))
}

/// Blanks the link when something speaks against it, and forgets the reason once it is gone.
pub(super) fn settle(state: &mut State) {
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        return;
    };
    let obstacle = obstacle(state, &key);
    let Some(card) = &mut state.card else {
        return;
    };
    match obstacle {
        Some(blank) => {
            if card.invite != Invite::Blank(blank.clone()) {
                card.invite = Invite::Blank(blank);
                card.copy_when_shown = false;
                drop_request(state, &key);
                state.runs.own_reset.take_if(|(group, _)| *group == key);
            }
        }
        None => {
            if matches!(
                card.invite,
                Invite::Blank(
                    Blank::SessionLeft(_)
                        | Blank::NotAdmin
                        | Blank::NotInGroup
                        | Blank::GatewayAway
                )
            ) {
                card.invite = Invite::NotAsked;
            }
        }
    }
}

fn drop_request(state: &mut State, key: &GroupKey) {
    state
        .runs
        .cancel(|call| matches!(call, Call::Invite(group) if group == key));
}

/// Asks for the card's link now. A shown one stays while it is checked.
pub(super) fn ask(state: &mut State) {
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        return;
    };
    if obstacle(state, &key).is_some() {
        return;
    }
    let id = match being_reset(&state.runs, &key) {
        Some(id) => id,
        None => state.read(Call::Invite(key)),
    };
    state.runs.due.dwell = None;
    if let Some(card) = &mut state.card {
        card.left = false;
        if !matches!(card.invite, Invite::Shown { .. }) {
            card.invite = Invite::Waiting(id);
        }
    }
}

/// Looks whether the shown link of a group still is the group's.
pub(super) fn check(state: &mut State, key: &GroupKey) {
    if card_of(state, key).is_some_and(|card| card.link().is_some()) {
        ask(state);
    }
}

/// Asks for a group's link whether or not anybody looks at it.
pub(super) fn look_up(state: &mut State, key: &GroupKey) {
    let call = Call::Invite(key.clone());
    if state.is_running(&call) {
        return;
    }
    if card_of(state, key).is_some() {
        ask(state);
    } else {
        state.read(call);
    }
}

/// The link has come.
pub(super) fn answered(state: &mut State, key: &GroupKey, answer: Result<String, Failure>) {
    match answer {
        Ok(link) if InviteLink::is_link(&link) => {
            show(state, key, link.clone());
            super::unclear::link_read(state, key, &link);
        }
        Ok(_) => refused(state, key, not_a_link()),
        Err(failure) => refused(state, key, failure),
    }
}

/// Shows a link that the gateway has just given, if nothing speaks against it.
pub(super) fn show(state: &mut State, key: &GroupKey, link: String) {
    if obstacle(state, key).is_some() {
        return;
    }
    let now = state.now;
    state.runs.due.link_check = None;
    let Some(card) = card_of(state, key) else {
        return;
    };
    card.invite = Invite::Shown {
        link: link.clone(),
        fetched_at: now,
    };
    if std::mem::take(&mut card.copy_when_shown) {
        copy_link(state, key, link);
    }
}

fn refused(state: &mut State, key: &GroupKey, failure: Failure) {
    let call = Call::Invite(key.clone());
    let failure = state.failed(&call, failure);
    // Then it is told as the outcome of a reset.
    let told = state.runs.unclear.needs(&call);
    super::unclear::link_unread(state, key, &failure);
    let vouched = state.link == Link::Live;
    let (now, trusted) = (state.now, trusted_for(state));
    let stale_role = matches!(
        failure.kind,
        FailureKind::NotAdmin | FailureKind::NotInGroup
    );
    let Some(card) = card_of(state, key) else {
        return;
    };
    let wished = std::mem::take(&mut card.copy_when_shown);
    let limited = matches!(failure.kind, FailureKind::RateLimited { .. });
    let was_shown = matches!(card.invite, Invite::Shown { .. });
    let age = match card.invite {
        Invite::Shown { fetched_at, .. } => Some(now - fetched_at),
        _ => None,
    };
    let keeps = vouched && limited && age.is_some_and(|age| age < trusted + PUT_OFF_MAX);
    // A check that is put off is nothing that anybody asked for.
    let is_check = keeps && age.is_some_and(|age| age >= trusted);
    if keeps {
        let asked = failure.retry_after.unwrap_or_default();
        let wait =
            i64::try_from(asked).map_or(PUT_OFF_MAX, |seconds| seconds.saturating_mul(1_000));
        state.runs.due.link_check = Some(now + wait.clamp(TRUSTED_FOR, PUT_OFF_MAX));
    } else {
        card.invite = Invite::Blank(Blank::Failed(failure.clone()));
    }
    if stale_role {
        state.read_again(Call::Group(key.clone()));
    }
    // Otherwise the card itself says why.
    if !told && !is_check && (wished || was_shown || !super::card::in_sight(state)) {
        state.tell("No link", &failure, Some(key));
    }
}

fn card_of<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut Card> {
    state.card.as_mut().filter(|card| card.key == *key)
}

pub(super) fn not_a_link() -> Failure {
    Failure {
        kind: FailureKind::Other,
        ..Failure::no_answer("The gateway sent something that is not a link. Refresh to ask again.")
    }
}

/// The link was reset: what is shown, or on its way, is dead. `new` is the new one, where it is told.
pub(super) fn was_reset(
    state: &mut State,
    key: &GroupKey,
    at: EpochMillis,
    by: Option<String>,
    new: Option<String>,
) {
    drop_request(state, key);
    if is_being_reset(&state.runs, key) {
        state.runs.reset_heard.insert(key.clone(), new);
        return;
    }
    if let Some(card) = card_of(state, key) {
        card.reset_seen = Some((at, by));
        card.invite = Invite::Blank(Blank::Reset);
        state.runs.due.dwell = None;
    }
}

/// Nobody knows any more whether the link still works: it is asked for again.
pub(super) fn doubt(state: &mut State, key: &GroupKey) {
    let reset = is_being_reset(&state.runs, key);
    drop_request(state, key);
    match card_of(state, key) {
        Some(card) if !reset && !matches!(card.invite, Invite::Blank(_)) => {
            card.invite = Invite::NotAsked;
        }
        _ => {}
    }
}

/// How long a link may stand before it is asked for again.
fn trusted_for(state: &State) -> i64 {
    match state.link {
        Link::Live => TRUSTED_LIVE,
        _ => TRUSTED_FOR,
    }
}

/// When the shown link is to be checked.
fn due_at(state: &State) -> Option<EpochMillis> {
    let Invite::Shown { fetched_at, .. } = state.card.as_ref()?.invite else {
        return None;
    };
    let due = fetched_at + trusted_for(state);
    // Only a healthy stream vouches for a link whose check was refused.
    let put_off = state.runs.due.link_check;
    let put_off = put_off.filter(|_| state.link == Link::Live);
    Some(due.max(put_off.unwrap_or(due)))
}

/// A link is asked for again from time to time while somebody looks at it, whatever the stream says,
/// and put away when nobody does. To be called whenever the time has moved.
pub(super) fn check_age(state: &mut State) {
    let due = due_at(state);
    let in_sight = super::card::in_sight(state);
    let now = state.now;
    let Some(card) = &mut state.card else {
        return;
    };
    let Invite::Shown { fetched_at, .. } = card.invite else {
        return;
    };
    // A clock that was set back says nothing about the age.
    let was_set_back = now < fetched_at;
    if !was_set_back && due.is_some_and(|due| now < due) {
        return;
    }
    if !in_sight {
        card.invite = Invite::NotAsked;
        return;
    }
    if due.is_some_and(|due| now >= due + CHECK_PATIENCE) {
        card.invite = Invite::NotAsked;
    }
    ask(state);
}

/// When [`check_age`] has something to do.
pub(super) fn next_check(state: &State) -> Option<EpochMillis> {
    let due = due_at(state)?;
    Some(if due > state.now {
        due
    } else {
        due + CHECK_PATIENCE
    })
}

/// `y`: copies the link, or as soon as it is there.
pub(super) fn copy(state: &mut State) {
    super::card::settle(state);
    let Some(card) = &state.card else {
        state.note("Select a group first.");
        return;
    };
    let key = card.key.clone();
    if let Some(link) = card.link() {
        let link = link.to_owned();
        copy_link(state, &key, link);
        return;
    }
    if let Some(blank) = obstacle(state, &key) {
        let sentence = state.blank_sentence(&key, &blank);
        state.bad(format!("No link: {sentence}"));
        return;
    }
    ask(state);
    if let Some(card) = &mut state.card {
        card.copy_when_shown = true;
    }
    state.note("The link is copied as soon as it arrives.");
}

/// Copies the link of a group.
pub(super) fn copy_link(state: &mut State, key: &GroupKey, link: String) {
    let name = state.groups.get(key).map_or("", |entry| &entry.name);
    let name = crate::text::truncate_to_width(name, NAME_COLUMNS);
    copy_text(state, link, Copied::Link(name));
}

pub(super) fn copy_text(state: &mut State, text: String, what: Copied) {
    let id = state.runs.issue(Flight::Copy(what));
    state.runs.wishes.push(Effect::Copy { id, text });
}

/// A clipboard took the text, or none did.
pub(super) fn copied(state: &mut State, what: Copied, answer: Result<Taken, String>) {
    let what = match what {
        Copied::Link(name) if name.is_empty() => "Link".to_owned(),
        Copied::Link(name) => format!("{name}: link"),
        Copied::Failure => "Error text".to_owned(),
    };
    match answer {
        Ok(Taken::System) => state.good(format!("{what} copied to the system clipboard")),
        Ok(Taken::Tmux) => state.good(format!(
            "{what} copied to tmux's buffer, and sent to the terminal's clipboard"
        )),
        // Nobody says what became of it.
        Ok(Taken::Terminal) => state.note(format!("{what} sent to the terminal's clipboard")),
        Err(reason) => {
            let reason = crate::text::clean_line(&reason).into_owned();
            state.bad(format!(
                "{what} not copied ({reason}). Select it on the screen instead."
            ));
        }
    }
}
