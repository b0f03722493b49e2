//! How many colours the terminal has, by its environment and the setting.

/// How many colours there are to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorDepth {
    /// 24-bit colours.
    TrueColor,
    /// The 256 colours of xterm.
    Ansi256,
    /// The 16 named colours of the terminal's palette.
    Ansi16,
    /// None: `NO_COLOR`, or a terminal that has none.
    None,
}

/// What the environment says about the terminal; see [`ColorDepth::detect`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TerminalEnvironment {
    /// `TERM`
    pub term: Option<String>,
    /// `COLORTERM`
    pub colorterm: Option<String>,
    /// `NO_COLOR`; counts when it is not empty (<https://no-color.org>).
    pub no_color: Option<String>,
    /// `COLORFGBG`: foreground and background, set by some terminals.
    pub colorfgbg: Option<String>,
    /// `WT_SESSION`: set by a terminal that shows 24-bit colours but has no `COLORTERM`.
    pub wt_session: Option<String>,
}

impl TerminalEnvironment {
    /// Reads the variables through `lookup`, for example `|name| std::env::var(name).ok()`.
    pub(crate) fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            term: lookup("TERM"),
            colorterm: lookup("COLORTERM"),
            no_color: lookup("NO_COLOR"),
            colorfgbg: lookup("COLORFGBG"),
            wt_session: lookup("WT_SESSION"),
        }
    }

    /// Whether the terminal can do what the console needs: move the cursor, at the least. `false` for
    /// `TERM=dumb`, and on Unix for none at all.
    #[must_use]
    pub(crate) fn can_move_cursor(&self) -> bool {
        match self.term.as_deref() {
            None | Some("") => cfg!(not(unix)),
            Some(term) => term != "dumb",
        }
    }
}

impl ColorDepth {
    /// What a terminal can show, by its environment.
    #[must_use]
    pub(crate) fn detect(environment: &TerminalEnvironment) -> Self {
        let set = |value: &Option<String>| value.as_deref().is_some_and(|text| !text.is_empty());
        let term = environment.term.as_deref().unwrap_or_default();
        let colorterm = environment.colorterm.as_deref().unwrap_or_default();
        if set(&environment.no_color) || matches!(term, "dumb" | "vt100" | "vt220") {
            Self::None
        } else if matches!(colorterm, "truecolor" | "24bit")
            || term.ends_with("-direct")
            || set(&environment.wt_session)
        {
            Self::TrueColor
        } else if term.contains("256") {
            Self::Ansi256
        } else {
            Self::Ansi16
        }
    }
}

/// The setting: what the environment says, or a fixed depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    #[default]
    Auto,
    Fixed(ColorDepth),
}

impl ColorChoice {
    /// Every choice with its name in the configuration.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("truecolor", Self::Fixed(ColorDepth::TrueColor)),
        ("256", Self::Fixed(ColorDepth::Ansi256)),
        ("16", Self::Fixed(ColorDepth::Ansi16)),
        ("none", Self::Fixed(ColorDepth::None)),
    ];

    /// The depth to draw with.
    #[must_use]
    pub(crate) fn depth(self, environment: &TerminalEnvironment) -> ColorDepth {
        match self {
            Self::Auto => ColorDepth::detect(environment),
            Self::Fixed(depth) => depth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> TerminalEnvironment {
        TerminalEnvironment::read(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_depth_follows_the_environment() {
        for (pairs, depth) in [
            (&[][..], ColorDepth::Ansi16),
            (&[("TERM", "xterm")][..], ColorDepth::Ansi16),
            (&[("TERM", "linux")], ColorDepth::Ansi16),
            (&[("TERM", "xterm-256color")], ColorDepth::Ansi256),
            (&[("TERM", "screen-256color")], ColorDepth::Ansi256),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                ColorDepth::TrueColor,
            ),
            (&[("TERM", "xterm-direct")], ColorDepth::TrueColor),
            (&[("TERM", "dumb")], ColorDepth::None),
            (
                &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")],
                ColorDepth::None,
            ),
            (
                &[("NO_COLOR", ""), ("COLORTERM", "24bit")],
                ColorDepth::TrueColor,
            ),
        ] {
            assert_eq!(ColorDepth::detect(&environment(pairs)), depth, "{pairs:?}");
        }
    }

    #[test]
    fn a_terminal_without_cursor_control_is_recognized() {
        for (pairs, can) in [
            (&[("TERM", "dumb")][..], false),
            (&[("TERM", "")], cfg!(not(unix))),
            (&[], cfg!(not(unix))),
            (&[("TERM", "xterm")], true),
            (&[("TERM", "vt100")], true),
        ] {
            assert_eq!(environment(pairs).can_move_cursor(), can, "{pairs:?}");
        }
    }

    #[test]
    fn a_configured_depth_takes_precedence() {
        let environment = environment(&[("NO_COLOR", "1")]);
        assert_eq!(ColorChoice::Auto.depth(&environment), ColorDepth::None);
        assert_eq!(
            ColorChoice::Fixed(ColorDepth::Ansi256).depth(&environment),
            ColorDepth::Ansi256
        );
    }
}
