//! People as they are pasted: names and numbers in any notation, one a line or with commas between them.

use super::account;
use crate::api::PARTICIPANTS_MAX;
use crate::text::{clean_line, truncate_to_width};
use phonenumber::country::Id;
use std::collections::HashSet;

/// Digits of an E.164 number with its country code.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Fewest digits of a number with its country code that stands without a plus sign, if its country is not known
/// to give it out: shorter ones may be numbers of one town.
const BARE: usize = 10;
/// Fewest digits that make a part of a line a number, so that a name may hold a few.
const NUMBER_DIGITS: usize = 5;
/// Columns of a text that is shown because it was not understood.
const SHOWN: usize = 40;
/// The note on a number that its country is not known to give out.
const DOUBT: &str = "not a number that this country is known to give out";

/// The country whose notation a number without a country code is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country(Id);

impl Country {
    /// The country of a number, given by the digits of its E.164 form.
    #[must_use]
    pub(crate) fn of_number(digits: &str) -> Option<Self> {
        let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
        number.country().id().map(Self)
    }

    /// The two letters of ISO 3166-1.
    #[must_use]
    pub(crate) fn code(self) -> String {
        self.0.as_ref().to_owned()
    }
}

/// A person whom WhatsApp can be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// A JID that the gateway accepts.
    pub jid: String,
    /// The text beside the number. Cleaned.
    pub name: Option<String>,
    /// The digits of the E.164 number.
    pub number: Option<String>,
    /// Why the number may be wrong.
    pub doubt: Option<&'static str>,
}

/// A part of the text that names no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The part, cleaned and shortened.
    pub typed: String,
    /// Why; a clause without a capital and a full stop.
    pub why: String,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pasted {
    /// Each person once, in the order of the text.
    pub people: Vec<Person>,
    pub faults: Vec<Fault>,
    /// How many were named again.
    pub repeated: usize,
}

/// Reads a text. Numbers without a country code are taken as those of `country`.
#[must_use]
pub(crate) fn read(text: &str, country: Option<Country>) -> Pasted {
    let mut pasted = Pasted::default();
    let mut known = HashSet::new();
    for line in plain(text).lines() {
        read_line(line, country, &mut pasted, &mut known);
        if pasted.people.len() > PARTICIPANTS_MAX {
            let why = format!("more than {PARTICIPANTS_MAX} people at once");
            pasted.faults.insert(0, fault(line, why));
            break;
        }
    }
    pasted
}

/// The text with the digits of every script as 0 to 9, and without characters that are not seen: programs put them around
/// numbers, and they would cut one in two.
fn plain(text: &str) -> String {
    let seen = text.chars().filter(|character| {
        !matches!(
            character,
            '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
    });
    seen.map(|character| match character {
        '＋' => '+',
        '０'..='９' => digit(character, '０'),
        '٠'..='٩' => digit(character, '٠'),
        '۰'..='۹' => digit(character, '۰'),
        '०'..='९' => digit(character, '०'),
        other => other,
    })
    .collect()
}

fn digit(character: char, zero: char) -> char {
    let value = u32::from(character) - u32::from(zero);
    char::from_digit(value, 10).unwrap_or(character)
}

/// The number in a text of digits and signs: a plus sign begins it, so that what numbers a list ("1. +44 …") is no part of it.
fn from_plus(number: &str) -> &str {
    let Some(at) = number.rfind('+') else {
        return number;
    };
    let before = number[..at].trim_end_matches(['(', ' ']);
    let digits = before.bytes().filter(u8::is_ascii_digit).count();
    if digits < NUMBER_DIGITS {
        &number[before.len()..]
    } else {
        number
    }
}

fn read_line(
    line: &str,
    country: Option<Country>,
    pasted: &mut Pasted,
    known: &mut HashSet<String>,
) {
    let parts: Vec<Part<'_>> = line
        .split([',', ';', '\t'])
        .filter_map(|part| Part::of(part.trim()))
        .collect();
    let numbers = parts.iter().filter(|part| part.number.is_some()).count();
    // A name may stand behind its number where the line has only one.
    let only = (numbers == 1).then(|| {
        let names: Vec<_> = parts.iter().filter_map(|part| part.name).collect();
        names.join(" ")
    });
    let mut before = None;
    for part in &parts {
        let Some(number) = part.number else {
            before = part.name;
            continue;
        };
        let name = only.as_deref().or(part.name.or(before.take()));
        before = None;
        match one(from_plus(number), country) {
            Ok(person) if !known.insert(person.jid.clone()) => pasted.repeated += 1,
            Ok(person) => pasted.people.push(Person {
                name: name
                    .map(clean_line)
                    .map(|name| name.trim().to_owned())
                    .filter(|name| !name.is_empty()),
                ..person
            }),
            Err(why) => pasted.faults.push(fault(number, why)),
        }
    }
    if numbers == 0 && !parts.is_empty() {
        pasted
            .faults
            .push(fault(line, "there is no phone number in it".to_owned()));
    }
}

fn fault(typed: &str, why: String) -> Fault {
    Fault {
        typed: truncate_to_width(clean_line(typed).trim(), SHOWN),
        why,
    }
}

/// A part of a line: a number, a name, or both.
struct Part<'a> {
    name: Option<&'a str>,
    number: Option<&'a str>,
}

