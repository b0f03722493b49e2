//! What is at a cell of the screen.

use super::batch_before::batch_before_parts;
use super::batch_menu::{batch_items, batch_menu_parts};
use super::batch_progress::batch_progress_parts;
use super::batch_resume::batch_resume_parts;
use super::card::card_parts;
use super::check::check_parts;
use super::columns::columns_parts;
use super::confirm::confirm_parts;
use super::copy_as::copy_as_parts;
use super::counter::counter_parts;
use super::dialog::Dialog;
use super::failures::failures_parts;
use super::first_run::first_run;
use super::flood::{flood_bar, flood_parts};
use super::footer::hints;
use super::form::form_parts;
use super::groups::{MARK_COLUMNS, group_head, groups_parts};
use super::help::help_parts;
use super::history::history_parts;
use super::hours::hours_parts;
use super::inbox::inbox_parts;
use super::leave_group::leave_group_parts;
use super::marks::{batch_bar, marks_bar};
use super::new_gateway::new_gateway_parts;
use super::new_group::new_group_parts;
use super::note::note_parts;
use super::pairing::pairing_parts;
use super::palette::palette_parts;
use super::profiles::profiles_parts;
use super::qr::{QrDrawing, qr_parts};
use super::rename::rename_parts;
use super::reset::reset_parts;
use super::roster::roster_parts;
use super::screen::{Screen, screen};
use super::sessions::{first_run_of_sessions, sessions_parts};
use super::sheet::sheet_parts;
use super::target::Target;
use crate::console::keymap::Action;
use crate::console::state::{
    FormFocus, HoursFocus, Layer, Line, NoteFocus, Pane, RosterPhase, State,
};
use ratatui::layout::{Position, Rect};

/// What is at a cell of the screen.
#[must_use]
pub(crate) fn hit(state: &State, column: u16, row: u16) -> Target {
    let Some(screen) = screen(state).filter(|_| !state.is_locked()) else {
        return Target::Nothing;
    };
    let at = Position::new(column, row);
    if screen.footer.contains(at) {
        return hints(state, &screen)
            .into_iter()
            .find(|hint| hint.area.contains(at))
            .map_or(Target::Nothing, |hint| hint.target);
    }
    if screen.marks.contains(at) && state.layers.is_empty() {
        let bars = [
            flood_bar(state, &screen),
            marks_bar(state, &screen),
            batch_bar(state, &screen),
        ];
        let mut hints = bars.into_iter().flatten().flat_map(|bar| bar.hints);
        return hints
            .find(|hint| hint.area.contains(at))
            .map_or(Target::Nothing, |hint| hint.target);
    }
    match state.layers.last() {
        Some(layer) => hit_layer(state, &screen, layer, at),
        None => hit_panes(state, &screen, at),
    }
}

