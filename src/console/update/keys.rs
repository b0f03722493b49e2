//! Where keys go: the top layer first, then the filter, then the keymap.

use super::super::effect::{Effect, SessionAction};
use super::super::keymap::{Action, Key, Place};
use super::super::state::{Layer, Pane, State};
use super::leaving::quit;
use super::{
    card, confirm, failures, form, groups, help, pairing, profiles, qr, rename, reset, sessions,
};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A move of a cursor or a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

impl Step {
    fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Up => Self::Up,
            Action::Down => Self::Down,
            Action::PageUp => Self::PageUp,
            Action::PageDown => Self::PageDown,
            Action::Top => Self::Top,
            Action::Bottom => Self::Bottom,
            _ => return None,
        })
    }

    /// The row after the move, of `rows` rows of which `page` fit on the screen.
    pub(super) fn apply(self, row: usize, rows: usize, page: usize) -> usize {
        let last = rows.saturating_sub(1);
        // One row of the old page stays in sight.
        let page = page.saturating_sub(1).max(1);
        match self {
            Self::Up => row.saturating_sub(1),
            Self::Down => row + 1,
            Self::PageUp => row.saturating_sub(page),
            Self::PageDown => row + page,
            Self::Top => 0,
            Self::Bottom => last,
        }
        .min(last)
    }

    /// The first visible line after the move, of `lines` lines of which `page` fit.
    pub(super) fn scroll(self, first: usize, lines: usize, page: usize) -> usize {
        self.apply(first, lines.saturating_sub(page) + 1, page)
    }
}

/// The first visible line after a turn of the wheel.
pub(super) fn wheel(first: usize, by: isize, lines: usize, page: usize) -> usize {
    let last = lines.saturating_sub(page);
    first.saturating_add_signed(by).min(last)
}

/// The first visible line of a list that may have shrunk, or whose window may have grown: no empty lines
/// below the last one while others are hidden above the first.
pub(super) fn filled(first: usize, lines: usize, page: usize) -> usize {
    first.min(lines.saturating_sub(page))
}

