//! The themes by name.

/// A theme that can be chosen, in the configuration and while the console runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// Dark or light colours by the terminal's background, which is not painted.
    #[default]
    Auto,
    Dark,
    Light,
    /// White on black with few, strong colours; on a light terminal black on white.
    HighContrast,
    /// Only the terminal's own 16 colours, on its own background.
    Terminal,
}

impl ThemeName {
    /// Every theme with its name in the configuration, in the order in which they are offered.
    pub(crate) const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("high-contrast", Self::HighContrast),
        ("terminal", Self::Terminal),
    ];

    /// Every theme, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::NAMES[0].1,
        Self::NAMES[1].1,
        Self::NAMES[2].1,
        Self::NAMES[3].1,
        Self::NAMES[4].1,
    ];

    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, theme)| *theme == self);
        named.map_or("", |(name, _)| name)
    }

    /// The theme after this one; the first one after the last.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        let at = Self::NAMES.iter().position(|(_, theme)| *theme == self);
        Self::NAMES[(at.unwrap_or(0) + 1) % Self::NAMES.len()].1
    }
}
