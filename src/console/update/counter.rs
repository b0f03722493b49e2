//! Counter mode: the dialog that locks, and the locked screen, on which only the way out works.

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{card, invite, notebook};
use crate::api::EpochMillis;
use crate::console::keymap::Action;
use crate::console::layout::counter_buttons;
use crate::console::state::{
    ButtonId, Counter, CounterLock, CounterPhase, FieldOrButton, Layer, PIN_LENGTH, Pin, State,
};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Without a PIN this many Esc in a row, within so many milliseconds, unlock.
const ESCAPES: usize = 3;
const ESCAPES_WITHIN: i64 = 2_000;
/// This many wrong PINs start a pause.
const ATTEMPTS: u32 = 3;
/// The first pause, in milliseconds; each one is twice as long as the one before, up to the longest.
const FIRST_PAUSE: i64 = 10_000;
const LONGEST_PAUSE: i64 = 600_000;
/// Digits are forgotten this many milliseconds after the last one, so that a visitor's do not spoil the PIN.
const FORGET_DIGITS: i64 = 10_000;

/// `K`: asks for a PIN, from the panes or the full-screen code.
pub(super) fn open(state: &mut State) {
    if !matches!(state.layers.last(), None | Some(Layer::Qr)) {
        return;
    }
    let Some(key) = card::with_code(state, "No code for the counter") else {
        return;
    };
    notebook::used(state, &key);
    let name = state.group_name(&key);
    state.layers.push(Layer::Counter(Counter::new(key, name)));
    invite::ask_unless_shown(state);
}

fn choosing(state: &mut State) -> Option<(&mut Pin, &mut FieldOrButton)> {
    match state.layers.last_mut() {
        Some(Layer::Counter(counter)) => match &mut counter.phase {
            CounterPhase::Choosing { pin, focus } => Some((pin, focus)),
            CounterPhase::Locked(_) => None,
        },
        _ => None,
    }
}

/// A key in the dialog.
pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    // It may be a digit of the PIN.
    state.requests.last_key = None;
    let Some((pin, focus)) = choosing(state) else {
        return FollowUp::Nothing;
    };
    if event.code == KeyCode::Esc {
        state.layers.pop();
        return FollowUp::Nothing;
    }
    if focus.is_field() {
        match event.code {
            KeyCode::Enter => lock(state),
            KeyCode::Tab | KeyCode::Down => move_focus(state, false),
            KeyCode::BackTab | KeyCode::Up => move_focus(state, true),
            KeyCode::Backspace => pin.pop(),
            KeyCode::Char('u') if event.modifiers == KeyModifiers::CONTROL => pin.clear(),
            _ => {
                if let Some(digit) = digit(event) {
                    pin.push(digit);
                }
            }
        }
        return FollowUp::Nothing;
    }
    if let Some(back) = button_move(event) {
        move_focus(state, back);
        return FollowUp::Nothing;
    }
    let focus = *focus;
    match (event.code, action) {
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            if let FieldOrButton::Button(button) = focus {
                press(state, button);
            }
        }
        (_, Some(action @ (Action::Help | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => {
            state.layers.pop();
        }
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

fn digit(event: &KeyEvent) -> Option<char> {
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match event.code {
        KeyCode::Char(digit) if plain && digit.is_ascii_digit() => Some(digit),
        _ => None,
    }
}

fn move_focus(state: &mut State, back: bool) {
    let Some((pin, focus)) = choosing(state) else {
        return;
    };
    let buttons = counter_buttons(pin).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| FieldOrButton::Button(button.id));
    let stops: Vec<_> = std::iter::once(FieldOrButton::Field)
        .chain(buttons)
        .collect();
    *focus = next_button(&stops, *focus, back);
}

pub(super) fn paste(state: &mut State, text: &str) {
    if let Some((pin, FieldOrButton::Field)) = choosing(state) {
        text.chars().for_each(|character| pin.push(character));
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Lock => lock(state),
        ButtonId::Cancel => {
            state.layers.pop();
        }
        _ => {}
    }
}

fn lock(state: &mut State) {
    let now = state.now;
    let Some(Layer::Counter(counter)) = state.layers.last_mut() else {
        return;
    };
    let CounterPhase::Choosing { pin, .. } = &mut counter.phase else {
        return;
    };
    if !pin.is_empty() && !PIN_LENGTH.contains(&pin.len()) {
        return;
    }
    let pin = std::mem::take(pin);
    let pin = (!pin.is_empty()).then_some(pin);
    counter.phase = CounterPhase::Locked(CounterLock::new(pin, now));
    state.toasts.clear();
    let Some(card) = &mut state.card else {
        return;
    };
    card.copy_when_shown = None;
    card.left = false;
    invite::ask_unless_shown(state);
}

fn locked(state: &mut State) -> Option<&mut CounterLock> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Counter(Counter {
            phase: CounterPhase::Locked(lock),
            ..
        }) => Some(lock),
        _ => None,
    })
}

