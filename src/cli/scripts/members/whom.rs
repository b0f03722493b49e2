//! Who is meant: numbers to add, and members by number, JID or name.

use crate::api::{GroupMember, Session};
use crate::cli::output::{CommandError, Exit};
use crate::console::account::number;
use crate::console::people::{self, Country, Person};
use crate::console::phone;
use crate::names::{caseless, composed};
use crate::text::clean_line;
use std::collections::HashSet;

/// A person of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli::scripts) struct Target {
    pub jid: String,
    /// Cleaned.
    pub name: Option<String>,
    pub number: Option<String>,
}

impl Target {
    fn member(member: &GroupMember) -> Self {
        let name = member.name.as_deref().map(clean_line);
        Self {
            jid: people::member_jid(member),
            name: name
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty()),
            number: member.phone_number.clone(),
        }
    }

    /// As people call the person.
    pub(in crate::cli::scripts) fn words(&self) -> String {
        phone::load();
        let number = self.number.as_deref().map(phone::grouped);
        match (&self.name, number) {
            (Some(name), Some(number)) => format!("{name} ({number})"),
            (Some(name), None) => name.clone(),
            (None, Some(number)) => number,
            (None, None) => clean_line(&self.jid).into_owned(),
        }
    }
}

impl From<Person> for Target {
    fn from(person: Person) -> Self {
        Self {
            jid: person.jid,
            name: person.name,
            number: person.number,
        }
    }
}

/// The country whose notation the account's people use.
pub(in crate::cli::scripts) fn home(session: &Session) -> Option<Country> {
    number(session).and_then(|digits| Country::of_number(&digits))
}

/// The people of pasted texts. Doubts are written to `doubts`.
///
/// # Errors
/// Any part that is no number: all of them are listed.
pub(in crate::cli::scripts) fn numbers(
    texts: &[String],
    country: Option<Country>,
    mut doubts: impl FnMut(String),
) -> Result<Vec<Target>, CommandError> {
    let pasted = people::read(&texts.join("\n"), country);
    if !pasted.faults.is_empty() {
        let count = pasted.faults.len();
        let listed = pasted.faults.into_iter();
        let listed = listed.map(|fault| format!("{}: {}", fault.typed, fault.why));
        return Err(CommandError::new(
            Exit::Usage,
            format!("nothing was sent: {count} of the numbers cannot be used"),
        )
        .listing(listed));
    }
    if pasted.people.is_empty() {
        return Err(CommandError::new(Exit::Usage, "there is no number"));
    }
    phone::load();
    for person in &pasted.people {
        if let (Some(doubt), Some(number)) = (person.doubt, &person.number) {
            doubts(format!("{}: {doubt}", phone::grouped(number)));
        }
    }
    Ok(pasted.people.into_iter().map(Target::from).collect())
}

/// The members that are meant, each once.
///
/// # Errors
/// Anybody who is not found or could be several: all of them are listed.
pub(super) fn members(
    wanted: &[String],
    members: &[GroupMember],
    country: Option<Country>,
) -> Result<Vec<Target>, CommandError> {
    let (mut targets, mut faults, mut exit) = (Vec::new(), Vec::new(), None);
    let mut known = HashSet::new();
    for wanted in wanted {
        match member(wanted, members, country) {
            Ok(target) if known.insert(target.jid.clone()) => targets.push(target),
            Ok(_) => {}
            Err((fault, why)) => {
                exit.get_or_insert(fault);
                faults.push(format!("{}: {why}", clean_line(wanted)));
            }
        }
    }
    match exit {
        None => Ok(targets),
        Some(exit) => Err(CommandError::new(
            exit,
            format!(
                "nothing was sent: {} of the people cannot be found",
                faults.len()
            ),
        )
        .listing(faults)),
    }
}

