//! Letters made alike: case, Latin diacritics, Arabic vowel signs and letter variants, full-width forms.
//!
//! Both the query and what it is compared with are folded, so that "sao" finds "São".

/// Base letters of U+00C0 to U+017F; `?` is none.
const LATIN_1_AND_EXTENDED_A: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuyty\
aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/// Base letters of U+1E00 to U+1EFF; `?` is none.
const LATIN_EXTENDED_ADDITIONAL: &[u8; 256] =
    b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm\
mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv\
wwwwwwwwwwxxxxyyzzzzzzhtwy?s??s?aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????";

/// What becomes of a character.
enum Folded {
    Same,
    Letter(char),
    /// A mark that does not count.
    Nothing,
}

/// Hands the folded letters of a character to `emit`: none for a mark, seldom more than one.
pub(super) fn fold_char(character: char, mut emit: impl FnMut(char)) {
    if character.is_ascii() {
        emit(character.to_ascii_lowercase());
        return;
    }
    match fold_special(character) {
        Folded::Letter(letter) => emit(letter),
        Folded::Nothing => {}
        Folded::Same => {
            for lower in character.to_lowercase() {
                match fold_special(lower) {
                    Folded::Letter(letter) => emit(letter),
                    Folded::Nothing => {}
                    Folded::Same => emit(lower),
                }
            }
        }
    }
}

fn fold_special(character: char) -> Folded {
    match character {
        '\u{C0}'..='\u{17F}' => base(LATIN_1_AND_EXTENDED_A, '\u{C0}', character),
        '\u{1E00}'..='\u{1EFF}' => base(LATIN_EXTENDED_ADDITIONAL, '\u{1E00}', character),
        // Combining marks, Arabic vowel signs and the letter stretcher, joiners, emoji variants.
        '\u{300}'..='\u{36F}'
        | '\u{640}'
        | '\u{64B}'..='\u{652}'
        | '\u{670}'
        | '\u{200C}'
        | '\u{200D}'
        | '\u{FE0E}'
        | '\u{FE0F}' => Folded::Nothing,
        'ơ' => Folded::Letter('o'),
        'ư' => Folded::Letter('u'),
        'أ' | 'إ' | 'آ' | 'ٱ' => Folded::Letter('ا'),
        'ى' | 'ی' => Folded::Letter('ي'),
        'ک' => Folded::Letter('ك'),
        'ة' => Folded::Letter('ه'),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0)
            .map_or(Folded::Same, |letter| {
                Folded::Letter(letter.to_ascii_lowercase())
            }),
        _ => Folded::Same,
    }
}

/// The entry of a table that begins with the character `first`.
fn base(table: &[u8], first: char, character: char) -> Folded {
    match table.get(character as usize - first as usize) {
        None | Some(b'?') => Folded::Same,
        Some(letter) => Folded::Letter(char::from(*letter)),
    }
}

/// A folded copy of a text.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Appends a folded copy of a text.
pub(super) fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
        return;
    }
    for character in text.chars() {
        fold_char(character, |letter| out.push(letter));
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn alike_letters_become_the_same() {
        for (text, expected) in [
            ("Weekend", "weekend"),
            ("São Paulo", "sao paulo"),
            ("Cafe\u{301}", "cafe"),
            ("ĐƯỜNG ŁÓDŹ", "duong lodz"),
            ("İstanbul", "istanbul"),
            ("МОСКВА Ωmega", "москва ωmega"),
            ("ＡＢＣ１２", "abc12"),
            ("أَحْمَد", "احمد"),
            ("東京", "東京"),
            ("3 × 4", "3 × 4"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }
}
