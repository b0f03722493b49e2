//! "New group".

use super::field;
use super::paint::{after, dialog, put, put_lines};
use crate::api::SettingField;
use crate::console::layout::{NEW_GROUP_NAMES, Screen, new_group_parts};
use crate::console::state::{NewGroupDialog, NewGroupFocus, NewGroupPhase, NewGroupWay, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    group: &NewGroupDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = new_group_parts(state, screen, group);
    dialog(buffer, theme, &parts.dialog, "New group");
    let mut cursor = None;
    for (field, area) in &parts.fields {
        let focused = group.is_editing() && group.focus == *field;
        let (mark, style) = if focused {
            ("▸ ", theme.accent)
        } else {
            ("  ", theme.dim)
        };
        put(
            buffer,
            *area,
            &format!("{mark}{}", label(group, *field)),
            style,
        );
        let place = after(*area, NEW_GROUP_NAMES);
        let text = match field {
            NewGroupFocus::Name => field::single(&group.name, place, theme.input, buffer),
            NewGroupFocus::Description => {
                field::single(&group.description, place, theme.input, buffer)
            }
            NewGroupFocus::Link => field::single(&group.link, place, theme.input, buffer),
            NewGroupFocus::People if area.height > 0 => {
                field::wrapped(&group.people, place, theme.input, buffer)
            }
            other => {
                put(buffer, place, &value(state, group, *other), theme.text);
                continue;
            }
        };
        if focused {
            cursor = Some(text);
        }
    }
    let first = parts.text.first().and_then(|line| line.chars().next());
    let style = match (&group.phase, first) {
        (NewGroupPhase::Done(_), _) => theme.text,
        (_, Some('✘')) => theme.bad,
        (_, Some('◌')) => theme.accent,
        (_, Some('✔')) => theme.good,
        _ => theme.dim,
    };
    put_lines(buffer, parts.words, &parts.text, style);
    cursor
}

fn label(group: &NewGroupDialog, field: NewGroupFocus) -> &'static str {
    match field {
        NewGroupFocus::Way => "Way",
        NewGroupFocus::Account => "Account",
        NewGroupFocus::Name => "Name",
        NewGroupFocus::Description => "Description",
        NewGroupFocus::People => "People",
        NewGroupFocus::Link => "Link",
        NewGroupFocus::Choice(at) => match group.choices.get(at).map(|choice| choice.field) {
            Some(SettingField::Announce) => "Who posts",
            Some(SettingField::Locked) => "Who edits it",
            Some(SettingField::InviteBy) => "Link is for",
            Some(SettingField::JoinApproval) => "Approval",
            Some(SettingField::AddBy) => "Who adds",
            Some(SettingField::EphemeralSeconds) => "Disappearing",
            _ => "",
        },
        NewGroupFocus::Button(_) => "",
    }
}

fn value(state: &State, group: &NewGroupDialog, field: NewGroupFocus) -> String {
    match field {
        NewGroupFocus::Way => match group.way {
            NewGroupWay::Create => "‹ create a group ›".to_owned(),
            NewGroupWay::Join => "‹ join by a link ›".to_owned(),
        },
        NewGroupFocus::Account => {
            let name = state.session_name(group.session());
            if group.accounts.len() > 1 {
                format!("‹ {name} ›")
            } else {
                name
            }
        }
        NewGroupFocus::Choice(at) => group.choices.get(at).map_or_else(String::new, |choice| {
            let option = choice.options.get(choice.at).copied().unwrap_or_default();
            format!("‹ {option} ›")
        }),
        _ => String::new(),
    }
}
