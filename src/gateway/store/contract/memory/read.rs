//! Reading the tables.

use super::{Memory, Outcome, is_in};
use crate::api::{ApiKey, AuditEntry, Group, GroupMember};
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::store::rows::{
    AuditFilter, Logged, StoredGroup, StoredKey, StoredMember, StoredSession,
};
use crate::gateway::store::tables::{ReadGroups, ReadKeys, ReadLogs, ReadSessions};
use std::collections::HashMap;
use ulid::Ulid;

impl ReadSessions for Memory {
    fn organizations(&self) -> Outcome<Vec<OrganizationId>> {
        self.look(|tables| tables.organizations.iter().cloned().collect())
    }

    fn sessions(&self) -> Outcome<Vec<StoredSession>> {
        self.look(|tables| {
            let sessions = tables.sessions.values();
            let stored = sessions.map(|(organization, session, should_run, not_before)| {
                let id = SessionId::parse(&session.id).unwrap();
                let groups = tables.groups_of(organization, &id);
                StoredSession {
                    organization: organization.clone(),
                    should_run: *should_run,
                    not_before: *not_before,
                    session: session.clone(),
                    group_count: groups.count() as u64,
                    id,
                }
            });
            stored.collect()
        })
    }
}

impl ReadGroups for Memory {
    fn groups(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        after: Option<&GroupJid>,
        limit: Option<u32>,
    ) -> Outcome<Vec<Group>> {
        let after = after.map_or("", GroupJid::as_str);
        self.look(|tables| {
            let groups = tables.groups_of(organization, session);
            let later = groups.filter(|(_, group)| group.group_jid.as_str() > after);
            let most = limit.map_or(usize::MAX, |limit| limit as usize);
            later
                .take(most)
                .map(|group| tables.with_others(session, group))
                .collect()
        })
    }

    fn group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<Group>> {
        self.look(|tables| {
            let found = tables.find(organization, session, jid);
            found.map(|group| tables.with_others(session, group))
        })
    }

    fn members(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<Vec<GroupMember>>> {
        self.look(|tables| {
            let (number, group) = tables.find(organization, session, jid)?;
            let all = tables.members.iter().filter(|((of, _), _)| of == number);
            let members = all.map(|((_, lid), (member, first, last))| GroupMember {
                id: format!("{}-{}", group.id, lid.split('@').next().unwrap()),
                session_id: session.to_string(),
                group_jid: jid.to_string(),
                lid: lid.clone(),
                role: member.role.clone(),
                tag: None,
                name: tables.name_of(session.as_str(), lid, member.phone),
                phone_number: member.phone.map(|phone| phone.to_string()),
                joined_via: member.joined_via,
                first_seen_at: *first,
                last_seen_at: *last,
            });
            Some(members.collect())
        })
    }

    fn stored_group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<StoredGroup>> {
        self.look(|tables| {
            let (number, group) = tables.find(organization, session, jid)?.clone();
            Some(StoredGroup {
                number,
                subject: group.subject.unwrap(),
                description: group.description.unwrap(),
                owner: group.owner_jid,
                announce: group.is_announce.unwrap(),
                locked: group.is_locked.unwrap(),
                created_at: group.created_at_wa,
                kind: group.kind,
                community: group.community_jid,
                invite_by: group.invite_by,
                join_approval: group.join_approval,
                add_by: group.add_by,
                ephemeral_seconds: group.ephemeral_seconds,
                count: group.participant_count.unwrap(),
                is_partial: tables.partial.contains(&number),
                my_role: group.my_role.unwrap(),
            })
        })
    }

    fn joined(&self, organization: &OrganizationId, session: &SessionId) -> Outcome<Vec<GroupJid>> {
        self.look(|tables| {
            let groups = tables.groups_of(organization, session);
            let joined = groups.filter(|(_, group)| is_in(group));
            joined
                .map(|(_, group)| GroupJid::parse(&group.group_jid).unwrap())
                .collect()
        })
    }

    fn count_groups(&self, organization: &OrganizationId, session: &SessionId) -> Outcome<u64> {
        self.look(|tables| tables.groups_of(organization, session).count() as u64)
    }

    fn stored_members(&self, group: i64) -> Outcome<HashMap<String, StoredMember>> {
        self.look(|tables| {
            let members = tables.members_of(group);
            members
                .map(|(lid, member)| (lid.to_owned(), member.clone()))
                .collect()
        })
    }
}

impl ReadKeys for Memory {
    fn api_keys(&self, organizations: &[OrganizationId]) -> Outcome<Vec<ApiKey>> {
        self.look(|tables| {
            let keys = tables.keys.values();
            let own = keys.filter(|key| organizations.contains(&key.organization));
            own.map(|key| key.key.clone()).collect()
        })
    }

    fn key(&self, id: &str) -> Outcome<Option<StoredKey>> {
        self.look(|tables| tables.keys.get(id).cloned())
    }

    fn keys(&self) -> Outcome<Vec<StoredKey>> {
        self.look(|tables| tables.keys.values().cloned().collect())
    }
}

impl ReadLogs for Memory {
    fn audit(
        &self,
        organizations: &[OrganizationId],
        filter: &AuditFilter,
    ) -> Outcome<Vec<AuditEntry>> {
        let fits = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        self.look(|tables| {
            let entries = tables.audit.iter().rev();
            let wanted = entries.filter(|(id, (organization, entry))| {
                organizations.contains(organization)
                    && filter.before.is_none_or(|before| **id < before)
                    && fits(&filter.session, &entry.session_id)
                    && fits(&filter.group, &entry.group_jid)
            });
            let wanted = wanted.take(filter.limit as usize);
            wanted.map(|(_, (_, entry))| entry.clone()).collect()
        })
    }

    fn events(
        &self,
        organizations: &[OrganizationId],
        since: Ulid,
        limit: u32,
    ) -> Outcome<Vec<Logged>> {
        self.look(|tables| {
            let events = tables.events.iter();
            let own = events.filter(|(id, (organization, _))| {
                **id > since && organizations.contains(organization)
            });
            own.take(limit as usize)
                .map(|(_, (_, event))| event.clone())
                .collect()
        })
    }

    fn last_id(&self) -> Outcome<Ulid> {
        self.look(|tables| {
            let last = [tables.events.keys().last(), tables.audit.keys().last()];
            last.into_iter()
                .flatten()
                .max()
                .copied()
                .unwrap_or_default()
        })
    }
}
