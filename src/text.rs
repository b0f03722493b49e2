//! Cleaning untrusted text for display.
//!
//! Group names, descriptions, labels and error messages come from other people. Unfiltered, they
//! could move the cursor, change colours, reverse the reading order of a line or imitate another
//! name. The results of [`clean_line`] and [`clean_block`] hold only characters that stay in their
//! own cells. [`on_screen`] reduces them to what every terminal draws in the same columns;
//! [`width`] and [`truncate_to_width`] count those columns.

mod screen;

pub use screen::{on_screen, truncate_to_width, width};

use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

/// Longest single line that is shown, in Unicode scalar values; the rest becomes [`MORE`].
pub const LINE_MAX: usize = 1_024;
/// Longest block of lines that is shown, in Unicode scalar values; the rest becomes [`MORE`].
pub const BLOCK_MAX: usize = 16_384;
/// Marks truncated text.
pub const MORE: &str = "…";

/// Replaces a control character.
const REPLACEMENT: char = '\u{FFFD}';
/// Most marks on one base character. Vowel signs, tones and cantillation need up to four;
/// towers of dozens paint over the neighbouring lines.
const MARKS_MAX: usize = 4;
/// Most joined parts of one emoji. The longest in use, a kiss with two skin tones, joins three times.
const JOINS_MAX: usize = 8;

const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';
const BLACK_FLAG: char = '\u{1F3F4}';

/// One line: controls become `�`, tabs and line breaks a space, invisible tricks vanish.
#[must_use]
pub fn clean_line(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| (0x20..0x7F).contains(&byte);
    if text.len() <= LINE_MAX && text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let cleaned = clean(text, ' ', LINE_MAX);
    if cleaned == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(cleaned)
    }
}

/// Several lines, separated by `\n`: as [`clean_line`], but line breaks stay.
#[must_use]
pub fn clean_block(text: &str) -> String {
    clean(text, '\n', BLOCK_MAX)
}

/// Pasted text for a single-line field: as [`clean_line`], without truncation.
#[must_use]
pub fn clean_typed_line(text: &str) -> String {
    clean(text, ' ', usize::MAX)
}

/// Pasted text for a multi-line field: as [`clean_block`], without truncation.
#[must_use]
pub fn clean_typed_block(text: &str) -> String {
    clean(text, '\n', usize::MAX)
}

/// Whether a character shows nothing of itself: a control, a line break, or a mere direction to others.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    is_unprintable(character)
        || is_invisible(character)
        || matches!(character, '\u{2028}' | '\u{2029}')
}

/// The state of the cleaner.
#[derive(Default)]
struct Tail {
    last: Option<char>,
    /// Marks since the last base character.
    marks: usize,
    /// Joiners since the last character that was not joined to its predecessor.
    joins: usize,
    /// Tag characters since the last black flag.
    tags: usize,
}

fn clean(text: &str, line_break: char, max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max.saturating_mul(4)));
    let mut tail = Tail::default();
    let mut characters = text.chars().peekable();
    let mut count = 0;
    while let Some(character) = characters.next() {
        if character == '\r' && characters.peek() == Some(&'\n') {
            continue;
        }
        let Some(shown) = tail.judge(character, characters.peek().copied(), line_break) else {
            continue;
        };
        if count == max {
            out.push_str(MORE);
            break;
        }
        count += 1;
        out.push(shown);
    }
    out
}

impl Tail {
    /// The replacement of a character, if any.
    fn judge(&mut self, character: char, next: Option<char>, line_break: char) -> Option<char> {
        let shown = match character {
            '\t' => ' ',
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => line_break,
            // A run of control characters has one replacement.
            _ if is_unprintable(character) => {
                if self.last == Some(REPLACEMENT) {
                    return None;
                }
                REPLACEMENT
            }
            ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER => return self.joiner(character, next),
            _ if is_tag(character) => return self.tag(character),
            '\u{FE0E}' | '\u{FE0F}' => return self.selector(character),
            _ if is_invisible(character) => return None,
            _ => character,
        };
        if shown.width() == Some(0) {
            // Without a base character a mark would combine with the character before the text.
            let based = !matches!(self.last, None | Some('\n'));
            if !based || self.marks == MARKS_MAX {
                return None;
            }
            self.marks += 1;
        } else {
            self.marks = 0;
            if self.last != Some(ZERO_WIDTH_JOINER) && !is_skin_tone(shown) {
                self.joins = 0;
            }
            self.tags = 0;
        }
        self.last = Some(shown);
        Some(shown)
    }

