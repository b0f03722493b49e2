//! Letter sets of a text as bit masks, and word boundaries.

/// ASCII letters and digits have a bit each, below this one; all other characters share the bits from here.
const SHARED: u32 = 36;

/// The bits of ASCII as a lookup table, because loading a list reads all its texts.
const ASCII: [u64; 128] = {
    let mut bits = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        bits[byte as usize] = compute_bit(byte);
        byte += 1;
    }
    bits
};

const fn compute_bit(letter: u32) -> u64 {
    let at = match letter {
        0x61..=0x7A => letter - 0x61,
        0x30..=0x39 => letter - 0x30 + 26,
        _ => SHARED + letter % (u64::BITS - SHARED),
    };
    1 << at
}

/// The bit of a folded letter.
pub(super) fn bit(letter: char) -> u64 {
    let letter = letter as u32;
    ASCII
        .get(letter as usize)
        .map_or_else(|| compute_bit(letter), |bit| *bit)
}

/// Whether no other letter shares this one's bit.
pub(super) fn bit_is_its_own(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
}

/// Whether `letter` after `before` begins a word. In scripts without spaces every letter does.
pub(super) fn begins_word(before: Option<char>, letter: char) -> bool {
    before.is_none_or(|before| !before.is_alphanumeric())
        || matches!(letter, '\u{3040}'..='\u{9FFF}')
}

/// [`begins_word`] at a byte offset on a character boundary.
pub(super) fn begins_word_at(text: &str, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return true;
    };
    match (text.as_bytes().get(before), text.as_bytes().get(at)) {
        (Some(before), Some(letter)) if before.is_ascii() && letter.is_ascii() => {
            !before.is_ascii_alphanumeric()
        }
        _ => {
            let (before, letter) = text.split_at(at);
            let letter = letter.chars().next();
            letter.is_none_or(|letter| begins_word(before.chars().next_back(), letter))
        }
    }
}

/// Whether a word ends before a byte offset on a character boundary, the end of the text included.
pub(super) fn ends_word_at(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        Some(after) if after.is_ascii() => !after.is_ascii_alphanumeric(),
        _ => {
            let after = text[at..].chars().next();
            after.is_none_or(|after| !after.is_alphanumeric())
        }
    }
}

/// Bit masks of a text's letters, which answer most searches without reading the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Letters {
    /// All letters.
    pub any: u64,
    /// Letters that begin words.
    pub initial: u64,
    /// Letters that are words of one letter.
    pub alone: u64,
}

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader::default();
        if text.is_ascii() {
            for byte in text.bytes() {
                let bit = ASCII[usize::from(byte & 0x7F)];
                reader.read(bit, bit < 1 << SHARED, false);
            }
        } else {
            for letter in text.chars() {
                let cut = begins_word(Some('a'), letter);
                reader.read(bit(letter), letter.is_alphanumeric(), cut);
            }
        }
        reader.letters.alone |= reader.single;
        reader.letters
    }
}

/// Reads a text letter by letter.
#[derive(Default)]
struct Reader {
    letters: Letters,
    in_word: bool,
    /// The bit of the word's first letter, until a second one follows.
    single: u64,
}

impl Reader {
    /// `counts`: the letter is part of a word; `cut`: it begins a word in any case.
    fn read(&mut self, bit: u64, counts: bool, cut: bool) {
        let begins = cut || !self.in_word;
        let initial = if begins { bit } else { 0 };
        self.letters.any |= bit;
        self.letters.initial |= initial;
        if begins || !counts {
            self.letters.alone |= self.single;
        }
        self.single = initial;
        self.in_word = counts;
    }
}
