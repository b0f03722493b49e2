//! How cleaned text is drawn, and in how many columns.

use super::{MORE, ZERO_WIDTH_JOINER, is_emoji, is_skin_tone, is_tag};
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A clean text as it is drawn: an emoji that is joined from several characters is drawn as its first
/// one, a flag of two letters as these letters, and no character asks for a presentation in colours or
/// as text. Terminals disagree about the columns of joined emoji (tmux 3.3, xterm and kitty differ),
/// and where the terminal's count differs from ours, the rest of the line is out of place.
#[must_use]
pub fn on_screen(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(is_joining) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        draw_grapheme(grapheme, &mut out);
    }
    Cow::Owned(out)
}

/// Characters that make one emoji of several, or change the presentation of the one before.
fn is_joining(character: char) -> bool {
    matches!(
        character,
        '\u{20E3}' | '\u{FE0E}' | '\u{FE0F}' | ZERO_WIDTH_JOINER
    ) || is_tag(character)
        || is_skin_tone(character)
        || regional_letter(character).is_some()
}

fn draw_grapheme(grapheme: &str, out: &mut String) {
    let mut characters = grapheme.chars();
    let Some(first) = characters.next() else {
        return;
    };
    if regional_letter(first).is_some() {
        out.extend(grapheme.chars().filter_map(regional_letter));
        return;
    }
    out.push(first);
    let rest = characters.filter(|character| {
        !matches!(character, '\u{20E3}' | '\u{FE0E}' | '\u{FE0F}') && !is_tag(*character)
    });
    if is_emoji(first) {
        out.extend(rest.take_while(|character| !is_joining(*character)));
    } else {
        out.extend(rest);
    }
}

/// The letter of a regional indicator: two of them make the flag of a country.
fn regional_letter(character: char) -> Option<char> {
    let letter = (character as u32).checked_sub(0x1_F1E6)?;
    (letter < 26).then(|| char::from(b'A' + letter as u8))
}

/// The width of a clean line on the screen, in columns.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let shown = on_screen(text);
    shown.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text, or as much of its beginning as fits into `columns` with [`MORE`] at the end.
/// A grapheme is never split; expects a clean line.
#[must_use]
pub fn truncate_to_width(text: &str, columns: usize) -> String {
    let mut used = 0;
    // The cut that leaves a column for the marker.
    let mut cut = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > columns {
            let marker = if columns == 0 { "" } else { MORE };
            return format!("{}{marker}", &text[..cut]);
        }
        if used < columns {
            cut = start + grapheme.len();
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::clean_line;
    use super::super::tests::hostile;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn truncation_counts_columns() {
        for (text, columns, shown) in [
            ("hello", 5, "hello"),
            ("hello", 4, "hel…"),
            ("hello", 1, "…"),
            ("hello", 0, ""),
            ("", 0, ""),
            ("東京都", 6, "東京都"),
            ("東京都", 5, "東京…"),
            ("東京都", 4, "東…"),
            ("👨‍👩‍👧x", 2, "…"),
            ("cafe\u{301}s", 5, "cafe\u{301}s"),
            ("cafe\u{301}s", 4, "caf…"),
        ] {
            assert_eq!(truncate_to_width(text, columns), shown, "{text:?}");
        }
    }

    #[test]
    fn joined_emoji_are_drawn_as_one_of_known_width() {
        for (text, shown, columns) in [
            ("a\u{1F9D4}\u{200D}\u{2642}\u{FE0F}b", "a\u{1F9D4}b", 4),
            ("\u{1F9D4}\u{1F3FD}\u{200D}\u{2642}\u{FE0F}", "\u{1F9D4}", 2),
            ("👨\u{200D}👩\u{200D}👧\u{200D}👦 family", "👨 family", 9),
            ("👍\u{1F3FF}", "👍", 2),
            ("❤\u{FE0F}\u{200D}🔥", "❤", 1),
            ("1\u{FE0F}\u{20E3} first", "1 first", 7),
            ("🇮🇩 Jakarta", "ID Jakarta", 10),
            ("🇮🇩🇫🇷", "IDFR", 4),
            (
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} fans",
                "🏴 fans",
                7,
            ),
            ("Chess ♟\u{FE0F}", "Chess ♟", 7),
            ("⌚\u{FE0E}", "⌚", 2),
            ("cafe\u{301}", "cafe\u{301}", 4),
            ("می\u{200C}خواهم", "می\u{200C}خواهم", 7),
            ("ക\u{D4D}\u{200D}ഷ", "ക\u{D4D}\u{200D}ഷ", 2),
            ("東京", "東京", 4),
        ] {
            assert_eq!(on_screen(text), shown, "{text:?}");
            assert_eq!(width(text), columns, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn drawn_text_has_the_counted_width(text in hostile()) {
            let line = clean_line(&text);
            let shown = on_screen(&line);
            prop_assert_eq!(on_screen(&shown), shown.as_ref());
            prop_assert_eq!(width(&line), width(&shown));
        }

        #[test]
        fn truncated_text_fits(text in hostile(), columns in 0..40_usize) {
            let line = clean_line(&text);
            let cut = truncate_to_width(&line, columns);
            prop_assert!(width(&cut) <= columns, "{cut:?}");
            prop_assert!(width(&line) > columns || cut == line);
        }
    }
}
