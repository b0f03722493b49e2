//! Phone numbers, grouped as their country groups them.
//!
//! The formats of all countries take some milliseconds to load, which no frame waits for: until
//! [`load`] is done, numbers are grouped alike.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Set once the formats are there.
static LOADED: OnceLock<()> = OnceLock::new();
/// Numbers whose form is remembered; a format is a regular expression, and a frame shows many numbers.
const REMEMBERED: usize = 4_096;

thread_local! {
    static FORMS: RefCell<HashMap<String, String>> = RefCell::default();
}

/// Loads the formats. Takes some milliseconds.
pub(crate) fn load() {
    if LOADED.get().is_some() {
        return;
    }
    // The first number that is parsed loads them.
    let _ = formatted("447700900951");
    let _ = LOADED.set(());
}

/// Digits of an E.164 number as people of that country read them: `+44 7700 900951`. Anything else
/// stays as it is, cleaned.
#[must_use]
pub(crate) fn grouped(digits: &str) -> String {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return crate::text::clean_line(digits).into_owned();
    }
    // A test's screen must not depend on how far a thread has come.
    if cfg!(test) {
        load();
    }
    if LOADED.get().is_none() {
        return plain(digits);
    }
    FORMS.with_borrow_mut(|forms| {
        if let Some(form) = forms.get(digits) {
            return form.clone();
        }
        if forms.len() >= REMEMBERED {
            forms.clear();
        }
        let form = formatted(digits).unwrap_or_else(|| plain(digits));
        forms.insert(digits.to_owned(), form.clone());
        form
    })
}

fn formatted(digits: &str) -> Option<String> {
    // Longer than E.164 allows: no number, and nothing to spend time on.
    if digits.len() > 15 {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    let form = number
        .format()
        .mode(phonenumber::Mode::International)
        .to_string();
    let same = form.bytes().filter(u8::is_ascii_digit).eq(digits.bytes());
    same.then_some(form)
}

/// Groups of three and four digits behind the country code.
fn plain(digits: &str) -> String {
    let (country, rest) = digits.split_at(country_length(digits).min(digits.len()));
    let mut out = format!("+{country}");
    let mut at = 0;
    while at < rest.len() {
        let left = rest.len() - at;
        let take = if at == 0 && left > 4 {
            3
        } else if left > 5 {
            4
        } else {
            left
        };
        out.push(if at == 0 { ' ' } else { '-' });
        out.push_str(&rest[at..at + take]);
        at += take;
    }
    out
}

/// Digits of the country code (ITU-T E.164 list of assigned codes).
fn country_length(digits: &str) -> usize {
    let two_digits = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    if digits.starts_with(['1', '7']) {
        1
    } else if digits
        .get(..2)
        .is_some_and(|code| two_digits.contains(&code))
    {
        2
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_the_format_of_their_country() {
        for (digits, shown) in [
            ("447700900951", "+44 7700 900951"),
            ("6281234567890", "+62 812-3456-7890"),
            ("12025550123", "+1 202-555-0123"),
            ("4915123456789", "+49 1512 3456789"),
            ("35312345678", "+353 1 234 5678"),
            ("5511987654321", "+55 11 98765-4321"),
            ("33612345678", "+33 6 12 34 56 78"),
        ] {
            assert_eq!(grouped(digits), shown);
        }
    }

    #[test]
    fn digits_of_no_known_country_are_still_shown() {
        for (digits, shown) in [
            ("62", "+62"),
            ("", ""),
            ("abc\u{1b}", "abc\u{FFFD}"),
            ("1234567890123456789", "+1 234-5678-9012-3456-789"),
        ] {
            assert_eq!(grouped(digits), shown);
        }
        // No format drops or adds a digit.
        for digits in [
            "999123",
            "0123",
            "15555550142",
            "6280100005501",
            "210",
            "441",
        ] {
            let form = grouped(digits);
            let kept: String = form.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(kept, digits, "{form}");
            assert!(form.starts_with('+'), "{form}");
        }
    }

    #[test]
    fn before_the_formats_are_loaded_the_grouping_is_the_same_for_all() {
        assert_eq!(plain("6281234567890"), "+62 812-3456-7890");
        assert_eq!(plain("35312345678"), "+353 123-45678");
    }
}