    /// Joiners are needed inside emoji and in the scripts that shape by them, and nowhere else.
    fn joiner(&mut self, character: char, next: Option<char>) -> Option<char> {
        let last = self.last?;
        let shapes = is_joining_script(last) && next.is_some_and(is_joining_script);
        let glues = character == ZERO_WIDTH_JOINER
            && (is_emoji(last) || last == '\u{FE0F}')
            && next.is_some_and(is_emoji)
            && self.joins < JOINS_MAX;
        if !shapes && !glues {
            return None;
        }
        if glues {
            self.joins += 1;
        }
        self.last = Some(character);
        Some(character)
    }

    /// Text or emoji presentation of the character before.
    fn selector(&mut self, character: char) -> Option<char> {
        let last = self.last?;
        let takes_one = is_emoji(last) || matches!(last, '#' | '*' | '0'..='9');
        if !takes_one {
            return None;
        }
        self.last = Some(character);
        Some(character)
    }

    /// Tag characters spell the region of a flag (England, Scotland, Wales), and nothing else.
    fn tag(&mut self, character: char) -> Option<char> {
        let in_flag = match self.last? {
            BLACK_FLAG => true,
            '\u{E0020}'..='\u{E007E}' => (1..JOINS_MAX).contains(&self.tags),
            _ => false,
        };
        if !in_flag {
            return None;
        }
        self.tags += 1;
        self.last = Some(character);
        Some(character)
    }
}

/// C0, DEL, C1 and code points that are no characters.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{FDD0}'..='\u{FDEF}')
        || (character as u32) & 0xFFFE == 0xFFFE
}

/// Characters that show nothing, or only move others: bidi controls, zero-width spaces, fillers,
/// invisible operators, annotation marks, unneeded variation selectors.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0D}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Scripts whose letters change shape around a joiner: Arabic and its kin, the Indic family,
/// Myanmar, Khmer, Mongolian.
fn is_joining_script(character: char) -> bool {
    matches!(
        character,
        '\u{600}'..='\u{8FF}'
            | '\u{900}'..='\u{DFF}'
            | '\u{F00}'..='\u{109F}'
            | '\u{1780}'..='\u{18AF}'
            | '\u{FB50}'..='\u{FDCF}'
            | '\u{FE70}'..='\u{FEFC}'
    )
}

/// Characters that spell the region of a flag (England, Scotland, Wales).
fn is_tag(character: char) -> bool {
    matches!(character, '\u{E0020}'..='\u{E007F}')
}

fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

