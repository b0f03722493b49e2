//! Writing the tables.

use super::{Memory, Outcome};
use crate::api::{AuditEntry, EpochMillis, Group, MemberRole, Session, SessionRole, Setting};
use crate::gateway::domain::{MemberJid, OrganizationId, SessionId};
use crate::gateway::hub::Published;
use crate::gateway::store::rows::{Logged, StoredKey, StoredMember, my_role};
use crate::gateway::store::tables::{Rows, WriteGroups, WriteKeys, WriteLogs, WriteSessions};
use crate::gateway::whatsapp::{GroupSnapshot, Member};
use std::collections::BTreeSet;
use std::sync::Arc;
use ulid::Ulid;

impl WriteSessions for Memory {
    fn put_organization(&mut self, organization: &OrganizationId, _: EpochMillis) -> Outcome<()> {
        self.change(|tables| {
            tables.organizations.insert(organization.clone());
        })
    }

    fn insert_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
    ) -> Outcome<bool> {
        let session = Session {
            organization_id: organization.to_string(),
            gateway_id: String::new(),
            group_count: None,
            last_traffic_at: None,
            link_step: None,
            missed: None,
            ..session.clone()
        };
        self.change(|tables| {
            if tables.sessions.contains_key(&session.id) {
                return false;
            }
            let row = (organization.clone(), session.clone(), should_run, None);
            tables.sessions.insert(session.id, row);
            true
        })
    }

    fn update_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
        not_before: Option<EpochMillis>,
    ) -> Outcome<()> {
        self.change(|tables| {
            let Some((owner, row, wanted, waits)) = tables.sessions.get_mut(&session.id) else {
                return;
            };
            if owner != organization {
                return;
            }
            *wanted = should_run;
            *waits = not_before;
            row.status = session.status.clone();
            row.status_reason.clone_from(&session.status_reason);
            row.phone_number.clone_from(&session.phone_number);
            row.wa_jid.clone_from(&session.wa_jid);
            row.wa_lid.clone_from(&session.wa_lid);
            row.last_connected_at = session.last_connected_at;
            row.updated_at = session.updated_at;
        })
    }

    fn rename_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        label: Option<&str>,
        at: EpochMillis,
    ) -> Outcome<()> {
        self.change(|tables| {
            let Some((owner, row, ..)) = tables.sessions.get_mut(session.as_str()) else {
                return;
            };
            if owner == organization {
                row.label = label.map(str::to_owned);
                row.updated_at = at;
            }
        })
    }

    fn delete_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
    ) -> Outcome<()> {
        self.change(|tables| {
            if !tables.owns(organization, session) {
                return;
            }
            tables.sessions.remove(session.as_str());
            let gone = |of: &str| of == session.as_str();
            let numbers: BTreeSet<i64> = tables
                .groups
                .extract_if(.., |(of, _), _| gone(of))
                .map(|(_, (number, _))| number)
                .collect();
            tables.members.retain(|(of, _), _| !numbers.contains(of));
            tables.requests.retain(|(of, _), _| !numbers.contains(of));
            tables.people.retain(|(of, _), _| !gone(of));
            tables.schedules.retain(|(of, _), _| !gone(of));
        })
    }
}

impl WriteGroups for Memory {
    fn insert_group(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        id: Ulid,
        group: &GroupSnapshot,
        at: EpochMillis,
    ) -> Outcome<bool> {
        let row = Group {
            id: id.to_string(),
            group_jid: group.jid.to_string(),
            subject: Some(group.subject.clone()),
            description: Some(group.description.clone()),
            owner_jid: group.owner.as_ref().map(MemberJid::to_string),
            participant_count: Some(group.count() as u32),
            is_announce: Some(group.announce),
            is_locked: Some(group.locked),
            created_at_wa: group.created_at,
            first_seen_at: at,
            updated_at: at,
            my_role: Some(my_role(&group.members)),
            ..settings_of(group)
        };
        let number = self.change(|tables| {
            if !tables.owns(organization, session) {
                return None;
            }
            tables.groups_so_far += 1;
            if group.is_partial() {
                tables.partial.insert(tables.groups_so_far);
            }
            let key = (session.to_string(), group.jid.to_string());
            tables.groups.insert(key, (tables.groups_so_far, row));
            Some(tables.groups_so_far)
        })?;
        if let Some(number) = number {
            self.put_members(number, &mut group.members.iter(), at)?;
        }
        Ok(number.is_some())
    }

