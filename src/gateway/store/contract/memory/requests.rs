//! Requests to join.

use super::{Memory, Outcome, Tables};
use crate::api::{EpochMillis, PendingRequest, SessionRole};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use crate::gateway::store::tables::{ReadRequests, WriteRequests};
use crate::gateway::whatsapp::MembershipRequest;
use std::collections::BTreeMap;

impl Tables {
    pub(super) fn requests_of(
        &self,
        number: i64,
    ) -> impl Iterator<Item = (&str, &MembershipRequest)> {
        let all = self.requests.iter();
        all.filter(move |((of, _), _)| *of == number)
            .map(|((_, jid), request)| (jid.as_str(), request))
    }
}

fn is_admin(role: Option<&SessionRole>) -> bool {
    matches!(role, Some(SessionRole::Admin | SessionRole::Superadmin))
}

impl ReadRequests for Memory {
    fn requests(
        &self,
        organizations: &[OrganizationId],
        limit: usize,
    ) -> Outcome<Vec<PendingRequest>> {
        self.look(|tables| {
            let mut found = Vec::new();
            for organization in organizations {
                let mut own = Vec::new();
                for ((session, jid), (number, group)) in &tables.groups {
                    let session_id = SessionId::parse(session).unwrap();
                    if !tables.owns(organization, &session_id) || !is_admin(group.my_role.as_ref())
                    {
                        continue;
                    }
                    own.extend(tables.requests_of(*number).map(|(person, request)| {
                        PendingRequest {
                            session_id: session.clone(),
                            group_jid: jid.clone(),
                            jid: person.to_owned(),
                            requested_at: request.at,
                            name: tables.name_of(session, person, request.phone),
                            phone_number: request.phone.map(|phone| phone.to_string()),
                        }
                    }));
                }
                // Stable: by session, group and JID where the times are equal.
                own.sort_by_key(|request| (request.requested_at.is_none(), request.requested_at));
                found.append(&mut own);
            }
            found.truncate(limit);
            found
        })
    }

    fn stored_requests(&self, group: i64) -> Outcome<BTreeMap<String, MembershipRequest>> {
        self.look(|tables| {
            let own = tables.requests_of(group);
            own.map(|(jid, request)| (jid.to_owned(), request.clone()))
                .collect()
        })
    }

    fn unlisted_requests(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        since: EpochMillis,
    ) -> Outcome<Vec<GroupJid>> {
        self.look(|tables| {
            let groups = tables.groups_of(organization, session);
            let mut unlisted: Vec<_> = groups
                .filter(|(_, group)| group.join_approval == Some(true))
                .filter(|(_, group)| is_admin(group.my_role.as_ref()))
                .map(|(number, group)| {
                    let jid = GroupJid::parse(&group.group_jid).unwrap();
                    (tables.requests_listed.get(number).copied(), jid)
                })
                .filter(|(listed, _)| listed.is_none_or(|at| at < since))
                .collect();
            unlisted.sort();
            unlisted.into_iter().map(|(_, jid)| jid).collect()
        })
    }
}

impl WriteRequests for Memory {
    fn put_request(&mut self, group: i64, request: &MembershipRequest) -> Outcome<()> {
        self.change(|tables| {
            let key = (group, request.person.to_string());
            let known = tables.requests.get(&key);
            let fresh = MembershipRequest {
                phone: request.phone.or(known.and_then(|known| known.phone)),
                at: request.at.or(known.and_then(|known| known.at)),
                ..request.clone()
            };
            tables.requests.insert(key, fresh);
        })
    }

    fn delete_request(
        &mut self,
        group: i64,
        person: &MemberJid,
    ) -> Outcome<Option<MembershipRequest>> {
        self.change(|tables| {
            let is_named = |request: &MembershipRequest| {
                let number = request.phone.map(|phone| format!("{phone}@s.whatsapp.net"));
                request.person == *person || number.as_deref() == Some(person.as_str())
            };
            let found = tables
                .requests_of(group)
                .find(|(_, request)| is_named(request))
                .map(|(jid, _)| jid.to_owned())?;
            tables.requests.remove(&(group, found))
        })
    }

    fn set_requests_listed(&mut self, group: i64, at: Option<EpochMillis>) -> Outcome<()> {
        self.change(|tables| {
            match at {
                Some(at) => tables.requests_listed.insert(group, at),
                None => tables.requests_listed.remove(&group),
            };
        })
    }

    fn touch_group(&mut self, group: i64) -> Outcome<()> {
        self.change(|tables| {
            if let Some(row) = tables.by_number(group) {
                row.updated_at += 1;
            }
        })
    }
}
