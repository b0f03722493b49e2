//! How well a row matches.

use super::align::ABBREVIATION;
use super::letters::{begins_word, ends_word};

/// Where a word was found, the better places greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Jid = 1,
    /// In the name, with letters left out within its words.
    Scattered,
    Description,
    /// In the name as it stands, or as an abbreviation of its words.
    Name,
}

/// What one word scores in one row: the place, within it the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score(u16);

/// The points of all words of a query stay below this.
const POINTS_MAX: u16 = 1 << 10;

/// Where in a name a word stands side by side.
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
    /// How `word` stands at a byte of `text`.
    pub(super) fn of(word: &str, text: &str, at: usize) -> Self {
        let before = text.get(..at).and_then(|part| part.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|part| part.chars().next());
        Self {
            first: at == 0,
            begins: word
                .chars()
                .next()
                .is_some_and(|letter| begins_word(before, letter)),
            ends: ends_word(after),
            last: after.is_none(),
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

    pub(super) fn new(place: Place, points: u16) -> Self {
        Self(place as u16 * POINTS_MAX + points.min(POINTS_MAX - 1))
    }

    /// An alignment's; `cost` is below `budget`.
    pub(super) fn aligned(cost: u16, budget: u16) -> Self {
        if cost < ABBREVIATION {
            Self::new(Place::Name, 15 - cost)
        } else {
            Self::new(Place::Scattered, (budget - cost) * 64 / budget)
        }
    }

    pub(super) fn is_below(self, place: Place) -> bool {
        self < Self::new(place, 0)
    }

    /// The score of a row for this word and those before: in the worst of the places, all points.
    pub(super) fn and(self, other: Self) -> Self {
        let place = self.0.min(other.0) / POINTS_MAX * POINTS_MAX;
        let points = self.0 % POINTS_MAX + other.0 % POINTS_MAX;
        Self(place + points.min(POINTS_MAX - 1))
    }

    pub(super) fn value(self) -> u32 {
        u32::from(self.0)
    }
}
