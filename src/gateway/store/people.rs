//! Finding members by what is known of them.

use crate::gateway::domain::PhoneNumber;

/// A text that members are found by, ignoring case: a part of their name, number or LID.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    text: String,
    /// The digits, when the text is a number as people write it.
    digits: Option<String>,
}

impl Wanted {
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        let number = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')'));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        Self {
            text: text.to_lowercase(),
            digits: (number && !digits.is_empty()).then_some(digits),
        }
    }

    #[must_use]
    pub(crate) fn fits(&self, lid: &str, name: Option<&str>, phone: Option<PhoneNumber>) -> bool {
        name.is_some_and(|name| name.to_lowercase().contains(&self.text))
            || lid.contains(&self.text)
            || self
                .digits
                .as_ref()
                .is_some_and(|digits| phone.is_some_and(|phone| phone.to_string().contains(digits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_parts_of_name_number_and_lid() {
        let phone = PhoneNumber::parse("447700900951");
        let fits = |text: &str| Wanted::new(text).fits("9912345@lid", Some("Zoë Örsted"), phone);
        for text in [
            "zo",
            "ÖRSTED",
            "123",
            "2345@LID",
            "+44 7700 900-951",
            "00900",
        ] {
            assert!(fits(text), "{text}");
        }
        for text in ["zoe", "448", "+44 x", "örsted 2"] {
            assert!(!fits(text), "{text}");
        }
        assert!(!Wanted::new("++").fits("1@lid", None, phone));
    }
}
