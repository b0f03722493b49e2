//! Whether an invite link can be asked for, and where a new one is shown.

use super::app::State;
use super::card::Blank;
use super::layer::Layer;
use super::reset::{ResetDialog, ResetPhase};
use crate::api::SessionRole;
use crate::console::ids::GroupKey;

impl State {
    /// What speaks against a link for this group, by all that is known.
    pub(in crate::console) fn obstacle(&self, key: &GroupKey) -> Option<Blank> {
        if self.runs.away.is_some() {
            return Some(Blank::GatewayAway);
        }
        let status = &self.sessions.get(&key.session)?.status;
        if status.is_disconnected() {
            return Some(Blank::SessionLeft(status.clone()));
        }
        match self.groups.get(key)?.group.my_role {
            Some(SessionRole::None) => Some(Blank::NotInGroup),
            Some(SessionRole::Member) => Some(Blank::NotAdmin),
            _ => None,
        }
    }

    /// The reset dialog that shows a new link, and that link.
    #[must_use]
    pub fn reset_link(&self) -> Option<(&ResetDialog, &str)> {
        self.layers.iter().find_map(|layer| match layer {
            Layer::Reset(dialog) => match &dialog.phase {
                ResetPhase::Done { link, .. } => Some((dialog, link.as_str())),
                _ => None,
            },
            _ => None,
        })
    }
}
