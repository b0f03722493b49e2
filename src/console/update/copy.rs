//! Copying to the clipboard.

use super::notebook;
use crate::console::effect::Effect;
use crate::console::ids::GroupKey;
use crate::console::msg::ClipboardKind;
use crate::console::state::{CopiedText, InFlight, State};
use crate::console::words;

/// Columns of a group's name in a short message.
const NAME_COLUMNS: usize = 40;

/// Copies the link of a group.
pub(super) fn copy_link(state: &mut State, key: &GroupKey, link: String) {
    notebook::used(state, key);
    let name = state.groups.get(key).map_or("", |entry| &entry.name);
    let name = crate::text::truncate_to_width(name, NAME_COLUMNS);
    copy_text(state, link, CopiedText::Link(name));
}

/// Copies the link of a group in one of the texts of "copy as".
pub(super) fn copy_filled(state: &mut State, key: &GroupKey, link: &str, text: usize) {
    let Some(text) = state
        .options
        .copy
        .get(text)
        .filter(|text| !text.is_bare_link())
    else {
        return copy_link(state, key, link.to_owned());
    };
    let (name, account) = (state.group_name(key), state.session_name(&key.session));
    let filled = text.fill(&name, link, &account);
    let name = crate::text::truncate_to_width(&name, NAME_COLUMNS);
    let what = CopiedText::Filled(name, text.name.clone());
    copy_text(state, filled, what);
}

pub(super) fn copy_text(state: &mut State, text: String, what: CopiedText) {
    let id = state.requests.issue(InFlight::Copy(what));
    state.requests.effects.push(Effect::Copy { id, text });
}

/// Reports which clipboard took the text, or why none did.
pub(super) fn copied(state: &mut State, what: CopiedText, answer: Result<ClipboardKind, String>) {
    let instead = match what {
        CopiedText::PasskeyLine | CopiedText::PasskeyRequest => {
            "Ask whoever runs the gateway: its guide says how to read it."
        }
        CopiedText::PrivateInvite(_) => "`groupdesk members add` shows it to scripts.",
        CopiedText::Link(_)
        | CopiedText::Filled(..)
        | CopiedText::List(_)
        | CopiedText::Results
        | CopiedText::Failures => "Select it on the screen instead.",
    };
    let what = match what {
        CopiedText::Link(name) if name.is_empty() => "Link".to_owned(),
        CopiedText::Link(name) => format!("{name}: link"),
        CopiedText::Filled(group, text) => format!("{group}: “{text}”"),
        CopiedText::List(count) => words::count(count, "link", "links"),
        CopiedText::Results => "Results".to_owned(),
        CopiedText::PrivateInvite(name) => format!("Private invite of {name}"),
        CopiedText::PasskeyLine => "Line for the browser".to_owned(),
        CopiedText::PasskeyRequest => "Request".to_owned(),
        CopiedText::Failures => "Error text".to_owned(),
    };
    match answer {
        Ok(ClipboardKind::System) => state.good(format!("{what} copied to the system clipboard")),
        Ok(ClipboardKind::Tmux) => state.good(format!(
            "{what} copied to tmux's buffer, and sent to the terminal's clipboard"
        )),
        // OSC 52 is not confirmed by the terminal.
        Ok(ClipboardKind::Terminal) => {
            state.note(format!("{what} sent to the terminal's clipboard"));
        }
        Err(reason) => {
            let reason = crate::text::clean_line(&reason).into_owned();
            state.bad(format!("{what} not copied ({reason}). {instead}"));
        }
    }
}
