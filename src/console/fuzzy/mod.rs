//! Finding groups as one types: an index over name, description and JID.
//!
//! A query is words separated by spaces, and every word must be found: in the name or the
//! description as letters in this order that lie close together, or in the JID as a run of digits.
//! What was found in the name comes before what was found in the description, that before JIDs;
//! within that the better match first, and equals in the order of their rows.
//!
//! The texts are folded (see [`fold`]) when they are set, so a keystroke allocates nothing per row.
//! While a query grows, only the rows that its beginning left over are looked at again.

mod fold;
mod highlight;

pub use highlight::{Highlighter, highlight};

use fold::fold_into;
use frizbee::{CaseMatching, Config, Matcher, Matching, Scoring, SortStrategy};

/// Words of a query beyond this many are ignored.
const WORDS_MAX: usize = 8;
/// Letters of a word beyond this many are ignored.
const WORD_MAX: usize = 64;
/// Scores below this many hundredths of a word's plain score (all its letters side by side) are
/// letters that happen to be there.
const NAME_CLOSE: u32 = 50;
/// Long texts hold many letters by chance.
const DESCRIPTION_CLOSE: u32 = 65;

/// What a row is found by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub jid: &'a str,
}

/// A row that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub row: u32,
    /// Comparable within one search; higher is better.
    pub score: u32,
}

/// The folded texts of a row in one allocation.
#[derive(Debug, Clone)]
struct Entry {
    text: Box<str>,
    name_end: u32,
    description_end: u32,
}

impl Entry {
    fn new(fields: Fields<'_>) -> Self {
        let Fields {
            name,
            description,
            jid,
        } = fields;
        let mut text = String::with_capacity(name.len() + description.len() + jid.len());
        let mut end = |part: &str| {
            fold_into(part, &mut text);
            u32::try_from(text.len()).unwrap_or(u32::MAX)
        };
        let name_end = end(name);
        let description_end = end(description);
        end(jid);
        Self {
            text: text.into_boxed_str(),
            name_end,
            description_end,
        }
    }

    fn name(&self) -> &str {
        self.text.get(..self.name_end as usize).unwrap_or_default()
    }

    fn description(&self) -> &str {
        let span = self.name_end as usize..self.description_end as usize;
        self.text.get(span).unwrap_or_default()
    }

    fn jid(&self) -> &str {
        let span = self.description_end as usize..;
        self.text.get(span).unwrap_or_default()
    }
}

/// What the last search left for the next one.
#[derive(Debug, Clone, Default)]
struct Narrowed {
    words: Vec<String>,
    /// Rows in which every word is found, close together or not, in ascending order.
    rows: Vec<u32>,
}

/// The index. Rows are numbered from zero, as in the list that it mirrors.
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: Vec<Entry>,
    narrowed: Option<Narrowed>,
    /// Matches before they are sorted; kept for its capacity.
    found: Vec<Hit>,
}

impl Index {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Replaces everything.
    pub fn rebuild<'a>(&mut self, rows: impl IntoIterator<Item = Fields<'a>>) {
        self.narrowed = None;
        self.entries.clear();
        self.entries.extend(rows.into_iter().map(Entry::new));
    }

    /// Replaces one row, or adds one at the end; a row beyond the end is ignored.
    pub fn set(&mut self, row: usize, fields: Fields<'_>) {
        self.narrowed = None;
        let entry = Entry::new(fields);
        if row == self.entries.len() {
            self.entries.push(entry);
        } else if let Some(place) = self.entries.get_mut(row) {
            *place = entry;
        }
    }

    /// Takes a row out; those behind it move up.
    pub fn remove(&mut self, row: usize) {
        self.narrowed = None;
        if row < self.entries.len() {
            self.entries.remove(row);
        }
    }

    /// Fills `hits` with the rows that match, best first. An empty query matches every row, in order.
    pub fn search(&mut self, query: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        let words = words(query);
        if words.is_empty() {
            self.narrowed = None;
            let rows = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            hits.extend((0..rows).map(|row| Hit { row, score: 0 }));
            return;
        }
        let mut seekers: Vec<Seeker> = words.iter().map(|word| Seeker::new(word)).collect();
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        let before = self
            .narrowed
            .take()
            .filter(|before| extends(&before.words, &words));
        let mut rows = Vec::new();
        match before {
            Some(before) => {
                rows = before.rows;
                rows.retain(|row| {
                    self.entries
                        .get(*row as usize)
                        .is_some_and(|entry| look_at(entry, *row, &mut seekers, &mut found))
                });
            }
            None => {
                for (row, entry) in (0..).zip(&self.entries) {
                    if look_at(entry, row, &mut seekers, &mut found) {
                        rows.push(row);
                    }
                }
            }
        }
        sort(&found, hits);
        self.found = found;
        self.narrowed = Some(Narrowed { words, rows });
    }
}

