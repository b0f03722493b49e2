//! Which letters of a shown name the filter matched.

use super::align::{Aligner, Letter, NAME_MAX, find_swapped, push_letter};
use super::fold::fold_into;
use super::score::Stand;
use super::word::{may_be_scattered, words};
use std::cmp::Reverse;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A query, ready to mark names. Made once per frame, used for the rows that are shown.
#[derive(Debug)]
pub(crate) struct Highlighter {
    words: Vec<(String, Option<Aligner>)>,
    /// The name at hand, folded, as text and as letters.
    folded: String,
    letters: Vec<Letter>,
    /// For each letter the byte in the name where its character starts.
    origins: Vec<usize>,
}

impl Highlighter {
    #[must_use]
    pub(crate) fn new(query: &str) -> Self {
        Self {
            words: words(query)
                .into_iter()
                .map(|word| {
                    let aligner = may_be_scattered(&word).then(|| Aligner::new(&word));
                    (word, aligner)
                })
                .collect(),
            folded: String::new(),
            letters: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// Byte ranges of the matched letters in `name`: ascending, apart, on grapheme boundaries.
    pub(crate) fn ranges(&mut self, name: &str) -> Vec<Range<usize>> {
        if self.words.is_empty() {
            return Vec::new();
        }
        self.folded.clear();
        self.letters.clear();
        self.origins.clear();
        // What is folded together, such as a letter and its accent, lies within a grapheme.
        for (start, grapheme) in name.grapheme_indices(true) {
            let from = self.folded.len();
            fold_into(grapheme, &mut self.folded);
            for letter in self.folded[from..].chars() {
                push_letter(&mut self.letters, letter);
                self.origins.push(start);
            }
            if self.letters.len() >= NAME_MAX {
                break;
            }
        }
        let mut marked = Vec::new();
        for (word, aligner) in &mut self.words {
            if let Some(letters) = side_by_side(word, &self.folded) {
                marked.extend_from_slice(&self.origins[letters]);
            } else if let Some(aligner) = aligner {
                let places = aligner.places(&self.letters);
                if places.is_empty()
                    && let Some(bytes) = find_swapped(&self.folded, aligner.word())
                {
                    let letters = letters_of(&self.folded, bytes);
                    marked.extend_from_slice(&self.origins[letters]);
                }
                marked.extend(places.into_iter().map(|at| self.origins[at]));
            }
        }
        marked.sort_unstable();
        graphemes(name, &marked)
    }
}

/// The letters of the name where the whole word stands best, the first of equals.
fn side_by_side(word: &str, name: &str) -> Option<Range<usize>> {
    let (at, _) = name
        .match_indices(word)
        .min_by_key(|(at, _)| Reverse(Stand::of(word.len(), name, *at).points()))?;
    Some(letters_of(name, at..at + word.len()))
}

/// The letters that some bytes of a text hold.
fn letters_of(text: &str, bytes: Range<usize>) -> Range<usize> {
    let start = text[..bytes.start].chars().count();
    start..start + text[bytes].chars().count()
}

/// The graphemes that hold the marked bytes (ascending), neighbours joined.
fn graphemes(name: &str, marked: &[usize]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut marked = marked.iter().copied().peekable();
    for (start, grapheme) in name.grapheme_indices(true) {
        let end = start + grapheme.len();
        let mut hit = false;
        while marked.next_if(|at| *at < end).is_some() {
            hit = true;
        }
        if hit {
            match ranges.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => ranges.push(start..end),
            }
        }
    }
    ranges
}
