//! People's names, from the events that carry one anyway.
//!
//! Push names come with messages above all, which are not subscribed to because of their cost.

use super::convert::member_jid;
use crate::gateway::whatsapp::Named;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

/// The name in an event: the author's push name in a group's notification (`notify`), a contact that the
/// phone has saved (app state `contact`), or the verified name of a business.
pub(super) fn of(event: &Event) -> Option<Named> {
    match event {
        Event::GroupUpdate(update) => named(update.participant.as_ref()?, update.notify.as_deref()),
        Event::ContactUpdate(contact) => {
            let action = &contact.action;
            let name = action.full_name.as_deref().or(action.first_name.as_deref());
            named(&contact.jid, name)
        }
        Event::BusinessStatusUpdate(business) => {
            named(&business.jid, business.verified_name.as_deref())
        }
        _ => None,
    }
}

fn named(jid: &Jid, name: Option<&str>) -> Option<Named> {
    let name = name?.trim();
    (!name.is_empty()).then_some(())?;
    Some(Named {
        person: member_jid(jid)?,
        name: name.to_owned(),
    })
}
