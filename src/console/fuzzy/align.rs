//! Alignment of a word with letters scattered over a name: cost and positions.
//!
//! Every gap between the letters has a cost: low if the next letter begins a word ("weekvol" in
//! "Weekend Volunteers"), higher within a word, growing with the number of skipped letters ("wkd").
//! The cheapest alignment counts; beyond a budget the letters are there by chance, so it is no match.

use super::letters::begins_word;
use std::ops::Range;

/// Letters of a name beyond this many are ignored.
pub(super) const NAME_MAX: usize = 256;
/// The first letter is within a word.
const COST_FIRST_INSIDE: u16 = 9;
/// A gap up to the start of a word, of any width.
const COST_TO_START: u16 = 1;
/// A gap that ends within a word; each skipped letter adds 1.
const COST_INSIDE: u16 = 5;
/// An alignment must cost less than this times the letters of the word.
const BUDGET: u16 = 5;
const IMPOSSIBLE: u16 = u16::MAX / 2;

/// Alignments below this cost have only gaps up to starts of words.
pub(super) const ABBREVIATION: u16 = COST_INSIDE + 1;

/// A folded letter of a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub letter: char,
    pub begins_word: bool,
}

/// Appends a letter of a name to those before it.
pub(super) fn push_letter(letters: &mut Vec<Letter>, letter: char) {
    let before = letters.last().map(|before| before.letter);
    letters.push(Letter {
        letter,
        begins_word: begins_word(before, letter),
    });
}

/// The first [`NAME_MAX`] letters of a folded name.
pub(super) fn name_letters(name: &str, letters: &mut Vec<Letter>) {
    letters.clear();
    for letter in name.chars().take(NAME_MAX) {
        push_letter(letters, letter);
    }
}

/// Aligns names with a word; reuses its memory from name to name.
#[derive(Debug, Clone)]
pub(super) struct Aligner {
    word: Vec<char>,
    /// A row for each letter of the word, a column for each letter of the name: the cost of the cheapest
    /// alignment that ends with this pair.
    costs: Vec<u16>,
}

impl Aligner {
    pub(super) fn new(word: &str) -> Self {
        Self {
            word: word.chars().collect(),
            costs: Vec::new(),
        }
    }

    pub(super) fn word(&self) -> &[char] {
        &self.word
    }

    /// The exclusive upper limit of costs.
    pub(super) fn budget(&self) -> u16 {
        BUDGET * self.word.len() as u16
    }

    /// The cost of the cheapest alignment, if below the budget.
    pub(super) fn cost(&mut self, name: &[Letter]) -> Option<u16> {
        let width = name.len();
        let budget = self.budget();
        self.costs.clear();
        self.costs.resize(width * self.word.len(), IMPOSSIBLE);
        let mut cheapest = IMPOSSIBLE;
        for (nth, wanted) in self.word.iter().enumerate() {
            let (above, row) = self.costs.split_at_mut(nth * width);
            let above = &above[nth.saturating_sub(1) * width..];
            cheapest = if nth == 0 {
                first_row(*wanted, name, row)
            } else {
                next_row(*wanted, name, above, row)
            };
            if cheapest >= budget {
                return None;
            }
        }
        Some(cheapest)
    }

    /// The positions in the name of the cheapest alignment, from the last to the first; empty if there
    /// is none.
    pub(super) fn places(&mut self, name: &[Letter]) -> Vec<usize> {
        let Some(cheapest) = self.cost(name).filter(|_| !name.is_empty()) else {
            return Vec::new();
        };
        let mut rows = self.costs.chunks(name.len()).rev();
        let end = rows
            .next()
            .and_then(|row| row.iter().position(|cost| *cost == cheapest));
        let mut places: Vec<usize> = end.into_iter().collect();
        let mut cost = cheapest;
        for row in rows {
            let Some(at) = places.last().copied() else {
                break;
            };
            let before = (0..at)
                .rev()
                .find(|before| row[*before] + gap(*before, at, name[at].begins_word) == cost);
            let Some(before) = before else { break };
            cost = row[before];
            places.push(before);
        }
        places
    }
}

/// The cost of the gap between two aligned letters of the name.
fn gap(before: usize, at: usize, begins_word: bool) -> u16 {
    match at - before - 1 {
        0 => 0,
        _ if begins_word => COST_TO_START,
        left_out => COST_INSIDE + left_out as u16,
    }
}

/// Fills the row of the word's first letter; returns its least cost.
fn first_row(wanted: char, name: &[Letter], row: &mut [u16]) -> u16 {
    let mut least = IMPOSSIBLE;
    for (cost, letter) in row.iter_mut().zip(name) {
        if letter.letter == wanted {
            *cost = if letter.begins_word {
                0
            } else {
                COST_FIRST_INSIDE
            };
            least = least.min(*cost);
        }
    }
    least
}

