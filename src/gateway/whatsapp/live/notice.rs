//! Group notifications of WhatsApp, converted to the engine's events.

use super::convert::{Me, Naming, group_jid, member_jid, phone};
use super::described::audience;
use crate::api::{JoinedVia, MemberRole, RequestOutcome, Setting};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::{GroupChange, GroupEvent, Member, MembershipRequest};
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::GroupUpdate;
use whatsapp_rust::wacore::stanza::groups::{
    GroupNotificationAction as Action, GroupParticipantInfo,
};

/// A notification that can be published at once.
#[derive(Debug, PartialEq)]
pub(super) enum Notice {
    Change(GroupEvent),
    /// The account joined a group, which the notification does not describe: it has to be queried.
    Entered {
        group: GroupJid,
        by: Option<MemberJid>,
        at: i64,
        via: Option<JoinedVia>,
    },
    /// Something changed that the notification does not describe well enough: the group has to be
    /// queried.
    Unclear {
        group: GroupJid,
        at: i64,
    },
    /// Any group may have changed: the list of all groups is due.
    AnyGroup,
}

/// A tag that the library does not know yet. It comes as [`Action::Unknown`]; a later version may
/// have a variant of its own.
const GROUPS_DIRTY: &str = "groups_dirty";

/// `None` for what the engine keeps no record of: community links, a member's changed number (a LID stays the same).
///
/// A role that changed in one group of a community, a suspension, a limit of growth, and every tag
/// that the library does not know are [`Notice::Unclear`]: what they mean for a member's role and for
/// the switches is not documented.
pub(super) fn read(update: &GroupUpdate, me: &Me) -> Option<Notice> {
    if matches!(&update.action, Action::Unknown { tag } if tag == GROUPS_DIRTY) {
        return Some(Notice::AnyGroup);
    }
    let group = group_jid(&update.group_jid)?;
    let by = update.participant.as_ref().and_then(member_jid);
    let at = update.timestamp.timestamp_millis();
    let change = match &update.action {
        Action::Subject { subject, .. } => GroupChange::Setting(Setting::Subject(subject.clone())),
        Action::Description { description, .. } => GroupChange::Setting(Setting::Description(
            description.clone().unwrap_or_default(),
        )),
        Action::Announce => GroupChange::Setting(Setting::Announce(true)),
        Action::NotAnnounce => GroupChange::Setting(Setting::Announce(false)),
        Action::Locked { .. } => GroupChange::Setting(Setting::Locked(true)),
        Action::Unlocked => GroupChange::Setting(Setting::Locked(false)),
        Action::MembershipApprovalMode { enabled } => {
            GroupChange::Setting(Setting::JoinApproval(*enabled))
        }
        Action::MemberAddMode { mode } => match audience(mode) {
            Some(who) => GroupChange::Setting(Setting::AddBy(who)),
            None => return Some(Notice::Unclear { group, at }),
        },
        Action::Ephemeral { expiration, .. } => {
            GroupChange::Setting(Setting::EphemeralSeconds(*expiration))
        }
        // The person who asks is the author.
        Action::MembershipApprovalRequest { .. } => GroupChange::Asked(
            by.clone()
                .map(|person| asked(person, update.participant_pn.as_ref(), at))
                .into_iter()
                .collect(),
        ),
        Action::CreatedMembershipRequests { requests, .. } => {
            let people = requests.iter().filter_map(|one| {
                let person = member_jid(&one.jid)?;
                Some(asked(person, one.phone_number.as_ref(), at))
            });
            let mut people: Vec<_> = people.collect();
            // Without people the author asks, as in Baileys.
            if people.is_empty() {
                let number = update.participant_pn.as_ref();
                people.extend(by.clone().map(|person| asked(person, number, at)));
            }
            GroupChange::Asked(people)
        }
        Action::RevokedMembershipRequests { participants } => {
            let people: Vec<_> = participants.iter().filter_map(member_jid).collect();
            let outcome = revoked(update, participants);
            GroupChange::Settled(people, outcome)
        }
        Action::RevokeInvite => GroupChange::InviteReset(None),
        // The library takes this for a join by the link. WhatsApp Web, whatsmeow and Baileys take
        // the code for that of the new link, which every reset brings. No fix upstream is known.
        Action::Invite { code } => GroupChange::InviteReset(InviteCode::parse(code).ok()),
        Action::Add {
            participants,
            reason,
        } => {
            let via = joined_via(reason.as_deref(), update, participants);
            if participants.iter().any(|one| is_me(me, one)) {
                return Some(Notice::Entered { group, by, at, via });
            }
            let mut naming = Naming::new(me);
            GroupChange::Joined(
                participants
                    .iter()
                    .filter_map(|one| {
                        let member = naming.member(
                            &one.jid,
                            one.lid.as_ref(),
                            one.phone_number.as_ref(),
                            MemberRole::Member,
                        )?;
                        Some(Member {
                            joined_via: via,
                            ..member
                        })
                    })
                    .collect(),
            )
        }
        Action::Create { .. } => {
            let via = None;
            return Some(Notice::Entered { group, by, at, via });
        }
        Action::Remove { participants, .. } => {
            if participants.iter().any(|one| is_me(me, one)) {
                GroupChange::Exited
            } else {
                GroupChange::Left(names(participants, me))
            }
        }
        Action::Promote { participants } => GroupChange::Promoted(names(participants, me)),
        Action::Demote { participants } => GroupChange::Demoted(names(participants, me)),
        Action::Delete { .. } => GroupChange::Exited,
        Action::LinkedGroupPromote { .. }
        | Action::LinkedGroupDemote { .. }
        | Action::Suspended
        | Action::Unsuspended
        | Action::GrowthLocked { .. }
        | Action::GrowthUnlocked
        | Action::Unknown { .. } => return Some(Notice::Unclear { group, at }),
        _ => return None,
    };
    Some(Notice::Change(GroupEvent {
        group,
        by,
        at,
        change,
    }))
}

