//! The theme, changed while the console runs.

use crate::console::state::State;
use crate::console::theme::ThemeName;

/// Draws with another theme from now on, until the console ends; the configuration stays as it is.
pub(crate) fn choose(state: &mut State, name: ThemeName) {
    state.options.theme = state.options.theme.with_name(name);
    let name = name.name();
    state.note(format!(
        "Theme: {name}. To keep it, write theme = \"{name}\" under [ui] in the config."
    ));
}
