//! Styles by meaning, for terminals with many, few or no colours.
//!
//! No style sets a background: what is selected is reversed, and [`Theme::paint`] gives the whole screen
//! the theme's text colour and background, if it has them. Colour is never the only signal: without
//! colours every style that carries meaning differs by its modifiers, and statuses have their symbol
//! and word. Only QR codes bring colours of their own (see [`Ink`]).

use super::colours::{Background, Colours};
use super::depth::ColorDepth;
use super::name::ThemeName;
use super::own::OwnColors;
use super::rgb;
use crate::api::SessionStatus;
use crate::console::locale::Charset;
use crate::console::qr::{Blocks, Ink};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// The styles, by meaning. They are patches: what they do not mention stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    pub(crate) name: ThemeName,
    pub depth: ColorDepth,
    /// What is known of the terminal's background.
    pub(super) background: Background,
    pub(super) own: OwnColors,
    /// The text colour and the background of cells that have none of their own.
    pub(super) paper: Style,
    /// What can be drawn; the drawing of QR codes depends on it.
    pub charset: Charset,
    pub text: Style,
    /// Headings and the program's name.
    pub title: Style,
    /// The most important text: the link, the current value.
    pub accent: Style,
    /// Explanatory text: labels, hints, ages.
    pub dim: Style,
    pub good: Style,
    pub warn: Style,
    pub bad: Style,
    /// The selected row of the focused pane.
    pub selected: Style,
    /// The selected row of another pane.
    pub selected_idle: Style,
    /// Letters that the filter matched; visible on selected rows too.
    pub matched: Style,
    pub border: Style,
    pub border_focused: Style,
    pub input: Style,
    pub placeholder: Style,
    pub button: Style,
    pub button_focused: Style,
    /// The focused button of an action that cannot be undone.
    pub button_danger: Style,
    /// Disabled elements, with the reason beside them.
    pub disabled: Style,
    /// A key's name in the footer and in the help.
    pub key: Style,
    pub toast_info: Style,
    pub toast_good: Style,
    pub toast_bad: Style,
    /// Before and after of a change.
    pub removed: Style,
    pub added: Style,
}

impl Theme {
    /// The styles of `auto` on a dark background.
    #[must_use]
    pub fn new(depth: ColorDepth) -> Self {
        Self::of(
            ThemeName::Auto,
            depth,
            Background::Dark,
            OwnColors::default(),
        )
    }

    /// The styles of a theme on a terminal of this depth and background.
    #[must_use]
    pub(crate) fn of(
        name: ThemeName,
        depth: ColorDepth,
        background: Background,
        own: OwnColors,
    ) -> Self {
        let colours = Colours::new(name, depth, background, own);
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = bold.add_modifier(Modifier::REVERSED);
        let underlined = bold.add_modifier(Modifier::UNDERLINED);
        let colour = |style: Style, colour: Option<Color>| match colour {
            Some(colour) => style.fg(colour),
            None => style,
        };
        let dim = match colours.dim {
            Some(grey) => plain.fg(grey),
            None => plain.add_modifier(Modifier::DIM),
        };
        let accent = colour(bold, colours.accent);
        Self {
            name,
            depth,
            background,
            own,
            paper: Style {
                fg: colours.text,
                bg: colours.paper,
                ..plain
            },
            charset: Charset::default(),
            text: plain,
            title: bold,
            accent,
            dim,
            good: colour(plain, colours.good),
            warn: colour(bold, colours.warn),
            bad: match colours.bad {
                Some(red) => bold.fg(red),
                None => underlined,
            },
            selected: reversed,
            selected_idle: bold,
            matched: colour(underlined, colours.warn),
            border: dim,
            border_focused: accent,
            input: plain,
            placeholder: dim,
            button: plain,
            button_focused: reversed,
            button_danger: colour(reversed, colours.bad),
            disabled: dim,
            key: accent,
            toast_info: accent,
            toast_good: colour(bold, colours.good),
            toast_bad: colour(reversed, colours.bad),
            removed: colour(plain.add_modifier(Modifier::CROSSED_OUT), colours.bad),
            added: colour(bold, colours.good),
        }
    }

    /// The same for another background.
    #[must_use]
    pub(crate) fn with_background(self, background: Background) -> Self {
        Self::of(self.name, self.depth, background, self.own).with_charset(self.charset)
    }

    /// Another theme on the same terminal.
    #[must_use]
    pub(crate) fn with_name(self, name: ThemeName) -> Self {
        Self::of(name, self.depth, self.background, self.own).with_charset(self.charset)
    }

