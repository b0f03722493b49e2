//! The palette: one list over groups, actions, accounts, gateways and themes.

use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::theme::ThemeName;

#[derive(Debug, Default)]
pub struct Palette {
    pub search: String,
    pub cursor: usize,
    /// What matches the search, best first.
    pub(crate) found: Vec<PaletteItem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PaletteItem {
    Group(GroupKey),
    Action(Action),
    /// A session by its id.
    Account(String),
    /// A position in [`super::Options::profiles`].
    Gateway(usize),
    Theme(ThemeName),
}
