//! The rows of the groups pane and the lines above their parts.

use super::paint::{after, bar, put, put_right};
use crate::api::{Group, GroupKind, SessionRole};
use crate::console::fuzzy::Highlighter;
use crate::console::layout::GroupColumns;
use crate::console::notebook::Note;
use crate::console::state::{Entry, Line, Pane, Part, Person, State};
use crate::console::words;
use crate::names::fit;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The part of a column in one line.
pub(super) fn at(column: Rect, y: u16) -> Rect {
    Rect {
        y,
        height: 1,
        ..column
    }
}

/// Draws the visible rows.
pub(super) fn draw(state: &State, columns: &GroupColumns, area: Rect, buffer: &mut Buffer) {
    let groups = &state.groups;
    let mut highlighter = Highlighter::new(&groups.filter);
    let range = groups.range();
    let people = groups.parts.iter().find(|head| head.part == Part::People);
    let people = people.map(|head| head.before);
    for line in 0..area.height {
        let y = area.y + line;
        let row = match groups.line(groups.offset.saturating_add(usize::from(line))) {
            Some(Line::Row(row)) => row,
            Some(Line::Head(part)) => {
                let style = state.options.theme.accent;
                put(
                    buffer,
                    after(at(area, y), 1),
                    &part_head(state, part),
                    style,
                );
                continue;
            }
            None => break,
        };
        let Some(entry) = groups.row(row) else {
            break;
        };
        let selected = row == groups.cursor;
        let focused = state.focus == Pane::Groups;
        let whole = Rect {
            y,
            height: 1,
            ..area
        };
        bar(buffer, state, whole, selected, focused);
        let base = match (selected, focused) {
            (true, true) => Some(state.options.theme.selected),
            (true, false) => Some(state.options.theme.selected_idle),
            _ => None,
        };
        if let Some(style) = base {
            buffer.set_style(after(whole, 1).intersection(buffer.area), style);
        }
        // Elsewhere the name or a text explains the match.
        let by_people = people.is_some_and(|before| row >= before);
        let person = if by_people {
            groups.people.hits.get(&entry.key)
        } else {
            None
        };
        let in_range = range.as_ref().is_some_and(|range| range.contains(&row));
        let position = groups.rows.get(row).copied().unwrap_or(usize::MAX);
        let marked = in_range || groups.marks.contains(position);
        let place = (columns, y);
        one(
            state,
            (entry, person, marked),
            place,
            base,
            &mut highlighter,
            buffer,
        );
    }
}

/// The line above a part of the rows.
fn part_head(state: &State, part: Part) -> String {
    let groups = &state.groups;
    let count = words::thousands(groups.part_length(part));
    match part {
        Part::Favourites => "Favourites".to_owned(),
        Part::LastUsed => "Last used".to_owned(),
        Part::Others => "All groups".to_owned(),
        Part::OtherAccounts => format!("In other accounts · {count}"),
        Part::People if groups.people.unsupported => {
            format!("With such a member, of the groups opened here · {count}")
        }
        Part::People => format!("With such a member · {count}"),
    }
}

/// What a row says after the group's name: who or what matched where the name does not show it, otherwise
/// the tags. With whether it explains the match.
fn detail(
    state: &State,
    entry: &Entry,
    person: Option<&Person>,
    columns: u16,
    highlighter: &mut Highlighter,
) -> (String, bool) {
    let groups = &state.groups;
    let note = groups.notebook.note(&entry.key.jid);
    if groups.is_filtered() {
        if let Some(person) = person {
            let room = usize::from(columns / 2).saturating_sub(2);
            return (format!("· {}", text::on_screen(&person.shown(room))), true);
        }
        let note = note.map(Note::searched).unwrap_or_default();
        let description = text::clean_line(entry.group.description.as_deref().unwrap_or_default());
        let room = usize::from(columns);
        let found = highlighter
            .snippet(&entry.name, &description, room)
            .or_else(|| highlighter.snippet(&entry.name, &note, room));
        if let Some(found) = found {
            return (format!("· {}", text::on_screen(&found)), true);
        }
    }
    let tags = note.map(|note| note.tags.iter().map(|tag| format!("#{tag}")));
    let tags: Vec<String> = tags.into_iter().flatten().collect();
    (text::on_screen(&tags.join(" ")).into_owned(), false)
}

