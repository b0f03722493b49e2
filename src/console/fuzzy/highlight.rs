//! Which letters of a shown name the filter matched.
//!
//! The matcher could tell them too, but that half of it would double the time of a build, and the
//! few dozen names on the screen can be aligned the plain way, by the same points.

use super::fold::fold_char;
use super::{NAME_CLOSE, config, words};
use frizbee::Scoring;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Letters of a name beyond this many are not marked.
const NAME_MAX: usize = 256;

/// A query, ready to mark names. Made once per frame, used for the rows that are shown.
#[derive(Debug)]
pub struct Highlighter {
    words: Vec<Vec<char>>,
    scoring: Scoring,
    /// The letters of the name at hand, folded, each with the byte where its character starts.
    letters: Vec<(char, usize)>,
}

impl Highlighter {
    #[must_use]
    pub fn new(query: &str) -> Self {
        Self {
            words: words(query)
                .iter()
                .map(|word| word.chars().collect())
                .collect(),
            scoring: config().scoring,
            letters: Vec::new(),
        }
    }

    /// Byte ranges of the matched letters in `name`: ascending, apart, on grapheme boundaries.
    pub fn ranges(&mut self, name: &str) -> Vec<Range<usize>> {
        self.letters.clear();
        if self.words.is_empty() {
            return Vec::new();
        }
        for (start, character) in name.char_indices().take(NAME_MAX) {
            fold_char(character, |letter| self.letters.push((letter, start)));
        }
        let mut marked: Vec<usize> = self
            .words
            .iter()
            .flat_map(|word| align(word, &self.letters, &self.scoring))
            .map(|at| self.letters[at].1)
            .collect();
        marked.sort_unstable();
        graphemes(name, &marked)
    }
}

/// The best way to a letter of the word at a letter of the name.
#[derive(Clone, Copy)]
struct Step {
    points: i32,
    /// Where the letter before stands.
    before: usize,
}

/// Where the letters of `word` stand in `name`, aligned for the most points (from the last to the
/// first); empty where they are missing or too far apart.
fn align(word: &[char], name: &[(char, usize)], scoring: &Scoring) -> Vec<usize> {
    let plain = i32::from(scoring.match_score);
    let open = i32::from(scoring.gap_open_penalty);
    let extend = i32::from(scoring.gap_extend_penalty);
    let bonus = |at: usize| match at.checked_sub(1).map(|before| name[before].0) {
        None => i32::from(scoring.prefix_bonus),
        Some(before) if !before.is_alphanumeric() => i32::from(scoring.delimiter_bonus),
        Some(_) => 0,
    };
    let mut steps: Vec<Vec<Option<Step>>> = Vec::with_capacity(word.len());
    for (nth, wanted) in word.iter().enumerate() {
        let previous = nth.checked_sub(1).map(|nth| &steps[nth]);
        // The best step of the letter before that leaves a gap, with the gap's cost so far.
        let mut gapped: Option<Step> = None;
        let mut row = vec![None; name.len()];
        for (at, (letter, _)) in name.iter().enumerate() {
            let arrive = match previous {
                None => Some(Step {
                    points: 0,
                    before: 0,
                }),
                Some(previous) => {
                    let adjacent = at
                        .checked_sub(1)
                        .and_then(|before| better(previous[before], before, 0));
                    gapped = gapped.map(|step| Step {
                        points: step.points - extend,
                        ..step
                    });
                    let opened = at
                        .checked_sub(2)
                        .and_then(|before| better(previous[before], before, open));
                    gapped = best(gapped, opened);
                    best(gapped, adjacent)
                }
            };
            if letter == wanted {
                row[at] = arrive.map(|step| Step {
                    points: step.points + plain + bonus(at),
                    ..step
                });
            }
        }
        steps.push(row);
    }
    let floor = i32::try_from(word.len())
        .unwrap_or(i32::MAX)
        .saturating_mul(plain)
        / 100
        * i32::try_from(NAME_CLOSE).unwrap_or(100);
    trace(&steps, floor)
}

fn better(step: Option<Step>, at: usize, cost: i32) -> Option<Step> {
    step.map(|step| Step {
        points: step.points - cost,
        before: at,
    })
}

fn best(one: Option<Step>, other: Option<Step>) -> Option<Step> {
    match (one, other) {
        (Some(one), Some(other)) if one.points > other.points => Some(one),
        (one, None) => one,
        (_, other) => other,
    }
}

fn trace(steps: &[Vec<Option<Step>>], floor: i32) -> Vec<usize> {
    let end = steps.last().and_then(|row| {
        row.iter()
            .enumerate()
            .filter_map(|(at, step)| step.map(|step| (at, step.points)))
            // The first of equals.
            .rev()
            .max_by_key(|(_, points)| *points)
    });
    let Some((mut at, _)) = end.filter(|(_, points)| *points >= floor) else {
        return Vec::new();
    };
    let mut places = vec![at];
    for row in steps.iter().skip(1).rev() {
        let Some(step) = row[at] else { break };
        at = step.before;
        places.push(at);
    }
    places
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

/// The matched letters of a single name; see [`Highlighter::ranges`].
#[must_use]
pub fn highlight(query: &str, name: &str) -> Vec<Range<usize>> {
    Highlighter::new(query).ranges(name)
}
