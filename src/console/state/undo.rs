//! What a save can be undone with.

use crate::api::{
    Audience, EpochMillis, Group, Setting, SettingsPatch, check_description, check_subject,
};
use crate::console::ids::GroupKey;
use std::collections::{BTreeMap, BTreeSet};

/// The last save that can be undone, and what is in flight.
#[derive(Debug, Default)]
pub struct Undo {
    pub offer: Option<UndoOffer>,
    /// Saves of the form in flight: the values before them.
    pub(crate) before: BTreeMap<GroupKey, SettingsPatch>,
    /// Groups of which a save is being undone.
    pub(crate) running: BTreeSet<GroupKey>,
}

/// A save that can be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct UndoOffer {
    pub key: GroupKey,
    /// The saved fields with their values before the save.
    pub before: SettingsPatch,
    pub saved: SettingsPatch,
    pub until: EpochMillis,
}

/// The values of a group in the fields of a patch; `None` when one of them is not known or cannot be sent.
#[must_use]
pub(crate) fn values_like(patch: &SettingsPatch, group: &Group) -> Option<SettingsPatch> {
    let mut values = SettingsPatch::default();
    for setting in patch.clone().into_settings() {
        match setting {
            Setting::Subject(_) => {
                let subject = group.subject.as_deref()?;
                values.subject = Some(check_subject(subject).ok()?);
            }
            Setting::Description(_) => {
                let text = group.description.clone().unwrap_or_default();
                check_description(&text).ok()?;
                values.description = Some(text);
            }
            Setting::Announce(_) => values.announce = Some(group.is_announce?),
            Setting::Locked(_) => values.locked = Some(group.is_locked?),
            Setting::InviteBy(_) => values.invite_by = Some(settable(group.invite_by.as_ref())?),
            Setting::JoinApproval(_) => values.join_approval = Some(group.join_approval?),
            Setting::AddBy(_) => values.add_by = Some(settable(group.add_by.as_ref())?),
            Setting::EphemeralSeconds(_) => {
                values.ephemeral_seconds = Some(group.ephemeral_seconds?);
            }
        }
    }
    Some(values)
}

fn settable(who: Option<&Audience>) -> Option<Audience> {
    who.filter(|who| matches!(who, Audience::Admins | Audience::Members))
        .cloned()
}
