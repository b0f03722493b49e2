//! A random number generator whose output is the same for the same seed on every machine and in
//! every version.
//!
//! Everything that must not change between starts (ids, links, codes) is drawn from a [`Rng`] named
//! after its purpose, so that adding one group never changes the ids of another.

/// A stream of numbers, by `SplitMix64`. Not for secrets of the real world.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The letters of pairing codes: none that can be mistaken for another.
const PAIRING: &[u8; 32] = b"123456789ABCDEFGHJKLMNPQRSTVWXYZ";

impl Rng {
    /// The stream for one purpose: `what` names the kind of thing, `which` the thing.
    pub(super) fn of(seed: u64, what: &str, which: u64) -> Self {
        // FNV-1a over the name keeps the streams apart.
        let name = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut rng = Self(seed ^ name.rotate_left(17));
        rng.0 = rng.next() ^ which.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        rng.next();
        rng
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to and including `high`.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// An index into something of `len` entries; 0 when there are none.
    pub(super) fn index(&mut self, len: usize) -> usize {
        let len = u64::try_from(len.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % len).unwrap_or_default()
    }

    /// One of `choices`.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.index(choices.len()))
    }

    /// `len` characters of an invite code.
    pub(super) fn base62(&mut self, len: usize) -> String {
        self.letters(BASE62, len)
    }

    /// `len` characters of Base64 text, without padding.
    pub(super) fn base64(&mut self, len: usize) -> String {
        self.letters(BASE64, len)
    }

    /// A pairing code: eight characters.
    pub(super) fn pairing_code(&mut self) -> String {
        self.letters(PAIRING, 8)
    }

    /// `len` decimal digits.
    pub(super) fn digits(&mut self, len: usize) -> String {
        self.letters(b"0123456789", len)
    }

    fn letters(&mut self, alphabet: &[u8], len: usize) -> String {
        // Ten letters out of one number: even of 64 they leave four bits, so that none is favoured
        // by more than a sixteenth.
        let base = u64::try_from(alphabet.len()).unwrap_or(1);
        let mut letters = String::with_capacity(len);
        while letters.len() < len {
            let mut number = self.next();
            for _ in 0..(len - letters.len()).min(10) {
                let index = usize::try_from(number % base).unwrap_or_default();
                letters.push(char::from(alphabet[index]));
                number /= base;
            }
        }
        letters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_only_on_seed_purpose_and_subject() {
        let code = |seed, what, which| Rng::of(seed, what, which).base62(22);
        assert_eq!(code(1, "invite", 2), code(1, "invite", 2));
        assert_ne!(code(1, "invite", 2), code(2, "invite", 2));
        assert_ne!(code(1, "invite", 2), code(1, "jid", 2));
        assert_ne!(code(1, "invite", 2), code(1, "invite", 3));
        assert_eq!(code(1, "invite", 2).len(), 22);
    }

    #[test]
    fn ranges_are_inclusive() {
        let mut rng = Rng::of(7, "range", 0);
        let rolled: Vec<u64> = (0..200).map(|_| rng.between(4, 6)).collect();
        assert!(rolled.iter().all(|n| (4..=6).contains(n)));
        assert!(rolled.contains(&4) && rolled.contains(&6));
        assert_eq!(rng.index(0), 0);
    }
}
