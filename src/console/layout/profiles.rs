//! The list of profiles: where its rows and its words stand.

use super::dialog::{Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use super::wrap::wrap;
use crate::console::state::{Layer, State, SwitchStep, Switcher};
use crate::text;
use ratatui::layout::Rect;

const WIDTH: u16 = 68;
/// Lines of the words below the rows, with the empty one above them.
const WORDS: u16 = 6;

/// The list where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilesParts {
    pub dialog: Dialog,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
    /// Lines of words, already broken.
    pub text: Vec<String>,
    pub words: Rect,
    /// Where the token is typed.
    pub field: Option<Rect>,
}

#[must_use]
pub fn profiles_parts(state: &State, screen: &Screen, switcher: &Switcher) -> ProfilesParts {
    let count = u16::try_from(state.options.profiles.len()).unwrap_or(u16::MAX);
    let width = content_width(screen, WIDTH);
    let most = content_height(screen).saturating_sub(WORDS).max(1);
    let height = count.clamp(1, most);
    let dialog = dialog(
        screen,
        width,
        height.saturating_add(WORDS),
        Vec::new(),
        None,
    );
    let content = dialog.content;
    let rows = Rect {
        height: height.min(content.height),
        ..content
    };
    let words = Rect {
        y: rows.bottom().saturating_add(1).min(content.bottom()),
        height: content.height.saturating_sub(rows.height + 1),
        ..content
    };
    let text = wrap(
        &sentence(state, switcher),
        words.width,
        usize::from(WORDS) - 1,
    );
    let seen = usize::from(rows.height).max(1);
    ProfilesParts {
        first: (switcher.cursor + 1).saturating_sub(seen),
        field: matches!(switcher.step, SwitchStep::TypingToken(_)).then(|| row(words, 1)),
        dialog,
        rows,
        text,
        words,
    }
}

fn sentence(state: &State, switcher: &Switcher) -> String {
    let Some(profile) = state.options.profiles.get(switcher.cursor) else {
        return String::new();
    };
    let name = text::clean_line(&profile.name);
    match &switcher.step {
        SwitchStep::Choosing if state.options.profiles.len() < 2 => {
            "Other gateways appear here once the configuration has profiles for them.".to_owned()
        }
        SwitchStep::Choosing if switcher.cursor == state.options.here => {
            "This is where you are.".to_owned()
        }
        SwitchStep::Choosing => "What is shown now is left, and read anew on return.".to_owned(),
        SwitchStep::TypingToken(_) => format!("Token of {name}, which is not shown:"),
        SwitchStep::Connecting(_) => format!("◌ Asking {name} …"),
        SwitchStep::Failed(reason) => {
            format!("✘ {name}: {reason}.\n`groupdesk doctor --profile {name}` looks closer.")
        }
    }
}

/// How many profiles fit. At least 1.
#[must_use]
pub fn profile_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Profiles(switcher))) => {
            usize::from(profiles_parts(state, &screen, switcher).rows.height).max(1)
        }
        _ => 1,
    }
}