    fn update_group(&mut self, group: i64, fresh: &GroupSnapshot, at: EpochMillis) -> Outcome<()> {
        self.change(|tables| {
            let Some(row) = tables.by_number(group) else {
                return;
            };
            row.subject = Some(fresh.subject.clone());
            row.description = Some(fresh.description.clone());
            row.owner_jid = fresh.owner.as_ref().map(MemberJid::to_string);
            row.is_announce = Some(fresh.announce);
            row.is_locked = Some(fresh.locked);
            row.created_at_wa = fresh.created_at;
            row.kind = Some(fresh.kind.clone());
            row.restricted = fresh.kind.restricted();
            row.community_jid = fresh.community.as_ref().map(ToString::to_string);
            row.invite_by.clone_from(&fresh.invite_by);
            row.join_approval = Some(fresh.join_approval);
            row.add_by.clone_from(&fresh.add_by);
            row.ephemeral_seconds = Some(fresh.ephemeral_seconds);
            row.updated_at = at.max(row.updated_at + 1);
            if fresh.is_partial() {
                row.participant_count = Some(fresh.count() as u32);
                tables.partial.insert(group);
            } else {
                tables.partial.remove(&group);
            }
        })
    }

    fn set_setting(&mut self, group: i64, setting: &Setting, at: EpochMillis) -> Outcome<()> {
        self.change(|tables| {
            let Some(row) = tables.by_number(group) else {
                return;
            };
            match setting {
                Setting::Subject(text) => row.subject = Some(text.clone()),
                Setting::Description(text) => row.description = Some(text.clone()),
                Setting::Announce(on) => row.is_announce = Some(*on),
                Setting::Locked(on) => row.is_locked = Some(*on),
                Setting::InviteBy(who) => row.invite_by = Some(who.clone()),
                Setting::JoinApproval(on) => row.join_approval = Some(*on),
                Setting::AddBy(who) => row.add_by = Some(who.clone()),
                Setting::EphemeralSeconds(seconds) => row.ephemeral_seconds = Some(*seconds),
            }
            row.updated_at = at.max(row.updated_at + 1);
        })
    }

    fn put_members(
        &mut self,
        group: i64,
        members: &mut dyn Iterator<Item = &Member>,
        at: EpochMillis,
    ) -> Outcome<()> {
        self.change(|tables| {
            for member in members {
                let key = (group, member.lid.to_string());
                let known = tables.members.get(&key);
                let first = known.map_or(at, |(_, first, _)| *first);
                let mut fresh = StoredMember::from(member);
                if let Some((known, ..)) = known {
                    fresh.phone = fresh.phone.or(known.phone);
                    fresh.joined_via = fresh.joined_via.or(known.joined_via);
                }
                let row = (fresh, first, at);
                tables.members.insert(key, row);
            }
        })
    }

    fn delete_member(&mut self, group: i64, lid: &str) -> Outcome<bool> {
        self.change(|tables| tables.members.remove(&(group, lid.to_owned())).is_some())
    }

    fn set_role(&mut self, group: i64, lid: &str, role: &MemberRole) -> Outcome<bool> {
        self.change(|tables| {
            let Some((member, ..)) = tables.members.get_mut(&(group, lid.to_owned())) else {
                return false;
            };
            if member.role == *role || member.role == MemberRole::Superadmin {
                return false;
            }
            member.role = role.clone();
            true
        })
    }

