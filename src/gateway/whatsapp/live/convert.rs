//! Converting the library's types to the engine's: people, groups, identities.
//!
//! An account may have a thousand groups of hundreds of members, so a member costs one allocation.

use crate::api::{EpochMillis, GroupKind, MemberRole};
use crate::gateway::domain::{GroupJid, MemberJid, PhoneNumber};
use crate::gateway::whatsapp::{GroupSnapshot, Identity, Member};
use whatsapp_rust::features::{GroupMetadata, ParticipantType};
use whatsapp_rust::wacore::iq::groups::GroupInfoResponse;
use whatsapp_rust::{Client, Jid, Server};

/// Both JIDs of the session's account.
#[derive(Debug, Clone, Default)]
pub(super) struct Me {
    pub(super) lid: Option<Jid>,
    pub(super) pn: Option<Jid>,
}

impl Me {
    pub(super) fn of(client: &Client) -> Self {
        Self {
            lid: client.lid(),
            pn: client.pn(),
        }
    }

    pub(super) fn is(&self, jid: &Jid) -> bool {
        let own = if jid.server.is_lid_family() {
            self.lid.as_ref()
        } else if jid.server.is_pn_family() || jid.server == Server::Legacy {
            self.pn.as_ref()
        } else {
            None
        };
        own.is_some_and(|own| own.user == jid.user)
    }

    /// `None` before a phone is linked.
    pub(super) fn identity(&self) -> Option<Identity> {
        let pn = self.pn.as_ref()?;
        let jid = member_jid(pn)?;
        let lid = self.lid.as_ref().and_then(member_jid);
        Some(Identity {
            phone_number: pn.user.to_string(),
            lid: lid.unwrap_or_else(|| jid.clone()),
            jid,
            business_name: None,
            platform: None,
        })
    }
}

/// A person's JID without the device. `None` for what is no person: bots, channels, broadcasts.
pub(super) fn member_jid(jid: &Jid) -> Option<MemberJid> {
    named(jid, &mut String::new())
}

fn named(jid: &Jid, scratch: &mut String) -> Option<MemberJid> {
    let server = match jid.server {
        Server::Lid | Server::HostedLid => Server::Lid,
        Server::Pn | Server::Hosted | Server::Legacy => Server::Pn,
        _ => return None,
    };
    scratch.clear();
    scratch.push_str(&jid.user);
    scratch.push('@');
    scratch.push_str(server.as_str());
    MemberJid::parse(scratch).ok()
}

pub(super) fn group_jid(jid: &Jid) -> Option<GroupJid> {
    GroupJid::parse(&jid.to_string()).ok()
}

/// The library's form of a group's name. `GroupJid` is digits, so the parts need no check.
pub(super) fn to_group(jid: &GroupJid) -> Jid {
    Jid::group(jid.as_str().trim_end_matches("@g.us"))
}

pub(super) fn to_member(jid: &MemberJid) -> Jid {
    match jid.as_str().split_once('@') {
        Some((user, "lid")) => Jid::lid(user),
        Some((user, _)) => Jid::pn(user),
        None => Jid::pn(jid.as_str()),
    }
}

pub(super) fn millis(seconds: u64) -> Option<EpochMillis> {
    i64::try_from(seconds).ok()?.checked_mul(1000)
}

fn role(kind: ParticipantType) -> MemberRole {
    match kind {
        ParticipantType::Member => MemberRole::Member,
        ParticipantType::Admin => MemberRole::Admin,
        ParticipantType::SuperAdmin => MemberRole::Superadmin,
    }
}

/// The number of a JID that is one of a number.
pub(super) fn phone(jid: &Jid) -> Option<PhoneNumber> {
    let is_number = jid.server.is_pn_family() || jid.server == Server::Legacy;
    is_number.then(|| PhoneNumber::parse(&jid.user)).flatten()
}

/// Names people by LID where one is known, and finds the account itself among them.
pub(super) struct Naming<'a> {
    me: &'a Me,
    scratch: String,
}

impl<'a> Naming<'a> {
    pub(super) fn new(me: &'a Me) -> Self {
        Self {
            me,
            scratch: String::with_capacity(48),
        }
    }

    /// `lid` and `pn` are the person's LID and number if WhatsApp reports them beside `jid`, which is
    /// one of them (`lid` and `phone_number` of `<participant>`).
    pub(super) fn member(
        &mut self,
        jid: &Jid,
        lid: Option<&Jid>,
        pn: Option<&Jid>,
        role: MemberRole,
    ) -> Option<Member> {
        let is_me = self.me.is(jid) || lid.is_some_and(|lid| self.me.is(lid));
        let name = match lid {
            Some(lid) if !jid.server.is_lid_family() => lid,
            // One's own LID is known even where WhatsApp does not repeat it.
            _ if is_me && !jid.server.is_lid_family() => self.me.lid.as_ref().unwrap_or(jid),
            _ => jid,
        };
        Some(Member {
            lid: named(name, &mut self.scratch)?,
            role,
            phone: pn
                .and_then(phone)
                .or_else(|| phone(jid))
                .or_else(|| self.me.pn.as_ref().filter(|_| is_me).and_then(phone)),
            is_me,
            joined_via: None,
        })
    }

