//! Scores of matches.

use super::align::ABBREVIATION;
use super::letters::{begins_word_at, ends_word_at};

/// Where a word was found; better places compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FoundIn {
    Account = 1,
    Jid,
    /// In the name, with letters skipped within its words.
    Scattered,
    Description,
    /// In the name, literally or as an abbreviation of its words.
    Name,
}

/// The score of a word in a row: the place first, then the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score(u16);

/// Exclusive upper limit of the points of all words of a query.
const POINTS_MAX: u16 = 1 << 10;

/// The bonus of a name that equals the query, and of one that begins with it.
pub(super) const WHOLE_NAME: u32 = 2 * POINTS_MAX as u32;
pub(super) const WHOLE_START: u32 = POINTS_MAX as u32;

/// The position of a literal match in a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    /// At the start of the name.
    pub first: bool,
    /// At the start of a word.
    pub begins: bool,
    /// Up to the end of a word.
    pub ends: bool,
    /// Up to the end of the name.
    pub last: bool,
}

impl Stand {
    pub(super) const INSIDE: Self = Self {
        first: false,
        begins: false,
        ends: false,
        last: false,
    };

    /// The position of the `length` bytes at `at` in `text`; both on character boundaries.
    pub(super) fn of(length: usize, text: &str, at: usize) -> Self {
        let end = at + length;
        Self {
            first: at == 0,
            begins: begins_word_at(text, at),
            ends: ends_word_at(text, end),
            last: end == text.len(),
        }
    }

    pub(super) fn points(self) -> u16 {
        match self {
            Self {
                first: true,
                last: true,
                ..
            } => 70,
            Self {
                first: true,
                ends: true,
                ..
            } => 60,
            Self { first: true, .. } => 50,
            Self {
                begins: true,
                ends: true,
                ..
            } => 45,
            Self { begins: true, .. } => 40,
            _ => 20,
        }
    }
}

impl Score {
    pub(super) const NONE: Self = Self(0);
    /// The score of a row before the first word.
    pub(super) const BEST: Self = Self(FoundIn::Name as u16 * POINTS_MAX);

    pub(super) fn new(found_in: FoundIn, points: u16) -> Self {
        Self(found_in as u16 * POINTS_MAX + points.min(POINTS_MAX - 1))
    }

    /// The score of an alignment; `cost` is below `budget`.
    pub(super) fn aligned(cost: u16, budget: u16) -> Self {
        if cost < ABBREVIATION {
            Self::new(FoundIn::Name, 15 - cost)
        } else {
            Self::new(FoundIn::Scattered, (budget - cost) * 64 / budget)
        }
    }

    /// The score of a word with two letters swapped.
    pub(super) fn swapped() -> Self {
        Self::new(FoundIn::Scattered, 63)
    }

    pub(super) fn is_below(self, found_in: FoundIn) -> bool {
        self < Self::new(found_in, 0)
    }

    /// The score of a row for this word and those before: the worst place, the sum of the points.
    pub(super) fn and(self, other: Self) -> Self {
        let found_in = self.0.min(other.0) / POINTS_MAX * POINTS_MAX;
        let points = self.0 % POINTS_MAX + other.0 % POINTS_MAX;
        Self(found_in + points.min(POINTS_MAX - 1))
    }

    pub(super) fn value(self) -> u32 {
        u32::from(self.0)
    }

    /// The inverse of [`Self::value`].
    pub(super) fn from_value(value: u32) -> Self {
        Self(value as u16)
    }
}
