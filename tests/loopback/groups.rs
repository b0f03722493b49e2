//! Queries about groups (`w:g2`): stanzas in, calls of the simulated world, stanzas out.
//!
//! No rule is decided here. The one thing that the world does not know is the id of a description, by
//! which WhatsApp notices that somebody else changed it meanwhile; it is derived from the text.

use super::modes;
use super::odd::Odd;
use super::refusal::{Answer, Refused, code_for_member};
use super::stanza::{attr, child, empty, result, text};
use groupdesk::api::{GroupKind, MemberRole, Setting, SettingField};
use groupdesk::gateway::domain::{GroupJid, InviteCode, MemberJid, PhoneNumber};
use groupdesk::gateway::whatsapp::sandbox::World;
use groupdesk::gateway::whatsapp::{Driver, DriverError, GroupSnapshot, JoinOutcome, MemberChange};
use sha2::{Digest as _, Sha256};
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::wacore_binary::{Node, NodeContent};

/// Answers one query.
pub async fn answer(world: &World, odd: &Odd, account: &dyn Driver, query: &Node) -> Answer {
    match ask(world, odd, account, query).await {
        Ok(children) => Answer::Stanza(result(query, children)),
        Err(refusal) => refusal.answer(query),
    }
}

async fn ask(
    world: &World,
    odd: &Odd,
    account: &dyn Driver,
    query: &Node,
) -> Result<Vec<Node>, Refused> {
    let asked = child(query).ok_or_else(Refused::malformed)?;
    if attr(query, "xmlns").as_deref() == Some("w:mex") {
        return modes::by_mex(account, asked).await;
    }
    let is_set = attr(query, "type").as_deref() == Some("set");
    match attr(query, "to").and_then(|to| GroupJid::parse(&to).ok()) {
        Some(group) if is_set => change(world, account, &group, asked)
            .await
            .map_err(Refused::of_a_change),
        Some(group) => read(world, odd, account, &group, asked).await,
        None => at_large(world, odd, account, asked, is_set).await,
    }
}

/// Queries that name no group, or name it inside.
async fn at_large(
    world: &World,
    odd: &Odd,
    account: &dyn Driver,
    asked: &Node,
    is_set: bool,
) -> Result<Vec<Node>, Refused> {
    match asked.tag.as_ref() {
        "participating" => {
            let groups = account.joined_groups().await?;
            let groups = groups.iter().map(|group| described(world, odd, group));
            Ok(vec![NodeBuilder::new("groups").children(groups).build()])
        }
        "create" => {
            let subject = attr(asked, "subject").unwrap_or_default();
            let created = account.create(&subject, &people(asked)?).await?;
            Ok(vec![group_node(&created)])
        }
        "leave" => {
            for group in asked.get_children_by_tag("group") {
                let group = attr(group, "id").and_then(|id| GroupJid::parse(&id).ok());
                account
                    .leave(&group.ok_or_else(Refused::malformed)?)
                    .await?;
            }
            Ok(Vec::new())
        }
        "invite" => {
            let code = attr(asked, "code").unwrap_or_default();
            let code = InviteCode::parse(&code).map_err(|_| Refused::dead_invite())?;
            if is_set {
                join(account, &code).await
            } else {
                let invited = world.invited_to(&code).ok_or_else(Refused::dead_invite)?;
                Ok(vec![group_node(&invited.group)])
            }
        }
        _ => Err(Refused::unknown()),
    }
}

async fn join(account: &dyn Driver, code: &InviteCode) -> Result<Vec<Node>, Refused> {
    let (tag, group) = match account.join(code).await? {
        JoinOutcome::Joined(group) => ("group", group),
        JoinOutcome::Pending(group) => ("membership_approval_request", group),
    };
    Ok(vec![
        NodeBuilder::new(tag).attr("jid", group.as_str()).build(),
    ])
}