fn asked(person: MemberJid, number: Option<&Jid>, at: i64) -> MembershipRequest {
    let phone = number.and_then(phone).or_else(|| {
        let jid: Jid = person.as_str().parse().ok()?;
        phone(&jid)
    });
    MembershipRequest {
        person,
        phone,
        at: Some(at),
    }
}

/// Why requests were revoked. Baileys takes the author for the sign: who revokes their own request has taken it
/// back, anybody else has rejected it.
fn revoked(update: &GroupUpdate, people: &[Jid]) -> RequestOutcome {
    let author = [update.participant.as_ref(), update.participant_pn.as_ref()];
    let mut author = author.into_iter().flatten().peekable();
    if author.peek().is_none() {
        return RequestOutcome::Gone;
    }
    let is_own = author.any(|by| {
        let mut people = people.iter();
        people.any(|one| by.user == one.user && by.server == one.server)
    });
    if is_own {
        RequestOutcome::Withdrawn
    } else {
        RequestOutcome::Rejected
    }
}

fn is_me(me: &Me, one: &GroupParticipantInfo) -> bool {
    let is = |jid: Option<&Jid>| jid.is_some_and(|jid| me.is(jid));
    me.is(&one.jid) || is(one.lid.as_ref()) || is(one.phone_number.as_ref())
}

