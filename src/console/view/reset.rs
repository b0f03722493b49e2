//! "Reset the invite link of ...?"

use super::card;
use super::paint::{below, columns, dialog, put, title_room};
use crate::console::layout::{Screen, reset_parts};
use crate::console::state::{ResetDialog, ResetPhase, State};
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, reset: &ResetDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = reset_parts(state, screen, reset);
    let title = match &reset.phase {
        ResetPhase::Done { .. } => {
            let title = "New link · ";
            let room = title_room(parts.dialog.area).saturating_sub(columns(title));
            let session = &reset.key.session;
            let name = state.name_through(&reset.name, session, usize::from(room));
            format!("{title}{name}")
        }
        _ => "Reset the invite link?".to_owned(),
    };
    dialog(buffer, theme, &parts.dialog, &title);
    let done = matches!(reset.phase, ResetPhase::Done { .. });
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        let style = match (at, line.chars().next()) {
            (_, Some('✔')) => theme.good,
            (_, Some('✘')) => theme.bad,
            (0, _) if !done => theme.title,
            _ => theme.text,
        };
        put(buffer, below(parts.words, at), line, style);
    }
    if let ResetPhase::Done { link, .. } = &reset.phase {
        card::code(state, link, parts.code, buffer);
        let link = crate::text::clean_line(link);
        put(buffer, parts.link, &link, theme.accent);
    }
}
