//! What a client asks of the server around a login, apart from groups. Nothing here knows the world:
//! the answers are the emptiest that a client is content with.

use super::stanza::{attr, child, empty, result};
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;

/// The answer to a query, and what the server says by itself after it.
pub fn answer(query: &Node) -> Vec<Node> {
    let asked = child(query).map(|child| child.tag.as_ref());
    match (attr(query, "xmlns").as_deref(), asked) {
        (Some("passive"), _) => vec![result(query, []), nothing_was_missed()],
        (Some("abt"), _) => vec![result(query, [empty("props")])],
        (Some("blocklist"), _) => vec![result(query, [empty("list")])],
        (Some("privacy"), _) => vec![result(query, [empty("privacy")])],
        (Some("encrypt"), Some("count")) => vec![result(query, [plenty_of_keys()])],
        (Some("usync"), _) => vec![result(query, [no_devices()])],
        (Some("w:sync:app:state"), _) => vec![result(query, [nothing_to_sync(query)])],
        _ => vec![result(query, [])],
    }
}

/// Ends what a client missed while it was away. Without it, a login waits for a minute.
fn nothing_was_missed() -> Node {
    let offline = NodeBuilder::new("offline").attr("count", "0").build();
    NodeBuilder::new("ib").children([offline]).build()
}

fn plenty_of_keys() -> Node {
    NodeBuilder::new("count").attr("value", "800").build()
}

fn no_devices() -> Node {
    let empty_list = NodeBuilder::new("list").children([]).build();
    NodeBuilder::new("usync")
        .children([empty("result"), empty_list])
        .build()
}

/// Every collection as the client has it already.
fn nothing_to_sync(query: &Node) -> Node {
    let collections = child(query)
        .into_iter()
        .flat_map(|sync| sync.get_children_by_tag("collection"))
        .map(|asked| {
            NodeBuilder::new("collection")
                .attr("name", attr(asked, "name").unwrap_or_default())
                .attr("version", attr(asked, "version").unwrap_or_default())
                .build()
        });
    NodeBuilder::new("sync").children(collections).build()
}
