//! Whether a person is meant by a text: by a part of the name, or of the phone number as people write it.

use super::fold::folded;

/// Digits that a number must have.
const DIGITS_MIN: usize = 3;

/// A text that people are found by. Case, accents and letter variants do not count.
#[derive(Debug, Clone)]
pub(crate) struct PersonQuery {
    text: String,
    /// The digits to find in a number, when the text is one as people write it.
    digits: Option<String>,
}

impl PersonQuery {
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: folded(text.trim()),
            digits: number(text),
        }
    }

    /// `number` is in the digits of E.164.
    #[must_use]
    pub(crate) fn fits(&self, name: Option<&str>, number: Option<&str>) -> bool {
        let names = |name: &str| !self.text.is_empty() && folded(name).contains(&self.text);
        let digits = self.digits.as_deref();
        name.is_some_and(names)
            || digits.is_some_and(|digits| number.is_some_and(|number| number.contains(digits)))
    }
}

/// The digits of a written number that its international form contains: without the exit code `00`, a
/// bracketed `(0)`, or the `0` that begins a national number.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let is_number =
        (text.chars()).all(|sign| sign.is_ascii_digit() || " +-()./\u{a0}".contains(sign));
    let digits: String = (text.replace("(0)", "").chars())
        .filter(char::is_ascii_digit)
        .collect();
    let national = digits.trim_start_matches('0');
    // A few digits from the middle of a number may begin with zeros.
    let written_out = text.starts_with('+') || text.starts_with('0') && digits.len() > 6;
    let digits = if written_out { national } else { &digits };
    (is_number && digits.len() >= DIGITS_MIN).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::PersonQuery;

    #[test]
    fn numbers_are_found_as_people_write_them() {
        for text in [
            "+44 7700 900-042",
            "447700900042",
            "07700900042",
            "0044 7700 900042",
            "+44 (0)7700 900.042",
            "900 042",
            "00042",
        ] {
            let query = PersonQuery::new(text);
            assert!(query.fits(None, Some("447700900042")), "{text}");
        }
        for text in ["42", "0049 7700 900042", "+44 7700 x", "() +"] {
            let query = PersonQuery::new(text);
            assert!(!query.fits(None, Some("447700900042")), "{text}");
        }
    }

    #[test]
    fn names_are_found_without_their_accents() {
        let found = |text: &str, name: &str| PersonQuery::new(text).fits(Some(name), None);
        for text in ["renee", "Renée", "WEISS", "weiß", "nee wei"] {
            assert!(found(text, "Renée Weiß"), "{text}");
        }
        assert!(!found("rene w", "Renée Weiß"));
        assert!(!found("", "Renée Weiß"));
    }
}
