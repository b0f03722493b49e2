//! The settings form: its fields, the changes to save, the outcome of the save.

use super::field;
use super::paint::{after, columns, dialog, put, put_all, put_right, title_room};
use crate::api::{Audience, DESCRIPTION_MAX, SUBJECT_MAX, SettingField};
use crate::console::layout::{
    COUNTS, FormLine, FormParts, LABELS, Note, Screen, form_parts, value_word,
};
use crate::console::state::{EditForm, FormFocus, FormPhase, Settings, State};
use crate::console::words;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

/// Columns of the fields' names in the list of changes.
const CHANGED: u16 = 13;
/// Graphemes shown of the common prefix of two values.
const SHOWN_ALIKE: usize = 8;

/// Draws the form; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    form: &EditForm,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = form_parts(state, screen, form);
    let name = state
        .groups
        .get(&form.key)
        .map_or_else(|| form.base.subject.clone(), |entry| entry.name.clone());
    let title = "Edit · ";
    let room = title_room(parts.dialog.area).saturating_sub(columns(title));
    let name = text::clean_line(&name);
    let name = state.name_through(&name, &form.key.session, usize::from(room));
    dialog(buffer, theme, &parts.dialog, &format!("{title}{name}"));
    let typed = form.typed();
    let mut first_change = true;
    for (line, area) in &parts.lines {
        match line {
            FormLine::Field(field) => label(state, form, *field, &typed, *area, buffer),
            FormLine::More | FormLine::Gap => {}
            FormLine::Note(_, note) => draw_note(state, note, after(*area, LABELS), buffer),
            FormLine::NoChange => {
                put(buffer, *area, "Will change", theme.dim);
                put(buffer, after(*area, LABELS), "nothing yet", theme.dim);
            }
            FormLine::Change(field) => {
                if std::mem::take(&mut first_change) {
                    put(buffer, *area, "Will change", theme.title);
                }
                change(state, form, &typed, *field, after(*area, LABELS), buffer);
            }
            FormLine::Message(words) => {
                let style = match form.phase {
                    FormPhase::Failed(_) => theme.bad,
                    FormPhase::AskLeave => theme.warn,
                    FormPhase::Saving(_) | FormPhase::Checking | FormPhase::Editing => theme.text,
                };
                put(buffer, *area, words, style);
            }
        }
    }
    texts(state, form, &parts, buffer)
}

/// Draws the fields; returns the cursor of the focused one.
fn texts(
    state: &State,
    form: &EditForm,
    parts: &FormParts,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let subject = field::single(&form.subject, parts.subject, theme.input, buffer);
    let description = field::wrapped(&form.description, parts.description, theme.input, buffer);
    if !matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_)) {
        return None;
    }
    match form.focus {
        FormFocus::Field(SettingField::Subject) => Some(subject),
        FormFocus::Field(SettingField::Description) => Some(description),
        FormFocus::Field(_) | FormFocus::Button(_) => None,
    }
}

/// A field's name, with its switch or its character count.
fn label(
    state: &State,
    form: &EditForm,
    field: SettingField,
    typed: &Settings,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    let focused = form.focus == FormFocus::Field(field) && form.phase != FormPhase::AskLeave;
    let name = words::setting(field);
    let (first, rest) = name.split_at(1);
    let name = first.to_uppercase() + rest;
    let style = if focused { theme.accent } else { theme.dim };
    let mark = if focused { "▸ " } else { "  " };
    put_all(buffer, area, [(mark, style), (name.as_str(), style)]);
    let value = after(area, LABELS);
    match field {
        SettingField::Subject => {
            count(
                state,
                typed.subject.trim().chars().count(),
                SUBJECT_MAX,
                area,
                buffer,
            );
        }
        SettingField::Description => {
            count(
                state,
                typed.description.chars().count(),
                DESCRIPTION_MAX,
                area,
                buffer,
            );
        }
        field => {
            let about = form.restriction(field).map_or_else(
                || about(field, typed).to_owned(),
                |why| format!("not possible: {}", text::clean_line(why)),
            );
            let set = value_word(typed, field);
            switch(state, &set, focused, &about, value, buffer);
        }
    }
}

