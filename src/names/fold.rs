//! Folding: removes case, accents of every script, Arabic vowel signs and letter variants, and
//! compatibility forms of a letter (full width, bold).
//!
//! Both the query and the text are folded, so that "sao" finds "São".

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Base letters of U+00C0 to U+017F; `?` stands for none, or more than one.
const LATIN_1_AND_EXTENDED_A: &[u8; 192] = b"aaaaaa?ceeeeiiiidnooooo?ouuuuy??aaaaaa?ceeeeiiiidnooooo?ouuuuy?y\
aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii??jjkkkllllllllllnnnnnnnnnoooooo??rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/// Base letters of U+1E00 to U+1EFF; `?` stands for none, or more than one.
const LATIN_EXTENDED_ADDITIONAL: &[u8; 256] =
    b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm\
mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv\
wwwwwwwwwwxxxxyyzzzzzzhtwy?s????aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????";

/// Passes the folded letters of a composed character to `emit`: none for a mark, rarely more than one.
fn fold_char(character: char, mut emit: impl FnMut(char)) {
    if character.is_ascii() {
        emit(character.to_ascii_lowercase());
        return;
    }
    if let Some(letter) = latin(character) {
        emit(letter);
        return;
    }
    // Hangul syllables are not decomposed: their jamo would match almost everywhere.
    if matches!(character, '\u{AC00}'..='\u{D7A3}') {
        emit(character);
        return;
    }
    let parts =
        DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(std::iter::once(character));
    for part in parts {
        match part {
            _ if part.is_ascii() => emit(part.to_ascii_lowercase()),
            _ if is_mark(part) => {}
            'Æ' | 'æ' => "ae".chars().for_each(&mut emit),
            'Œ' | 'œ' => "oe".chars().for_each(&mut emit),
            'Þ' | 'þ' => "th".chars().for_each(&mut emit),
            'ß' | 'ẞ' => "ss".chars().for_each(&mut emit),
            'ٱ' => emit('ا'),
            'ى' | 'ی' => emit('ي'),
            'ک' => emit('ك'),
            'ة' => emit('ه'),
            _ => emit(latin(part).unwrap_or_else(|| CaseMapper::new().simple_fold(part))),
        }
    }
}

/// Combining marks, vowel signs of Hebrew and Arabic, the tatweel, the voicing marks of kana, joiners,
/// variation selectors.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36F}'
            | '\u{483}'..='\u{487}'
            | '\u{591}'..='\u{5BD}'
            | '\u{5BF}'
            | '\u{5C1}'
            | '\u{5C2}'
            | '\u{5C4}'
            | '\u{5C5}'
            | '\u{5C7}'
            | '\u{640}'
            | '\u{64B}'..='\u{655}'
            | '\u{670}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{200C}'
            | '\u{200D}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{3099}'
            | '\u{309A}'
            | '\u{FE0E}'
            | '\u{FE0F}'
            | '\u{FE20}'..='\u{FE2F}'
    )
}

/// The base letter of a Latin letter, if there is exactly one.
fn latin(character: char) -> Option<char> {
    let (table, first): (&[u8], char) = match character {
        '\u{C0}'..='\u{17F}' => (LATIN_1_AND_EXTENDED_A, '\u{C0}'),
        '\u{1E00}'..='\u{1EFF}' => (LATIN_EXTENDED_ADDITIONAL, '\u{1E00}'),
        _ => return None,
    };
    let letter = *table.get(character as usize - first as usize)?;
    (letter != b'?').then(|| char::from(letter))
}

/// A folded copy of a text.
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Appends a folded copy of a text.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
        return;
    }
    for character in ComposingNormalizerBorrowed::new_nfc()
        .normalize(text)
        .chars()
    {
        fold_char(character, |letter| out.push(letter));
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn folding_unifies_letter_variants() {
        for (text, expected) in [
            ("Weekend", "weekend"),
            ("São Paulo", "sao paulo"),
            ("Cafe\u{301}", "cafe"),
            ("ĐƯỜNG ŁÓDŹ", "duong lodz"),
            ("İstanbul", "istanbul"),
            ("Diyarbakır", "diyarbakir"),
            ("МОСКВА Ωmega", "москва ωmega"),
            ("ＡＢＣ１２", "abc12"),
            ("𝐖𝐞𝐞𝐤𝐞𝐧𝐝", "weekend"),
            ("أَحْمَد", "احمد"),
            ("שָׁלוֹם", "שלום"),
            ("東京", "東京"),
            ("3 × 4", "3 × 4"),
            ("Þórsmörk", "thorsmork"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("Ævar Œuvre", "aevar oeuvre"),
            ("Ξένη γλώσσα", "ξενη γλωσσα"),
            ("ΞΕΝΗ ΓΛΩΣΣΑ", "ξενη γλωσσα"),
            ("οδός", "οδοσ"),
            ("Ёлка", "елка"),
            ("ｶﾞｰﾃﾞﾝ", "カーテン"),
            ("ガーデン", "カーテン"),
            ("한국", "한국"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "한국"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }
}
