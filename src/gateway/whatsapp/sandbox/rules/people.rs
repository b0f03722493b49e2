//! The people of the world. Each has a phone number and a LID, and can be found by any form of JID.

use super::super::rng::Rng;
use crate::gateway::domain::{MemberJid, PhoneNumber};
use crate::gateway::whatsapp::{Identity, NameSource, Named};
use serde::Deserialize;
use std::collections::HashMap;

/// Names one person of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub(super) u32);

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) phone: String,
    /// Whether the number is hidden from the other members of a group.
    pub(crate) hides_number: bool,
    /// What contacts call them.
    pub(crate) name: Option<String>,
    pub(crate) business_name: Option<String>,
    pub(crate) platform: Option<String>,
    pub(crate) jid: MemberJid,
    pub(crate) lid: MemberJid,
}

/// Names of one part of the world.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Culture {
    /// The names of a person, each from the list at its place.
    parts: Vec<Vec<String>>,
    /// What stands between them.
    between: String,
}

impl Culture {
    fn name(&self, rng: &mut Rng) -> Option<String> {
        let parts: Option<Vec<_>> = self
            .parts
            .iter()
            .map(|names| rng.pick(names).map(String::as_str))
            .collect();
        Some(parts?.join(&self.between))
    }
}

#[derive(Debug, Default)]
pub(crate) struct People {
    all: Vec<Person>,
    /// By the user part of phone JIDs and of LIDs; LIDs have a prefix of their own, so that the two
    /// cannot be taken for each other.
    by_phone: HashMap<String, PersonId>,
    by_lid: HashMap<MemberJid, PersonId>,
}

/// Numbers of ranges that are set aside for stories: British and North American ones.
fn crowd_phone(which: usize) -> String {
    if which.is_multiple_of(3) && which < 2_700 {
        format!("447700900{:03}", which / 3)
    } else {
        format!("1{}55501{:02}", 200 + which / 100, which % 100)
    }
}

impl People {
    /// A crowd of `count` people. A few have no name, or hide their number, or both.
    pub(crate) fn generate(seed: u64, count: usize, cultures: &[Culture]) -> Self {
        let mut people = Self::default();
        for which in 0..count {
            let Some(id) = people.add(seed, &crowd_phone(which), None, None) else {
                continue;
            };
            let mut rng = Rng::of(seed, "name", u64::from(id.0));
            let person = &mut people.all[id.0 as usize];
            person.hides_number = rng.index(12) == 0;
            if rng.index(9) > 0 {
                person.name = rng
                    .pick(cultures)
                    .and_then(|culture| culture.name(&mut rng));
            }
        }
        people
    }

    /// Adds a person, or finds the one with this number. `None` for an invalid number.
    pub(crate) fn add(
        &mut self,
        seed: u64,
        phone: &str,
        business_name: Option<String>,
        platform: Option<String>,
    ) -> Option<PersonId> {
        if let Some(known) = self.by_phone.get(phone) {
            return Some(*known);
        }
        let jid = MemberJid::parse(&format!("{phone}@s.whatsapp.net")).ok()?;
        let id = PersonId(u32::try_from(self.all.len()).ok()?);
        let lid = (0..).find_map(|attempt: u64| {
            let which = u64::from(id.0) | (attempt << 32);
            let user = Rng::of(seed, "lid", which).digits(13);
            let lid = MemberJid::parse(&format!("99{user}@lid")).ok()?;
            (!self.by_lid.contains_key(&lid)).then_some(lid)
        })?;
        self.by_phone.insert(phone.to_owned(), id);
        self.by_lid.insert(lid.clone(), id);
        self.all.push(Person {
            phone: phone.to_owned(),
            hides_number: false,
            name: business_name.clone(),
            business_name,
            platform,
            jid,
            lid,
        });
        Some(id)
    }

    pub(crate) fn find(&self, jid: &MemberJid) -> Option<PersonId> {
        match jid.as_str().split_once('@') {
            Some((_, "lid")) => self.by_lid.get(jid).copied(),
            Some((phone, _)) => self.by_phone.get(phone).copied(),
            None => None,
        }
    }

    pub(crate) fn lid(&self, person: PersonId) -> &MemberJid {
        &self.get(person).lid
    }

    /// The number, unless it is hidden.
    pub(crate) fn phone(&self, person: PersonId) -> Option<PhoneNumber> {
        let person = self.get(person);
        let shown = (!person.hides_number).then_some(&person.phone);
        shown.and_then(|phone| PhoneNumber::parse(phone))
    }

    /// What contacts call them.
    pub(crate) fn name(&self, person: PersonId) -> Option<String> {
        self.get(person).name.clone()
    }

    /// Everybody who has a name.
    pub(crate) fn names(&self) -> Vec<Named> {
        let people = self.all.iter();
        let named = people.filter_map(|person| {
            Some(Named {
                person: person.lid.clone(),
                name: person.name.clone()?,
                source: NameSource::Contact,
            })
        });
        named.collect()
    }

    pub(crate) fn identity(&self, person: PersonId) -> Identity {
        let person = self.get(person);
        Identity {
            phone_number: person.phone.clone(),
            jid: person.jid.clone(),
            lid: person.lid.clone(),
            business_name: person.business_name.clone(),
            platform: person.platform.clone(),
        }
    }

    /// All people, in the order they were added.
    pub(crate) fn ids(&self) -> impl Iterator<Item = PersonId> + use<> {
        (0..u32::try_from(self.all.len()).unwrap_or(u32::MAX)).map(PersonId)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    fn get(&self, person: PersonId) -> &Person {
        // Ids are returned by `add` only, and people are never removed.
        &self.all[person.0 as usize]
    }
}
