//! The list of profiles: the areas of its rows and texts.

use super::dialog::{Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use super::wrap::wrap;
use crate::console::state::{Layer, ProfilesDialog, ProfilesStep, State};
use crate::text;
use ratatui::layout::Rect;

const WIDTH: u16 = 68;
/// Lines of the words below the rows, with the empty one above them.
const WORDS: u16 = 6;

/// The list's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProfilesParts {
    pub dialog: Dialog,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
    /// Lines of words, already broken.
    pub text: Vec<String>,
    pub words: Rect,
    /// The area of the token's field.
    pub field: Option<Rect>,
}

#[must_use]
pub(crate) fn profiles_parts(
    state: &State,
    screen: &Screen,
    profiles: &ProfilesDialog,
) -> ProfilesParts {
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
        &sentence(state, profiles),
        words.width,
        usize::from(WORDS) - 1,
    );
    let seen = usize::from(rows.height).max(1);
    ProfilesParts {
        first: (profiles.cursor + 1).saturating_sub(seen),
        field: matches!(profiles.step, ProfilesStep::TypingToken(_)).then(|| row(words, 1)),
        dialog,
        rows,
        text,
        words,
    }
}

fn sentence(state: &State, profiles: &ProfilesDialog) -> String {
    let Some(profile) = state.options.profiles.get(profiles.cursor) else {
        return String::new();
    };
    let name = text::clean_line(&profile.name);
    match &profiles.step {
        ProfilesStep::Choosing if state.options.profiles.len() < 2 => {
            "Other gateways appear here once they were added.".to_owned()
        }
        ProfilesStep::Connecting(_) if profile.is_demo => "◌ Starting the demo …".to_owned(),
        ProfilesStep::Failed(reason) if profile.is_demo => format!("✘ The demo: {reason}."),
        ProfilesStep::Choosing if profiles.cursor == state.options.here => {
            "This is where you are.".to_owned()
        }
        ProfilesStep::Choosing => "What is shown now is left, and read anew on return.".to_owned(),
        ProfilesStep::TypingToken(_) => format!("Token of {name}, which is not shown:"),
        ProfilesStep::Connecting(_) => format!("◌ Asking {name} …"),
        ProfilesStep::Failed(reason) => {
            format!("✘ {name}: {reason}.\n`groupdesk doctor --profile {name}` looks closer.")
        }
    }
}

/// How many profiles fit. At least 1.
#[must_use]
pub(crate) fn profile_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Profiles(profiles))) => {
            usize::from(profiles_parts(state, &screen, profiles).rows.height).max(1)
        }
        _ => 1,
    }
}
