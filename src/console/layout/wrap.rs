//! Breaking texts into lines.
//!
//! Not `textwrap`, because it measures words by itself: a line has to fit by [`text::width`], which counts
//! joined emoji and flags as they are drawn here.

use crate::text::{self, MORE};
use unicode_segmentation::UnicodeSegmentation;

/// The text in lines of at most so many columns, broken between words where possible. Beyond `max`
/// lines it ends with [`MORE`]. Expects clean text; `\n` begins a new line.
#[must_use]
pub(crate) fn wrap(text: &str, columns: u16, max: usize) -> Vec<String> {
    let columns = usize::from(columns);
    if columns == 0 || max == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, columns, max, &mut lines);
        if lines.len() > max {
            break;
        }
    }
    if lines.len() > max {
        lines.truncate(max);
        if let Some(last) = lines.last_mut() {
            let cut = text::truncate_to_width(last.trim_end(), columns - 1);
            *last = format!("{}{MORE}", cut.trim_end_matches(MORE));
        }
    }
    lines
}

fn wrap_line(line: &str, columns: usize, max: usize, lines: &mut Vec<String>) {
    let mut current = String::new();
    let mut used = 0;
    for chunk in chunks(line) {
        let width = text::width(chunk);
        let hidden = chunk.trim().is_empty();
        if used + width > columns && used > 0 && (hidden || width <= columns) {
            lines.push(std::mem::take(&mut current).trim_end().to_owned());
            used = 0;
            if lines.len() > max {
                return;
            }
            if hidden {
                // Spaces at the end of a line are not carried over.
                continue;
            }
        }
        for grapheme in chunk.graphemes(true) {
            let width = text::width(grapheme);
            if used + width > columns && used > 0 {
                lines.push(std::mem::take(&mut current));
                used = 0;
            }
            current.push_str(grapheme);
            used += width;
        }
    }
    lines.push(current.trim_end().to_owned());
}

/// Pieces between which a line may break: at blanks, and between the words of scripts that are
/// written without any.
fn chunks(line: &str) -> impl Iterator<Item = &str> {
    let mut words = line.split_word_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (start, word) = words.next()?;
        let mut end = start + word.len();
        let mut last = word;
        while let Some((_, next)) = words.peek() {
            let hidden = |word: &str| word.trim().is_empty();
            let wide = |word: &str| text::width(word) > word.chars().count();
            if hidden(last) != hidden(next) || (wide(last) && wide(next)) {
                break;
            }
            end += next.len();
            last = next;
            words.next();
        }
        Some(&line[start..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_breaks_between_words_and_marks_the_cut() {
        assert_eq!(
            wrap("Meet at the north gate at 8.", 12, 9),
            ["Meet at the", "north gate", "at 8."]
        );
        assert_eq!(
            wrap("Meet at the north gate", 12, 1),
            [format!("Meet at the{MORE}")]
        );
        assert_eq!(
            wrap("it failed (request 17)", 21, 9),
            ["it failed (request", "17)"]
        );
        assert_eq!(wrap("one\n\ntwo", 9, 9), ["one", "", "two"]);
        assert_eq!(wrap("abcdefgh", 3, 9), ["abc", "def", "gh"]);
        assert_eq!(wrap("東京オフィス", 5, 9), ["東京", "オフ", "ィス"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long(text in "\\PC{0,60}", columns in 2_u16..30, max in 1_usize..5) {
            let lines = wrap(&text, columns, max);
            prop_assert!(lines.len() <= max);
            for line in lines {
                prop_assert!(text::width(&line) <= usize::from(columns), "{line:?}");
            }
        }
    }
}
