//! The letters of a displayed name that the filter matched.

use super::align::{Aligner, Letter, NAME_MAX, find_swapped, push_letter};
use super::score::Stand;
use super::word::{may_be_scattered, words};
use crate::names::fold_into;
use std::cmp::Reverse;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A query prepared to mark names. Created once per frame, used for the visible rows.
#[derive(Debug)]
pub(crate) struct Highlighter {
    words: Vec<(String, Option<Aligner>)>,
    /// The current name, folded, as text and as letters.
    folded: String,
    letters: Vec<Letter>,
    /// For each letter, the byte offset in the name where its grapheme starts.
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

    /// Byte ranges of the matched letters in `name`: ascending, disjoint, on grapheme boundaries.
    pub(crate) fn ranges(&mut self, name: &str) -> Vec<Range<usize>> {
        if self.words.is_empty() {
            return Vec::new();
        }
        self.folded.clear();
        self.letters.clear();
        self.origins.clear();
        // Per grapheme, because it contains all characters that fold together, such as a letter and its accent.
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

impl Highlighter {
    /// The part of `text` around the first word of the query that it contains and that `name` does not: from where
    /// the name alone does not explain the match. At most about `letters` letters.
    pub(crate) fn snippet(&mut self, name: &str, text: &str, letters: usize) -> Option<String> {
        let mut folded_name = String::new();
        fold_into(name, &mut folded_name);
        let missing = |word: &&String| !folded_name.contains(word.as_str());
        let mut words = self.words.iter().map(|(word, _)| word).filter(missing);
        if text.is_empty() || words.clone().next().is_none() {
            return None;
        }
        // For each byte of the folded text the byte of the text where its grapheme starts.
        let (mut folded, mut origins) = (String::new(), Vec::new());
        for (start, grapheme) in text.grapheme_indices(true) {
            fold_into(grapheme, &mut folded);
            origins.resize(folded.len(), start);
        }
        let at = words.find_map(|word| folded.find(word.as_str()))?;
        let at = origins[at];
        let before = text[..at].grapheme_indices(true).rev().take(letters / 4);
        let start = before.last().map_or(at, |(start, _)| start);
        // From the start of a word, if one begins soon.
        let start = match text[start..at].find(' ') {
            Some(blank) if start > 0 => start + blank + 1,
            _ => start,
        };
        let part: String = text[start..].graphemes(true).take(letters).collect();
        let cut = if start > 0 { "…" } else { "" };
        Some(format!("{cut}{part}"))
    }
}

/// The letters of the best literal match of the word, the first of equals.
fn side_by_side(word: &str, name: &str) -> Option<Range<usize>> {
    let (at, _) = name
        .match_indices(word)
        .min_by_key(|(at, _)| Reverse(Stand::of(word.len(), name, *at).points()))?;
    Some(letters_of(name, at..at + word.len()))
}

/// The letter positions of a byte range.
fn letters_of(text: &str, bytes: Range<usize>) -> Range<usize> {
    let start = text[..bytes.start].chars().count();
    start..start + text[bytes].chars().count()
}

/// The graphemes that contain the marked bytes (ascending), adjacent ones joined.
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
