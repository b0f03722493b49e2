//! The query for all groups of an account, whose answer is parsed group by group.
//!
//! The library's own query parses all groups before it returns the first. For a thousand groups of
//! hundreds of members that delays storing and holds both forms in memory. It also fails as a whole
//! when it refuses one group. The parser of version 0.7 (`GroupInfoResponse`, `wacore::iq::groups`)
//! refuses:
//!
//! - an `id` that is missing or no JID;
//! - an `addressing_mode` other than `pn` and `lid`;
//! - a `<participant>` without `jid`, with a `join_time` or `participant_label_mtime` that is no
//!   number, or with attributes of the wrong form;
//! - a `size` or a number of participants over 19,999;
//! - an `<evolution_version>` whose `value` is missing, no number or over 100;
//! - an `<ephemeral>` whose `expiration` or `trigger`, or a `<limit_sharing_enabled>` whose `trigger`,
//!   is no number or out of range;
//! - an `<appeal_status>` of an unknown type, an `<appeal_update_time>` without a number, a
//!   `<suspended>` with attributes of the wrong form.
//!
//! Such a group is returned as unread, with the parser's own words. No fix upstream is known; a list of
//! the library that returns unread groups apart replaces this file.

use super::convert::{Me, Naming, group_jid};
use super::described;
use super::reason::sanitized;
use crate::api::MemberRole;
use crate::gateway::domain::{GroupJid, PhoneNumber};
use crate::gateway::whatsapp::{GroupSnapshot, Member, UnreadGroup};
use tokio::sync::mpsc;
use whatsapp_rust::wacore::iq::groups::GroupParticipatingIq;
use whatsapp_rust::wacore::iq::spec::IqSpec;
use whatsapp_rust::wacore::request::InfoQuery;
use whatsapp_rust::wacore_binary::NodeRef;
use whatsapp_rust::{Jid, anyhow};

pub(super) struct EveryGroup {
    pub(super) me: Me,
    pub(super) found: mpsc::UnboundedSender<GroupSnapshot>,
}

impl IqSpec for EveryGroup {
    /// The groups that could not be read.
    type Response = Vec<UnreadGroup>;

    fn build_iq(&self) -> InfoQuery<'static> {
        GroupParticipatingIq::new().build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Vec<UnreadGroup>> {
        let list = ["groups", "communities"]
            .into_iter()
            .find_map(|tag| response.get_optional_child(tag));
        let groups = list.unwrap_or(response).children().unwrap_or_default();
        let mut naming = Naming::new(&self.me);
        let mut listed = 0;
        let mut unread = Vec::new();
        for node in groups {
            if !matches!(node.tag.as_ref(), "group" | "community") {
                continue;
            }
            listed += 1;
            match described::read(node, &mut naming) {
                Ok(Some(mut group)) => {
                    self.add_myself(&mut group);
                    // An error means that the receiver was dropped.
                    let _ = self.found.send(group);
                }
                Ok(None) => {}
                Err(why) => unread.push(UnreadGroup {
                    jid: name_of(node),
                    why: sanitized(&why.to_string()),
                }),
            }
        }
        // An empty list is an answer, none at all is not.
        anyhow::ensure!(list.is_some() || listed > 0, "the answer lists no groups");
        Ok(unread)
    }
}

impl EveryGroup {
    /// The account is a member of every listed group, also where WhatsApp does not name it: an
    /// announcement group lists few of its members.
    fn add_myself(&self, group: &mut GroupSnapshot) {
        if group.members.iter().any(|member| member.is_me) {
            return;
        }
        if let Some(identity) = self.me.identity() {
            group.members.push(Member {
                lid: identity.lid,
                role: MemberRole::Member,
                phone: PhoneNumber::parse(&identity.phone_number),
                is_me: true,
                joined_via: None,
            });
        }
    }
}

