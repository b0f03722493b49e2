//! Drawing: reads the state and changes nothing. One file per part of the screen; `console::layout` sets
//! the positions, the theme the styles.

mod batch_before;
mod batch_lines;
mod batch_menu;
mod batch_progress;
mod batch_resume;
mod card;
mod check;
mod columns;
mod confirm;
mod copy_as;
mod counter;
mod failures;
mod field;
mod first_run;
mod flood;
mod footer;
mod form;
mod group_rows;
mod groups;
mod header;
mod help;
mod history;
mod hours;
mod inbox;
mod leave_group;
mod letters;
mod marks;
mod members;
mod new_gateway;
mod new_group;
mod note;
mod paint;
mod pairing;
mod palette;
mod profiles;
mod qr;
mod rename;
mod reset;
mod roster;
mod sessions;
mod sheet;
#[cfg(test)]
mod tests;
mod toasts;
mod too_small;

#[cfg(test)]
pub(super) use paint::put;

use crate::console::layout::{self, Screen};
use crate::console::state::{Layer, State};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Draws the whole screen.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    if let Some(cursor) = draw(state, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws one layer over the others, which are dimmed.
fn layer(state: &State, screen: &Screen, layer: &Layer, buffer: &mut Buffer) -> Option<Position> {
    if !matches!(layer, Layer::Qr) {
        let behind = screen.body.intersection(buffer.area);
        buffer.set_style(behind, state.options.theme.dim);
    }
    match layer {
        Layer::Help(help) => return help::draw(state, screen, help, buffer),
        Layer::Form(form) => return form::draw(state, screen, form, buffer),
        Layer::Profiles(profiles) => return profiles::draw(state, screen, profiles, buffer),
        Layer::NewGateway(gateway) => return new_gateway::draw(state, screen, gateway, buffer),
        Layer::Sheet(sheet) => return sheet::draw(state, screen, sheet, buffer),
        Layer::Pairing(pairing) => return pairing::draw(state, screen, pairing, buffer),
        Layer::Counter(counter) => return counter::draw(state, screen, counter, buffer),
        Layer::Check(check) => return check::draw(state, screen, check, buffer),
        Layer::Rename(rename) => return rename::draw(state, screen, rename, buffer),
        Layer::Palette(palette) => return Some(palette::draw(state, screen, palette, buffer)),
        Layer::Hours(hours) => return hours::draw(state, screen, hours, buffer),
        Layer::Note(note) => return note::draw(state, screen, note, buffer),
        Layer::Roster(roster) => return roster::draw(state, screen, roster, buffer),
        Layer::NewGroup(group) => return new_group::draw(state, screen, group, buffer),
        Layer::Flood(flood) => flood::draw(state, screen, flood, buffer),
        Layer::LeaveGroup(leave) => leave_group::draw(state, screen, leave, buffer),
        Layer::Inbox(inbox) => return inbox::draw(state, screen, inbox, buffer),
        Layer::Reset(reset) => reset::draw(state, screen, reset, buffer),
        Layer::Columns(columns) => columns::draw(state, screen, columns, buffer),
        Layer::Confirm(question) => confirm::draw(state, screen, question, buffer),
        Layer::Failures { scroll } => failures::draw(state, screen, *scroll, buffer),
        Layer::History(history) => history::draw(state, screen, history, buffer),
        Layer::CopyAs(menu) => copy_as::draw(state, screen, menu, buffer),
        Layer::BatchBefore(before) => return batch_before::draw(state, screen, before, buffer),
        Layer::BatchProgress(progress) => {
            batch_progress::draw(state, screen, progress, buffer);
        }
        Layer::BatchResume(resume) => batch_resume::draw(state, screen, resume, buffer),
        Layer::BatchMenu(menu) => batch_menu::draw(state, screen, menu, buffer),
        // It fills the whole screen.
        Layer::Qr => {}
    }
    None
}

/// Draws into a buffer; returns the position of the text cursor, if there is one.
fn draw(state: &State, buffer: &mut Buffer) -> Option<Position> {
    let cursor = parts(state, buffer);
    if !counter::is_dark(state) {
        state.options.theme.paint(buffer);
    }
    cursor
}

fn parts(state: &State, buffer: &mut Buffer) -> Option<Position> {
    if let Some((counter, lock)) = state.locked_counter() {
        counter::draw_locked(state, counter, lock, buffer);
        return None;
    }
    let Some(screen) = layout::screen(state) else {
        too_small::draw(state, buffer);
        return None;
    };
    let mut cursor = None;
    if state.layers.iter().any(|layer| matches!(layer, Layer::Qr)) {
        qr::draw(state, buffer);
    } else {
        header::draw(state, &screen, buffer);
        if let Some(area) = screen.sessions {
            sessions::draw(state, area, buffer);
        }
        if let Some(area) = screen.groups {
            cursor = groups::draw(state, area, buffer);
        }
        if let Some(area) = screen.card {
            cursor = card::draw(state, area, buffer).or(cursor);
        }
    }
    for layer in &state.layers {
        cursor = self::layer(state, &screen, layer, buffer);
    }
    toasts::draw(state, &screen, buffer);
    marks::draw(state, &screen, buffer);
    footer::draw(state, &screen, buffer);
    cursor
}
