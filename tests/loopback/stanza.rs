//! Reading and building stanzas.

use std::sync::atomic::{AtomicU64, Ordering};
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::wacore_binary::{Node, NodeContent};

/// The address of the server itself.
pub const SERVER: &str = "s.whatsapp.net";

/// An attribute as text.
pub fn attr(node: &Node, name: &str) -> Option<String> {
    node.attrs
        .get(name)
        .map(|value| value.as_str().into_owned())
}

/// The only child.
pub fn child(node: &Node) -> Option<&Node> {
    node.children()?.first()
}

/// The content of a child as bytes.
pub fn bytes_of<'a>(node: &'a Node, tag: &str) -> Option<&'a [u8]> {
    match &node.get_optional_child(tag)?.content {
        Some(NodeContent::Bytes(bytes)) => Some(bytes),
        _ => None,
    }
}

/// A stanza id that was not used before.
pub fn fresh_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("loopback-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The answer to a query.
pub fn result(query: &Node, children: impl IntoIterator<Item = Node>) -> Node {
    answer(query, "result").children(children).build()
}

/// A refusal of a query.
pub fn error(query: &Node, code: u16, text: &str, backoff: Option<u64>) -> Node {
    let mut error = NodeBuilder::new("error")
        .attr("code", code)
        .attr("text", text);
    if let Some(seconds) = backoff {
        error = error.attr("backoff", seconds);
    }
    answer(query, "error").children([error.build()]).build()
}

fn answer(query: &Node, kind: &str) -> NodeBuilder {
    let from = attr(query, "to").unwrap_or_else(|| SERVER.to_owned());
    NodeBuilder::new("iq")
        .attr("from", from)
        .attr("id", attr(query, "id").unwrap_or_default())
        .attr("type", kind)
}

/// A query of the server's own.
pub fn query(child: Node) -> Node {
    NodeBuilder::new("iq")
        .attr("from", SERVER)
        .attr("id", fresh_id())
        .attr("type", "set")
        .attr("xmlns", "md")
        .children([child])
        .build()
}

/// A ping of the server, which the device answers.
pub fn ping(id: &str) -> Node {
    NodeBuilder::new("iq")
        .attr("from", SERVER)
        .attr("id", id)
        .attr("type", "get")
        .attr("xmlns", "urn:xmpp:ping")
        .build()
}

/// A node with text in it.
pub fn text(tag: &'static str, content: &str) -> Node {
    NodeBuilder::new(tag).string_content(content).build()
}

/// A node with bytes in it.
pub fn bytes(tag: &'static str, content: impl Into<Vec<u8>>) -> Node {
    NodeBuilder::new(tag).bytes(content).build()
}

/// A node without anything in it.
pub fn empty(tag: &'static str) -> Node {
    NodeBuilder::new(tag).build()
}
