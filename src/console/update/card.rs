//! The card: follows the selected group and ensures that no link is shown that may be dead.

use super::copy::copy_filled;
use super::invite;
use super::members;
use super::notebook;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::state::{Card, Invite, Layer, LinkHidden, Members, Pane, State};

/// Milliseconds that the cursor must rest before a link is requested: WhatsApp limits these requests.
const DWELL: i64 = 700;
/// The same after a reset elsewhere, which may be followed by another one.
const DWELL_AFTER_RESET: i64 = 1_000;
/// The same after the gateway did not answer.
const DWELL_AFTER_SILENCE: i64 = 5_000;
/// The same on a locked screen after a refused request, and the longest one that the refusal may ask for.
const DWELL_OF_LOCK: i64 = 60_000;
const DWELL_OF_LOCK_MAX: i64 = 600_000;

/// Enter: focuses the card and requests its data at once.
pub(super) fn open(state: &mut State) {
    sync(state);
    let Some(card) = &mut state.card else {
        return;
    };
    card.left = false;
    let key = card.key.clone();
    state.focus = Pane::Group;
    notebook::used(state, &key);
    state.requests.read(Call::Group(key));
    ask_hours(state);
    members::ask(state);
    invite::ask(state);
}

/// Reads the opening hours where the gateway may have some and the key may see them.
fn ask_hours(state: &mut State) {
    if layout::can(state, Action::OpeningHours)
        && let Some(card) = &state.card
    {
        let key = card.key.clone();
        state.requests.read(Call::Schedule(key));
    }
}

/// `r`: requests all data of the card again.
pub(super) fn refresh(state: &mut State) {
    let Some(card) = &mut state.card else {
        return;
    };
    card.left = false;
    let key = card.key.clone();
    state.requests.read_again(Call::Group(key.clone()));
    ask_hours(state);
    if matches!(card_members(state), Some(Members::Loaded(_))) {
        state.requests.read_again(Call::Members(key));
    } else {
        members::ask(state);
    }
    invite::ask(state);
}

/// Esc: cancels what is still being read.
pub(super) fn leave(state: &mut State) {
    cancel_reads(state);
    state.requests.due.dwell = None;
    if let Some(card) = &mut state.card {
        let was_waiting = matches!(card.invite, Invite::Waiting(_));
        // While our own reset is in flight, its answer is still needed.
        if was_waiting && !state.requests.is_being_reset(&card.key) {
            card.invite = Invite::NotAsked;
        }
        if matches!(card.members, Members::Waiting(_)) {
            card.members = Members::NotAsked;
        }
        card.left = true;
        card.copy_when_shown = None;
    }
}

fn cancel_reads(state: &mut State) {
    if let Some(card) = &state.card {
        let key = card.key.clone();
        let needed = state.requests.unconfirmed.needs(&Call::Invite(key.clone()));
        let shows_hours = |layer: &Layer| matches!(layer, Layer::Hours(of) if of.key == key);
        let in_dialog = state.layers.iter().any(shows_hours);
        // The group's row is not only read for the card.
        state.requests.cancel(|call| match call {
            Call::Invite(of) => *of == key && !needed,
            Call::Members(of) => *of == key,
            Call::Schedule(of) => *of == key && !in_dialog,
            _ => false,
        });
    }
}

fn card_members(state: &State) -> Option<&Members> {
    state.card.as_ref().map(|card| &card.members)
}

/// Invariants after every message: the card is the selected group's; a link is shown only while nothing
/// contradicts it; missing data is requested once the cursor has rested.
pub(super) fn sync(state: &mut State) {
    let selected = match state.locked_counter() {
        // The lock keeps its group, whatever the list selects; a group that is gone has no card.
        Some((counter, _)) => state.groups.get(&counter.key),
        None => state.groups.selected(),
    };
    let selected = selected.map(|entry| &entry.key);
    if state.card.as_ref().map(|card| &card.key) != selected {
        let selected = selected.cloned();
        cancel_reads(state);
        state.requests.due.dwell = None;
        state.card = selected.map(Card::new);
        put_code_away(state);
        if state.focus == Pane::Group {
            state.focus = Pane::Groups;
        }
    }
    if state.focus != Pane::Group {
        members::end_filter(state);
    }
    invite::sync(state);
    let in_sight = layout::link_in_sight(state);
    let Some(card) = &state.card else {
        state.requests.due.dwell = None;
        return;
    };
    let wait = match &card.invite {
        Invite::NotAsked => Some(DWELL),
        Invite::Hidden(LinkHidden::Reset) => Some(DWELL_AFTER_RESET),
        _ if went_unanswered(card) => Some(DWELL_AFTER_SILENCE),
        Invite::Hidden(LinkHidden::Failed(failure)) if state.is_locked() => {
            Some(dwell_of_lock(failure))
        }
        _ => (card.members == Members::NotAsked).then_some(DWELL),
    };
    let wait = wait.filter(|_| in_sight && !card.left && state.requests.away.is_none());
    match wait {
        Some(wait) => {
            let due = state.now + wait;
            state.requests.due.dwell.get_or_insert(due);
        }
        None => state.requests.due.dwell = None,
    }
}