/// How the participants of an `<add>` came. WhatsApp Web knows seven reasons; `invite` is the link
/// (whatsmeow says the same), `default_subgroup_admin_add` an admin of the community, and the other
/// five are joins of a community's groups, which are none of the three ways here. Without a reason,
/// whoever made the change has added them, unless they are the author themselves.
fn joined_via(
    reason: Option<&str>,
    update: &GroupUpdate,
    participants: &[GroupParticipantInfo],
) -> Option<JoinedVia> {
    let is_author = |jid: &Jid| {
        let author = [update.participant.as_ref(), update.participant_pn.as_ref()];
        let mut author = author.into_iter().flatten();
        author.any(|one| one.user == jid.user && one.server == jid.server)
    };
    let by_themselves = participants.iter().any(|one| {
        let jids = [Some(&one.jid), one.lid.as_ref(), one.phone_number.as_ref()];
        jids.into_iter().flatten().any(is_author)
    });
    match reason {
        Some("invite") => Some(JoinedVia::Link),
        Some("default_subgroup_admin_add") => Some(JoinedVia::Added),
        Some(_) => None,
        None if by_themselves => Some(JoinedVia::Link),
        None => update.participant.as_ref().map(|_| JoinedVia::Added),
    }
}

fn names(participants: &[GroupParticipantInfo], me: &Me) -> Vec<MemberJid> {
    let mut naming = Naming::new(me);
    participants
        .iter()
        .filter_map(|one| {
            naming.member(
                &one.jid,
                one.lid.as_ref(),
                one.phone_number.as_ref(),
                MemberRole::Member,
            )
        })
        .map(|member| member.lid)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Audience;
    use crate::gateway::domain::PhoneNumber;
    use crate::gateway::whatsapp::Member;
    use whatsapp_rust::NodeBuilder;
    use whatsapp_rust::wacore::stanza::groups::GroupNotification;
    use whatsapp_rust::wacore_binary::Node;

    const GROUP: &str = "120363041234567890@g.us";

    fn me() -> Me {
        Me {
            lid: Some(Jid::lid("900")),
            pn: Some(Jid::pn("628123456789")),
        }
    }

    fn people(tag: &'static str, jids: &[&str]) -> Node {
        let people = jids
            .iter()
            .map(|jid| NodeBuilder::new("participant").attr("jid", *jid).build());
        NodeBuilder::new(tag).children(people).build()
    }

    /// What the library makes of a notification with one action in it.
    fn notice(action: Node) -> Option<Notice> {
        notice_by(Some("5@lid"), action)
    }

    fn notice_by(author: Option<&str>, action: Node) -> Option<Notice> {
        let mut node = NodeBuilder::new("notification")
            .attr("from", GROUP)
            .attr("type", "w:gp2")
            .attr("t", "1795000000")
            .children([action]);
        if let Some(author) = author {
            node = node.attr("participant", author);
        }
        let node = node.build();
        let parsed = GroupNotification::try_from_node_ref(&node.as_node_ref()).unwrap();
        let action = parsed.actions.into_iter().next().unwrap();
        let update = GroupUpdate::builder()
            .group_jid(parsed.group_jid)
            .maybe_participant(parsed.participant)
            .timestamp(whatsapp_rust::wacore::time::from_secs(1_795_000_000).unwrap())
            .is_lid_addressing_mode(true)
            .action(action)
            .build();
        read(&update, &me())
    }

    fn change(action: Node) -> GroupChange {
        match notice(action) {
            Some(Notice::Change(event)) => {
                assert_eq!(event.group.as_str(), GROUP);
                assert_eq!(event.by.unwrap().as_str(), "5@lid");
                assert_eq!(event.at, 1_795_000_000_000);
                event.change
            }
            other => panic!("{other:?}"),
        }
    }

    fn entered(action: Node) -> bool {
        matches!(notice(action), Some(Notice::Entered { .. }))
    }

    fn lids(jids: &[&str]) -> Vec<MemberJid> {
        jids.iter()
            .map(|jid| MemberJid::parse(jid).unwrap())
            .collect()
    }

    #[test]
    fn settings_are_told_one_by_one() {
        let bare = |tag: &'static str| change(NodeBuilder::new(tag).build());
        for (tag, setting) in [
            ("announcement", Setting::Announce(true)),
            ("not_announcement", Setting::Announce(false)),
            ("locked", Setting::Locked(true)),
            ("unlocked", Setting::Locked(false)),
        ] {
            assert_eq!(bare(tag), GroupChange::Setting(setting));
        }
        let subject = NodeBuilder::new("subject").attr("subject", "New").build();
        assert_eq!(
            change(subject),
            GroupChange::Setting(Setting::Subject("New".to_owned()))
        );
        let deleted = NodeBuilder::new("description")
            .attr("id", "A1")
            .children([NodeBuilder::new("delete").build()])
            .build();
        assert_eq!(
            change(deleted),
            GroupChange::Setting(Setting::Description(String::new()))
        );
        assert_eq!(bare("revoke"), GroupChange::InviteReset(None));
        assert_eq!(bare("delete"), GroupChange::Exited);
    }

    #[test]
    fn members_come_go_rise_and_fall() {
        assert_eq!(
            change(people("add", &["7@lid", "8@lid"])),
            GroupChange::Joined(
                lids(&["7@lid", "8@lid"])
                    .into_iter()
                    .map(|lid| Member {
                        joined_via: Some(JoinedVia::Added),
                        ..newcomer(lid)
                    })
                    .collect()
            )
        );
        assert_eq!(
            change(people("remove", &["7@lid"])),
            GroupChange::Left(lids(&["7@lid"]))
        );
        assert_eq!(
            change(people("promote", &["7@lid", "900@lid"])),
            GroupChange::Promoted(lids(&["7@lid", "900@lid"]))
        );
        assert_eq!(
            change(people("demote", &["7@lid"])),
            GroupChange::Demoted(lids(&["7@lid"]))
        );
    }

    fn newcomer(lid: MemberJid) -> Member {
        Member {
            lid,
            role: MemberRole::Member,
            phone: None,
            is_me: false,
            joined_via: None,
        }
    }

    #[test]
    fn how_members_came_is_read_from_the_reason_and_the_author() {
        use JoinedVia::{Added, Link};
        let (admin, joiner) = (Some("5@lid"), Some("7@lid"));
        for (reason, author, via) in [
            (Some("invite"), None, Some(Link)),
            (Some("invite"), joiner, Some(Link)),
            (Some("invite"), admin, Some(Link)),
            (Some("default_subgroup_admin_add"), admin, Some(Added)),
            (Some("linked_group_join"), joiner, None),
            (Some("something_new"), admin, None),
            (None, admin, Some(Added)),
            (None, joiner, Some(Link)),
            (None, None, None),
        ] {
            let add = |who: &str| {
                let node = people("add", &[who]);
                let mut action =
                    NodeBuilder::new("add").children(node.children().unwrap().to_vec());
                if let Some(reason) = reason {
                    action = action.attr("reason", reason);
                }
                notice_by(author, action.build())
            };
            let Some(Notice::Change(event)) = add("7@lid") else {
                panic!("{reason:?} by {author:?}");
            };
            let member = Member {
                joined_via: via,
                ..newcomer(lids(&["7@lid"]).remove(0))
            };
            assert_eq!(
                event.change,
                GroupChange::Joined(vec![member]),
                "{reason:?} by {author:?}"
            );
            if author != joiner {
                let own = add("900@lid");
                assert!(
                    matches!(own, Some(Notice::Entered { via: own, .. }) if own == via),
                    "{own:?}"
                );
            }
        }
    }

    #[test]
    fn an_invite_is_the_link_after_a_reset() {
        let code = "AbCdEf1234567890XyZ123";
        let invite = NodeBuilder::new("invite").attr("code", code).build();
        let code = InviteCode::parse(code).unwrap();
        assert_eq!(change(invite), GroupChange::InviteReset(Some(code)));
    }

    #[test]
    fn the_accounts_own_coming_and_going_is_another_matter() {
        assert!(entered(people("add", &["7@lid", "900@lid"])));
        assert!(entered(people("add", &["628123456789@s.whatsapp.net"])));
        assert!(entered(NodeBuilder::new("create").build()));
        assert_eq!(change(people("remove", &["900@lid"])), GroupChange::Exited);
    }

    #[test]
    fn irrelevant_notifications_are_ignored() {
        assert_eq!(notice(NodeBuilder::new("reports").build()), None);
    }

    #[test]
    fn modes_and_requests_are_read() {
        let join = NodeBuilder::new("group_join").attr("state", "on").build();
        let approval = NodeBuilder::new("membership_approval_mode").children([join]);
        let adding = NodeBuilder::new("member_add_mode").string_content("all_member_add");
        let requester = |jid, number: Option<&'static str>| {
            let node = NodeBuilder::new("requested_user").attr("jid", jid);
            match number {
                Some(number) => node.attr("phone_number", number).build(),
                None => node.build(),
            }
        };
        let requests = NodeBuilder::new("created_membership_requests").children([
            requester("7@lid", Some("447700900951@s.whatsapp.net")),
            requester("8@lid", None),
            requester("6280100005510@s.whatsapp.net", None),
        ]);
        let asking = |jid: &str, phone: &str| MembershipRequest {
            person: MemberJid::parse(jid).unwrap(),
            phone: PhoneNumber::parse(phone),
            at: Some(1_795_000_000_000),
        };
        for (node, change) in [
            (approval, GroupChange::Setting(Setting::JoinApproval(true))),
            (
                adding,
                GroupChange::Setting(Setting::AddBy(Audience::Members)),
            ),
            (
                NodeBuilder::new("ephemeral").attr("expiration", 86_400_u32),
                GroupChange::Setting(Setting::EphemeralSeconds(86_400)),
            ),
            (
                NodeBuilder::new("not_ephemeral"),
                GroupChange::Setting(Setting::EphemeralSeconds(0)),
            ),
            (
                requests,
                GroupChange::Asked(vec![
                    asking("7@lid", "447700900951"),
                    asking("8@lid", ""),
                    asking("6280100005510@s.whatsapp.net", "6280100005510"),
                ]),
            ),
            // The person is the author.
            (
                NodeBuilder::new("created_membership_requests"),
                GroupChange::Asked(vec![asking("5@lid", "")]),
            ),
            (
                NodeBuilder::new("membership_approval_request"),
                GroupChange::Asked(vec![asking("5@lid", "")]),
            ),
        ] {
            assert_eq!(self::change(node.build()), change);
        }
        for (author, outcome) in [
            (Some("5@lid"), RequestOutcome::Rejected),
            (Some("7@lid"), RequestOutcome::Withdrawn),
            (None, RequestOutcome::Gone),
        ] {
            let settled = people("revoked_membership_requests", &["7@lid"]);
            let Some(Notice::Change(event)) = notice_by(author, settled) else {
                panic!("{author:?}");
            };
            assert_eq!(
                event.change,
                GroupChange::Settled(lids(&["7@lid"]), outcome)
            );
        }
        // Who has the link is told by a tag that the library does not know.
        let link = NodeBuilder::new("member_link_mode").string_content("admin_link");
        assert!(matches!(notice(link.build()), Some(Notice::Unclear { .. })));
    }

    #[test]
    fn what_is_not_described_is_looked_at() {
        for tag in [
            "linked_group_promote",
            "linked_group_demote",
            "suspended",
            "unsuspended",
            "growth_locked",
            "growth_unlocked",
            "something_new",
        ] {
            let unclear = Notice::Unclear {
                group: GroupJid::parse(GROUP).unwrap(),
                at: 1_795_000_000_000,
            };
            assert_eq!(notice(people(tag, &["7@lid"])), Some(unclear), "{tag}");
        }
        let dirty = NodeBuilder::new("groups_dirty").build();
        assert_eq!(notice(dirty), Some(Notice::AnyGroup));
    }
}