async fn read(
    world: &World,
    odd: &Odd,
    account: &dyn Driver,
    group: &GroupJid,
    asked: &Node,
) -> Result<Vec<Node>, Refused> {
    match asked.tag.as_ref() {
        "query" => {
            let group = account.group(group).await?;
            Ok(vec![described(world, odd, &group)])
        }
        "invite" => Ok(vec![invite_node(&account.invite(group).await?)]),
        "membership_approval_requests" => {
            let requests = account.membership_requests(group).await?;
            let requests = requests.iter().map(|request| {
                let mut node = NodeBuilder::new("membership_approval_request")
                    .attr("jid", request.person.as_str());
                node = with_phone(node, request.phone);
                if let Some(at) = request.at {
                    node = node.attr("request_time", at / 1000);
                }
                node.build()
            });
            let tag = "membership_approval_requests";
            Ok(vec![NodeBuilder::new(tag).children(requests).build()])
        }
        _ => Err(Refused::unknown()),
    }
}

async fn change(
    world: &World,
    account: &dyn Driver,
    group: &GroupJid,
    asked: &Node,
) -> Result<Vec<Node>, Refused> {
    let setting = match asked.tag.as_ref() {
        "subject" => {
            let subject = asked.content_as_string().unwrap_or_default();
            Setting::Subject(subject.into())
        }
        "description" => return describe(world, account, group, asked).await,
        "announcement" => Setting::Announce(true),
        "not_announcement" => Setting::Announce(false),
        "locked" => Setting::Locked(true),
        "unlocked" => Setting::Locked(false),
        "invite" => return Ok(vec![invite_node(&account.reset_invite(group).await?)]),
        "membership_requests_action" => {
            let decision = child(asked).ok_or_else(Refused::malformed)?;
            let outcome = change_members(account, group, decision).await?;
            let tag = "membership_requests_action";
            return Ok(vec![NodeBuilder::new(tag).children([outcome]).build()]);
        }
        "membership_approval_mode" => modes::approval(asked)?,
        "member_add_mode" => modes::add(asked)?,
        "ephemeral" => modes::lifetime(asked)?,
        "not_ephemeral" => Setting::EphemeralSeconds(0),
        _ => return Ok(vec![change_members(account, group, asked).await?]),
    };
    match account.set(group, &setting).await {
        // What the kind of the group does not allow, WhatsApp calls a bad request.
        Err(DriverError::Refused(_)) if setting.field() == SettingField::Announce => {
            Err(Refused::malformed())
        }
        outcome => Ok(outcome.map(|()| Vec::new())?),
    }
}

async fn describe(
    world: &World,
    account: &dyn Driver,
    group: &GroupJid,
    asked: &Node,
) -> Result<Vec<Node>, Refused> {
    let body = asked.get_optional_child("body");
    let new = body.and_then(Node::content_as_string).unwrap_or_default();
    let known = attr(asked, "prev").unwrap_or_default();
    let setting = Setting::Description(new.into());
    // One that is frozen is not replaced even by who knows it.
    let is_frozen = world.act(|rules| rules.has_frozen_description(group));
    if let Some(present) = world.look_at(group)
        && (is_frozen || known != description_id(&present.description))
    {
        return Err(Refused::conflict());
    }
    account.set(group, &setting).await?;
    Ok(Vec::new())
}

async fn change_members(
    account: &dyn Driver,
    group: &GroupJid,
    asked: &Node,
) -> Result<Node, Refused> {
    let (tag, change) = match asked.tag.as_ref() {
        "add" => ("add", MemberChange::Add),
        "remove" => ("remove", MemberChange::Remove),
        "promote" => ("promote", MemberChange::Promote),
        "demote" => ("demote", MemberChange::Demote),
        "approve" => ("approve", MemberChange::Approve),
        "reject" => ("reject", MemberChange::Reject),
        _ => return Err(Refused::unknown()),
    };
    let people = people(asked)?;
    let outcomes = account.change_members(group, change, &people).await?;
    let outcomes = people.iter().zip(outcomes).map(|(person, outcome)| {
        let node = NodeBuilder::new("participant").attr("jid", person.as_str());
        match outcome {
            Ok(()) => node.build(),
            Err(error) => {
                let node = node.attr("error", code_for_member(change, &error));
                match &error {
                    DriverError::PrivateInvite {
                        code, expires_at, ..
                    } => node.children([NodeBuilder::new("add_request")
                        .attr("code", code.as_str())
                        .attr("expiration", expires_at / 1000)
                        .build()]),
                    _ => node,
                }
                .build()
            }
        }
    });
    Ok(NodeBuilder::new(tag).children(outcomes).build())
}

