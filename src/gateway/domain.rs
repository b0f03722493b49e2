//! Validated values: ids, JIDs and invite codes, parsed at the edge.

use crate::api;
use std::fmt;
use std::num::NonZeroU64;

/// Why a text is not the value it should be: a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_newtype! {
    /// A group's JID: digits, optionally one hyphen in older ones, then `@g.us`.
    GroupJid
}
text_newtype! {
    /// A person's JID: a number or LID with `@s.whatsapp.net`, `@c.us` or `@lid`.
    MemberJid
}
text_newtype! {
    /// A session's ULID.
    SessionId
}
text_newtype! {
    /// An organization's id: the tenant that owns sessions and api-keys.
    OrganizationId
}
text_newtype! {
    /// The part of an invite link after `https://chat.whatsapp.com/`.
    InviteCode
}

impl GroupJid {
    const FORM: &str = "must be a group JID such as 120363041234567890@g.us";

    /// # Errors
    /// The text is not a JID ending in `@g.us`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let user = text.strip_suffix("@g.us").unwrap_or_default();
        let digits =
            |part: &str| (1..=32).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let valid = match user.split_once('-') {
            Some((creator, stamp)) => digits(creator) && digits(stamp),
            None => digits(user),
        };
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed(Self::FORM.to_owned()))
        }
    }
}

impl MemberJid {
    const FORM: &str = "must be a JID such as 628123456789@s.whatsapp.net or 123456789012345@lid";

    /// # Errors
    /// The text is not a person's JID.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let valid = text.split_once('@').is_some_and(|(user, server)| {
            matches!(server, "s.whatsapp.net" | "c.us" | "lid")
                && (1..=32).contains(&user.len())
                && user.bytes().all(|b| b.is_ascii_digit())
        });
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed(Self::FORM.to_owned()))
        }
    }
}

/// An E.164 number: 1 to 15 digits, the first not 0. A number and not a text, since an account may have
/// hundreds of thousands of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhoneNumber(NonZeroU64);

impl PhoneNumber {
    /// `None` for any other text.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let valid = (1..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// The number as an integer, which a database can store in eight bytes.
    #[must_use]
    pub fn to_i64(self) -> i64 {
        // 15 digits fit.
        self.0.get().cast_signed()
    }

    #[must_use]
    pub fn from_i64(number: i64) -> Option<Self> {
        Self::parse(&number.to_string())
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl SessionId {
    /// # Errors
    /// The text is not a ULID. Callers answer 404, not 400: an id that cannot exist does not exist.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        parse_ulid(text)
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| Malformed("must be a session id (a ULID)".to_owned()))
    }
}

/// A ULID as it is written here. `None` also for one in small letters or past the end of time, which
/// would be another spelling of an id.
#[must_use]
pub fn parse_ulid(text: &str) -> Option<ulid::Ulid> {
    ulid::Ulid::from_string(text)
        .ok()
        .filter(|ulid| ulid.to_string() == text)
}

impl OrganizationId {
    /// # Errors
    /// The text is empty, longer than 64 bytes or not of letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let valid = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed(
                "must be 1 to 64 letters, digits, hyphens or underscores".to_owned(),
            ))
        }
    }
}