    /// `None` when the name is not a group's, such as a channel's.
    pub(super) fn snapshot(&mut self, group: GroupInfoResponse) -> Option<GroupSnapshot> {
        let members = group
            .participants
            .iter()
            .filter_map(|one| {
                let (lid, pn) = (one.lid.as_ref(), one.phone_number.as_ref());
                self.member(&one.jid, lid, pn, role(one.participant_type))
            })
            .collect();
        let kind = if group.is_parent_group {
            GroupKind::Community
        } else if group.is_default_sub_group {
            GroupKind::Announcements
        } else if group.is_general_chat {
            GroupKind::General
        } else if group.parent_group_jid.is_some() {
            GroupKind::Subgroup
        } else {
            GroupKind::Group
        };
        Some(GroupSnapshot {
            kind,
            community: group.parent_group_jid.as_ref().and_then(group_jid),
            join_approval: group.membership_approval,
            ephemeral_seconds: group
                .ephemeral
                .map_or(0, |ephemeral| ephemeral.expiration.unwrap_or(0)),
            size: group.size,
            subject: group.subject.into_string(),
            description: group.description.unwrap_or_default(),
            owner: group.creator.as_ref().and_then(member_jid),
            announce: group.is_announcement,
            locked: group.is_locked,
            created_at: group.creation_time.and_then(millis),
            members,
            ..GroupSnapshot::new(group_jid(&group.id)?)
        })
    }

    /// The same, from the form that the library's own calls return.
    pub(super) fn created(&mut self, group: GroupMetadata) -> Option<GroupSnapshot> {
        let members = group
            .participants
            .iter()
            .filter_map(|one| {
                let (lid, pn) = (one.lid.as_ref(), one.phone_number.as_ref());
                self.member(&one.jid, lid, pn, role(one.participant_type))
            })
            .collect();
        Some(GroupSnapshot {
            subject: group.subject,
            description: group.description.unwrap_or_default(),
            owner: group.creator.as_ref().and_then(member_jid),
            announce: group.is_announcement,
            locked: group.is_locked,
            created_at: group.creation_time.and_then(millis),
            members,
            ..GroupSnapshot::new(group_jid(&group.id)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Me {
        Me {
            lid: Some(Jid::lid_device("900", 7)),
            pn: Some(Jid::pn_device("628123456789", 7)),
        }
    }

    #[test]
    fn names_lose_their_device_and_strange_servers_are_nobody() {
        let name = |jid: Jid| member_jid(&jid).map(|jid| jid.to_string());
        assert_eq!(name(Jid::lid_device("900", 7)).unwrap(), "900@lid");
        assert_eq!(
            name(Jid::new("62811", Server::Legacy)).unwrap(),
            "62811@s.whatsapp.net"
        );
        assert_eq!(name(Jid::new("900", Server::HostedLid)).unwrap(), "900@lid");
        assert_eq!(name(Jid::new("13135550002", Server::Bot)), None);
        assert_eq!(name(Jid::new("status", Server::Broadcast)), None);
    }

    #[test]
    fn names_survive_the_way_there_and_back() {
        for text in ["120363041234567890@g.us", "6281234567890-1512345678@g.us"] {
            let jid = GroupJid::parse(text).unwrap();
            assert_eq!(group_jid(&to_group(&jid)), Some(jid));
        }
        for text in ["628123456789@s.whatsapp.net", "900@lid"] {
            let jid = MemberJid::parse(text).unwrap();
            assert_eq!(member_jid(&to_member(&jid)), Some(jid));
        }
    }

    #[test]
    fn the_account_is_found_by_either_name() {
        let me = me();
        assert!(me.is(&Jid::lid("900")) && me.is(&Jid::pn("628123456789")));
        assert!(!me.is(&Jid::pn("900")) && !me.is(&Jid::lid("628123456789")));
    }

    #[test]
    fn people_are_named_by_lid_where_one_is_known() {
        let me = me();
        let mut naming = Naming::new(&me);
        let mut name = |jid: Jid, lid: Option<Jid>| {
            let member = naming.member(&jid, lid.as_ref(), None, MemberRole::Member);
            member.map(|member| (member.lid.to_string(), member.is_me))
        };
        assert_eq!(
            name(Jid::pn("62811"), Some(Jid::lid("5"))),
            Some(("5@lid".to_owned(), false))
        );
        assert_eq!(
            name(Jid::pn("628123456789"), None),
            Some(("900@lid".to_owned(), true))
        );
        assert_eq!(
            name(Jid::pn("62811"), None),
            Some(("62811@s.whatsapp.net".to_owned(), false))
        );
    }

    #[test]
    fn a_number_is_known_from_either_jid_or_from_the_account_itself() {
        let me = me();
        let mut naming = Naming::new(&me);
        let mut number = |jid: Jid, pn: Option<Jid>| {
            let member = naming.member(&jid, None, pn.as_ref(), MemberRole::Member);
            member.unwrap().phone.map(|phone| phone.to_string())
        };
        let known = |number: &str| Some(number.to_owned());
        assert_eq!(
            number(Jid::lid("5"), Some(Jid::pn("62811"))),
            known("62811")
        );
        assert_eq!(number(Jid::pn("62811"), None), known("62811"));
        assert_eq!(number(Jid::lid("900"), None), known("628123456789"));
        assert_eq!(number(Jid::lid("5"), None), None);
        assert_eq!(number(Jid::lid("5"), Some(Jid::lid("62811"))), None);
    }

    #[test]
    fn an_identity_needs_a_number_but_not_a_lid() {
        let both = me().identity().unwrap();
        assert_eq!(both.phone_number, "628123456789");
        assert_eq!(both.lid.as_str(), "900@lid");
        let mut without = me();
        without.lid = None;
        assert_eq!(
            without.identity().unwrap().lid.as_str(),
            "628123456789@s.whatsapp.net"
        );
        assert!(Me::default().identity().is_none());
    }
}
