//! What a group's stanza says beyond the library's own parser.
//!
//! The library (0.7, `wacore::iq::groups`) reads the modes of links and of adding only from string
//! content, while WhatsApp sends bytes, so its fields are empty. They are read here; when the library
//! takes bytes, its fields can be used instead.

use super::convert::{Me, Naming};
use crate::api::Audience;
use crate::gateway::whatsapp::GroupSnapshot;
use whatsapp_rust::wacore::iq::groups::{GetGroupInviteInfoIq, GroupInfoResponse, GroupQueryIq};
use whatsapp_rust::wacore::iq::spec::IqSpec;
use whatsapp_rust::wacore::protocol::ProtocolNode as _;
use whatsapp_rust::wacore::request::InfoQuery;
use whatsapp_rust::wacore_binary::{NodeContentRef, NodeRef};
use whatsapp_rust::{Jid, anyhow};

/// Reads a `<group>` stanza. `None` when its name is not a group's, such as a channel's.
///
/// # Errors
/// The library's parser refuses it.
pub(super) fn read(
    node: &NodeRef<'_>,
    naming: &mut Naming<'_>,
) -> anyhow::Result<Option<GroupSnapshot>> {
    let group = GroupInfoResponse::try_from_node_ref(node)?;
    let invite_by = mode(node, "member_link_mode");
    let add_by = mode(node, "member_add_mode");
    Ok(naming.snapshot(group).map(|snapshot| GroupSnapshot {
        invite_by,
        add_by,
        ..snapshot
    }))
}

fn mode(node: &NodeRef<'_>, tag: &str) -> Option<Audience> {
    match node.get_optional_child(tag)?.content.as_ref()? {
        NodeContentRef::String(text) => audience(text),
        NodeContentRef::Bytes(bytes) => audience(std::str::from_utf8(bytes).ok()?),
        NodeContentRef::Nodes(_) => None,
    }
}

/// Who may do something by a mode's name; `None` for an unknown one.
pub(super) fn audience(mode: &str) -> Option<Audience> {
    match mode {
        "admin_link" | "admin_add" => Some(Audience::Admins),
        "all_member_link" | "all_member_add" => Some(Audience::Members),
        _ => None,
    }
}

/// The query for one group.
pub(super) struct OneGroup {
    pub(super) me: Me,
    pub(super) jid: Jid,
}

impl IqSpec for OneGroup {
    type Response = Option<GroupSnapshot>;

    fn build_iq(&self) -> InfoQuery<'static> {
        GroupQueryIq::new(&self.jid).build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Option<GroupSnapshot>> {
        one(response, &self.me)
    }
}

/// The query for the group that an invite code leads to.
pub(super) struct Preview(pub(super) GetGroupInviteInfoIq);

impl IqSpec for Preview {
    type Response = Option<GroupSnapshot>;

    fn build_iq(&self) -> InfoQuery<'static> {
        self.0.build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Option<GroupSnapshot>> {
        one(response, &Me::default())
    }
}

/// The only group of an answer.
fn one(response: &NodeRef<'_>, me: &Me) -> anyhow::Result<Option<GroupSnapshot>> {
    let group = ["group", "community"]
        .into_iter()
        .find_map(|tag| response.get_optional_child(tag));
    group.map_or(Ok(None), |node| read(node, &mut Naming::new(me)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::GroupKind;
    use whatsapp_rust::NodeBuilder;
    use whatsapp_rust::wacore_binary::Node;

    fn group(children: Vec<Node>) -> GroupSnapshot {
        let node = NodeBuilder::new("group")
            .attr("id", "2")
            .attr("subject", "Choir")
            .attr("size", 7_u32)
            .children(children)
            .build();
        let me = Me::default();
        read(&node.as_node_ref(), &mut Naming::new(&me))
            .unwrap()
            .unwrap()
    }

    #[test]
    fn modes_are_read_from_bytes_and_from_text() {
        let by = |tag: &'static str, mode: &str| {
            [
                NodeBuilder::new(tag)
                    .bytes(mode.as_bytes().to_vec())
                    .build(),
                NodeBuilder::new(tag).string_content(mode).build(),
            ]
        };
        for (mode, who) in [
            ("admin_link", Some(Audience::Admins)),
            ("all_member_link", Some(Audience::Members)),
            ("everybody", None),
        ] {
            for node in by("member_link_mode", mode) {
                assert_eq!(group(vec![node]).invite_by, who, "{mode}");
            }
        }
        for node in by("member_add_mode", "all_member_add") {
            assert_eq!(group(vec![node]).add_by, Some(Audience::Members));
        }
        assert_eq!(group(Vec::new()).invite_by, None);
    }

    #[test]
    fn the_kind_of_a_group_follows_from_its_stanza() {
        let bare = |tag: &'static str| NodeBuilder::new(tag).build();
        let parent = || {
            NodeBuilder::new("linked_parent")
                .attr("jid", Jid::group("1"))
                .build()
        };
        for (children, kind) in [
            (vec![], GroupKind::Group),
            (vec![bare("parent")], GroupKind::Community),
            (
                vec![parent(), bare("default_sub_group")],
                GroupKind::Announcements,
            ),
            (vec![parent(), bare("general_chat")], GroupKind::General),
            (vec![parent()], GroupKind::Subgroup),
        ] {
            let is_in_one = children.iter().any(|child| child.tag == "linked_parent");
            let group = group(children);
            assert_eq!(group.kind, kind);
            assert_eq!(group.community.is_some(), is_in_one);
        }
    }

    #[test]
    fn members_are_counted_by_size() {
        let group = group(vec![
            NodeBuilder::new("participant")
                .attr("jid", Jid::lid("5"))
                .build(),
        ]);
        assert_eq!((group.count(), group.members.len()), (7, 1));
        assert!(group.is_partial());
    }
}
