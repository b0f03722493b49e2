//! Settings of a group beside the contract's four, and its place in a community, as stanzas.
//!
//! The modes are bytes, as WhatsApp sends them. The link mode is not set by a stanza of `w:g2` but by a
//! GraphQL mutation (`w:mex`); its form is the library's (`features/groups.rs` of whatsapp-rust 0.7).

use super::refusal::Refused;
use super::stanza::{attr, bytes, child, empty};
use groupdesk::api::{Audience, GroupKind, Setting};
use groupdesk::gateway::domain::GroupJid;
use groupdesk::gateway::whatsapp::{Driver, GroupSnapshot};
use serde_json::{Value, json};
use whatsapp_rust::wacore::iq::mex_operations::fetch_reachout_timelock;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::wacore_binary::{Node, NodeContent};

/// The children of a group's stanza.
pub fn of(group: &GroupSnapshot) -> Vec<Node> {
    let mut nodes = Vec::new();
    nodes.extend(group.invite_by.as_ref().map(link_mode));
    nodes.extend(group.add_by.as_ref().map(add_mode));
    if group.join_approval {
        nodes.push(approval_mode(true));
    }
    if group.ephemeral_seconds > 0 {
        nodes.push(ephemeral(group.ephemeral_seconds));
    }
    match group.kind {
        GroupKind::Community => nodes.push(empty("parent")),
        GroupKind::Announcements => nodes.push(empty("default_sub_group")),
        GroupKind::General => nodes.push(empty("general_chat")),
        _ => {}
    }
    if let Some(community) = &group.community {
        let parent = NodeBuilder::new("linked_parent").attr("jid", community.as_str());
        nodes.push(parent.build());
    }
    nodes
}

pub fn link_mode(who: &Audience) -> Node {
    let mode = match who {
        Audience::Members => "all_member_link",
        _ => "admin_link",
    };
    bytes("member_link_mode", mode)
}

pub fn add_mode(who: &Audience) -> Node {
    let mode = match who {
        Audience::Members => "all_member_add",
        _ => "admin_add",
    };
    bytes("member_add_mode", mode)
}

pub fn approval_mode(on: bool) -> Node {
    let state = if on { "on" } else { "off" };
    NodeBuilder::new("membership_approval_mode")
        .children([NodeBuilder::new("group_join").attr("state", state).build()])
        .build()
}

pub fn ephemeral(seconds: u32) -> Node {
    NodeBuilder::new("ephemeral")
        .attr("expiration", seconds)
        .build()
}

pub fn approval(asked: &Node) -> Result<Setting, Refused> {
    let state = child(asked).and_then(|join| attr(join, "state"));
    match state.as_deref() {
        Some("on") => Ok(Setting::JoinApproval(true)),
        Some("off") => Ok(Setting::JoinApproval(false)),
        _ => Err(Refused::malformed()),
    }
}

pub fn add(asked: &Node) -> Result<Setting, Refused> {
    match asked.content_as_string().as_deref() {
        Some("all_member_add") => Ok(Setting::AddBy(Audience::Members)),
        Some("admin_add") => Ok(Setting::AddBy(Audience::Admins)),
        _ => Err(Refused::malformed()),
    }
}

pub fn lifetime(asked: &Node) -> Result<Setting, Refused> {
    let seconds = attr(asked, "expiration").and_then(|seconds| seconds.parse().ok());
    seconds
        .map(Setting::EphemeralSeconds)
        .ok_or_else(Refused::malformed)
}

/// Answers the query for the restriction of the account, and the mutation that sets who has the invite link.
pub async fn by_mex(account: &dyn Driver, asked: &Node) -> Result<Vec<Node>, Refused> {
    if attr(asked, "query_id").as_deref() == Some(fetch_reachout_timelock::DOC_ID) {
        let until = account.restricted_until().await?;
        let lock = json!({
            "is_active": until.is_some(),
            "time_enforcement_ends": until.map(|until| (until / 1000).to_string()),
        });
        let answer = json!({ "data": { "xwa2_fetch_account_reachout_timelock": lock } });
        return Ok(vec![bytes("result", answer.to_string())]);
    }
    let Some(NodeContent::Bytes(query)) = &asked.content else {
        return Err(Refused::malformed());
    };
    let query: Value = serde_json::from_slice(query).map_err(|_| Refused::malformed())?;
    let variables = &query["variables"];
    let group = ["group_id", "id"]
        .into_iter()
        .find_map(|name| variables[name].as_str())
        .and_then(|jid| GroupJid::parse(jid).ok())
        .ok_or_else(Refused::malformed)?;
    let who = match variables["update"]["member_link_mode"].as_str() {
        Some("ALL_MEMBER_LINK") => Audience::Members,
        Some("ADMIN_LINK") => Audience::Admins,
        _ => return Err(Refused::malformed()),
    };
    account.set(&group, &Setting::InviteBy(who)).await?;
    let answer = json!({ "data": { "xwa2_group_update_property": { "state": "ACTIVE" } } });
    Ok(vec![bytes("result", answer.to_string())])
}