fn unlock(state: &mut State) {
    let is_lock = |layer: &Layer| matches!(layer, Layer::Counter(counter) if counter.is_locked());
    state.layers.retain(|layer| !is_lock(layer));
}

/// A key on the locked screen.
pub(super) fn locked_key(state: &mut State, event: &KeyEvent) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    let now = state.now;
    let dark_after = state.options.counter.dark_after;
    let Some(lock) = locked(state) else {
        return;
    };
    let was_dark = lock.dark_at(dark_after).is_some_and(|dark| now >= dark);
    lock.used_at = now;
    if was_dark {
        return;
    }
    let unlocks = match &lock.pin {
        Some(_) => pin_key(lock, event, now),
        None => escape(lock, event, now),
    };
    if unlocks {
        unlock(state);
    }
}

/// Whether this key completes three Esc.
fn escape(lock: &mut CounterLock, event: &KeyEvent, now: EpochMillis) -> bool {
    if event.code != KeyCode::Esc {
        lock.escapes.clear();
        return false;
    }
    lock.escapes.push(now);
    lock.escapes.retain(|at| now - at <= ESCAPES_WITHIN);
    lock.escapes.len() >= ESCAPES
}

/// Whether this key completes the PIN.
fn pin_key(lock: &mut CounterLock, event: &KeyEvent, now: EpochMillis) -> bool {
    if lock.paused_until.is_some() {
        return false;
    }
    if matches!(event.code, KeyCode::Backspace | KeyCode::Esc) {
        lock.typed.clear();
        return false;
    }
    let (Some(digit), Some(pin)) = (digit(event), &lock.pin) else {
        return false;
    };
    lock.typed.push(digit);
    lock.typed_at = now;
    if lock.typed.len() < pin.len() {
        return false;
    }
    if lock.typed == *pin {
        return true;
    }
    lock.typed.clear();
    lock.wrong = lock.wrong.saturating_add(1);
    if lock.wrong.is_multiple_of(ATTEMPTS) {
        let doublings = (lock.wrong / ATTEMPTS - 1).min(16);
        let pause = (FIRST_PAUSE << doublings).min(LONGEST_PAUSE);
        lock.paused_until = Some(now + pause);
    }
    false
}

/// Ends a pause and forgets digits when their time is over.
pub(super) fn clock(state: &mut State) {
    let now = state.now;
    let Some(lock) = locked(state) else {
        return;
    };
    lock.paused_until = lock.paused_until.filter(|until| now < *until);
    if now >= lock.typed_at + FORGET_DIGITS {
        lock.typed.clear();
    }
}

/// The clock was set: times keep their distance.
pub(super) fn shift(state: &mut State, by: i64) {
    let Some(lock) = locked(state) else {
        return;
    };
    lock.escapes.clear();
    for time in [&mut lock.typed_at, &mut lock.used_at] {
        *time = time.saturating_add(by);
    }
    lock.paused_until = lock.paused_until.map(|until| until.saturating_add(by));
}

/// Whether the screen counts seconds.
pub(super) fn counts(state: &State) -> bool {
    let lock = state.locked_counter();
    lock.is_some_and(|(_, lock)| lock.paused_until.is_some())
}

/// When [`clock`] has something to do, or the screen goes dark.
pub(super) fn due(state: &State) -> Option<EpochMillis> {
    let (_, lock) = state.locked_counter()?;
    let forget = (!lock.typed.is_empty()).then_some(lock.typed_at + FORGET_DIGITS);
    let dark = lock.dark_at(state.options.counter.dark_after);
    let dark = dark.filter(|dark| *dark > state.now);
    [lock.paused_until, forget, dark]
        .into_iter()
        .flatten()
        .min()
}
