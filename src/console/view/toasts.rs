//! Toasts in the corner above the footer. They do not cover codes, links or buttons.

use super::paint::{after, clear, columns, frame, put, put_centred};
use crate::console::layout::{
    Dialog, QrDrawing, Screen, batch_before_parts, batch_menu_parts, batch_progress_parts,
    batch_resume_parts, card_parts, check_parts, columns_parts, confirm_parts, copy_as_parts,
    counter_parts, failures_parts, flood_parts, form_parts, history_parts, hours_parts,
    inbox_parts, inside, leave_group_parts, new_gateway_parts, new_group_parts, note_parts,
    pairing_parts, palette_parts, profiles_parts, qr_parts, rename_parts, reset_parts,
    roster_parts, row, sheet_parts, wrap,
};
use crate::console::state::{Layer, State, Toast, ToastKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Maximum of toasts shown at once; the newest ones.
const MOST: usize = 3;
/// Columns of their text, tried in this order: the narrower ones fit beside a code.
const WIDTHS: [u16; 3] = [56, 36, 24];

pub(crate) fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    if matches!(state.layers.last(), Some(Layer::Qr)) {
        if let Some(toast) = state.toasts.last() {
            over_link(state, toast, buffer);
        }
        return;
    }
    let theme = &state.options.theme;
    let mut room = inside(screen.body);
    room.width = room.width.saturating_sub(1);
    let mut taken = kept_free(state, screen);
    let mut bottom = room.bottom();
    for toast in state.toasts.iter().rev().take(MOST) {
        let (symbol, style) = look(state, toast);
        let words = crate::text::clean_line(&toast.text);
        let spot = WIDTHS.iter().find_map(|widest| {
            let lines = wrap(&words, (*widest).min(room.width.saturating_sub(6)), 4);
            let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0) + 6;
            let height = u16::try_from(lines.len()).unwrap_or(4) + 2;
            let area = free_spot(room, bottom, (width, height), &taken)?;
            Some((area, lines))
        });
        let Some((area, lines)) = spot else {
            // Only the header's line is free.
            if taken.len() == kept_free(state, screen).len() {
                clear(buffer, screen.header);
                let line = after(screen.header, 1);
                let rest = put(buffer, line, symbol, style);
                put(buffer, after(rest, 1), &words, theme.text);
            }
            return;
        };
        clear(buffer, area);
        frame(buffer, area, theme.border_focused, "", theme.text);
        let line = after(inside(area), 1);
        put(buffer, line, symbol, style);
        for (at, words) in (0..).zip(&lines) {
            put(buffer, row(after(line, 2), at), words, theme.text);
        }
        bottom = area.y;
        taken.push(area);
    }
}

/// The lowest free area of this size, at the right or else at the left.
fn free_spot(room: Rect, bottom: u16, (width, height): (u16, u16), taken: &[Rect]) -> Option<Rect> {
    if width > room.width {
        return None;
    }
    let spots = (room.y..=bottom.checked_sub(height)?).rev().flat_map(|y| {
        [room.right() - width, room.x].map(|x| Rect {
            x,
            y,
            width,
            height,
        })
    });
    let is_free = |area: &Rect| !taken.iter().any(|taken| taken.intersects(*area));
    // The right side first, as low as possible.
    let mut left = None;
    for area in spots.filter(is_free) {
        if area.x == room.x && area.right() < room.right() {
            left.get_or_insert(area);
        } else {
            return Some(area);
        }
    }
    left
}

