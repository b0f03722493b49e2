//! What the server tells clients by itself: changes of groups.

use super::Push;
use super::groups::{description_node, group_node, participant, with_phone};
use super::modes::{add_mode, approval_mode, ephemeral, link_mode};
use super::stanza::{empty, fresh_id};
use groupdesk::api::{EpochMillis, JoinedVia, MemberRole, Setting};
use groupdesk::gateway::domain::{GroupJid, MemberJid};
use groupdesk::gateway::whatsapp::{GroupChange, GroupEvent, GroupSnapshot, MembershipRequest};
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;

/// The stanza that tells of a change which the world does not know of.
pub fn by_hand(group: &GroupJid, push: Push, now: EpochMillis) -> Node {
    let node = NodeBuilder::new("notification")
        .attr("from", group.as_str())
        .attr("id", fresh_id())
        .attr("type", "w:gp2")
        .attr("t", now / 1000)
        .attr("addressing_mode", "lid");
    match push {
        Push::NewLink(code) => {
            let link = NodeBuilder::new("invite").attr("code", code.as_str());
            node.children([link.build()])
        }
        Push::Deleted => node.children([empty("delete")]),
        Push::Tagged(tag, people) => node.children([self::people(tag, &people)]),
    }
    .build()
}

/// The stanza that tells a client that its groups are stale.
pub fn stale() -> Node {
    let dirty = NodeBuilder::new("dirty").attr("type", "groups").build();
    NodeBuilder::new("ib").children([dirty]).build()
}

/// The stanza that tells `me` of a change, whose author is called `name`.
pub fn notification(event: &GroupEvent, me: &MemberJid, name: Option<String>) -> Node {
    let mut node = NodeBuilder::new("notification")
        .attr("from", event.group.as_str())
        .attr("id", fresh_id())
        .attr("type", "w:gp2")
        .attr("t", event.at / 1000)
        .attr("addressing_mode", "lid");
    if let Some(by) = &event.by {
        node = node.attr("participant", by.as_str());
    }
    if let Some(name) = name {
        node = node.attr("notify", name);
    }
    node.children([change_node(event, me)]).build()
}

fn change_node(event: &GroupEvent, me: &MemberJid) -> Node {
    match &event.change {
        GroupChange::Setting(Setting::Subject(subject)) => NodeBuilder::new("subject")
            .attr("subject", subject)
            .attr("s_t", event.at / 1000)
            .build(),
        GroupChange::Setting(Setting::Description(text)) => description_node(text),
        GroupChange::Setting(Setting::Announce(true)) => empty("announcement"),
        GroupChange::Setting(Setting::Announce(false)) => empty("not_announcement"),
        GroupChange::Setting(Setting::Locked(true)) => empty("locked"),
        GroupChange::Setting(Setting::Locked(false)) => empty("unlocked"),
        // The library does not know this one.
        GroupChange::Setting(Setting::InviteBy(who)) => link_mode(who),
        GroupChange::Setting(Setting::JoinApproval(on)) => approval_mode(*on),
        GroupChange::Setting(Setting::AddBy(who)) => add_mode(who),
        GroupChange::Setting(Setting::EphemeralSeconds(0)) => empty("not_ephemeral"),
        GroupChange::Setting(Setting::EphemeralSeconds(seconds)) => ephemeral(*seconds),
        // The new code is never said.
        GroupChange::InviteReset(_) => empty("revoke"),
        GroupChange::Joined(members) => {
            let came = members.iter();
            add(
                members.first().and_then(|member| member.joined_via),
                came.map(|member| participant(&member.lid, &member.role, member.phone)),
            )
        }
        GroupChange::Left(members) => people("remove", members),
        GroupChange::Promoted(members) => people("promote", members),
        GroupChange::Demoted(members) => people("demote", members),
        GroupChange::Entered(group) if is_new(group, event) => {
            let group = group_node(group);
            NodeBuilder::new("create")
                .attr("type", "new")
                .children([group])
                .build()
        }
        GroupChange::Entered(group) => {
            let mine = group.members.iter().find(|member| member.is_me);
            let came = [participant(me, &MemberRole::Member, None)];
            add(mine.and_then(|me| me.joined_via), came.into_iter())
        }
        GroupChange::Asked(requests) => asked(requests),
        // Whether they were taken back or rejected, the author says.
        GroupChange::Settled(people, _) => self::people("revoked_membership_requests", people),
        GroupChange::Exited => people("remove", std::slice::from_ref(me)),
        GroupChange::Seen(_) => unreachable!("the world tells each change by itself"),
    }
}

/// Who came in by the link has a reason, and so has who asked to by the link and was approved.
fn add(via: Option<JoinedVia>, people: impl Iterator<Item = Node>) -> Node {
    let mut node = NodeBuilder::new("add").children(people);
    if matches!(via, Some(JoinedVia::Link | JoinedVia::Approved)) {
        node = node.attr("reason", "invite");
    }
    node.build()
}

/// Whether the group was made in the moment in which the account came into it.
fn is_new(group: &GroupSnapshot, event: &GroupEvent) -> bool {
    group
        .created_at
        .is_some_and(|created| event.at - created < 1000)
        && group.owner == event.by
}

/// Requests to join that came, as an admin is told of them.
fn asked(requests: &[MembershipRequest]) -> Node {
    let people = requests.iter().map(|request| {
        let node = NodeBuilder::new("requested_user").attr("jid", request.person.as_str());
        with_phone(node, request.phone).build()
    });
    NodeBuilder::new("created_membership_requests")
        .attr("request_method", "invite_link")
        .children(people)
        .build()
}

fn people(tag: &'static str, members: &[MemberJid]) -> Node {
    let members = members
        .iter()
        .map(|member| participant(member, &MemberRole::Member, None));
    NodeBuilder::new(tag).children(members).build()
}
