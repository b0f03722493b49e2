//! The query for all groups of an account, whose answer is parsed group by group.
//!
//! The library's own query parses all groups before it returns the first. For a thousand groups of
//! hundreds of members that delays storing and holds both forms in memory.

use super::convert::{Me, Naming};
use crate::gateway::whatsapp::GroupSnapshot;
use tokio::sync::mpsc;
use whatsapp_rust::wacore::iq::groups::{GroupInfoResponse, GroupParticipatingIq};
use whatsapp_rust::wacore::iq::spec::IqSpec;
use whatsapp_rust::wacore::protocol::ProtocolNode as _;
use whatsapp_rust::wacore::request::InfoQuery;
use whatsapp_rust::wacore_binary::NodeRef;

pub(super) struct EveryGroup {
    pub(super) me: Me,
    pub(super) found: mpsc::UnboundedSender<GroupSnapshot>,
}

impl IqSpec for EveryGroup {
    type Response = ();

    fn build_iq(&self) -> InfoQuery<'static> {
        GroupParticipatingIq::new().build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<()> {
        let list = ["groups", "communities"]
            .into_iter()
            .find_map(|tag| response.get_optional_child(tag));
        let groups = list.unwrap_or(response).children().unwrap_or_default();
        let mut naming = Naming::new(&self.me);
        let mut read = 0;
        for group in groups {
            if !matches!(group.tag.as_ref(), "group" | "community") {
                continue;
            }
            let group = GroupInfoResponse::try_from_node_ref(group)?;
            read += 1;
            if let Some(snapshot) = naming.snapshot(group) {
                // The receiver was dropped: stop.
                let _ = self.found.send(snapshot);
            }
        }
        // An empty list is an answer, none at all is not.
        anyhow::ensure!(list.is_some() || read > 0, "the answer lists no groups");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_rust::wacore_binary::Node;
    use whatsapp_rust::{Jid, NodeBuilder};

    fn group(id: &str) -> Node {
        NodeBuilder::new("group")
            .attr("id", id)
            .attr("subject", "Choir")
            .children([NodeBuilder::new("participant")
                .attr("jid", Jid::lid("900"))
                .build()])
            .build()
    }

    fn read(answer: &Node) -> anyhow::Result<Vec<String>> {
        let (found, mut groups) = mpsc::unbounded_channel();
        let every = EveryGroup {
            me: Me::default(),
            found,
        };
        every.parse_response(&answer.as_node_ref())?;
        drop(every);
        let mut all = Vec::new();
        while let Ok(group) = groups.try_recv() {
            all.push(group.jid.to_string());
        }
        Ok(all)
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
