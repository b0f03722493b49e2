//! A query split into words, each prepared for the search in a block of rows.

use super::align::{Aligner, Letter, SWAPPED_MIN, find_swapped, holds_in_order, name_letters};
use super::block::Block;
use super::letters::{begins_word_at, bit, bit_is_its_own, ends_word_at};
use super::score::{FoundIn, Score, Stand};
use crate::names::folded;
use memchr::memmem::Finder;

/// Words of a query beyond this many are ignored.
const WORDS_MAX: usize = 8;
/// Letters of a word beyond this many are ignored.
const WORD_MAX: usize = 64;
/// Points for the start of a word in a description.
const DESCRIPTION_START: u16 = 10;

/// If at most one text in this many may contain a word, texts are read one by one, otherwise sequentially.
const SELDOM: usize = 8;

/// Minimum digits of a phone number: a query of `+`, digits and separators.
const PHONE_MIN: usize = 3;

/// The folded words of a query. A phone number is one word.
pub(super) fn words(query: &str) -> Vec<String> {
    let folded = folded(query);
    phone(folded.trim()).map_or_else(|| split(&folded), |phone| vec![phone])
}

/// `+447700900951` of `+44 7700 900-951`.
fn phone(query: &str) -> Option<String> {
    let number = query.strip_prefix('+')?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_phone = digits.len() >= PHONE_MIN
        && (number.chars()).all(|sign| sign.is_ascii_digit() || " -()./".contains(sign));
    is_phone.then(|| format!("+{digits}").chars().take(WORD_MAX).collect())
}

fn split(folded: &str) -> Vec<String> {
    folded
        .split_whitespace()
        .take(WORDS_MAX)
        .map(|word| word.chars().take(WORD_MAX).collect())
        .collect()
}

/// Whether a word may match scattered letters of a name. Numbers and single letters match only literally.
pub(super) fn may_be_scattered(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().any(char::is_alphabetic)
}

/// One word of a query.
#[derive(Debug)]
pub(super) struct Word {
    text: String,
    finder: Finder<'static>,
    /// The bits of all its letters, and the bit of the first.
    bits: u64,
    first: u64,
    /// A single letter with a bit of its own, so that the bits alone decide.
    by_bits: bool,
    /// At most three letters: a scattered match must begin at the start of a word.
    short: bool,
    scattered: Option<Aligner>,
    /// The bits of the first two letters: with these swapped, the second one begins the word.
    first_two: u64,
    /// The finder for JIDs and numbers, without the plus sign, which they do not contain.
    in_jid: Option<Finder<'static>>,
    /// Whether it begins a word of each account's name; empty if it begins none.
    accounts: Vec<bool>,
    /// The letters of the current name.
    name: Vec<Letter>,
    /// The rows to search next.
    rows: Vec<u16>,
}

impl Word {
    pub(super) fn new(text: &str, accounts: &[String]) -> Self {
        let letters = text.chars().count();
        let names_account = |name: &String| {
            let mut places = name.match_indices(text);
            // One letter begins a word of almost every name, so it must be the whole word.
            places.any(|(at, _)| {
                begins_word_at(name, at) && (letters > 1 || ends_word_at(name, at + text.len()))
            })
        };
        let accounts: Vec<bool> = accounts.iter().map(names_account).collect();
        let number = text.strip_prefix('+').unwrap_or(text);
        let in_jid = number.bytes().any(|byte| byte.is_ascii_digit())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-'));
        Self {
            finder: Finder::new(text.as_bytes()).into_owned(),
            bits: text.chars().fold(0, |bits, letter| bits | bit(letter)),
            first: text.chars().next().map_or(0, bit),
            by_bits: letters == 1 && text.chars().all(bit_is_its_own),
            short: letters <= 3,
            scattered: may_be_scattered(text).then(|| Aligner::new(text)),
            first_two: text
                .chars()
                .take(2)
                .fold(0, |bits, letter| bits | bit(letter)),
            in_jid: in_jid.then(|| Finder::new(number.as_bytes()).into_owned()),
            accounts: if accounts.contains(&true) {
                accounts
            } else {
                Vec::new()
            },
            name: Vec::new(),
            rows: Vec::new(),
            text: text.to_owned(),
        }
    }

