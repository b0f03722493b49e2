//! Copying to the clipboard.

use crate::console::effect::Effect;
use crate::console::ids::GroupKey;
use crate::console::msg::Taken;
use crate::console::state::{Copied, Flight, State};

/// Columns of a group's name in a short message.
const NAME_COLUMNS: usize = 40;

/// Copies the link of a group.
pub(super) fn copy_link(state: &mut State, key: &GroupKey, link: String) {
    let name = state.groups.get(key).map_or("", |entry| &entry.name);
    let name = crate::text::truncate_to_width(name, NAME_COLUMNS);
    copy_text(state, link, Copied::Link(name));
}

pub(super) fn copy_text(state: &mut State, text: String, what: Copied) {
    let id = state.runs.issue(Flight::Copy(what));
    state.runs.wishes.push(Effect::Copy { id, text });
}

/// A clipboard took the text, or none did.
pub(super) fn copied(state: &mut State, what: Copied, answer: Result<Taken, String>) {
    let what = match what {
        Copied::Link(name) if name.is_empty() => "Link".to_owned(),
        Copied::Link(name) => format!("{name}: link"),
        Copied::Failure => "Error text".to_owned(),
    };
    match answer {
        Ok(Taken::System) => state.good(format!("{what} copied to the system clipboard")),
        Ok(Taken::Tmux) => state.good(format!(
            "{what} copied to tmux's buffer, and sent to the terminal's clipboard"
        )),
        // Nobody says what became of it.
        Ok(Taken::Terminal) => state.note(format!("{what} sent to the terminal's clipboard")),
        Err(reason) => {
            let reason = crate::text::clean_line(&reason).into_owned();
            state.bad(format!(
                "{what} not copied ({reason}). Select it on the screen instead."
            ));
        }
    }
}
