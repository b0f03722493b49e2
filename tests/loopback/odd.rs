//! Groups as WhatsApp sends them now and then, and as the client library does not expect them.

use super::stanza::empty;
use groupdesk::gateway::domain::GroupJid;
use groupdesk::gateway::whatsapp::GroupSnapshot;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::wacore_binary::node::{Attrs, Node, NodeContent};

/// What is odd about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// Members are named in a way that does not exist yet.
    AddressingMode,
    /// The version of the group's features is larger than any so far.
    EvolutionVersion,
    /// A member has no name.
    NamelessMember,
    /// More members than a group may have.
    Size,
    /// The group itself has no name.
    Nameless,
}

impl Oddity {
    pub const ALL: [Self; 5] = [
        Self::AddressingMode,
        Self::EvolutionVersion,
        Self::NamelessMember,
        Self::Size,
        Self::Nameless,
    ];

    fn apply(self, group: &mut Node) {
        match self {
            Self::AddressingMode => group.attrs.insert("addressing_mode", "username"),
            Self::EvolutionVersion => {
                let version = NodeBuilder::new("evolution_version").attr("value", 101_u32);
                add(group, version.build());
            }
            Self::NamelessMember => add(group, empty("participant")),
            Self::Size => group.attrs.insert("size", 20_000_u32),
            Self::Nameless => {
                let kept = group.attrs.iter().filter(|(name, _)| *name != "id");
                let kept: Vec<_> = kept
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                group.attrs = Attrs::default();
                for (name, value) in kept {
                    group.attrs.push(name, value);
                }
            }
        }
    }
}

fn add(group: &mut Node, child: Node) {
    if let Some(NodeContent::Nodes(children)) = &mut group.content {
        children.push(child);
    }
}

/// The odd groups of a server.
#[derive(Clone, Default)]
pub struct Odd(Arc<Mutex<HashMap<GroupJid, Oddity>>>);

impl Odd {
    /// Makes a group odd, or ordinary again.
    pub fn set(&self, group: &GroupJid, oddity: Option<Oddity>) {
        let mut odd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match oddity {
            Some(oddity) => odd.insert(group.clone(), oddity),
            None => odd.remove(group),
        };
    }

    /// What is odd about the group is done to its stanza.
    pub fn spoil(&self, group: &GroupSnapshot, mut node: Node) -> Node {
        let odd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(oddity) = odd.get(&group.jid) {
            oddity.apply(&mut node);
        }
        node
    }
}
