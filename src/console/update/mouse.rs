//! The mouse: `layout` finds the target of a click, this file acts on it.

use super::{
    batch_before, batch_menu, batch_progress, batch_resume, card, check, columns, confirm, copy_as,
    counter, failures, flood, form, groups, help, history, hours, inbox, keys, leave_group, marks,
    members, new_gateway, new_group, note, pairing, palette, profiles, rename, reset, roster,
    sessions, sheet,
};
use crate::console::layout::{self, Target};
use crate::console::state::{ButtonId, Layer, Pane, State};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Rows per notch of the wheel.
const NOTCH: isize = 3;

pub(super) fn mouse(state: &mut State, event: MouseEvent) {
    if !state.options.mouse || state.is_locked() {
        return;
    }
    state.requests.last_key = None;
    let target = layout::hit(state, event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(state, target),
        MouseEventKind::ScrollUp => wheel(state, target, -NOTCH),
        MouseEventKind::ScrollDown => wheel(state, target, NOTCH),
        _ => {}
    }
}

fn click(state: &mut State, target: Target) {
    match target {
        Target::Hint(action) => {
            let in_inbox = matches!(state.layers.last(), Some(Layer::Inbox(_)));
            if !(in_inbox && inbox::hint(state, action)) {
                keys::perform(state, action);
            }
        }
        Target::Button(button) => press(state, button),
        Target::Field(focus) => form::click(state, focus),
        Target::NoteField(focus) => note::click(state, focus),
        Target::HoursField(focus) => hours::click(state, focus),
        Target::PairingField => pairing::focus_field(state),
        Target::CheckField => check::focus_field(state),
        Target::GatewayField(field) => new_gateway::click(state, field),
        Target::SheetField(field) => sheet::click(state, field),
        Target::NewGroupField(focus) => new_group::click(state, focus),
        Target::RosterRow(row) => roster::click(state, row),
        Target::RosterField => roster::click_field(state),
        Target::ProfileRow(row) => profiles::click(state, row),
        Target::PaletteRow(row) => {
            let rest = palette::click(state, row);
            keys::follow_up(state, rest);
        }
        Target::ColumnRow(row) => columns::toggle(state, row),
        Target::HistoryRow(row) => history::click(state, row),
        Target::InboxRow(row) => inbox::click(state, row),
        Target::InboxFilter => inbox::focus_filter(state),
        Target::InboxOrder => inbox::change_order(state),
        Target::CopyRow(row) => copy_as::click(state, row),
        Target::BatchField(field) => batch_before::click(state, field),
        Target::BatchRow(row) => batch_menu::click(state, row),
        Target::Link => card::copy(state, 0),
        // Targets under a layer cannot be clicked.
        _ if !state.layers.is_empty() => {}
        Target::SessionRow(row) => {
            marks::end_range(state);
            groups::end_filter(state);
            let again = state.sessions.cursor == row && state.focus == Pane::Sessions;
            state.focus = Pane::Sessions;
            if again {
                keys::open_session(state);
            } else {
                sessions::select(state, row);
            }
        }
        // A row can be selected while the filter is typed; opening the card ends the typing.
        Target::GroupRow(row) if row < state.groups.len() => {
            let again = state.groups.cursor == row && state.focus == Pane::Groups;
            state.focus = Pane::Groups;
            state.groups.cursor = row;
            state.groups.at_first = false;
            if again {
                groups::end_filter(state);
                card::open(state);
            }
        }
        Target::Mark(row) => marks::toggle_row(state, row),
        Target::GroupHead(sort) => {
            marks::end_range(state);
            state.focus = Pane::Groups;
            groups::sort_by(state, sort);
        }
        Target::Filter => {
            marks::end_range(state);
            groups::start_filter(state);
        }
        Target::MembersHead => {
            groups::end_filter(state);
            members::start_filter(state);
        }
        Target::Pane(Pane::Groups) if state.groups.typing => {}
        Target::Pane(Pane::Group) if state.card.is_none() => {}
        Target::Pane(pane) => {
            groups::end_filter(state);
            members::end_filter(state);
            state.focus = pane;
        }
        Target::GroupRow(_) | Target::Layer | Target::Nothing => {}
    }
}

