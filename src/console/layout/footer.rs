//! The footer's hints: the keys of the top layer, as many as have room.

use super::Target;
use super::panes::Screen;
use crate::api::Capability;
use crate::console::keymap::{Action, Place};
use crate::console::state::{FormFocus, FormPhase, Layer, Pane, State};
use crate::text;
use ratatui::layout::Rect;

/// A hint where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub key: String,
    pub word: String,
    pub target: Target,
    /// Greyed out: the gateway has refused us what it needs.
    pub lacking: Option<Capability>,
    /// Key, a space and the word.
    pub area: Rect,
}

/// Columns between two hints.
const GAP: u16 = 2;

/// The hints that have room. Help and quit always stay; of the others the last ones give way.
#[must_use]
pub fn hints(state: &State, screen: &Screen) -> Vec<Hint> {
    let (mut hints, kept) = wanted(state, screen);
    let room = screen.footer.width.saturating_sub(2);
    let width = |hints: &[Hint]| {
        let gaps = GAP * u16::try_from(hints.len().saturating_sub(1)).unwrap_or(0);
        hints.iter().map(|hint| hint.area.width).sum::<u16>() + gaps
    };
    while width(&hints) > room && hints.len() > kept {
        hints.remove(hints.len() - kept - 1);
    }
    let mut x = screen.footer.x + 1;
    for hint in &mut hints {
        hint.area = Rect {
            x,
            y: screen.footer.y,
            ..hint.area
        }
        .intersection(screen.footer);
        x = x.saturating_add(hint.area.width + GAP);
    }
    hints
}

/// All hints in order of importance, and how many at the end always stay.
fn wanted(state: &State, screen: &Screen) -> (Vec<Hint>, usize) {
    match state.layers.last() {
        Some(Layer::Qr) => of_place(state, screen, Place::Qr),
        Some(Layer::Help(_)) => (
            vec![
                plain("type", "to search"),
                plain("↑↓", "scroll"),
                plain("Esc", "close"),
            ],
            1,
        ),
        Some(Layer::Failure { .. }) => (
            vec![
                plain("↑↓", "scroll"),
                plain("Tab", "next button"),
                plain("↵", "press"),
                plain("Esc", "close"),
            ],
            1,
        ),
        Some(Layer::Reset(_) | Layer::Confirm(_)) => (
            vec![
                plain("Tab", "next button"),
                plain("↵", "press"),
                plain("Esc", "back"),
            ],
            1,
        ),
        Some(Layer::Edit(form)) => {
            let mut hints = vec![plain("Tab", "next field")];
            match (&form.phase, form.focus) {
                (FormPhase::AskLeave, _) | (_, FormFocus::Button(_)) => {
                    hints.push(plain("↵", "press"));
                }
                (_, FormFocus::Field(crate::api::SettingField::Subject)) => {}
                (_, FormFocus::Field(crate::api::SettingField::Description)) => {
                    hints.push(plain("↵", "new line"));
                }
                (_, FormFocus::Field(_)) => hints.push(plain("Space", "switch")),
            }
            hints.push(plain("Ctrl-s", "save"));
            hints.push(plain("Esc", "back"));
            (hints, 1)
        }
        None if state.groups.typing => (
            vec![
                plain("type", "to filter"),
                plain("↑↓", "move"),
                plain("↵", "open"),
                plain("Esc", "clear"),
            ],
            1,
        ),
        None => of_place(
            state,
            screen,
            match state.focus {
                Pane::Sessions => Place::Sessions,
                Pane::Groups => Place::Groups,
                Pane::Group => Place::Group,
            },
        ),
    }
}

fn of_place(state: &State, screen: &Screen, place: Place) -> (Vec<Hint>, usize) {
    let keymap = &state.options.keymap;
    let mut hints: Vec<Hint> = keymap
        .hints(place)
        .map(|(action, key, word)| {
            let key = match key.to_string().as_str() {
                "Enter" => "↵".to_owned(),
                name => name.to_owned(),
            };
            Hint {
                lacking: needs(action).filter(|capability| state.lacking.contains(capability)),
                ..hint(key, word, Target::Hint(action))
            }
        })
        .collect();
    let leads_back = screen.is_single() && matches!(place, Place::Groups | Place::Group);
    if let (true, Some(key)) = (leads_back, keymap.keys(Action::Back).first()) {
        let back = hint(key.to_string(), "back", Target::Hint(Action::Back));
        hints.insert(hints.len().saturating_sub(2), back);
    }
    let kept = hints
        .iter()
        .filter(|hint| {
            matches!(
                hint.target,
                Target::Hint(Action::Help | Action::Quit | Action::Back)
            )
        })
        .count();
    (hints, kept)
}

/// The capability that an action cannot do without.
#[must_use]
pub fn needs(action: Action) -> Option<Capability> {
    match action {
        Action::Edit | Action::ResetLink => Some(Capability::Send),
        Action::StartSession
        | Action::StopSession
        | Action::RestartSession
        | Action::LogoutSession => Some(Capability::Manage),
        _ => None,
    }
}

fn plain(key: &str, word: &str) -> Hint {
    hint(key.to_owned(), word, Target::Nothing)
}

fn hint(key: String, word: &str, target: Target) -> Hint {
    let width = text::width(&key) + 1 + text::width(word);
    Hint {
        area: Rect::new(0, 0, u16::try_from(width).unwrap_or(u16::MAX), 1),
        key,
        word: word.to_owned(),
        target,
        lacking: None,
    }
}