impl InviteCode {
    /// Parses user input: an invite code, or a link in any spelling of WhatsApp's.
    ///
    /// # Errors
    /// The text is neither.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        api::code_in(text)
            .map(|code| Self(code.to_owned()))
            .ok_or_else(|| {
                Malformed(
                    "must be an invite code or a link such as https://chat.whatsapp.com/AbCdEf1234567890XyZ12"
                        .to_owned(),
                )
            })
    }

    /// Reads a link as WhatsApp itself answers it.
    #[must_use]
    pub fn of_link(link: &str) -> Option<Self> {
        api::link_code(link).map(|code| Self(code.to_owned()))
    }

    /// The full link.
    #[must_use]
    pub fn link(&self) -> String {
        api::InviteLink::from_code(&self.0).invite
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{LABEL_MAX, SUBJECT_MAX, check_label, check_subject, pattern};
    use proptest::prelude::*;

    #[test]
    fn group_jids_are_digits_at_g_us() {
        for good in ["120363041234567890@g.us", "6281234567890-1512345678@g.us"] {
            assert_eq!(GroupJid::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "@g.us",
            "12a@g.us",
            "1-@g.us",
            "1-2-3@g.us",
            "12@s.whatsapp.net",
            "12@g.us ",
        ] {
            assert!(GroupJid::parse(bad).is_err(), "{bad:?}");
        }
    }

    /// Strings that match a pattern, and strings that almost do.
    fn near(pattern: &str) -> impl Strategy<Value = String> {
        let inside = pattern.trim_start_matches('^').trim_end_matches('$');
        let good = proptest::string::string_regex(inside).unwrap().boxed();
        let spoilt = (good.clone(), any::<prop::sample::Index>(), any::<char>()).prop_map(
            |(text, at, letter)| {
                let mut letters: Vec<char> = text.chars().collect();
                let at = at.index(letters.len() + 1);
                letters.insert(at, letter);
                letters.into_iter().collect()
            },
        );
        prop_oneof![good, spoilt, any::<String>()]
    }

    /// Asserts that a parser and a pattern agree. The expressions of a JSON Schema are ECMAScript's.
    fn agree(pattern: &str, parses: impl Fn(&str) -> bool) {
        agree_with_all(&[pattern], parses);
    }

    /// [`agree`], where a text must match several expressions.
    fn agree_with_all(patterns: &[&str], parses: impl Fn(&str) -> bool) {
        let pattern = patterns[0];
        let expressions = patterns.iter().copied();
        let expressions: Vec<_> = expressions
            .map(|pattern| regress::Regex::with_flags(pattern, "u").unwrap())
            .collect();
        let matches = |text: &str| expressions.iter().all(|one| one.find(text).is_some());
        let same = |text: &str| (parses(text), text.to_owned());
        let found = |text: &str| (matches(text), text.to_owned());
        let mut runner = proptest::test_runner::TestRunner::default();
        runner
            .run(&near(pattern), |text| {
                prop_assert_eq!(same(&text), found(&text));
                Ok(())
            })
            .unwrap();
        // Random strings rarely contain characters that only some dialects count as white space, such as
        // U+0085.
        for letter in '\0'..='\u{ffff}' {
            for text in [
                String::from(letter),
                format!("{letter}AbCdEf1234"),
                format!("Ab{letter}Cd"),
                format!("\u{200b}{letter}\u{200b}"),
            ] {
                assert_eq!(same(&text), found(&text));
            }
        }
    }

    #[test]
    fn parsers_accept_exactly_what_the_document_describes() {
        agree(pattern::GROUP_JID, |text| GroupJid::parse(text).is_ok());
        agree(pattern::MEMBER_JID, |text| MemberJid::parse(text).is_ok());
        agree(pattern::INVITE, |text| InviteCode::parse(text).is_ok());
        agree(pattern::INVITE_LINK, |text| {
            InviteCode::of_link(text).is_some()
        });
        agree(pattern::ULID, |text| SessionId::parse(text).is_ok());
        let subject = pattern::one_line(1, SUBJECT_MAX);
        agree_with_all(&[&subject, pattern::VISIBLE], |text| {
            check_subject(text).is_ok()
        });
        let label = pattern::one_line(0, LABEL_MAX);
        agree(&label, |text| check_label(Some(text)).is_ok());
    }

    #[test]
    fn member_jids_identify_a_person() {
        for good in [
            "628123456789@s.whatsapp.net",
            "123456789012345@lid",
            "1@c.us",
        ] {
            assert!(MemberJid::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", "1", "x@lid", "@lid", "1@g.us", "1@lid@lid"] {
            assert!(MemberJid::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn invite_codes_are_parsed_bare_or_in_a_link() {
        for text in [
            "AbCdEf1234567890XyZ12",
            "https://chat.whatsapp.com/AbCdEf1234567890XyZ12",
            " chat.whatsapp.com/invite/AbCdEf1234567890XyZ12?mode=r_t \n",
        ] {
            assert_eq!(
                InviteCode::parse(text).unwrap().link(),
                "https://chat.whatsapp.com/AbCdEf1234567890XyZ12"
            );
        }
        for bad in [
            "",
            "short",
            "https://example.com/AbCdEf1234567890XyZ12",
            "AbCdEf 1234567890",
        ] {
            assert!(InviteCode::parse(bad).is_err(), "{bad:?}");
        }
    }
}