impl<'a> Part<'a> {
    fn of(part: &'a str) -> Option<Self> {
        if part.is_empty() {
            return None;
        }
        if let Some(word) = part.split_whitespace().find(|word| word.contains('@')) {
            let at = part.find(word).unwrap_or_default();
            return Some(Self {
                name: Some(part[..at].trim()).filter(|name| !name.is_empty()),
                number: Some(word.trim_matches(['<', '>'])),
            });
        }
        // A short number is a mistake, not a name.
        if part.chars().all(is_of_number) && part.bytes().any(|byte| byte.is_ascii_digit()) {
            return Some(Self {
                name: None,
                number: Some(part),
            });
        }
        let Some((from, to)) = number_in(part) else {
            return Some(Self {
                name: Some(part),
                number: None,
            });
        };
        let trim = |text: &'a str| {
            text.trim_matches(|it: char| it.is_whitespace() || ":<>\"-–—".contains(it))
        };
        let (before, after) = (trim(&part[..from]), trim(&part[to..]));
        let name = if before.is_empty() { after } else { before };
        Some(Self {
            name: Some(name).filter(|name| !name.is_empty()),
            number: Some(part[from..to].trim()),
        })
    }
}

/// The longest run of characters of which numbers are made, if it has enough digits.
fn number_in(part: &str) -> Option<(usize, usize)> {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let mut best: Option<(usize, usize)> = None;
    let mut start = None;
    let ends = part
        .char_indices()
        .map(|(at, character)| (at, Some(character)))
        .chain([(part.len(), None)]);
    for (at, character) in ends {
        if character.is_some_and(is_of_number) {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            let longer = best.is_none_or(|(a, b)| digits(&part[from..at]) > digits(&part[a..b]));
            if digits(&part[from..at]) >= NUMBER_DIGITS && longer {
                best = Some((from, at));
            }
        }
    }
    best
}

fn is_of_number(character: char) -> bool {
    matches!(
        character,
        '0'..='9' | '+' | ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '.' | '/' | '(' | ')'
    )
}

/// One person: a number in any notation, or a JID.
///
/// # Errors
/// Neither; a clause for people.
pub(crate) fn one(typed: &str, country: Option<Country>) -> Result<Person, String> {
    let typed = plain(typed);
    let typed = typed.trim();
    if typed.contains('@') {
        return of_jid(typed);
    }
    if let Some(odd) = typed.chars().find(|character| !is_of_number(*character)) {
        let odd = clean_line(odd.encode_utf8(&mut [0; 4])).into_owned();
        return Err(format!("`{odd}` is no part of a phone number"));
    }
    if typed
        .trim_start_matches(['(', ' '])
        .trim_start_matches('+')
        .contains('+')
    {
        return Err("a + begins a number; put a comma between two numbers".to_owned());
    }
    let is_international = typed.starts_with('+') || typed.starts_with("(+");
    // The zero of `+44 (0)7700` is dialled inside the country only.
    let without_zero = typed.replacen("(0)", "", usize::from(is_international));
    let typed = without_zero.as_str();
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return Err("there is no phone number in it".to_owned());
    }
    let international = if is_international {
        Some(digits.clone())
    } else {
        digits.strip_prefix("00").map(str::to_owned)
    };
    if let Some(international) = international {
        return of_digits(typed, &international);
    }
    let home = country.and_then(|country| valid(Some(country.0), typed));
    if let Some(person) = home.or_else(|| valid(None, &format!("+{digits}"))) {
        return Ok(person);
    }
    // A number of a known country with its code, but without a plus sign.
    if (BARE..=*DIGITS.end()).contains(&digits.len())
        && !digits.starts_with('0')
        && phonenumber::parse(None, format!("+{digits}")).is_ok()
    {
        return of_digits(typed, &digits);
    }
    Err(match country {
        _ if digits.len() > *DIGITS.end() => too_many(digits.len()),
        Some(country) => format!(
            "no number of {}; write another country's with + and its code",
            country.code()
        ),
        None => "write it with + and the country code".to_owned(),
    })
}

