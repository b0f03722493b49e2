//! Comparing and sorting names with the Unicode collation, independent of their normalization form.

use icu_casemap::CaseMapper;
use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::LazyLock;

/// Canonical combining classes from here on are those of accents and of other marks that stand apart
/// from the letter. Those below are parts of letters, such as the signs of Indic scripts.
const ACCENTS: u8 = 200;

/// A text in composed form (NFC): "é" is one letter, whether it was typed as one or as two.
#[must_use]
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// A name in which upper and lower case are alike, by full case folding: "Straße" is "STRASSE".
/// Accents stay. The letters i, ı, I and İ are one, because people type whichever their keyboard has.
#[must_use]
pub(crate) fn caseless(name: &str) -> String {
    let one_i: String = (composed(name).chars())
        .map(|letter| match letter {
            'ı' | 'İ' => 'i',
            letter => letter,
        })
        .collect();
    let folded = CaseMapper::new().fold_string(&one_i).into_owned();
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(&folded);
    // Programs that know no Turkish write İ in lower case as i with another dot.
    composed(&apart.replace("i\u{307}", "i")).into_owned()
}

/// Whether a composed name holds a composed part, the accents of its last letter included.
#[must_use]
pub(crate) fn holds(name: &str, part: &str) -> bool {
    let classes = CanonicalCombiningClassMapBorrowed::new();
    name.match_indices(part).any(|(at, _)| {
        let next = name[at + part.len()..].chars().next();
        next.is_none_or(|next| classes.get_u8(next) < ACCENTS)
    })
}

/// Without the conventions of one language: a list holds names in many. Its tables are compiled in, so
/// there is one.
static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let mut preferences = CollatorPreferences::default();
    preferences.numeric_ordering = Some(CollationNumericOrdering::True);
    CollatorBorrowed::try_new(preferences, CollatorOptions::default()).ok()
});

/// Bytes that sort as the Unicode collation sorts the name, numbers by their value.
#[must_use]
pub(crate) fn sort_key(name: &str) -> Box<[u8]> {
    let Some(collator) = &*COLLATOR else {
        return caseless(name).into_bytes().into_boxed_slice();
    };
    let mut key = Vec::with_capacity(name.len() + 8);
    let written: Result<(), Infallible> = collator.write_sort_key_to(name, &mut key);
    let Ok(()) = written;
    key.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_whatever_their_case_and_form() {
        for (one, other) in [
            ("Cafe\u{301}", "CAFÉ"),
            (
                "한국 모임",
                "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8} \u{1106}\u{1169}\u{110b}\u{1175}\u{11b7}",
            ),
            ("ガーデン", "カ\u{3099}ーテ\u{3099}ン"),
            ("Münchner Bürger", "MU\u{308}NCHNER BU\u{308}RGER"),
            ("Straße 7", "STRASSE 7"),
            ("Straße", "STRAẞE"),
            ("İstanbul", "istanbul"),
            ("İstanbul", "I\u{307}stanbul"),
            ("İstanbul".to_lowercase().as_str(), "ISTANBUL"),
            ("DIYARBAKIR", "Diyarbakır"),
            ("ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ", "οδοσ"),
        ] {
            assert_eq!(caseless(one), caseless(other), "{one} and {other}");
        }
        for (one, other) in [("Cafe", "Café"), ("Θεός", "Θεος"), ("カ", "ガ"), ("o", "ø")]
        {
            assert_ne!(caseless(one), caseless(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_part_keeps_its_accents() {
        let holds = |name: &str, part: &str| holds(&caseless(name), &caseless(part));
        assert!(holds("Café North", "CAFE\u{301}"));
        assert!(!holds("Café North", "cafe"));
        assert!(
            !holds("x\u{303}yz", "x"),
            "an accent that no composed letter has"
        );
        assert!(holds("हिन्दी समूह", "हिन्द"));
        assert!(holds("Diyarbakır", "BAKIR"));
    }

    #[test]
    fn names_sort_by_the_unicode_collation() {
        let mut names = [
            "Zebra",
            "zoo",
            "Österreich",
            "Ostern",
            "äpfel",
            "Apfel",
            "Class 10",
            "Class 9",
            "éclair",
            "Eclipse",
            "東京",
            "Яблоко",
            "Ωmega",
            "_misc",
            "🌱 garden",
        ];
        names.sort_by_cached_key(|name| sort_key(name));
        assert_eq!(
            names,
            [
                "_misc",
                "🌱 garden",
                "Apfel",
                "äpfel",
                "Class 9",
                "Class 10",
                "éclair",
                "Eclipse",
                "Ostern",
                "Österreich",
                "Zebra",
                "zoo",
                "Ωmega",
                "Яблоко",
                "東京",
            ]
        );
    }
}