/// Characters that may be part of an emoji, by block.
fn is_emoji(character: char) -> bool {
    matches!(
        character,
        '\u{A9}'
            | '\u{AE}'
            | '\u{203C}'
            | '\u{2049}'
            | '\u{2100}'..='\u{2BFF}'
            | '\u{3030}'
            | '\u{303D}'
            | '\u{3297}'
            | '\u{3299}'
            | '\u{1F000}'..='\u{1FAFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    #[test]
    fn plain_text_is_unchanged() {
        for text in [
            "",
            "Weekend Volunteers",
            "Café São Paulo",
            "متطوعون القاهرة",
            "東京オフィス",
            "क्षत्रिय",
            "می\u{200C}خواهم",
            "ക\u{D4D}\u{200D}ഷ",
            "👨‍👩‍👧‍👦 family",
            "👩🏽‍❤️‍💋‍👨🏿",
            "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} fans",
            "1️⃣ first",
            "❤️",
            "🇮🇩 Jakarta",
            "שָׁלוֹם",
        ] {
            assert!(
                matches!(clean_line(text), Cow::Borrowed(same) if same == text),
                "{text:?} became {:?}",
                clean_line(text)
            );
        }
    }

    #[test]
    fn controls_become_visible() {
        for (raw, shown) in [
            ("a\u{1b}[31mred", "a\u{FFFD}[31mred"),
            ("\u{9b}2J", "\u{FFFD}2J"),
            ("bell\u{7}\u{8}\u{7f}!", "bell\u{FFFD}!"),
            ("a\tb\r\nc\nd\u{2028}e", "a b c d e"),
        ] {
            assert_eq!(clean_line(raw), shown);
        }
        assert_eq!(clean_block("a\tb\r\nc\u{1b}\n\nd"), "a b\nc\u{FFFD}\n\nd");
    }

    #[test]
    fn invisible_tricks_vanish() {
        for (raw, shown) in [
            ("abc\u{202e}gpj.exe", "abcgpj.exe"),
            ("\u{2067}a\u{2069}\u{200f}\u{61c}", "a"),
            ("ad\u{200b}m\u{2060}i\u{feff}n", "admin"),
            ("ad\u{200d}mi\u{200c}n", "admin"),
            ("x\u{e0041}\u{fe0f}y", "xy"),
            ("\u{3164}\u{2800}", ""),
        ] {
            assert_eq!(clean_line(raw), shown);
        }
    }

    #[test]
    fn stacked_combining_marks_are_limited() {
        let tower = format!("e{}x", "\u{301}".repeat(50));
        assert_eq!(
            clean_line(&tower),
            format!("e{}x", "\u{301}".repeat(MARKS_MAX))
        );
        assert_eq!(clean_line("\u{301}a"), "a");
        assert_eq!(clean_block("a\n\u{301}b"), "a\nb");
        let chain = vec!["👩"; 40].join("\u{200d}");
        let longest = clean_line(&chain)
            .graphemes(true)
            .map(|grapheme| grapheme.chars().count())
            .max();
        assert_eq!(longest, Some(2 * JOINS_MAX + 1));
    }

    #[test]
    fn very_long_values_are_cut_with_a_marker() {
        let line = clean_line(&"a".repeat(1_000_000)).into_owned();
        assert_eq!(line.chars().count(), LINE_MAX + 1);
        assert!(line.ends_with(MORE));
        let block = clean_block(&"é\n".repeat(1_000_000));
        assert_eq!(block.chars().count(), BLOCK_MAX + 1);
        assert!(block.ends_with(MORE));
    }

    fn harmless(character: char) -> bool {
        !character.is_control()
            && !matches!(
                character,
                '\u{61c}'
                    | '\u{200b}'
                    | '\u{200e}'
                    | '\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
            )
    }

    pub(super) fn hostile() -> impl Strategy<Value = String> {
        let nasty = prop::sample::select(vec![
            "\u{1b}[2J",
            "\u{202e}",
            "\u{200d}",
            "\u{200c}",
            "\u{301}\u{301}\u{301}",
            "\u{fe0f}",
            "👩",
            "🏴\u{e0067}",
            "\r\n",
            "\t",
            "東",
            "ل",
            "ा",
        ])
        .prop_map(str::to_owned);
        prop::collection::vec(prop_oneof![nasty, any::<String>()], 0..12)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn nothing_harmful_passes(text in hostile()) {
            let line = clean_line(&text);
            prop_assert!(line.chars().all(harmless), "{line:?}");
            let block = clean_block(&text);
            prop_assert!(block.chars().all(|c| c == '\n' || harmless(c)), "{block:?}");
        }

        #[test]
        fn cleaning_is_idempotent(text in hostile()) {
            let once = clean_line(&text).into_owned();
            prop_assert_eq!(clean_line(&once), once.as_str());
        }
    }
}