fn press(state: &mut State, button: ButtonId) {
    match state.layers.last() {
        Some(Layer::Form(_)) => form::press(state, button),
        Some(Layer::Reset(_)) => reset::press(state, button),
        Some(Layer::Pairing(_)) => pairing::press(state, button),
        Some(Layer::Rename(_)) => rename::press(state, button),
        Some(Layer::Note(_)) => note::press(state, button),
        Some(Layer::Hours(_)) => hours::press(state, button),
        Some(Layer::Columns(_)) => columns::press(state, button),
        Some(Layer::Check(_)) => check::press(state, button),
        Some(Layer::Roster(_)) => roster::press(state, button),
        Some(Layer::NewGroup(_)) => new_group::press(state, button),
        Some(Layer::Flood(_)) => flood::press(state, button),
        Some(Layer::LeaveGroup(_)) => leave_group::press(state, button),
        Some(Layer::NewGateway(_)) => new_gateway::press(state, button),
        Some(Layer::Sheet(_)) => sheet::press(state, button),
        Some(Layer::Counter(_)) => counter::press(state, button),
        Some(Layer::Confirm(_)) => {
            let rest = confirm::press(state, button);
            keys::follow_up(state, rest);
        }
        Some(Layer::Failures { .. }) => failures::press(state, button),
        Some(Layer::History(_)) => history::press(state, button),
        Some(Layer::Inbox(_)) => inbox::press(state, button),
        Some(Layer::CopyAs(_)) => copy_as::press(state, button),
        Some(Layer::BatchMenu(_)) => batch_menu::press(state, button),
        Some(Layer::BatchBefore(_)) => batch_before::press(state, button),
        Some(Layer::BatchProgress(_)) => batch_progress::press(state, button),
        Some(Layer::BatchResume(_)) => batch_resume::press(state, button),
        Some(Layer::Help(_)) => {
            state.layers.pop();
        }
        Some(Layer::Qr | Layer::Profiles(_) | Layer::Palette(_)) | None => {}
    }
}

fn wheel(state: &mut State, target: Target, rows: isize) {
    match state.layers.last() {
        Some(Layer::Help(_)) => return help::wheel(state, rows),
        Some(Layer::Failures { .. }) => return failures::wheel(state, rows),
        Some(Layer::Check(_)) => return check::wheel(state, rows),
        Some(Layer::Roster(_)) => return roster::wheel(state, rows),
        Some(Layer::History(_)) => return history::wheel(state, rows),
        Some(Layer::Inbox(_)) => return inbox::wheel(state, rows),
        Some(Layer::CopyAs(_)) => return copy_as::wheel(state, rows),
        Some(Layer::BatchMenu(_)) => return batch_menu::wheel(state, rows),
        Some(Layer::BatchBefore(_)) => return batch_before::wheel(state, rows),
        Some(Layer::BatchProgress(_)) => return batch_progress::wheel(state, rows),
        Some(Layer::BatchResume(_)) => return batch_resume::wheel(state, rows),
        Some(Layer::Sheet(_)) => return sheet::wheel(state, rows),
        Some(Layer::Palette(_)) => return palette::wheel(state, rows),
        Some(_) => return,
        None => {}
    }
    match target {
        Target::SessionRow(_) | Target::Pane(Pane::Sessions) => sessions::wheel(state, rows),
        Target::GroupRow(_)
        | Target::Mark(_)
        | Target::GroupHead(_)
        | Target::Filter
        | Target::Pane(Pane::Groups) => {
            groups::wheel(state, rows);
        }
        Target::Link | Target::MembersHead | Target::Pane(Pane::Group) => {
            members::wheel(state, rows);
        }
        _ => {}
    }
}