    fn refresh_member_summary(&mut self, group: i64) -> Outcome<bool> {
        self.change(|tables| {
            let is_partial = tables.partial.contains(&group);
            let count = tables.members_of(group).count() as u32;
            let me = tables.members_of(group).find(|(_, member)| member.is_me);
            let role = me.map_or(SessionRole::None, |(_, me)| SessionRole::from(&me.role));
            let Some(row) = tables.by_number(group) else {
                return false;
            };
            let count = match (is_partial, row.participant_count) {
                (true, Some(known)) => count.max(known),
                _ => count,
            };
            let fresh = (Some(count), Some(role));
            if (row.participant_count, row.my_role.clone()) == fresh {
                return false;
            }
            (row.participant_count, row.my_role) = fresh;
            true
        })
    }
}

impl WriteKeys for Memory {
    fn insert_key(&mut self, key: &StoredKey) -> Outcome<()> {
        self.put_organization(&key.organization, key.key.created_at)?;
        self.change(|tables| {
            tables.keys.insert(key.key.id.clone(), key.clone());
        })
    }

    fn replace_secret(
        &mut self,
        id: &str,
        hash: &[u8; 32],
        previous_until: Option<EpochMillis>,
    ) -> Outcome<()> {
        self.change(|tables| {
            if let Some(key) = tables.keys.get_mut(id) {
                key.previous = previous_until.map(|until| (key.hash, until));
                key.hash = *hash;
            }
        })
    }

    fn set_disabled(&mut self, id: &str, disabled: bool) -> Outcome<()> {
        self.change(|tables| {
            if let Some(key) = tables.keys.get_mut(id) {
                key.key.disabled = disabled;
            }
        })
    }

    fn set_last_used(&mut self, uses: &[(String, EpochMillis)]) -> Outcome<()> {
        self.change(|tables| {
            for (id, at) in uses {
                if let Some(key) = tables.keys.get_mut(id) {
                    key.key.last_used_at = Some(*at);
                }
            }
        })
    }

    fn delete_key(&mut self, id: &str) -> Outcome<()> {
        self.change(|tables| {
            tables.keys.remove(id);
        })
    }
}

impl WriteLogs for Memory {
    fn insert_audit(&mut self, organization: &OrganizationId, entry: &AuditEntry) -> Outcome<()> {
        let id = Ulid::from_string(&entry.id).unwrap();
        let row = (organization.clone(), entry.clone());
        self.change(|tables| {
            tables.audit.insert(id, row);
        })
    }

    fn remove_audit(&mut self, organization: &OrganizationId, last: Ulid) -> Outcome<u64> {
        self.change(|tables| {
            let before = tables.audit.len();
            let is_kept = |id: &Ulid, of: &OrganizationId| *id > last || of != organization;
            tables.audit.retain(|id, (of, _)| is_kept(id, of));
            (before - tables.audit.len()) as u64
        })
    }

    fn insert_event(&mut self, event: &Published) -> Outcome<()> {
        let logged = Logged {
            id: event.id,
            session: event.session.to_string(),
            kind: event.kind.as_str().to_owned(),
            text: Arc::clone(&event.text),
        };
        self.change(|tables| {
            let row = (event.organization.clone(), logged);
            tables.events.insert(event.id, row);
        })
    }

    fn sweep_events(&mut self, organization: &OrganizationId, keep: u32) -> Outcome<()> {
        self.change(|tables| {
            let own = tables.events.iter().rev();
            let own = own.filter(|(_, (of, _))| of == organization);
            let old: Vec<Ulid> = own.skip(keep as usize).map(|(id, _)| *id).collect();
            tables.events.retain(|id, _| !old.contains(id));
        })
    }
}

impl Rows for Memory {
    fn probe(&mut self) -> Outcome<()> {
        Ok(())
    }

    fn fill_disk(&mut self, is_full: bool) {
        self.is_full[1] = is_full;
    }
}

/// What a group's row says of its place in a community and of its further settings.
fn settings_of(group: &GroupSnapshot) -> Group {
    Group {
        kind: Some(group.kind.clone()),
        restricted: group.kind.restricted(),
        community_jid: group.community.as_ref().map(ToString::to_string),
        invite_by: group.invite_by.clone(),
        join_approval: Some(group.join_approval),
        add_by: group.add_by.clone(),
        ephemeral_seconds: Some(group.ephemeral_seconds),
        ..Group::default()
    }
}
