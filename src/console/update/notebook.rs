//! The notebook: favourites, the groups used last, and writing it.

use super::rows::Keep;
use crate::console::effect::Effect;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Action;
use crate::console::notebook::{Notebook, NotebookChange, RecentGroup};
use crate::console::state::{InFlight, State};
use crate::text::clean_line;

/// Reads the notebook of this gateway.
pub(super) fn read(state: &mut State) {
    request(state, None);
}

/// Applies a change here, and to the file.
pub(super) fn change(state: &mut State, change: NotebookChange) {
    state.groups.notebook.apply(change.clone());
    if let NotebookChange::Note { group, .. } = &change {
        state.groups.index_group(group);
    }
    request(state, Some(change));
}

fn request(state: &mut State, change: Option<NotebookChange>) {
    let id = state.requests.issue(InFlight::Notebook);
    let profile = state.options.here;
    let effect = Effect::Notebook {
        id,
        profile,
        change,
    };
    state.requests.effects.push(effect);
}

/// The notebook was read, or changed.
pub(super) fn answered(state: &mut State, _id: RequestId, answer: Result<Notebook, String>) {
    match answer {
        // A later change is in flight: its answer holds this one, too.
        Ok(_) if state.requests.is_noting() => {}
        Ok(notebook) => {
            if state.groups.notebook == Notebook::default() {
                state.groups.restoring.clone_from(&notebook.list);
            }
            if notebook != state.groups.notebook {
                let noted = notebook.notes != state.groups.notebook.notes;
                state.groups.notebook = notebook;
                if noted {
                    state.groups.index_all();
                }
                if state.groups.is_arranged() || state.groups.typing {
                    state.rebuild_rows(Keep::Pinned);
                }
            }
        }
        Err(error) => state.bad(format!(
            "Notes and favourites are not kept: {}",
            clean_line(&error)
        )),
    }
}

/// A group was opened, copied or shown.
pub(super) fn used(state: &mut State, key: &GroupKey) {
    let newest = state.groups.notebook.recent.first();
    if newest.is_some_and(|used| used.group == key.jid && used.session == key.session) {
        return;
    }
    let used = RecentGroup {
        group: key.jid.clone(),
        session: key.session.clone(),
        at: state.now,
    };
    change(state, NotebookChange::Used(used));
}

/// `*`: makes the selected group a favourite, or no longer one.
pub(super) fn toggle_favourite(state: &mut State) {
    let Some(entry) = state.groups.selected() else {
        state.note("Select a group first.");
        return;
    };
    let (group, name) = (entry.key.jid.clone(), entry.name.clone());
    let on = !state.groups.notebook.is_favourite(&group);
    change(state, NotebookChange::Favourite { group, on });
    let find = state.options.keymap.keys(Action::Filter).first();
    let find = find.map(ToString::to_string).unwrap_or_default();
    state.note(if on {
        format!("{name} is a favourite: {find} lists it first.")
    } else {
        format!("{name} is no favourite any more.")
    });
}