impl State {
    /// Where keys go now, for the footer.
    #[must_use]
    pub fn place(&self) -> Place {
        if matches!(self.layers.last(), Some(Layer::Qr)) {
            return Place::Qr;
        }
        match self.focus {
            Pane::Sessions => Place::Sessions,
            Pane::Groups => Place::Groups,
            Pane::Group => Place::Group,
        }
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    state.runs.last_key = Some(Key::of(event));
    if event.code == KeyCode::Char('c') && event.modifiers == KeyModifiers::CONTROL {
        quit(state);
        return;
    }
    let filters = state.layers.is_empty() && state.groups.typing;
    if filters && groups::filter_key(state, event) {
        return;
    }
    let action = state.options.keymap.action(event, state.place());
    // Characters are text where text is typed; what no text field takes means the same everywhere.
    let is_text = matches!(event.code, KeyCode::Char(_))
        && !(event.modifiers).intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match action {
        // In a field that keeps what was typed, Ctrl-z takes it back.
        Some(Action::Suspend) if !(is_text || undoes(event) && super::burst::can_undo(state)) => {
            state.runs.wishes.push(Effect::Suspend);
            return;
        }
        Some(Action::Help) if !is_text => {
            help::open(state);
            return;
        }
        _ => {}
    }
    match state.layers.last() {
        Some(Layer::Help(_)) => help::key(state, event, action),
        Some(Layer::Edit(_)) => form::key(state, event, action),
        Some(Layer::Reset(_)) => reset::key(state, event, action),
        Some(Layer::Pair(_)) => pairing::key(state, event, action),
        Some(Layer::Rename(_)) => rename::key(state, event, action),
        Some(Layer::Confirm(_)) => confirm::key(state, event, action),
        Some(Layer::Profiles(_)) => profiles::key(state, event, action),
        Some(Layer::Failures { .. }) => failures::key(state, event, action),
        Some(Layer::Qr) => command(state, event, action),
        // Of the keys that the filter leaves, those that leave it move on.
        None if filters && state.groups.typing => {}
        None => command(state, event, action),
    }
}

fn undoes(event: &KeyEvent) -> bool {
    event.code == KeyCode::Char('z') && event.modifiers == KeyModifiers::CONTROL
}

fn command(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    match action {
        Some(action) => perform(state, action),
        None => unknown(state, event),
    }
}

/// A key without a meaning here: says so, and where it has one.
pub(super) fn unknown(state: &mut State, event: &KeyEvent) {
    let is_typed = matches!(
        event.code,
        KeyCode::Char(_) | KeyCode::F(_) | KeyCode::Backspace | KeyCode::Delete | KeyCode::Insert
    );
    if !is_typed {
        return;
    }
    let key = Key::of(event);
    let keymap = &state.options.keymap;
    let place = keymap
        .meaning_elsewhere(key)
        .and_then(|binding| Some((binding.help, binding.places.first()?)));
    let words = match place {
        Some((help, Place::Sessions)) => Some((help, "under Sessions")),
        Some((help, Place::Groups)) => Some((help, "under Groups")),
        Some((help, Place::Group)) => Some((help, "on the card")),
        Some((help, Place::Qr)) => Some((help, "on the full-screen code")),
        Some((_, Place::Everywhere)) | None => None,
    };
    let text = if let Some((help, place)) = words {
        format!("{key} works {place}: {help}.")
    } else {
        let help = keymap.keys(Action::Help).first();
        let help = help.map_or("F1".to_owned(), ToString::to_string);
        format!("Key {key} does nothing here; {help} shows the keys.")
    };
    state.note(text);
}

/// Whether an action of the card has none to act on: says so.
fn lacks_card(state: &mut State, action: Action) -> bool {
    let about_card = matches!(
        action,
        Action::CopyLink | Action::ShowQr | Action::Edit | Action::ResetLink
    );
    let hidden = state.layers.is_empty()
        && state.focus == Pane::Sessions
        && !super::super::layout::card_in_sight(state);
    if about_card && hidden {
        state.note("No group's card is in sight here: go to the groups with Tab, and choose one.");
    }
    about_card && hidden
}

pub(super) fn paste(state: &mut State, text: &str) {
    match state.layers.last() {
        Some(Layer::Help(_)) => help::paste(state, text),
        Some(Layer::Edit(_)) => form::paste(state, text),
        Some(Layer::Pair(_)) => pairing::paste(state, text),
        Some(Layer::Rename(_)) => rename::paste(state, text),
        Some(Layer::Profiles(_)) => profiles::paste(state, text),
        None if state.groups.typing => groups::filter_paste(state, text),
        _ => {}
    }
}

/// Does what a key, or a click on its hint, means on the screen or on the full-screen code.
pub(super) fn perform(state: &mut State, action: Action) {
    if lacks_card(state, action) {
        return;
    }
    match action {
        Action::Quit => quit(state),
        Action::Help => help::open(state),
        Action::Suspend => state.runs.wishes.push(Effect::Suspend),
        Action::ErrorDetails => failures::open(state),
        Action::Back => back(state),
        Action::CopyLink => super::invite::copy(state),
        Action::SaveQr => qr::save(state),
        Action::QrStyle => state.whole_blocks = !state.whole_blocks,
        _ if !state.layers.is_empty() => {}
        Action::Filter => groups::start_filter(state),
        Action::Open => open(state),
        Action::ShowQr => qr::open(state),
        Action::Edit => form::open(state),
        Action::ResetLink => reset::open(state),
        Action::Sort => groups::sort(state),
        Action::ReverseSort => groups::reverse(state),
        Action::InvitableOnly => groups::invitable_only(state),
        Action::Refresh => refresh(state),
        Action::NextPane => turn_pane(state, 1),
        Action::PreviousPane => turn_pane(state, 2),
        Action::Profiles => profiles::open(state),
        Action::AddAccount => pairing::open(state),
        Action::StartSession => sessions::act(state, SessionAction::Start),
        Action::StopSession => sessions::act(state, SessionAction::Stop),
        Action::RestartSession => sessions::act(state, SessionAction::Restart),
        Action::LogoutSession => sessions::act(state, SessionAction::Logout),
        Action::RenameSession => rename::open(state),
        Action::RemoveSession => sessions::ask_remove(state),
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => {
            if let Some(step) = Step::of(action) {
                match state.focus {
                    Pane::Sessions => sessions::step(state, step),
                    Pane::Groups => groups::step(state, step),
                    Pane::Group => card::scroll(state, step),
                }
            }
        }
    }
}

/// Moves within a layer that scrolls.
pub(super) fn scroll_step(action: Option<Action>) -> Option<Step> {
    action.and_then(Step::of)
}

fn open(state: &mut State) {
    match state.focus {
        Pane::Sessions => sessions::open(state),
        Pane::Groups | Pane::Group => card::open(state),
    }
}

fn refresh(state: &mut State) {
    // Another key may have been put into the gateway's config meanwhile.
    state.lacking.clear();
    state.end_pauses();
    match state.focus {
        Pane::Sessions => sessions::ask(state),
        Pane::Groups => groups::refresh(state),
        Pane::Group => card::refresh(state),
    }
    state.note("Asking the gateway again");
}

/// One step back; nothing on the outermost one.
fn back(state: &mut State) {
    match state.layers.last() {
        None if state.groups.typing => {
            if !groups::clear_filter(state) {
                groups::end_filter(state);
            }
            return;
        }
        None => {}
        Some(Layer::Qr) => {
            state.layers.pop();
            return;
        }
        // Layers of their own mind know what leaving them means.
        Some(_) => return key(state, &KeyEvent::from(KeyCode::Esc)),
    }
    match state.focus {
        Pane::Group => {
            card::leave(state);
            state.focus = Pane::Groups;
        }
        Pane::Groups => {
            if !groups::clear_filter(state) {
                state.focus = Pane::Sessions;
            }
        }
        Pane::Sessions => {}
    }
}

fn turn_pane(state: &mut State, by: usize) {
    const PANES: [Pane; 3] = [Pane::Sessions, Pane::Groups, Pane::Group];
    let here = PANES.iter().position(|pane| *pane == state.focus);
    let mut next = (here.unwrap_or(0) + by) % PANES.len();
    if PANES[next] == Pane::Group && state.card.is_none() {
        next = (next + by) % PANES.len();
    }
    state.focus = PANES[next];
}

/// The next of a layer's buttons, going round.
pub(super) fn next_button<T: Copy + PartialEq>(buttons: &[T], focus: T, back: bool) -> T {
    let count = buttons.len();
    let here = buttons.iter().position(|button| *button == focus);
    let next = match here {
        Some(here) if back => here + count - 1,
        Some(here) => here + 1,
        None => 0,
    };
    buttons.get(next % count.max(1)).copied().unwrap_or(focus)
}

/// Whether the key goes from button to button, and whether backwards.
pub(super) fn button_move(event: &KeyEvent) -> Option<bool> {
    match event.code {
        KeyCode::Right | KeyCode::Down => Some(false),
        KeyCode::Tab => Some(event.modifiers.contains(KeyModifiers::SHIFT)),
        KeyCode::Left | KeyCode::Up | KeyCode::BackTab => Some(true),
        _ => None,
    }
}
