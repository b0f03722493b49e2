//! Which letters a text holds, as bits, and where its words begin.

/// Letters and digits of ASCII have a bit each, below this one; all else shares the bits from here.
const SHARED: u32 = 36;

/// The bit of a folded letter.
pub(super) fn bit(letter: char) -> u64 {
    let at = match letter {
        'a'..='z' => letter as u32 - 'a' as u32,
        '0'..='9' => letter as u32 - '0' as u32 + 26,
        _ => SHARED + letter as u32 % (u64::BITS - SHARED),
    };
    1 << at
}

/// Whether no other letter has this one's bit.
pub(super) fn bit_is_its_own(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
}

/// Whether a word begins with `letter` behind `before`. Scripts that are written without spaces
/// may be cut anywhere.
pub(super) fn begins_word(before: Option<char>, letter: char) -> bool {
    before.is_none_or(|before| !before.is_alphanumeric())
        || matches!(letter, '\u{3040}'..='\u{9FFF}')
}

/// Whether a word ends before `after`.
pub(super) fn ends_word(after: Option<char>) -> bool {
    after.is_none_or(|after| !after.is_alphanumeric())
}

/// What can be told about the letters of a text without reading it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters {
    /// All of them.
    pub any: u64,
    /// Those that begin words.
    pub initial: u64,
    /// Those that are words by themselves.
    pub alone: u64,
}

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let mut letters = Self::default();
        let mut before = None;
        // The bit of the word's first letter, while nothing has followed it.
        let mut single = 0;
        for letter in text.chars() {
            let bit = bit(letter);
            letters.any |= bit;
            if begins_word(before, letter) {
                letters.initial |= bit;
                letters.alone |= single;
                single = bit;
            } else if letter.is_alphanumeric() {
                single = 0;
            } else {
                letters.alone |= single;
                single = 0;
            }
            before = Some(letter);
        }
        letters.alone |= single;
        letters
    }
}
