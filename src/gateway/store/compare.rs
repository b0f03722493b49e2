//! Comparing stored groups with a full list from WhatsApp.

use super::context::SessionContext;
use super::{Read, StoreError};
use crate::gateway::domain::GroupJid;
use crate::gateway::whatsapp::{GroupSnapshot, UnreadGroup};
use std::collections::HashSet;

/// The differences that a sync has to write.
pub(crate) struct Differences {
    /// The groups that are not stored, or stored otherwise.
    pub changed: Vec<GroupSnapshot>,
    /// The stored groups that the account is no longer in.
    pub gone: Vec<GroupJid>,
}

/// Compares `fresh` and `unread`, together all groups that the account is in, with what is stored.
/// A group that could not be read stays as it is stored. When one has no name either, it may be any
/// of the stored ones, so none counts as gone.
///
/// # Errors
/// The database refuses.
pub(crate) fn differences(
    rows: &dyn Read,
    scope: &SessionContext,
    fresh: Vec<GroupSnapshot>,
    unread: &[UnreadGroup],
) -> Result<Differences, StoreError> {
    let named = unread.iter().filter_map(|group| group.jid.as_ref());
    let listed = fresh.iter().map(|group| &group.jid).chain(named);
    let known: HashSet<String> = listed.map(ToString::to_string).collect();
    let mut changed = Vec::new();
    for group in fresh {
        let same = match scope.stored_group(rows, &group.jid)? {
            None => false,
            Some(stored) => {
                stored.is(&group) && {
                    let members = rows.stored_members(stored.number)?;
                    (group.is_partial() || members.len() == group.members.len())
                        && group.members.iter().all(|member| {
                            members
                                .get(member.lid.as_str())
                                .is_some_and(|stored| stored.is(member))
                        })
                }
            }
        };
        if !same {
            changed.push(group);
        }
    }
    let mut gone = rows.joined(&scope.organization, &scope.session)?;
    gone.retain(|jid| !known.contains(jid.as_str()));
    if unread.iter().any(|group| group.jid.is_none()) {
        gone.clear();
    }
    Ok(Differences { changed, gone })
}