/// The folded words of a query.
fn words(query: &str) -> Vec<String> {
    let mut folded = String::new();
    fold_into(query, &mut folded);
    folded
        .split_whitespace()
        .take(WORDS_MAX)
        .map(|word| word.chars().take(WORD_MAX).collect())
        .collect()
}

/// Whether everything that matches `after` also matches `before`.
fn extends(before: &[String], after: &[String]) -> bool {
    before.len() <= after.len()
        && before
            .iter()
            .zip(after)
            .all(|(before, after)| after.starts_with(before.as_str()))
}

/// Notes the row in `found` when it matches; says whether it stays a candidate for longer queries.
fn look_at(entry: &Entry, row: u32, seekers: &mut [Seeker], found: &mut Vec<Hit>) -> bool {
    let mut place = Place::Name;
    let mut score = 0;
    for seeker in seekers {
        match seeker.seek(entry) {
            Sought::Absent => return false,
            // Longer words may still be found: in the JID, or with a closer alignment.
            Sought::Scattered => place = Place::Nowhere,
            Sought::Found(where_, points) => {
                place = place.min(where_);
                score += points;
            }
        }
    }
    if place != Place::Nowhere {
        found.push(Hit {
            row,
            score: place as u32 * POINTS_MAX + score.min(POINTS_MAX - 1),
        });
    }
    true
}

/// Where a word was found, the better places greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Nowhere,
    Jid,
    Description,
    Name,
}

/// Points of one place end below this.
const POINTS_MAX: u32 = 4_096;

enum Sought {
    Absent,
    Scattered,
    Found(Place, u32),
}

/// One word of the query, ready to be looked for.
struct Seeker {
    fuzzy: Matcher,
    /// Only for words that a JID could hold.
    literal: Option<Matcher>,
    name_floor: u32,
    description_floor: u32,
}

impl Seeker {
    fn new(word: &str) -> Self {
        let config = config();
        let letters = u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
        let plain = letters.saturating_mul(u32::from(config.scoring.match_score));
        let in_jid = word.bytes().any(|byte| byte.is_ascii_digit())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-'));
        Self {
            fuzzy: Matcher::new(word, &config),
            literal: in_jid
                .then(|| Matcher::new(word, &config.clone().matching(Matching::Substring))),
            name_floor: plain * NAME_CLOSE / 100,
            description_floor: plain * DESCRIPTION_CLOSE / 100,
        }
    }

    fn seek(&mut self, entry: &Entry) -> Sought {
        let in_name = score(&mut self.fuzzy, entry.name());
        if let Some(points) = in_name.filter(|points| *points >= self.name_floor) {
            return Sought::Found(Place::Name, points);
        }
        let in_description = score(&mut self.fuzzy, entry.description());
        if let Some(points) = in_description.filter(|points| *points >= self.description_floor) {
            return Sought::Found(Place::Description, points);
        }
        if let Some(literal) = &mut self.literal
            && let Some(points) = score(literal, entry.jid())
        {
            return Sought::Found(Place::Jid, points);
        }
        if in_name.is_some() || in_description.is_some() {
            Sought::Scattered
        } else {
            Sought::Absent
        }
    }
}

fn score(matcher: &mut Matcher, text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    matcher
        .match_one(text, 0)
        .map(|found| u32::from(found.score))
}

/// Both sides are folded, so case says nothing any more.
fn config() -> Config {
    Config::default()
        .max_typos(Some(0))
        .casing(CaseMatching::Respect)
        .sort(SortStrategy::IndexAsc)
        .scoring(Scoring {
            matching_case_bonus: 0,
            capitalization_bonus: 0,
            ..Scoring::default()
        })
}

/// Best first, equals in the order they come in: a counting sort, because its time grows with the
/// number of matches only.
fn sort(found: &[Hit], sorted: &mut Vec<Hit>) {
    let Some(best) = found.iter().map(|hit| hit.score).max() else {
        return;
    };
    let worse = |hit: &Hit| (best - hit.score) as usize;
    let Some(span) = found.iter().map(worse).max() else {
        return;
    };
    let mut starts = vec![0_usize; span + 2];
    for hit in found {
        starts[worse(hit) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    sorted.resize(found.len(), Hit { row: 0, score: 0 });
    for hit in found {
        let place = &mut starts[worse(hit)];
        sorted[*place] = *hit;
        *place += 1;
    }
}

#[cfg(test)]
mod tests;