/// What a switch means as it is set.
fn about(field: SettingField, typed: &Settings) -> &'static str {
    match field {
        SettingField::Subject | SettingField::Description => "",
        SettingField::Announce => "only admins can post",
        SettingField::Locked => "only admins can edit the group's info",
        SettingField::InviteBy if typed.invite_by == Some(Audience::Members) => {
            "all members have the invite link"
        }
        SettingField::InviteBy => "only admins have the invite link",
        SettingField::JoinApproval => "an admin has to approve who joins by the link",
        SettingField::AddBy if typed.add_by == Some(Audience::Members) => {
            "all members can add others"
        }
        SettingField::AddBy => "only admins can add others",
        SettingField::EphemeralSeconds => "after this time messages disappear",
    }
}

fn count(state: &State, used: usize, limit: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let style = if used > limit { theme.bad } else { theme.dim };
    let area = Rect {
        x: area.right().saturating_sub(COUNTS),
        width: COUNTS.min(area.width),
        ..area
    };
    put_right(buffer, area, &format!("{used} / {limit}"), style);
}

/// A switch or a choice, as it is set.
fn switch(state: &State, set: &str, focused: bool, words: &str, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let style = if focused {
        theme.button_focused
    } else {
        theme.button
    };
    let set = match set {
        "on" => "[x]".to_owned(),
        "off" => "[ ]".to_owned(),
        choice => format!("[{choice}]"),
    };
    let rest = put(buffer, area, &set, style);
    put_all(buffer, rest, [(" ", theme.text), (words, theme.text)]);
}

fn draw_note(state: &State, note: &Note, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let (words, style): (String, Style) = match note {
        Note::Fault(fault) => (format!("✘ {fault}"), theme.bad),
        Note::Applied => ("✔ applied".to_owned(), theme.good),
        Note::Refused(reason) => (format!("✘ refused: {reason}"), theme.bad),
        Note::NotAttempted => ("– not attempted".to_owned(), theme.warn),
        Note::NotApplied => ("– not applied".to_owned(), theme.warn),
        Note::Unknown => ("? not known whether it was applied".to_owned(), theme.warn),
        Note::Theirs { value, kept } => {
            let kept = if *kept { "”; yours is kept" } else { "”" };
            let room = usize::from(area.width.saturating_sub(columns(kept) + 28));
            let value = text::truncate_to_width(value, room.max(8));
            (format!("! changed meanwhile to “{value}{kept}"), theme.warn)
        }
    };
    put(buffer, area, &words, style);
}

/// Two texts without their common prefix, except for its last graphemes.
fn from_where_they_part(before: &str, now: &str) -> (String, String) {
    let same = (before.grapheme_indices(true).zip(now.graphemes(true)))
        .take_while(|((_, one), other)| one == other)
        .map(|((at, _), _)| at);
    let same: Vec<usize> = same.collect();
    match same.len().checked_sub(SHOWN_ALIKE) {
        Some(first @ 1..) => (
            format!("{}{}", text::MORE, &before[same[first]..]),
            format!("{}{}", text::MORE, &now[same[first]..]),
        ),
        _ => (before.to_owned(), now.to_owned()),
    }
}

/// `subject      Weekend Volunteers → Weekend Volunteers 2027`, both shortened the same way.
fn change(
    state: &State,
    form: &EditForm,
    typed: &Settings,
    field: SettingField,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    put(buffer, area, words::setting(field), theme.text);
    let area = after(area, CHANGED);
    let word = |settings: &Settings| {
        let word = value_word(settings, field);
        if word.trim().is_empty() {
            "(empty)".to_owned()
        } else {
            word
        }
    };
    let (mut before, mut now) = (word(&form.base), word(typed));
    let room = usize::from(area.width.saturating_sub(3));
    if text::width(&before) + text::width(&now) > room {
        (before, now) = from_where_they_part(&before, &now);
    }
    let (left, right) = (text::width(&before), text::width(&now));
    let half = room / 2;
    // The longer text gets the columns that the shorter one does not need.
    let (left, right) = if left + right <= room {
        (left, right)
    } else if left <= half {
        (left, room - left)
    } else if right <= half {
        (room - right, right)
    } else {
        (half, room - half)
    };
    let before = text::truncate_to_width(&before, left);
    let now = text::truncate_to_width(&now, right);
    put_all(
        buffer,
        area,
        [
            (before.as_str(), theme.removed),
            (" → ", theme.dim),
            (now.as_str(), theme.added),
        ],
    );
}
