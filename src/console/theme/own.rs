//! Colours of the configuration that replace those of the theme.

use super::depth::ColorDepth;
use super::rgb;
use ratatui::style::Color;

/// The 16 colours of the terminal's palette by name, in the order of their numbers.
const ANSI: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// The colours that the configuration sets; `None` is the theme's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OwnColors {
    pub text: Option<Color>,
    pub background: Option<Color>,
    pub accent: Option<Color>,
    pub good: Option<Color>,
    pub warn: Option<Color>,
    pub bad: Option<Color>,
    pub dim: Option<Color>,
}

/// Reads a colour: `#rrggbb`, a number from 0 to 255, or a name of the 16 colours.
pub(crate) fn parse(text: &str) -> Option<Color> {
    if let Some(digits) = text.strip_prefix('#') {
        let is_hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
        let [_, red, green, blue] = number.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    if let Some((_, color)) = ANSI.iter().find(|(name, _)| *name == text) {
        return Some(*color);
    }
    let is_number = text.bytes().all(|digit| digit.is_ascii_digit());
    let index: u8 = text.parse().ok().filter(|_| is_number)?;
    Some(match ANSI.get(usize::from(index)) {
        Some((_, color)) => *color,
        None => Color::Indexed(index),
    })
}

/// What [`parse`] reads, as the end of a sentence.
pub(crate) fn allowed() -> String {
    let names = ANSI.map(|(name, _)| name).join(", ");
    format!("a colour: \"#rrggbb\", a number from 0 to 255, or one of {names}")
}

impl OwnColors {
    /// What a terminal of this depth can show of them: with 256 colours the most similar one, with 16
    /// only those of its palette, without colours none.
    #[must_use]
    pub(super) fn shown_at(self, depth: ColorDepth) -> Self {
        let shown = |color: Option<Color>| -> Option<Color> {
            let color = color?;
            match (depth, color) {
                (ColorDepth::None, _)
                | (ColorDepth::Ansi16, Color::Rgb(..) | Color::Indexed(_)) => None,
                (ColorDepth::Ansi256, Color::Rgb(red, green, blue)) => {
                    Some(Color::Indexed(rgb::nearest_index((red, green, blue))))
                }
                _ => Some(color),
            }
        };
        Self {
            text: shown(self.text),
            background: shown(self.background),
            accent: shown(self.accent),
            good: shown(self.good),
            warn: shown(self.warn),
            bad: shown(self.bad),
            dim: shown(self.dim),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_three_forms() {
        for (text, color) in [
            ("#5fafff", Some(Color::Rgb(0x5f, 0xaf, 0xff))),
            ("#5FAFFF", Some(Color::Rgb(0x5f, 0xaf, 0xff))),
            ("75", Some(Color::Indexed(75))),
            ("7", Some(Color::Gray)),
            ("white", Some(Color::Gray)),
            ("bright-white", Some(Color::White)),
            ("#5faff", None),
            ("#5faff\u{e9}", None),
            ("#+5faff", None),
            ("256", None),
            ("+7", None),
            ("-1", None),
            ("", None),
            ("#", None),
            ("orange", None),
        ] {
            assert_eq!(parse(text), color, "{text:?}");
        }
    }

    #[test]
    fn a_terminal_shows_what_it_can_of_them() {
        let own = OwnColors {
            accent: parse("#5fb0ff"),
            good: parse("75"),
            bad: parse("red"),
            ..OwnColors::default()
        };
        for (depth, accent, good, bad) in [
            (
                ColorDepth::TrueColor,
                Some(Color::Rgb(0x5f, 0xb0, 0xff)),
                Some(Color::Indexed(75)),
                Some(Color::Red),
            ),
            (
                ColorDepth::Ansi256,
                Some(Color::Indexed(75)),
                Some(Color::Indexed(75)),
                Some(Color::Red),
            ),
            (ColorDepth::Ansi16, None, None, Some(Color::Red)),
            (ColorDepth::None, None, None, None),
        ] {
            let shown = own.shown_at(depth);
            assert_eq!(
                (shown.accent, shown.good, shown.bad),
                (accent, good, bad),
                "{depth:?}"
            );
        }
    }
}