fn hit_layer(state: &State, screen: &Screen, layer: &Layer, at: Position) -> Target {
    let in_dialog = |dialog: &Dialog| {
        let button = dialog
            .buttons
            .iter()
            .find(|button| button.enabled && button.area.contains(at));
        match button {
            Some(button) => Target::Button(button.id),
            None if dialog.area.contains(at) => Target::Layer,
            None => Target::Nothing,
        }
    };
    match layer {
        Layer::Qr => {
            let parts = qr_parts(state);
            let shown = matches!(parts.drawing, QrDrawing::Code { .. });
            if parts.link.contains(at) || (shown && parts.code.contains(at)) {
                Target::Link
            } else {
                Target::Layer
            }
        }
        Layer::Help(help) => inside_or_nothing(help_parts(state, screen, help).area, at),
        Layer::Form(form) => {
            let parts = form_parts(state, screen, form);
            match in_dialog(&parts.dialog) {
                Target::Layer => parts.field_at(at.x, at.y).map_or(Target::Layer, |field| {
                    Target::Field(FormFocus::Field(field))
                }),
                target => target,
            }
        }
        Layer::Reset(reset) => in_dialog(&reset_parts(state, screen, reset).dialog),
        Layer::Pairing(pairing) => {
            let parts = pairing_parts(state, screen, pairing);
            match parts.field {
                Some((_, area)) if area.contains(at) => Target::PairingField,
                _ => in_dialog(&parts.dialog),
            }
        }
        Layer::Counter(counter) => counter_parts(state, screen, counter)
            .map_or(Target::Layer, |parts| in_dialog(&parts.dialog)),
        Layer::Check(check) => {
            let parts = check_parts(state, screen, check);
            if parts.field.contains(at) {
                Target::CheckField
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::NewGroup(group) => {
            let parts = new_group_parts(state, screen, group);
            match parts.field_at(at) {
                Some(field) => Target::NewGroupField(field),
                None => in_dialog(&parts.dialog),
            }
        }
        Layer::Flood(flood) => in_dialog(&flood_parts(state, screen, flood).dialog),
        Layer::LeaveGroup(leave) => in_dialog(&leave_group_parts(state, screen, leave).dialog),
        Layer::Roster(roster) => {
            let parts = roster_parts(state, screen, roster);
            let count = match &roster.phase {
                RosterPhase::List => roster.shown.len(),
                RosterPhase::Working(work) => work.lines.len(),
                RosterPhase::Adding(_) | RosterPhase::Asking(..) => 0,
            };
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < count {
                Target::RosterRow(row)
            } else if parts.head.contains(at) || parts.field.contains(at) {
                Target::RosterField
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::Rename(rename) => in_dialog(&rename_parts(state, screen, rename).dialog),
        Layer::Note(note) => {
            let parts = note_parts(state, screen, note);
            if parts.note.contains(at) {
                Target::NoteField(NoteFocus::Note)
            } else if parts.tags.contains(at) {
                Target::NoteField(NoteFocus::Tags)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::Hours(hours) => {
            let parts = hours_parts(state, screen, hours);
            if parts.zone.contains(at) {
                Target::HoursField(HoursFocus::Zone)
            } else if parts.rules.contains(at) {
                Target::HoursField(HoursFocus::Rules)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::Confirm(confirm) => in_dialog(&confirm_parts(state, screen, confirm).dialog),
        Layer::Palette(palette) => {
            let parts = palette_parts(screen, palette);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < palette.found.len() {
                Target::PaletteRow(row)
            } else {
                inside_or_nothing(parts.area, at)
            }
        }
        Layer::Columns(columns) => {
            let parts = columns_parts(screen, columns);
            if parts.rows.contains(at) {
                Target::ColumnRow(usize::from(at.y - parts.rows.y))
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::Profiles(profiles) => {
            let parts = profiles_parts(state, screen, profiles);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < state.options.profiles.len() {
                Target::ProfileRow(row)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::CopyAs(menu) => {
            let parts = copy_as_parts(state, screen, menu);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < state.options.copy.len() {
                Target::CopyRow(row)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::BatchMenu(menu) => {
            let parts = batch_menu_parts(state, screen, menu);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < batch_items(state).len() {
                Target::BatchRow(row)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::BatchBefore(before) => {
            let parts = batch_before_parts(state, screen, before);
            match parts.field_at(at) {
                Some(field) => Target::BatchField(field),
                None => in_dialog(&parts.dialog),
            }
        }
        Layer::BatchProgress(progress) => state.batch.as_ref().map_or(Target::Layer, |run| {
            in_dialog(&batch_progress_parts(screen, run, progress, state.now).dialog)
        }),
        Layer::BatchResume(resume) => state.unfinished.first().map_or(Target::Layer, |open| {
            in_dialog(&batch_resume_parts(state, screen, open, resume).dialog)
        }),
        Layer::History(history) => {
            let parts = history_parts(state, screen, history);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < history.entries().len() {
                Target::HistoryRow(row)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::Inbox(inbox) => {
            let parts = inbox_parts(state, screen, inbox);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < inbox.shown().len() {
                Target::InboxRow(row)
            } else if let Some(hint) = parts.hints.iter().find(|hint| hint.area.contains(at)) {
                hint.target
            } else if parts.filter.contains(at) {
                Target::InboxFilter
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::NewGateway(gateway) => {
            let parts = new_gateway_parts(screen, gateway);
            match parts.field_at(at) {
                Some(field) => Target::GatewayField(field),
                None => in_dialog(&parts.dialog),
            }
        }
        Layer::Sheet(sheet) => {
            let parts = sheet_parts(state, screen, sheet);
            match parts.field_at(at) {
                Some(field) => Target::SheetField(field),
                None => in_dialog(&parts.dialog),
            }
        }
        Layer::Failures { scroll } => in_dialog(&failures_parts(state, screen, *scroll).dialog),
    }
}

fn inside_or_nothing(area: Rect, at: Position) -> Target {
    if area.contains(at) {
        Target::Layer
    } else {
        Target::Nothing
    }
}

fn hit_panes(state: &State, screen: &Screen, at: Position) -> Target {
    if let Some(area) = screen.sessions.filter(|area| area.contains(at)) {
        let parts = sessions_parts(state, area);
        if let Some(action) = first_run_of_sessions(state, &parts).and_then(|ways| ways.at(at)) {
            return Target::Hint(action);
        }
        if parts.rows.contains(at) {
            let row = usize::from((at.y - parts.rows.y) / parts.height) + state.sessions.offset;
            if row <= state.sessions.rows.len() {
                return Target::SessionRow(row);
            }
        }
        return Target::Pane(Pane::Sessions);
    }
    if let Some(area) = screen.groups.filter(|area| area.contains(at)) {
        let parts = groups_parts(state, area);
        if let Some(action) = first_run(state, parts.rows).and_then(|ways| ways.at(at)) {
            return Target::Hint(action);
        }
        if parts.filter.contains(at) {
            return Target::Filter;
        }
        if let Some(sort) = group_head(state, &parts, at) {
            return Target::GroupHead(sort);
        }
        if parts.rows.contains(at) {
            let line = usize::from(at.y - parts.rows.y) + state.groups.offset;
            if let Some(Line::Row(row)) = state.groups.line(line) {
                return if at.x - parts.rows.x < MARK_COLUMNS {
                    Target::Mark(row)
                } else {
                    Target::GroupRow(row)
                };
            }
        }
        return Target::Pane(Pane::Groups);
    }
    if let Some(area) = screen.card.filter(|area| area.contains(at)) {
        let Some(parts) = card_parts(state, area) else {
            return Target::Pane(Pane::Group);
        };
        return if parts.link.contains(at) || parts.code.contains(at) {
            Target::Link
        } else if parts.other.contains(at) {
            Target::Hint(Action::OtherAccount)
        } else if parts.members_head.contains(at) {
            Target::MembersHead
        } else {
            Target::Pane(Pane::Group)
        };
    }
    Target::Nothing
}