/// Fills the row of a later letter from the row above; returns its least cost.
fn next_row(wanted: char, name: &[Letter], above: &[u16], row: &mut [u16]) -> u16 {
    let mut least = IMPOSSIBLE;
    // The least cost above that leaves a gap up to here, without and with the skipped letters.
    let (mut plain, mut inside) = (IMPOSSIBLE, IMPOSSIBLE);
    let mut beside = IMPOSSIBLE;
    for ((cost, letter), next) in row.iter_mut().zip(name).zip(above) {
        if letter.letter == wanted {
            let gapped = if letter.begins_word {
                plain + COST_TO_START
            } else {
                inside + COST_INSIDE
            };
            *cost = beside.min(gapped).min(IMPOSSIBLE);
            least = least.min(*cost);
        }
        plain = plain.min(beside);
        inside = inside.min(beside).saturating_add(1).min(IMPOSSIBLE);
        beside = *next;
    }
    least
}

/// Minimum letters of a word for a match with two letters swapped.
pub(super) const SWAPPED_MIN: usize = 4;

/// The byte range in the name, at the start of a word, that is `word` with two adjacent letters swapped.
pub(super) fn find_swapped(name: &str, word: &[char]) -> Option<Range<usize>> {
    if word.len() < SWAPPED_MIN {
        return None;
    }
    let mut before = None;
    for (at, letter) in name.char_indices() {
        let begins = word[..2].contains(&letter) && begins_word(before, letter);
        before = Some(letter);
        if begins && let Some(length) = swapped_length(&name[at..], word) {
            return Some(at..at + length);
        }
    }
    None
}

/// The length in bytes of `word` with two adjacent letters swapped, if the text begins with that.
fn swapped_length(text: &str, word: &[char]) -> Option<usize> {
    let mut letters = text.chars();
    let mut next = 0;
    let mut swapped = false;
    while next < word.len() {
        let letter = letters.next()?;
        if letter == word[next] {
            next += 1;
            continue;
        }
        let other = *word.get(next + 1)?;
        if swapped || letter != other || letters.next()? != word[next] {
            return None;
        }
        swapped = true;
        next += 2;
    }
    swapped.then(|| text.len() - letters.as_str().len())
}

/// Whether `word` is a subsequence of `name`, by bytes.
pub(super) fn holds_in_order(name: &str, word: &str) -> bool {
    let mut name = name.bytes();
    word.bytes().all(|wanted| name.any(|byte| byte == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(name: &str) -> Vec<Letter> {
        let mut letters = Vec::new();
        name_letters(name, &mut letters);
        letters
    }

    #[test]
    fn gaps_before_a_word_start_cost_less() {
        let cost = |word: &str, name: &str| Aligner::new(word).cost(&letters(name));
        assert_eq!(cost("week", "weekend"), Some(0));
        assert_eq!(cost("wv", "weekend volunteers"), Some(1));
        assert_eq!(cost("weekvol", "weekend volunteers"), Some(1));
        assert_eq!(cost("wkd", "weekend"), Some(14));
        assert_eq!(cost("dv", "weekend volunteers"), None);
        assert_eq!(cost("wr", "weekend volunteer"), None, "too far apart");
        assert_eq!(cost("xy", "weekend"), None);
        assert_eq!(cost("w", ""), None);
    }

    #[test]
    fn two_adjacent_letters_may_be_swapped() {
        let found = |word: &str, name: &str| {
            let word: Vec<char> = word.chars().collect();
            find_swapped(name, &word)
        };
        assert_eq!(found("chses", "chess club"), Some(0..5));
        assert_eq!(found("hcess", "the chess club"), Some(4..9));
        assert_eq!(found("clbu", "chess club"), Some(6..10));
        assert_eq!(found("мсоква", "москва"), Some(0..12));
        for (word, name) in [
            ("chess", "chess club"),
            ("hcses", "chess club"),
            ("hess", "chess club"),
            ("chsec", "ches"),
            ("chs", "chess"),
            ("", "chess"),
        ] {
            assert_eq!(found(word, name), None, "{word} in {name}");
        }
    }

    #[test]
    fn places_follow_the_cheapest_alignment() {
        let places = |word: &str, name: &str| Aligner::new(word).places(&letters(name));
        assert_eq!(places("wv", "weekend volunteers"), [8, 0]);
        assert_eq!(places("wkd", "weekend"), [6, 3, 0]);
        assert_eq!(places("vlybl", "volleyball"), [8, 6, 5, 3, 0]);
        assert!(places("zz", "weekend").is_empty());
        assert!(places("z", "").is_empty());
    }
}