fn people(asked: &Node) -> Result<Vec<MemberJid>, Refused> {
    asked
        .get_children_by_tag("participant")
        .map(|person| {
            let jid = attr(person, "jid").and_then(|jid| MemberJid::parse(&jid).ok());
            jid.ok_or_else(Refused::malformed)
        })
        .collect()
}

fn invite_node(code: &InviteCode) -> Node {
    NodeBuilder::new("invite")
        .attr("code", code.as_str())
        .build()
}

/// A group as a query finds it.
fn described(world: &World, odd: &Odd, group: &GroupSnapshot) -> Node {
    let mut node = group_node(group);
    if world.act(|rules| rules.has_frozen_description(&group.jid))
        && let Some(NodeContent::Nodes(children)) = &mut node.content
    {
        let description = children.iter_mut().find(|child| child.tag == "description");
        if let Some(description) = description {
            // What some client once wrote instead of an id.
            description.attrs.insert("id", "undefined");
        }
    }
    odd.spoil(group, node)
}

/// A group with everything that is known of it.
pub fn group_node(group: &GroupSnapshot) -> Node {
    let id = group.jid.as_str().trim_end_matches("@g.us");
    let mut node = NodeBuilder::new("group")
        .attr("id", id)
        .attr("subject", &group.subject)
        .attr("addressing_mode", "lid")
        .attr("size", group.count());
    if let Some(owner) = &group.owner {
        node = node.attr("creator", owner.as_str());
    }
    if let Some(created_at) = group.created_at {
        node = node
            .attr("creation", created_at / 1000)
            .attr("s_t", created_at / 1000);
    }
    let mut children: Vec<Node> = group
        .members
        .iter()
        // An announcement group lists few of its members, the account not among them.
        .filter(|member| group.kind != GroupKind::Announcements || member.role.is_admin())
        .map(|member| participant(&member.lid, &member.role, member.phone))
        .collect();
    if group.announce {
        children.push(empty("announcement"));
    }
    if group.locked {
        children.push(empty("locked"));
    }
    children.extend(modes::of(group));
    if !group.description.is_empty() {
        children.push(description_node(&group.description));
    }
    node.children(children).build()
}

/// The number, which WhatsApp sends beside a LID.
pub fn with_phone(node: NodeBuilder, phone: Option<PhoneNumber>) -> NodeBuilder {
    match phone {
        Some(phone) => node.attr("phone_number", format!("{phone}@s.whatsapp.net")),
        None => node,
    }
}

pub fn participant(lid: &MemberJid, role: &MemberRole, phone: Option<PhoneNumber>) -> Node {
    let node = NodeBuilder::new("participant").attr("jid", lid.as_str());
    let node = with_phone(node, phone);
    match role {
        MemberRole::Admin => node.attr("type", "admin").build(),
        MemberRole::Superadmin => node.attr("type", "superadmin").build(),
        _ => node.build(),
    }
}

/// A description; an empty one counts as deleted.
pub fn description_node(description: &str) -> Node {
    let content = match description {
        "" => empty("delete"),
        some => text("body", some),
    };
    NodeBuilder::new("description")
        .attr("id", description_id(description))
        .children([content])
        .build()
}

/// What a client must name as the description that it means to replace; empty while there is none.
fn description_id(description: &str) -> String {
    if description.is_empty() {
        return String::new();
    }
    let digest = Sha256::digest(description.as_bytes());
    format!(
        "{:08X}",
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
    )
}
