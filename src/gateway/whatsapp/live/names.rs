//! People's names, from the events that carry one anyway.

use super::convert::member_jid;
use crate::gateway::domain::MemberJid;
use crate::gateway::whatsapp::{NameSource, Named};
use std::collections::HashMap;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::{Event, InboundMessage};

/// Number of people whose last reported name is remembered.
const REMEMBERED: usize = 10_000;

/// The names that were reported, so that a person who writes often is reported once.
#[derive(Default)]
pub(super) struct Names(HashMap<(MemberJid, NameSource), String>);

impl Names {
    /// The names in an event that were not reported yet: the author's push name in messages and in a
    /// group's notification (`notify`), a contact that the phone has saved (app state `contact`), and the
    /// verified name of a business.
    pub(super) fn new_in(&mut self, event: &Event) -> Vec<Named> {
        let mut found = in_event(event);
        found.retain(|named| self.is_new(named));
        found
    }

    fn is_new(&mut self, named: &Named) -> bool {
        let key = (named.person.clone(), named.source);
        if self.0.get(&key).is_some_and(|known| *known == named.name) {
            return false;
        }
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        self.0.insert(key, named.name.clone());
        true
    }
}

fn in_event(event: &Event) -> Vec<Named> {
    let one = match event {
        Event::Messages(batch) => return batch.iter().flat_map(writer).collect(),
        Event::GroupUpdate(update) => update
            .participant
            .as_ref()
            .and_then(|author| named(author, update.notify.as_deref(), NameSource::Push)),
        Event::ContactUpdate(contact) => {
            let action = &contact.action;
            let name = action.full_name.as_deref().or(action.first_name.as_deref());
            named(&contact.jid, name, NameSource::Contact)
        }
        Event::BusinessStatusUpdate(business) => {
            let name = business.verified_name.as_deref();
            named(&business.jid, name, NameSource::Business)
        }
        _ => None,
    };
    one.into_iter().collect()
}

/// The names of whoever wrote a message in a group. The text is not looked at.
fn writer(message: &InboundMessage) -> Vec<Named> {
    let (info, source) = (&message.info, &message.info.source);
    if !source.is_group || source.is_from_me {
        return Vec::new();
    }
    let verified = info.verified_name.as_ref();
    let verified = verified.and_then(|verified| verified.name.as_deref());
    let push = named(&source.sender, Some(&info.push_name), NameSource::Push);
    let business = named(&source.sender, verified, NameSource::Business);
    push.into_iter().chain(business).collect()
}

fn named(jid: &Jid, name: Option<&str>, source: NameSource) -> Option<Named> {
    let name = name?.trim();
    (!name.is_empty()).then_some(())?;
    Some(Named {
        person: member_jid(jid)?,
        name: name.to_owned(),
        source,
    })
}