fn member(
    wanted: &str,
    members: &[GroupMember],
    country: Option<Country>,
) -> Result<Target, (Exit, String)> {
    if let Ok(person) = people::one(wanted, country) {
        let found = members
            .iter()
            .find(|member| people::is_member(member, &person.jid));
        return match found {
            Some(found) => Ok(Target::member(found)),
            // WhatsApp finds a member whose number the gateway does not know.
            None if person.number.is_some()
                && members.iter().any(|member| member.phone_number.is_none()) =>
            {
                Ok(person.into())
            }
            None => Err((Exit::NotFound, "no member of this group".to_owned())),
        };
    }
    let plain = |name: &str| caseless(clean_line(name).trim());
    let (same, low) = (composed(wanted), plain(wanted));
    if low.is_empty() {
        return Err((Exit::Usage, "no name".to_owned()));
    }
    let degree = |member: &GroupMember| {
        let name = member.name.as_deref().unwrap_or_default();
        match plain(name) {
            _ if composed(name) == same => 3,
            plain if plain == low => 2,
            _ => 0,
        }
    };
    let best = members.iter().map(degree).max().unwrap_or(0);
    let mut found = members
        .iter()
        .filter(|member| best > 0 && degree(member) == best);
    match (found.next(), found.count()) {
        (None, _) => Err((
            Exit::NotFound,
            "no member has this number or name".to_owned(),
        )),
        (Some(only), 0) => Ok(Target::member(only)),
        (Some(_), more) => Err((
            Exit::Ambiguous,
            format!(
                "could be any of {} members; name one by the number",
                more + 1
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(lid: &str, name: &str, number: Option<&str>) -> GroupMember {
        GroupMember {
            lid: lid.to_owned(),
            name: Some(name.to_owned()),
            phone_number: number.map(str::to_owned),
            ..GroupMember::default()
        }
    }

    fn group() -> Vec<GroupMember> {
        vec![
            person("1@lid", "Ann Lee", Some("447700900123")),
            person("2@lid", "Ann Leeds", Some("447700900124")),
            person("3@lid", "Budi", Some("6281234567890")),
        ]
    }

    fn meant(wanted: &str) -> Result<String, Exit> {
        let country = Country::of_number("447700900951");
        member(wanted, &group(), country)
            .map(|target| target.jid)
            .map_err(|(exit, _)| exit)
    }

    #[test]
    fn a_member_is_meant_by_number_jid_or_unique_name() {
        for (wanted, jid) in [
            ("+44 7700 900123", "1@lid"),
            ("447700900124", "2@lid"),
            ("6281234567890@s.whatsapp.net", "3@lid"),
            ("3@lid", "3@lid"),
            ("Ann Lee", "1@lid"),
            ("BUDI", "3@lid"),
            ("ann leeds", "2@lid"),
        ] {
            assert_eq!(meant(wanted).as_deref(), Ok(jid), "{wanted}");
        }
        for (wanted, exit) in [
            // Strangers choose their names: a part of one is not enough.
            ("leeds", Exit::NotFound),
            ("Chloé", Exit::NotFound),
            ("+44 7700 900199", Exit::NotFound),
            ("9@lid", Exit::NotFound),
            ("", Exit::Usage),
        ] {
            assert_eq!(meant(wanted), Err(exit), "{wanted}");
        }
    }

    #[test]
    fn a_number_that_the_gateway_does_not_know_is_left_to_whatsapp() {
        let mut hidden = group();
        hidden.push(person("4@lid", "Eve", None));
        let found = member("+44 7700 900199", &hidden, None).unwrap();
        assert_eq!(found.jid, "447700900199@s.whatsapp.net");
    }

    #[test]
    fn everybody_who_is_not_found_is_named() {
        let wanted = ["Budi", "+44 7700 900199", "Chloé"].map(str::to_owned);
        let error = members(&wanted, &group(), None).unwrap_err();
        assert_eq!(error.exit, Exit::NotFound);
        assert_eq!(error.more.len(), 2, "{error:?}");
        let twice = ["Budi", "3@lid"].map(str::to_owned);
        assert_eq!(members(&twice, &group(), None).unwrap().len(), 1);
    }

    #[test]
    fn all_numbers_are_checked_before_anything_is_sent() {
        let texts = ["+44 7700 900123, nothing", "12"].map(str::to_owned);
        let error = numbers(&texts, None, |_| {}).unwrap_err();
        assert_eq!(error.exit, Exit::Usage);
        assert!(error.more[0].starts_with("12: "), "{error:?}");
        let mut doubts = Vec::new();
        let texts = ["+1 555 555 0142".to_owned()];
        numbers(&texts, None, |doubt| doubts.push(doubt)).unwrap();
        assert_eq!(doubts.len(), 1);
    }
}