fn one(
    state: &State,
    (entry, person, marked): (&Entry, Option<&Person>, bool),
    (columns, y): (&GroupColumns, u16),
    base: Option<Style>,
    highlighter: &mut Highlighter,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    let group = &entry.group;
    let plain = |style: Style| base.unwrap_or(style);
    let gone = group.my_role == Some(SessionRole::None);
    let name_style = plain(if gone { theme.disabled } else { theme.text });
    let whole = at(columns.name, y);
    let before_name = Rect {
        x: whole.x.saturating_sub(1),
        width: 1,
        ..whole
    };
    if marked {
        put(buffer, before_name, "✓", plain(theme.accent));
    } else if state.groups.notebook.is_favourite(&entry.key.jid) {
        put(buffer, before_name, "*", plain(theme.accent));
    }
    let (tag, room) = community_tag(group, whole.width);
    let (detail, explains) = detail(state, entry, person, whole.width, highlighter);
    // A name leaves room for what explains the match.
    let kept = if explains {
        let wanted = u16::try_from(text::width(&detail) + 1).unwrap_or(u16::MAX);
        wanted.min(whole.width / 2)
    } else {
        0
    };
    let left = Rect {
        width: whole.width - room.max(kept),
        ..whole
    };
    name(entry, left, name_style, theme.matched, highlighter, buffer);
    let used = u16::try_from(text::width(&entry.name)).unwrap_or(u16::MAX);
    let mut rest = after(whole, used.min(left.width) + 1);
    if !(tag.is_empty() || explains && room == 0) {
        rest = after(put(buffer, rest, &tag, plain(theme.dim)), 1);
    }
    if !detail.is_empty() {
        let shown = fit(&detail, usize::from(rest.width)).shown;
        put(buffer, rest, &shown, plain(theme.dim));
    }
    if columns.session.width > 0 {
        let label = state.session_name(&entry.key.session);
        let label = fit(&label, usize::from(columns.session.width)).shown;
        put(buffer, at(columns.session, y), &label, plain(theme.dim));
    }
    let members = group
        .participant_count
        .map_or_else(|| "–".to_owned(), |count| words::thousands(count as usize));
    put_right(buffer, at(columns.members, y), &members, plain(theme.text));
    let admin = group.my_role.as_ref().is_some_and(SessionRole::is_admin);
    let role_style = if admin { theme.good } else { theme.dim };
    let role = words::role_word(group.my_role.as_ref());
    put(buffer, at(columns.role, y), &role, plain(role_style));
    let marks = at(columns.marks, y);
    if group.is_announce == Some(true) {
        put(buffer, marks, "A", plain(theme.warn));
    }
    if group.is_locked == Some(true) {
        put(buffer, after(marks, 1), "L", plain(theme.warn));
    }
    let age = group
        .created_at_wa
        .map(|created| words::age(created, state.now))
        .unwrap_or_default();
    put_right(buffer, at(columns.age, y), &age, plain(theme.dim));
}

/// What follows a group's name: what it is within its community, and the columns that are kept free
/// for that. A community and its announcement group have the same name, so their tags are kept; the
/// name of a group's community is shown where the line has room.
fn community_tag(group: &Group, columns: u16) -> (String, u16) {
    let tag = match &group.kind {
        Some(GroupKind::Community) => "· community",
        Some(GroupKind::Announcements) => "· announcements",
        Some(GroupKind::General | GroupKind::Subgroup) => {
            let community = group.community_subject.as_deref().unwrap_or_default();
            let tag = format!("‹ {}", text::on_screen(&text::clean_line(community)));
            return (tag, 0);
        }
        _ => return (String::new(), 0),
    };
    let width = u16::try_from(text::width(tag) + 1).unwrap_or(columns);
    (tag.to_owned(), width.min(columns / 2))
}

/// A name with the letters marked that match the filter.
fn name(
    entry: &Entry,
    area: Rect,
    style: Style,
    matched: Style,
    highlighter: &mut Highlighter,
    buffer: &mut Buffer,
) {
    let fitted = fit(&entry.name, usize::from(area.width));
    put(buffer, area, &fitted.shown, style);
    for range in highlighter.ranges(&entry.name) {
        for place in fitted.places(&range) {
            let Some(hit) = fitted.shown.get(place.clone()) else {
                continue;
            };
            let before = text::width(&fitted.shown[..place.start]);
            let spot = Rect {
                x: area
                    .x
                    .saturating_add(u16::try_from(before).unwrap_or(u16::MAX)),
                width: u16::try_from(text::width(hit)).unwrap_or(0),
                ..area
            };
            buffer.set_style(spot.intersection(area).intersection(buffer.area), matched);
        }
    }
}