/// The name of a group that the library cannot read.
fn name_of(node: &NodeRef<'_>) -> Option<GroupJid> {
    let id = node.get_attr("id")?.as_str();
    let jid = if id.contains('@') {
        id.parse().ok()?
    } else {
        Jid::group(id.as_ref())
    };
    group_jid(&jid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_rust::NodeBuilder;
    use whatsapp_rust::wacore_binary::{Node, NodeContent};

    fn group(id: &str) -> Node {
        NodeBuilder::new("group")
            .attr("id", id)
            .attr("subject", "Choir")
            .children([NodeBuilder::new("participant")
                .attr("jid", Jid::lid("900"))
                .build()])
            .build()
    }

    /// The group with one more attribute.
    fn with(mut group: Node, name: &'static str, value: &str) -> Node {
        group.attrs.insert(name, value);
        group
    }

    /// The group with one more child.
    fn and(mut group: Node, child: Node) -> Node {
        let Some(NodeContent::Nodes(children)) = &mut group.content else {
            panic!("a group with members");
        };
        children.push(child);
        group
    }

    #[test]
    fn a_group_that_the_library_refuses_is_named_and_hides_no_other() {
        let valued =
            |tag: &'static str, value: &str| NodeBuilder::new(tag).attr("value", value).build();
        let odd = |tag: &'static str, name: &'static str, value: &str| {
            NodeBuilder::new(tag).attr(name, value).build()
        };
        let member = || NodeBuilder::new("participant").attr("jid", Jid::lid("5"));
        let name = Some(GroupJid::parse("2@g.us").unwrap());
        let refused = [
            (with(group("2"), "addressing_mode", "username"), "username"),
            (with(group("2"), "size", "20000"), "'size'"),
            (with(group("2"), "size", "many"), "'size'"),
            (
                and(group("2"), valued("evolution_version", "101")),
                "exceeds 100",
            ),
            (
                and(group("2"), NodeBuilder::new("evolution_version").build()),
                "evolution_version",
            ),
            (
                and(group("2"), NodeBuilder::new("participant").build()),
                "'jid'",
            ),
            (
                and(group("2"), member().attr("join_time", "never").build()),
                "'join_time'",
            ),
            (
                and(group("2"), odd("ephemeral", "trigger", "21")),
                "'trigger'",
            ),
            (
                and(group("2"), odd("appeal_status", "type", "new")),
                "appeal status",
            ),
            (
                and(group("2"), odd("limit_sharing_enabled", "trigger", "21")),
                "'trigger'",
            ),
        ];
        for (odd, why) in refused {
            let answer = NodeBuilder::new("iq")
                .children([NodeBuilder::new("groups")
                    .children([group("1"), odd, group("3")])
                    .build()])
                .build();
            let library = GroupParticipatingIq::new().parse_response(&answer.as_node_ref());
            assert!(library.is_err(), "the library reads it now: {why}");
            let (groups, unread) = everything(&answer).unwrap();
            assert_eq!(groups, ["1@g.us", "3@g.us"], "{why}");
            let [one] = unread.as_slice() else {
                panic!("{unread:?}");
            };
            assert_eq!(one.jid, name, "{why}");
            assert!(one.why.contains(why), "{}", one.why);
        }
    }

    #[test]
    fn a_group_without_a_name_is_unread() {
        let nameless = NodeBuilder::new("group").attr("subject", "Choir").build();
        let answer = NodeBuilder::new("groups")
            .children([group("1"), nameless])
            .build();
        let (groups, unread) = everything(&answer).unwrap();
        assert_eq!(groups, ["1@g.us"]);
        assert_eq!(unread.len(), 1);
        assert_eq!(unread[0].jid, None);
    }

    fn read(answer: &Node) -> anyhow::Result<Vec<String>> {
        let (groups, unread) = everything(answer)?;
        assert_eq!(unread, []);
        Ok(groups)
    }

    fn everything(answer: &Node) -> anyhow::Result<(Vec<String>, Vec<UnreadGroup>)> {
        let (found, mut groups) = mpsc::unbounded_channel();
        let every = EveryGroup {
            me: Me::default(),
            found,
        };
        let unread = every.parse_response(&answer.as_node_ref())?;
        drop(every);
        let mut all = Vec::new();
        while let Ok(group) = groups.try_recv() {
            all.push(group.jid.to_string());
        }
        Ok((all, unread))
    }

    #[test]
    fn groups_are_found_wherever_the_library_finds_them() {
        let node = |tag: &'static str, children: Vec<Node>| {
            NodeBuilder::new(tag).children(children).build()
        };
        let two = || vec![group("1"), group("2")];
        for (answer, names) in [
            (node("iq", vec![node("groups", two())]), 2),
            (node("iq", two()), 2),
            (node("groups", two()), 2),
            (node("iq", vec![node("groups", vec![])]), 0),
        ] {
            let library = GroupParticipatingIq::new()
                .parse_response(&answer.as_node_ref())
                .unwrap();
            assert_eq!(library.groups.len(), names);
            assert_eq!(read(&answer).unwrap(), ["1@g.us", "2@g.us"][..names]);
        }
        let nothing = node("iq", vec![]);
        assert!(
            GroupParticipatingIq::new()
                .parse_response(&nothing.as_node_ref())
                .is_err()
        );
        assert!(read(&nothing).is_err());
    }
}
