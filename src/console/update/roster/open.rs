//! Opening the dialog, and reading the members.

use super::super::card;
use super::find::dialog;
use super::work;
use crate::api::{GroupMember, MemberRole};
use crate::console::account::number;
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::fuzzy::{Fields, Index};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::people::Country;
use crate::console::state::{Card, Layer, Members, RosterDialog, State};

/// `M`: the members of the selected group.
pub(crate) fn open(state: &mut State) {
    card::sync(state);
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        state.note("Select a group first.");
        return;
    };
    open_for(state, &key);
}

/// The members of a group.
pub(crate) fn open_for(state: &mut State, key: &GroupKey) {
    let name = state.group_name(key);
    let digits = state.sessions.get(&key.session).and_then(number);
    let country = digits.and_then(|digits| Country::of_number(&digits));
    let mut dialog = RosterDialog::new(key.clone(), name, country);
    let card = state.card.as_ref().filter(|card| card.key == *key);
    match card.map(Card::loaded_members) {
        Some(members) if !members.is_empty() => {
            dialog.members = Members::Loaded(members.to_vec());
        }
        _ => dialog.members = Members::NotAsked,
    }
    show(&mut dialog);
    state.layers.push(Layer::Roster(Box::new(dialog)));
    read(state);
}

/// Reads the members again.
pub(super) fn read(state: &mut State) {
    let Some(key) = dialog(state).map(|dialog| dialog.key.clone()) else {
        return;
    };
    if state.requests.away.is_some() {
        return;
    }
    let id = state.requests.read(Call::Members(key));
    if let Some(dialog) = dialog(state)
        && !matches!(dialog.members, Members::Loaded(_))
    {
        dialog.members = Members::Waiting(id);
    }
}

/// The members of a group were read.
pub(crate) fn members_read(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: &Result<Vec<GroupMember>, CallFailure>,
) {
    let Some(dialog) = dialog(state).filter(|dialog| dialog.key == *key) else {
        return;
    };
    match answer {
        Ok(members) => {
            let mut members = members.clone();
            members.sort_by_key(|member| match member.role {
                MemberRole::Superadmin => 0,
                MemberRole::Admin => 1,
                MemberRole::Member | MemberRole::Other(_) => 2,
            });
            dialog
                .marked
                .retain(|id| members.iter().any(|member| member.lid == *id));
            dialog.members = Members::Loaded(members);
            show(dialog);
        }
        Err(failure) if !matches!(dialog.members, Members::Loaded(_)) => {
            dialog.members = Members::Failed(failure.clone());
        }
        Err(_) => {}
    }
    work::members_read(state, id, answer.is_ok());
}

/// Determines the members that the filter leaves.
pub(super) fn show(dialog: &mut RosterDialog) {
    let members = dialog.loaded();
    dialog.shown = if dialog.find.trim().is_empty() {
        (0..members.len()).collect()
    } else {
        let names: Vec<String> = members
            .iter()
            .map(|member| {
                let parts = [&member.name, &member.tag];
                let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
                parts.join(" ")
            })
            .collect();
        let rows = members.iter().zip(&names);
        let mut index = Index::new();
        index.rebuild(rows.map(|(member, name)| Fields {
            name,
            jid: &member.lid,
            number: member.phone_number.as_deref().unwrap_or_default(),
            ..Fields::default()
        }));
        let mut hits = Vec::new();
        index.search(&dialog.find, &mut hits);
        hits.iter().map(|hit| hit.row as usize).collect()
    };
    dialog.cursor = dialog.cursor.min(dialog.shown.len().saturating_sub(1));
}
