//! The size of letters at which a text fits into its box.
//!
//! The fonts of the machine that prints are not known, so the widths are estimates for wide fonts. The page breaks lines
//! wherever it has to, so that a wrong estimate costs a line and cuts nothing.

use crate::names::fit;
use crate::text::width;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation as _;

/// Height of a line, in sizes of its letters. The page uses the same number.
pub(super) const LINE: f64 = 1.4;
/// Between two sizes, in millimetres.
const STEP: f64 = 0.2;

/// A text with the size of its letters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted<'a> {
    pub text: Cow<'a, str>,
    /// In tenths of a millimetre.
    pub size: u32,
}

/// A box for a text, in millimetres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub width: f64,
    pub height: f64,
    /// Sizes of letters.
    pub largest: f64,
    pub smallest: f64,
}

impl Room {
    /// The largest size at which the whole text fits. What does not fit at the smallest one is shortened in the middle.
    pub(super) fn fit<'a>(&self, text: &'a str) -> Fitted<'a> {
        let mut size = self.largest;
        while size >= self.smallest {
            if self.holds(text, size) {
                return Fitted {
                    text: Cow::Borrowed(text),
                    size: tenths(size),
                };
            }
            size -= STEP;
        }
        let (mut least, mut most) = (1_usize, text.lines().map(width).sum::<usize>());
        while least < most {
            let middle = (least + most).div_ceil(2);
            if self.holds(&shortened(text, middle), self.smallest) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        Fitted {
            text: Cow::Owned(shortened(text, least)),
            size: tenths(self.smallest),
        }
    }

    fn holds(&self, text: &str, size: f64) -> bool {
        let room = self.width / size;
        let lines: usize = text.lines().map(|line| lines(line, room)).sum();
        lines as f64 * size * LINE <= self.height
    }
}

fn tenths(size: f64) -> u32 {
    (size * 10.0).round() as u32
}

/// A single line keeps its beginning and its end, a block its first lines.
fn shortened(text: &str, columns: usize) -> String {
    if !text.contains('\n') {
        return fit(text, columns).shown;
    }
    let mut left = columns;
    let mut kept = Vec::new();
    for line in text.lines() {
        let wide = width(line);
        if wide > left {
            kept.push(fit(line, left).shown);
            break;
        }
        left -= wide;
        kept.push(line.to_owned());
    }
    kept.join("\n")
}

/// Lines that a paragraph takes where a line has room for so many sizes of its letters.
fn lines(paragraph: &str, room: f64) -> usize {
    let (mut lines, mut used) = (1, 0.0);
    for word in paragraph.split_word_bounds() {
        let wide = em(word);
        if used + wide <= room {
            used += wide;
        } else if wide <= room {
            lines += 1;
            used = wide;
        } else {
            // On a line of its own, then broken anywhere.
            if used > 0.0 {
                lines += 1;
                used = 0.0;
            }
            for grapheme in word.graphemes(true) {
                let wide = em(grapheme);
                if used + wide > room {
                    lines += 1;
                    used = 0.0;
                }
                used += wide;
            }
        }
    }
    lines
}

/// An upper estimate of a text's width, in sizes of its letters.
fn em(text: &str) -> f64 {
    text.graphemes(true).map(grapheme).sum()
}

fn grapheme(text: &str) -> f64 {
    let Some(first) = text.chars().next() else {
        return 0.0;
    };
    match first {
        ' ' => 0.35,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.12,
        'A'..='Z' | '&' | '#' => 0.82,
        '\u{20}'..='\u{7E}' => 0.65,
        // Ligatures and conjuncts of other scripts are wider than one letter.
        _ if text.chars().count() > 1 => 1.4_f64.max(0.7 * text.chars().count().min(3) as f64),
        _ if width(text) == 0 => 0.0,
        // Ideographs and syllables fill a square; emoji are wider.
        '\u{2E80}'..='\u{FFEF}' if width(text) > 1 => 1.05,
        _ if width(text) > 1 => 1.4,
        _ => 1.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        width: 59.0,
        height: 13.0,
        largest: 5.5,
        smallest: 1.8,
    };

    #[test]
    fn letters_shrink_with_the_length_of_a_text() {
        let size = |text: &str| ROOM.fit(text).size;
        assert_eq!(size("Choir"), 55);
        assert!(size("Weekend Volunteers of the Northern District") < 55);
        assert!(size(&"x".repeat(60)) < size(&"x".repeat(20)));
        assert!(size(&"東".repeat(30)) < size(&"x".repeat(30)));
    }

    #[test]
    fn a_name_of_whatsapps_length_is_never_shortened() {
        for letter in ["W", "東", "ش", "क्ष", "👨‍👩‍👧", "x "] {
            let name: String = letter.repeat(100).chars().take(100).collect();
            let fitted = ROOM.fit(name.trim());
            assert_eq!(fitted.text, name.trim(), "{letter}");
        }
    }

    #[test]
    fn what_does_not_fit_is_shortened_in_the_middle() {
        let name = format!("Begin{}End", "W".repeat(1_000));
        let fitted = ROOM.fit(&name);
        assert!(fitted.text.starts_with("BeginWW") && fitted.text.ends_with("WWEnd"));
        assert!(
            fitted.text.contains('…') && fitted.text.chars().count() > 60,
            "{fitted:?}"
        );
        let block = "line\n".repeat(100);
        let fitted = ROOM.fit(&block);
        assert!(ROOM.holds(&fitted.text, ROOM.smallest), "{fitted:?}");
        assert!(fitted.text.starts_with("line\nline"), "{fitted:?}");
    }
}
