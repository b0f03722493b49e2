//! The invite link's QR code on the full screen, to be scanned from across the desk.

use super::card;
use super::paint::{put_block, put_centred};
use crate::console::layout::{QrDrawing, QrParts, qr_parts, wrap};
use crate::console::qr::QrWidget;
use crate::console::state::{Invite, State};
use crate::console::words::missing;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::widgets::Widget;

pub(crate) fn draw(state: &State, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = qr_parts(state);
    let Some(group) = &state.card else {
        put_centred(buffer, parts.name, "No group selected", theme.title);
        return;
    };
    let name = state.groups.get(&group.key).map_or_else(
        || text::clean_line(&group.key.jid).into_owned(),
        |entry| entry.name.clone(),
    );
    put_centred(buffer, parts.name, &name, theme.title);
    if let Invite::Shown { link, .. } = &group.invite {
        card::link(state, link, parts.link, buffer);
    }
    match &parts.drawing {
        QrDrawing::Code {
            code,
            blocks,
            whole_missing,
        } => {
            let widget = QrWidget {
                code,
                blocks: *blocks,
                ink: theme.ink(),
            };
            (&widget).render(parts.code, buffer);
            if let Some((columns, rows)) = whole_missing {
                let words = format!("whole blocks need {}", missing(*columns, *rows));
                beside(state, &parts, &words, buffer);
            }
        }
        QrDrawing::Missing { columns, rows } => words(
            state,
            &parts,
            "The code does not fit here",
            &format!(
                "It needs {}. Enlarge the window, make its letters smaller, or share the link below.",
                missing(*columns, *rows)
            ),
            buffer,
        ),
        QrDrawing::TooLong => words(
            state,
            &parts,
            "The link is too long for a QR code",
            "Share it as text.",
            buffer,
        ),
        QrDrawing::NoLink => {
            let (title, next) = card::no_link(state, group);
            words(state, &parts, &title, &next, buffer);
        }
    }
}

/// A note to the left of the code, outside its quiet zone.
fn beside(state: &State, parts: &QrParts, note: &str, buffer: &mut Buffer) {
    let mut area = parts.area;
    area.width = parts.code.x.saturating_sub(area.x + 2);
    area.x += 1;
    let lines = wrap(note, area.width, 4);
    super::paint::put_lines(
        buffer,
        super::paint::below(area, parts.code.y),
        &lines,
        state.options.theme.dim,
    );
}

fn words(state: &State, parts: &QrParts, title: &str, next: &str, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let width = parts.code.width.saturating_sub(8).min(60);
    let mut lines: Vec<(String, Style)> = vec![(title.to_owned(), theme.warn)];
    if !next.is_empty() {
        lines.push((String::new(), theme.text));
        lines.extend(
            wrap(next, width, 4)
                .into_iter()
                .map(|line| (line, theme.text)),
        );
    }
    put_block(buffer, parts.code, &lines);
}