/// Milliseconds until the locked screen asks again after a failure: no key can ask there.
fn dwell_of_lock(failure: &CallFailure) -> i64 {
    let asked = failure.retry_after.unwrap_or_default();
    let asked = i64::try_from(asked).map_or(i64::MAX, |seconds| seconds.saturating_mul(1_000));
    asked.clamp(DWELL_OF_LOCK, DWELL_OF_LOCK_MAX)
}

/// Closes the full-screen code when the card becomes another group's: people are being shown the previous one.
fn put_code_away(state: &mut State) {
    let is_code = |layer: &Layer| match layer {
        Layer::Qr => true,
        Layer::Counter(counter) => !counter.is_locked(),
        _ => false,
    };
    let is_menu = |layer: &Layer| matches!(layer, Layer::CopyAs(_));
    if state.layers.iter().any(is_menu) {
        state.layers.retain(|layer| !is_menu(layer));
        state.bad("Not copied: the group is not in the list any more.");
    }
    if state.layers.iter().any(is_code) {
        state.layers.retain(|layer| !is_code(layer));
        state.bad("The group of this code is not in the list any more, so the code was put away.");
    }
}

/// Whether the gateway did not answer the request for the link. Other requests may have been answered.
fn went_unanswered(card: &Card) -> bool {
    let away = |failure: &CallFailure| failure.kind == FailureKind::GatewayAway;
    matches!(&card.invite, Invite::Hidden(LinkHidden::Failed(failure)) if away(failure))
}

/// The cursor has rested long enough.
pub(super) fn rested(state: &mut State) {
    state.requests.due.dwell = None;
    let Some(card) = &state.card else {
        return;
    };
    let wants_link = matches!(
        card.invite,
        Invite::NotAsked | Invite::Hidden(LinkHidden::Reset)
    ) || went_unanswered(card)
        || state.is_locked() && matches!(card.invite, Invite::Hidden(LinkHidden::Failed(_)));
    if card.members == Members::NotAsked {
        members::ask(state);
    }
    if wants_link {
        invite::ask(state);
    }
}

/// The group whose code is to be shown; otherwise reports why there is none, after `refusal`.
pub(super) fn with_code(state: &mut State, refusal: &str) -> Option<GroupKey> {
    sync(state);
    let Some(card) = &state.card else {
        state.note("Select a group first.");
        return None;
    };
    let key = card.key.clone();
    if let Some(hidden) = state.link_obstacle(&key) {
        let sentence = state.hidden_sentence(&key, &hidden);
        state.bad(format!("{refusal}: {sentence}"));
        return None;
    }
    Some(key)
}

/// Copies the link in one of the texts of [`Options::copy`](crate::console::state::Options), at once or as soon as it is
/// read. `y` copies the first one, the bare link.
pub(super) fn copy(state: &mut State, text: usize) {
    sync(state);
    let Some(card) = &state.card else {
        state.note("Select a group first.");
        return;
    };
    let key = card.key.clone();
    if let Some(link) = card.link() {
        let link = link.to_owned();
        copy_filled(state, &key, &link, text);
        return;
    }
    if let Some(hidden) = state.link_obstacle(&key) {
        let sentence = state.hidden_sentence(&key, &hidden);
        state.bad(format!("No link: {sentence}"));
        return;
    }
    invite::ask(state);
    if let Some(card) = &mut state.card {
        card.copy_when_shown = Some(text);
    }
    state.note("The link is copied as soon as it arrives.");
}
