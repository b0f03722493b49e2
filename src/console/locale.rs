//! Which characters the terminal can display, by the locale, and their replacements.

use std::borrow::Cow;

/// The characters that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    #[default]
    Unicode,
    /// The locale's encoding is not UTF-8: a terminal of that encoding shows every byte of a
    /// character as a character of its own.
    Ascii,
}

/// The variable that decides about the encoding, with its value, by the rules of POSIX: the first of
/// these that is set and not empty.
pub fn encoding_variable(
    variable: impl Fn(&str) -> Option<String>,
) -> Option<(&'static str, String)> {
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some((name, value))
    })
}

impl Charset {
    /// What a locale such as `de_DE.UTF-8` can show. Where none is set (containers, Windows), UTF-8 is
    /// what nearly every terminal takes.
    #[must_use]
    pub fn of_locale(locale: Option<&str>) -> Self {
        let Some(locale) = locale else {
            return Self::Unicode;
        };
        let lower = locale.to_ascii_lowercase();
        if lower.contains("utf-8") || lower.contains("utf8") {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }

    /// A clean text for the screen of this character set, as wide as before.
    #[must_use]
    pub fn encode(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Unicode => Cow::Borrowed(text),
            Self::Ascii => in_ascii(text),
        }
    }
}

fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return Cow::Borrowed(text);
    };
    out.push(stand_in(first));
    // Marks and joined characters have no columns of their own.
    let columns = crate::text::width(text).max(1);
    out.extend(std::iter::repeat_n('?', columns - 1));
    Cow::Owned(out)
}

/// The replacement of one of the desk's own signs; everything else is `?`.
fn stand_in(character: char) -> char {
    match character {
        ' '..='~' => character,
        '─' | '━' | '–' | '—' | '╌' => '-',
        '│' | '┃' | '▌' | '▐' | '▏' => '|',
        '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => {
            '+'
        }
        '█' | '▀' | '▄' | '■' => '#',
        '▣' => '@',
        '●' | '★' | '•' => '*',
        '○' | '◌' => 'o',
        '◐' => '~',
        '·' | '…' | '・' => '.',
        '⋮' => ':',
        '✔' | '✓' => 'v',
        '✖' | '✘' | '×' | '⊘' => 'x',
        '→' | '▶' | '▸' | '›' => '>',
        '←' | '◀' | '◂' | '‹' => '<',
        '↑' | '▲' | '▴' => '^',
        '↓' | '▼' | '▾' => 'v',
        '↵' => '<',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '\u{A0}' => ' ',
        _ => '?',
    }
}