fn too_many(digits: usize) -> String {
    format!(
        "a phone number has {} to {} digits with its country code; these are {digits}",
        DIGITS.start(),
        DIGITS.end()
    )
}

/// A number with its country code, which WhatsApp may know even where its country's plan does not.
fn of_digits(typed: &str, digits: &str) -> Result<Person, String> {
    // As it was typed first: `+44 (0)7700` has a zero that is no part of the number.
    if let Some(person) = valid(None, typed).or_else(|| valid(None, &format!("+{digits}"))) {
        return Ok(person);
    }
    if digits.starts_with('0') {
        return Err("a country code does not begin with 0".to_owned());
    }
    if !DIGITS.contains(&digits.len()) {
        return Err(too_many(digits.len()));
    }
    Ok(Person {
        doubt: Some(DOUBT),
        ..of_number(digits.to_owned())
    })
}

/// A number that its country gives out.
fn valid(country: Option<Id>, typed: &str) -> Option<Person> {
    // Longer texts are no numbers, and parsing them takes time.
    if typed.len() > 64 {
        return None;
    }
    let number = phonenumber::parse(country, typed).ok()?;
    if !number.is_valid() {
        return None;
    }
    let written = number.format().mode(phonenumber::Mode::E164).to_string();
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    DIGITS.contains(&digits.len()).then(|| of_number(digits))
}

fn of_number(digits: String) -> Person {
    Person {
        jid: format!("{digits}@s.whatsapp.net"),
        name: None,
        number: Some(digits),
        doubt: None,
    }
}

/// A JID as the contract writes it: `^[0-9]{1,32}@(s.whatsapp.net|c.us|lid)$`.
fn of_jid(typed: &str) -> Result<Person, String> {
    let wrong = || "no JID of a person, such as 447700900123@s.whatsapp.net".to_owned();
    let (user, server) = typed.split_once('@').ok_or_else(wrong)?;
    let is_user = (1..=32).contains(&user.len()) && user.bytes().all(|byte| byte.is_ascii_digit());
    match server {
        "s.whatsapp.net" | "c.us" if is_user => Ok(Person {
            jid: typed.to_owned(),
            ..of_number(user.to_owned())
        }),
        "lid" if is_user => Ok(Person {
            jid: typed.to_owned(),
            name: None,
            number: None,
            doubt: None,
        }),
        _ => Err(wrong()),
    }
}

/// The JID that names a stored member in a call.
#[must_use]
pub(crate) fn member_jid(member: &crate::api::GroupMember) -> String {
    let named = of_jid(&member.lid);
    match (named, &member.phone_number) {
        (Ok(person), _) => person.jid,
        (Err(_), Some(digits)) => format!("{digits}@s.whatsapp.net"),
        (Err(_), None) => member.lid.clone(),
    }
}

/// Whether a stored member is the person of a JID, by the id or by the number.
#[must_use]
pub(crate) fn is_member(member: &crate::api::GroupMember, jid: &str) -> bool {
    let (user, server) = account::person(jid);
    let (own, own_server) = account::person(&member.lid);
    if server == "lid" {
        return own == user && (own_server == "lid" || own_server.is_empty());
    }
    member.phone_number.as_deref() == Some(user)
        || (own == user && matches!(own_server, "s.whatsapp.net" | "c.us"))
}

#[cfg(test)]
mod tests;