    /// The same for another character set.
    #[must_use]
    pub(crate) fn with_charset(self, charset: Charset) -> Self {
        Self { charset, ..self }
    }

    /// Gives the theme's text colour and background to the cells that have none of their own.
    pub(crate) fn paint(&self, buffer: &mut Buffer) {
        let (ink, paper) = (
            self.paper.fg.unwrap_or(Color::Reset),
            self.paper.bg.unwrap_or(Color::Reset),
        );
        if (ink, paper) == (Color::Reset, Color::Reset) {
            return;
        }
        for cell in &mut buffer.content {
            if cell.fg == Color::Reset {
                cell.fg = ink;
            }
            if cell.bg == Color::Reset {
                cell.bg = paper;
            }
        }
    }

    /// Red, green and blue of the text cursor where the background is painted: the terminal's own cursor may
    /// have the colour of this background. `None` for the terminal's own.
    #[must_use]
    pub(crate) fn cursor(&self) -> Option<(u8, u8, u8)> {
        self.paper.bg?;
        match self.paper.fg? {
            Color::Black => Some((0, 0, 0)),
            Color::Gray | Color::White => Some((0xe5, 0xe5, 0xe5)),
            color => rgb::fixed(color),
        }
    }

    /// The colours of QR codes, which are painted even where nothing else is.
    #[must_use]
    pub(crate) fn ink(&self) -> Ink {
        Ink::for_depth(self.depth)
    }

    /// The smallest blocks that QR codes can be drawn with: half of a cell needs a character of its own.
    #[must_use]
    pub(crate) fn least_blocks(&self) -> Blocks {
        match self.charset {
            Charset::Unicode => Blocks::Half,
            Charset::Ascii => Blocks::Full,
        }
    }

    /// How a session's status is shown. The symbols are one column wide.
    #[must_use]
    pub(crate) fn status(&self, status: &SessionStatus) -> StatusLook {
        let (symbol, word, style) = match status {
            SessionStatus::Working => ("●", "connected", self.good),
            SessionStatus::Starting => ("◐", "connecting", self.warn),
            SessionStatus::ScanQrCode => ("▣", "waits for a scan", self.accent),
            SessionStatus::Failed => ("✖", "failed", self.bad),
            SessionStatus::Stopped => ("■", "stopped", self.dim),
            SessionStatus::LoggedOut => ("○", "unlinked", self.bad),
            SessionStatus::Other(_) => ("?", "unknown status", self.warn),
        };
        StatusLook {
            symbol,
            word,
            style,
        }
    }
}

/// A status as symbol, word and style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusLook {
    pub symbol: &'static str,
    pub word: &'static str,
    pub style: Style,
}

/// Prepares the terminal library once, before anything is drawn: by itself it drops every colour
/// under `NO_COLOR`, the QR code's black and white included. The theme decides instead.
pub(crate) fn take_over_colours() {
    crossterm::style::force_color_output(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_only_modifiers_remain() {
        let theme = Theme::new(ColorDepth::None);
        let meanings = [
            theme.accent,
            theme.dim,
            theme.good,
            theme.warn,
            theme.bad,
            theme.selected,
            theme.selected_idle,
            theme.matched,
            theme.border,
            theme.border_focused,
            theme.button_focused,
            theme.button_danger,
            theme.toast_good,
            theme.toast_bad,
            theme.removed,
            theme.added,
        ];
        for style in meanings {
            assert_eq!((style.fg, style.bg), (None, None), "{style:?}");
        }
        assert_ne!(theme.selected, theme.text);
        assert_ne!(theme.selected, theme.selected_idle);
        assert_ne!(theme.matched, theme.selected);
        assert_ne!(theme.border, theme.border_focused);
        assert_ne!(theme.button, theme.button_focused);
        assert_ne!(theme.removed, theme.added);
        assert_ne!(theme.good, theme.bad);
    }

    #[test]
    fn every_status_has_its_own_symbol_and_word() {
        let theme = Theme::new(ColorDepth::Ansi16);
        let looks = [
            SessionStatus::Starting,
            SessionStatus::ScanQrCode,
            SessionStatus::Working,
            SessionStatus::Failed,
            SessionStatus::Stopped,
            SessionStatus::LoggedOut,
            SessionStatus::Other("new".to_owned()),
        ]
        .map(|status| theme.status(&status));
        for (at, look) in looks.iter().enumerate() {
            assert_eq!(crate::text::width(look.symbol), 1);
            for other in &looks[at + 1..] {
                assert_ne!(look.symbol, other.symbol);
                assert_ne!(look.word, other.word);
            }
        }
    }
}
