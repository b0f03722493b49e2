//! Finding members by what is known of them.

use crate::gateway::domain::PhoneNumber;
use crate::names::PersonQuery;

/// A text that members are found by: a part of their name, number or LID.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    person: PersonQuery,
    lid: String,
}

impl Wanted {
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        Self {
            person: PersonQuery::new(text),
            lid: text.to_lowercase(),
        }
    }

    #[must_use]
    pub(crate) fn fits(&self, lid: &str, name: Option<&str>, phone: Option<PhoneNumber>) -> bool {
        let number = phone.map(|phone| phone.to_string());
        self.person.fits(name, number.as_deref()) || lid.contains(&self.lid)
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
            "zoe orsted",
            "ÖRSTED",
            "123",
            "2345@LID",
            "+44 7700 900-951",
            "00900",
        ] {
            assert!(fits(text), "{text}");
        }
        for text in ["zoex", "448", "+44 x", "örsted 2"] {
            assert!(!fits(text), "{text}");
        }
        assert!(!Wanted::new("++").fits("1@lid", None, phone));
    }
}
