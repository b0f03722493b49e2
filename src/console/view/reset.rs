//! "Reset the invite link of ...?"

use super::card;
use super::paint::{below, dialog, put};
use crate::console::layout::{Screen, reset_parts};
use crate::console::state::{ResetDialog, ResetPhase, State};
use ratatui::buffer::Buffer;

pub fn draw(state: &State, screen: &Screen, reset: &ResetDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = reset_parts(state, screen, reset);
    let title = match &reset.phase {
        ResetPhase::Done { .. } => format!("New link · {}", reset.name),
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