/// Areas that must stay visible and clickable: links, codes, buttons, and text fields.
fn kept_free(state: &State, screen: &Screen) -> Vec<Rect> {
    let mut areas = Vec::new();
    let mut buttons = |dialog: &Dialog| {
        areas.extend(dialog.buttons.iter().map(|button| button.area));
    };
    match state.layers.last() {
        None => {
            if let Some(parts) = screen.card.and_then(|area| card_parts(state, area)) {
                areas.extend([parts.code, parts.link]);
            }
        }
        Some(Layer::Form(form)) => {
            let parts = form_parts(state, screen, form);
            buttons(&parts.dialog);
            areas.extend([parts.subject, parts.description]);
        }
        Some(Layer::Reset(reset)) => {
            let parts = reset_parts(state, screen, reset);
            buttons(&parts.dialog);
            areas.extend([parts.code, parts.link]);
        }
        Some(Layer::Pairing(pairing)) => {
            let parts = pairing_parts(state, screen, pairing);
            buttons(&parts.dialog);
            areas.extend(parts.code.map(|code| code.area));
            areas.extend(parts.letters.map(|(area, _)| area));
            areas.extend(parts.field.map(|(_, area)| area));
        }
        Some(Layer::Rename(rename)) => {
            let parts = rename_parts(state, screen, rename);
            buttons(&parts.dialog);
            areas.push(parts.field);
        }
        Some(Layer::Note(note)) => {
            let parts = note_parts(state, screen, note);
            buttons(&parts.dialog);
            areas.extend([parts.note, parts.tags]);
        }
        Some(Layer::Hours(hours)) => {
            let parts = hours_parts(state, screen, hours);
            buttons(&parts.dialog);
            areas.extend([parts.zone, parts.rules]);
        }
        Some(Layer::Check(check)) => {
            let parts = check_parts(state, screen, check);
            buttons(&parts.dialog);
            areas.push(parts.field);
        }
        Some(Layer::Roster(roster)) => {
            let parts = roster_parts(state, screen, roster);
            buttons(&parts.dialog);
            areas.extend([parts.head, parts.field, parts.words]);
        }
        Some(Layer::NewGroup(group)) => {
            let parts = new_group_parts(state, screen, group);
            buttons(&parts.dialog);
            areas.extend(parts.fields.iter().map(|(_, area)| *area));
            areas.push(parts.words);
        }
        Some(Layer::Flood(flood)) => buttons(&flood_parts(state, screen, flood).dialog),
        Some(Layer::LeaveGroup(leave)) => {
            buttons(&leave_group_parts(state, screen, leave).dialog);
        }
        Some(Layer::Counter(counter)) => {
            if let Some(parts) = counter_parts(state, screen, counter) {
                buttons(&parts.dialog);
                areas.push(parts.field);
            }
        }
        Some(Layer::Confirm(confirm)) => buttons(&confirm_parts(state, screen, confirm).dialog),
        Some(Layer::Failures { scroll }) => buttons(&failures_parts(state, screen, *scroll).dialog),
        Some(Layer::Profiles(profiles)) => {
            let parts = profiles_parts(state, screen, profiles);
            buttons(&parts.dialog);
            areas.push(parts.rows);
        }
        Some(Layer::History(history)) => {
            let parts = history_parts(state, screen, history);
            buttons(&parts.dialog);
            areas.extend([parts.rows, parts.details]);
        }
        Some(Layer::Inbox(inbox)) => {
            let parts = inbox_parts(state, screen, inbox);
            buttons(&parts.dialog);
            areas.extend([
                parts.head_area,
                parts.filter,
                parts.rows,
                parts.details_area,
            ]);
        }
        Some(Layer::CopyAs(menu)) => {
            let parts = copy_as_parts(state, screen, menu);
            buttons(&parts.dialog);
            areas.extend([parts.rows, parts.preview]);
        }
        Some(Layer::BatchBefore(before)) => {
            let parts = batch_before_parts(state, screen, before);
            buttons(&parts.dialog);
            areas.extend(parts.fields.iter().map(|(_, area)| *area));
            areas.push(parts.head_area);
        }
        Some(Layer::BatchProgress(progress)) => {
            if let Some(run) = &state.batch {
                let parts = batch_progress_parts(screen, run, progress, state.now);
                buttons(&parts.dialog);
                areas.push(parts.head_area);
            }
        }
        Some(Layer::BatchResume(resume)) => {
            if let Some(open) = state.unfinished.first() {
                let parts = batch_resume_parts(state, screen, open, resume);
                buttons(&parts.dialog);
                areas.push(parts.head_area);
            }
        }
        Some(Layer::BatchMenu(menu)) => {
            let parts = batch_menu_parts(state, screen, menu);
            buttons(&parts.dialog);
            areas.push(parts.rows);
        }
        Some(Layer::Palette(palette)) => areas.push(palette_parts(screen, palette).rows),
        Some(Layer::Columns(columns)) => buttons(&columns_parts(screen, columns).dialog),
        Some(Layer::NewGateway(gateway)) => {
            let parts = new_gateway_parts(screen, gateway);
            buttons(&parts.dialog);
            areas.extend(parts.fields.map(|(_, area)| area));
            areas.push(parts.words);
        }
        Some(Layer::Sheet(sheet)) => {
            let parts = sheet_parts(state, screen, sheet);
            buttons(&parts.dialog);
            areas.extend(parts.fields.map(|(_, area)| area));
            areas.push(parts.words);
        }
        Some(Layer::Help(_) | Layer::Qr) => {}
    }
    areas.retain(|area| !area.is_empty());
    areas
}

fn look(state: &State, toast: &Toast) -> (&'static str, Style) {
    let theme = &state.options.theme;
    match toast.kind {
        ToastKind::Good => ("✔", theme.toast_good),
        ToastKind::Note => ("·", theme.toast_info),
        ToastKind::Bad => ("✘", theme.toast_bad),
    }
}

/// On the full-screen code a toast may cover the link, not the code.
fn over_link(state: &State, toast: &Toast, buffer: &mut Buffer) {
    let parts = qr_parts(state);
    let line = match parts.drawing {
        QrDrawing::Code { .. } | QrDrawing::Missing { .. } => parts.link,
        QrDrawing::TooLong | QrDrawing::NoLink => row(parts.area, parts.area.height - 1),
    };
    let line = row(line, 0);
    clear(buffer, line);
    let (symbol, style) = look(state, toast);
    let words = crate::text::clean_line(&toast.text);
    put_centred(buffer, line, &format!("{symbol} {words}"), style);
}
