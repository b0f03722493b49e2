//! The names and numbers of people.

use super::{Memory, Outcome, Tables};
use crate::api::FoundMember;
use crate::gateway::domain::{OrganizationId, PhoneNumber, SessionId};
use crate::gateway::store::people::Wanted;
use crate::gateway::store::tables::{ReadPeople, WritePeople};
use crate::gateway::whatsapp::Named;

impl Tables {
    pub(super) fn name_of(
        &self,
        session: &str,
        lid: &str,
        phone: Option<PhoneNumber>,
    ) -> Option<String> {
        let number = phone.map(|phone| format!("{phone}@s.whatsapp.net"));
        let jids = [Some(lid.to_owned()), number];
        let names = jids.into_iter().flatten();
        let known = names.filter_map(|jid| self.people.get(&(session.to_owned(), jid)));
        // The last of the greatest ones, so that the LID's own name precedes.
        let best = known.rev().max_by_key(|named| named.source);
        best.map(|named| named.name.clone())
    }
}

impl ReadPeople for Memory {
    fn name(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &str,
        phone: Option<PhoneNumber>,
    ) -> Outcome<Option<String>> {
        self.look(|tables| {
            let owned = tables.owns(organization, session);
            owned.then(|| tables.name_of(session.as_str(), jid, phone))?
        })
    }

    fn find_members(
        &self,
        organizations: &[OrganizationId],
        wanted: &Wanted,
        limit: usize,
    ) -> Outcome<Vec<FoundMember>> {
        self.look(|tables| {
            let mut found = Vec::new();
            for organization in organizations {
                for ((session, jid), (number, _)) in &tables.groups {
                    let session_id = SessionId::parse(session).unwrap();
                    if !tables.owns(organization, &session_id) {
                        continue;
                    }
                    for (lid, member) in tables.members_of(*number) {
                        let name = tables.name_of(session, lid, member.phone);
                        if wanted.fits(lid, name.as_deref(), member.phone) {
                            found.push(FoundMember {
                                session_id: session.clone(),
                                group_jid: jid.clone(),
                                lid: lid.to_owned(),
                                name,
                                phone_number: member.phone.map(|phone| phone.to_string()),
                            });
                        }
                    }
                }
            }
            found.truncate(limit);
            found
        })
    }
}

impl WritePeople for Memory {
    fn put_names(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        people: &[Named],
    ) -> Outcome<()> {
        self.change(|tables| {
            if !tables.owns(organization, session) {
                return;
            }
            for named in people {
                let key = (session.to_string(), named.person.to_string());
                let known = tables.people.get(&key);
                if known.is_none_or(|known| known.source <= named.source) {
                    tables.people.insert(key, named.clone());
                }
            }
        })
    }
}
