//! Whether an invite link can be asked for, and where a new one is shown.

use super::app::State;
use super::card::LinkHidden;
use super::layer::Layer;
use super::reset::{ResetDialog, ResetPhase};
use crate::api::{Audience, SessionRole};
use crate::console::ids::GroupKey;

impl State {
    /// Why a link of this group cannot be asked for or shown, as far as is known.
    pub(crate) fn link_obstacle(&self, key: &GroupKey) -> Option<LinkHidden> {
        if self.requests.away.is_some() {
            return Some(LinkHidden::GatewayAway);
        }
        let status = &self.sessions.get(&key.session)?.status;
        if status.is_disconnected() {
            return Some(LinkHidden::SessionLeft(status.clone()));
        }
        let group = &self.groups.get(key)?.group;
        match group.my_role {
            Some(SessionRole::None) => Some(LinkHidden::NotInGroup),
            // Where it is not known who has the link, WhatsApp decides.
            Some(SessionRole::Member) if group.invite_by == Some(Audience::Admins) => {
                Some(LinkHidden::NotAdmin)
            }
            _ => None,
        }
    }

    /// The reset dialog that shows a new link, and that link.
    #[must_use]
    pub(crate) fn reset_link(&self) -> Option<(&ResetDialog, &str)> {
        self.layers.iter().find_map(|layer| match layer {
            Layer::Reset(dialog) => match &dialog.phase {
                ResetPhase::Done { link, .. } => Some((dialog, link.as_str())),
                _ => None,
            },
            _ => None,
        })
    }
}