    /// The length in bytes: longer words match fewer rows.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Scores the given `rows` (ascending) of a block in `best`, which has an element for each row of the
    /// block, [`Score::NONE`] at first.
    pub(super) fn look(&mut self, block: &Block, rows: &[u16], best: &mut [Score]) {
        if self.by_bits {
            self.look_at_bits(block, rows, best);
        } else {
            self.look_in_names(block, rows, best);
            self.look_for_scattered(block, best);
            self.look_in_descriptions(block, rows, best);
        }
        if let Some(number) = self.in_jid.take() {
            self.choose(rows, |row| best[row] == Score::NONE);
            block.jids.scan(&number, &self.rows, |row, _| {
                best[row] = Score::new(FoundIn::Jid, 0);
                false
            });
            self.in_jid = Some(number);
        }
        if !self.accounts.is_empty() {
            self.look_at_accounts(block, rows, best);
        }
    }

    fn look_at_accounts(&self, block: &Block, rows: &[u16], best: &mut [Score]) {
        for row in rows.iter().map(|row| usize::from(*row)) {
            let account = usize::from(block.accounts[row]);
            if best[row] == Score::NONE && self.accounts.get(account) == Some(&true) {
                best[row] = Score::new(FoundIn::Account, 0);
            }
        }
    }

    fn choose(&mut self, rows: &[u16], chosen: impl Fn(usize) -> bool) {
        self.rows.clear();
        self.rows
            .extend(rows.iter().copied().filter(|row| chosen(usize::from(*row))));
    }

    fn look_at_bits(&self, block: &Block, rows: &[u16], best: &mut [Score]) {
        let (names, descriptions) = (&block.names, &block.descriptions);
        for row in rows.iter().map(|row| usize::from(*row)) {
            best[row] = if names.initial(row, self.bits) {
                let text = names.texts().get(row);
                let stand = Stand {
                    first: text.starts_with(&self.text),
                    begins: true,
                    ends: names.alone(row, self.bits),
                    last: text.len() == self.text.len(),
                };
                Score::new(FoundIn::Name, stand.points())
            } else if names.any(row, self.bits) {
                Score::new(FoundIn::Name, Stand::INSIDE.points())
            } else if descriptions.initial(row, self.bits) {
                Score::new(FoundIn::Description, DESCRIPTION_START)
            } else if descriptions.any(row, self.bits) {
                Score::new(FoundIn::Description, 0)
            } else {
                Score::NONE
            };
        }
    }

    fn look_in_names(&mut self, block: &Block, rows: &[u16], best: &mut [Score]) {
        let bits = self.bits;
        self.choose(rows, |row| block.names.any(row, bits));
        block
            .names
            .texts()
            .scan(&self.finder, &self.rows, |row, at| {
                let stand = Stand::of(self.text.len(), block.names.texts().get(row), at);
                best[row] = best[row].max(Score::new(FoundIn::Name, stand.points()));
                !stand.begins
            });
    }

    /// Continues with the rows that [`Self::look_in_names`] chose.
    fn look_for_scattered(&mut self, block: &Block, best: &mut [Score]) {
        let Some(aligner) = &mut self.scattered else {
            return;
        };
        for row in self.rows.iter().map(|row| usize::from(*row)) {
            if best[row] != Score::NONE || self.short && !block.names.initial(row, self.first) {
                continue;
            }
            let name = block.names.texts().get(row);
            if holds_in_order(name, &self.text) {
                name_letters(name, &mut self.name);
                if let Some(cost) = aligner.cost(&self.name) {
                    best[row] = Score::aligned(cost, aligner.budget());
                    continue;
                }
            }
            let may_be_swapped =
                aligner.word().len() >= SWAPPED_MIN && block.names.initial(row, self.first_two);
            if may_be_swapped && find_swapped(name, aligner.word()).is_some() {
                best[row] = Score::swapped();
            }
        }
    }

    fn look_in_descriptions(&mut self, block: &Block, rows: &[u16], best: &mut [Score]) {
        let bits = self.bits;
        self.choose(rows, |row| {
            best[row].is_below(FoundIn::Description) && block.descriptions.any(row, bits)
        });
        if self.rows.len() > rows.len() / SELDOM {
            self.choose(rows, |row| best[row].is_below(FoundIn::Description));
        }
        block
            .descriptions
            .texts()
            .scan(&self.finder, &self.rows, |row, at| {
                let begins = begins_word_at(block.descriptions.texts().get(row), at);
                let points = if begins { DESCRIPTION_START } else { 0 };
                best[row] = Score::new(FoundIn::Description, points);
                // Only the first occurrence counts.
                false
            });
    }
}
