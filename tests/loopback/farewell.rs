//! The last word of a connection: how a login fails, and how a stream ends.

use super::LoginFailure;
use super::stanza::SERVER;
use super::wire::Channel;
use std::time::Duration;
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;

/// How long a client that was told goodbye may take to hang up.
const GOODBYE: Duration = Duration::from_secs(5);

/// Says a last word and waits until the client has heard it: closing a socket on unread data could
/// lose it.
pub async fn goodbye(channel: &mut Channel, last: &Node) -> anyhow::Result<()> {
    channel.send(last).await?;
    let hung_up = async { while let Ok(Some(_)) = channel.next().await {} };
    // One that stays is hung up on.
    let _ = tokio::time::timeout(GOODBYE, hung_up).await;
    Ok(())
}

pub fn stream_error(code: &str, conflict: Option<&str>) -> Node {
    let conflict = conflict.map(|kind| NodeBuilder::new("conflict").attr("type", kind).build());
    NodeBuilder::new("stream:error")
        .attr("code", code)
        .children(conflict)
        .build()
}

pub fn failure(failure: LoginFailure) -> Node {
    let node = NodeBuilder::new("failure").attr("from", SERVER);
    match failure {
        LoginFailure::Unlinked => node.attr("reason", 401_u16),
        LoginFailure::Banned { seconds } => node
            .attr("reason", 402_u16)
            .attr("code", 101_u16)
            .attr("expire", seconds),
        LoginFailure::Locked => node.attr("reason", 403_u16),
        LoginFailure::Outdated => node.attr("reason", 405_u16),
        LoginFailure::Code(code) => node.attr("reason", code),
        LoginFailure::Silence => unreachable!("nothing is said then"),
    }
    .build()
}
