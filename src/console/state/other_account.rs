//! The same group, seen by another account of ours that can do more there.

use super::app::State;
use super::groups::Entry;
use crate::console::ids::GroupKey;

impl State {
    /// The group's entry of another connected account that is known to be an admin of it: the first one in the
    /// order of the sessions.
    #[must_use]
    pub(crate) fn other_admin(&self, key: &GroupKey) -> Option<&Entry> {
        // What is stored of the others may be out of date then.
        if self.requests.away.is_some() {
            return None;
        }
        let others = self.sessions.rows.iter();
        let others = others.filter(|row| row.id != key.session && row.status.is_connected());
        let entries = others.filter_map(|row| {
            self.groups.get(&GroupKey {
                session: row.id.clone(),
                jid: key.jid.clone(),
            })
        });
        let mut admins = entries.filter(|entry| {
            let role = entry.group.my_role.as_ref();
            role.is_some_and(crate::api::SessionRole::is_admin)
        });
        admins.next()
    }

    /// The same, where the card's account itself is known to be no admin, or not connected.
    #[must_use]
    pub(crate) fn better_account(&self) -> Option<&Entry> {
        let key = &self.card.as_ref()?.key;
        let role = self.groups.get(key)?.group.my_role.as_ref();
        let is_admin = role.is_none_or(crate::api::SessionRole::is_admin);
        let session = self.sessions.get(&key.session);
        let is_off = session.is_some_and(|session| session.status.is_disconnected());
        if is_admin && !is_off {
            return None;
        }
        self.other_admin(key)
    }
}
