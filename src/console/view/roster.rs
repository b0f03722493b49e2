//! "Members".

use super::field;
use super::paint::{
    after, at_end, bar, below, dialog, mark, put, put_lines, put_right, scrollbar, tail,
};
use crate::api::{GroupMember, JoinedVia, MemberRole};
use crate::console::account::is_own;
use crate::console::effect::MemberChange;
use crate::console::layout::{RosterParts, Screen, roster_parts};
use crate::console::state::{
    FieldOrButton, Members, PersonOutcome, RosterDialog, RosterFocus, RosterLine, RosterPhase,
    RosterWork, State,
};
use crate::console::{phone, words};
use crate::names::fit;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Columns at the right of a row: the role, how the member came, since when.
const ROLE: u16 = 9;
const VIA: u16 = 10;
const SINCE: u16 = 12;
/// Columns of a number with its gap.
const NUMBER: u16 = 20;
/// Columns of a row from which on everything fits.
const WIDE: u16 = 70;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    roster: &RosterDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = roster_parts(state, screen, roster);
    let title = match &roster.phase {
        RosterPhase::List => "Members",
        RosterPhase::Adding(_) => "Add people",
        RosterPhase::Asking(task, _) => match task.change {
            MemberChange::Add => "Add people?",
            MemberChange::Remove => "Remove members?",
            MemberChange::Promote => "Make admins?",
            MemberChange::Demote => "Take the admin role?",
        },
        RosterPhase::Working(work) => match work.change {
            MemberChange::Add => "Adding people",
            MemberChange::Remove => "Removing members",
            MemberChange::Promote => "Making admins",
            MemberChange::Demote => "Taking the admin role",
        },
    };
    let room = usize::from(parts.dialog.content.width).saturating_sub(title.len() + 3);
    let name = fit(&roster.name, room).shown;
    dialog(buffer, theme, &parts.dialog, &format!("{title} · {name}"));
    let cursor = match &roster.phase {
        RosterPhase::List => list(state, roster, &parts, buffer),
        RosterPhase::Adding(focus) => adding(state, roster, *focus, &parts, buffer),
        RosterPhase::Working(work) => {
            working(state, work, &parts, buffer);
            None
        }
        RosterPhase::Asking(..) => None,
    };
    let first = parts
        .text
        .first()
        .map_or(' ', |line| line.chars().next().unwrap_or(' '));
    let style = match (&roster.phase, first) {
        (RosterPhase::Asking(..), _) => theme.text,
        (_, '✘') => theme.bad,
        (_, '◌') => theme.accent,
        _ => theme.dim,
    };
    put_lines(buffer, parts.words, &parts.text, style);
    if matches!(roster.phase, RosterPhase::Asking(..))
        && let Some(line) = parts.text.first()
    {
        put(buffer, parts.words, line, theme.title);
    }
    cursor
}

fn list(
    state: &State,
    roster: &RosterDialog,
    parts: &RosterParts,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let members = roster.loaded();
    let count = match &roster.members {
        Members::Loaded(_) if !roster.find.trim().is_empty() => format!(
            "{} of {}",
            words::thousands(roster.shown.len()),
            words::thousands(members.len())
        ),
        Members::Loaded(_) => words::count(members.len(), "member", "members"),
        Members::NotAsked | Members::Failed(_) => String::new(),
        Members::Waiting(_) => "◌ Loading …".to_owned(),
    };
    let count = match roster.marked.len() {
        0 => count,
        marked => {
            let hidden = match roster.hidden_marks() {
                0 => String::new(),
                hidden => format!(" ({} hidden)", words::thousands(hidden)),
            };
            format!("{count} · {} marked{hidden}", words::thousands(marked))
        }
    };
    let right = put_right(buffer, parts.head, &count, theme.dim);
    let room = Rect {
        width: right.width.saturating_sub(1),
        ..right
    };
    let typing = roster.focus == RosterFocus::Filter;
    let style = if typing { theme.accent } else { theme.dim };
    let field = put(buffer, room, "/ ", style);
    let shown = tail(&roster.find, usize::from(field.width.saturating_sub(1)));
    let end = put(buffer, field, shown, theme.input);
    if roster.find.is_empty() && !typing {
        put(buffer, field, "filter", theme.dim);
    }
    let session = state.sessions.get(&roster.key.session);
    let rows = roster.shown.iter().enumerate().skip(parts.first);
    for ((at, index), line) in rows.zip(0..parts.rows.height) {
        let Some(member) = members.get(*index) else {
            continue;
        };
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == roster.cursor;
        bar(
            buffer,
            state,
            area,
            selected,
            roster.focus == RosterFocus::List,
        );
        let own = session.is_some_and(|session| is_own(session, &member.lid));
        let marked = roster.marked.contains(&member.lid);
        one(state, member, members, (own, marked), area, buffer);
        if selected {
            buffer.set_style(after(area, 1).intersection(buffer.area), theme.selected);
        }
    }
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.rows,
        parts.first,
        roster.shown.len(),
    );
    typing.then(|| Position::new(end.x, end.y))
}

fn one(
    state: &State,
    member: &GroupMember,
    members: &[GroupMember],
    (own, marked): (bool, bool),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    let mut rest = after(area, 1);
    rest = mark(buffer, theme, rest, marked);
    let wide = area.width >= WIDE;
    if wide {
        let (cell, left) = at_end(rest, SINCE);
        let since = match member.first_seen_at {
            0 => String::new(),
            at => words::age(at, state.now),
        };
        put(buffer, cell, &since, theme.dim);
        let (cell, left) = at_end(left, VIA);
        let via = member.joined_via.map_or("", |via| match via {
            JoinedVia::Link => "by link",
            JoinedVia::Added => "added",
            JoinedVia::Approved => "approved",
        });
        put(buffer, cell, via, theme.dim);
        rest = left;
    }
    let (cell, left) = at_end(rest, ROLE);
    let role = match &member.role {
        MemberRole::Superadmin => "creator".to_owned(),
        MemberRole::Admin => "admin".to_owned(),
        MemberRole::Member => String::new(),
        MemberRole::Other(word) => crate::text::clean_line(word).into_owned(),
    };
    put(buffer, cell, &role, theme.accent);
    rest = left;
    let (name, more) = words::member(member, members);
    if let Some(digits) = &member.phone_number
        && member
            .name
            .as_deref()
            .is_some_and(|name| !name.trim().is_empty())
    {
        let (cell, left) = at_end(rest, NUMBER);
        put(buffer, cell, &phone::grouped(digits), theme.dim);
        rest = left;
    }
    rest.width = rest.width.saturating_sub(1);
    let name = if own { format!("{name} (you)") } else { name };
    let shown = fit(&name, usize::from(rest.width)).shown;
    let left = put(buffer, rest, &shown, theme.text);
    // A tag, or what tells two members of one name apart; the number has its own column.
    if member.phone_number.is_none() {
        put(buffer, after(left, 1), &more, theme.dim);
    }
}

fn adding(
    state: &State,
    roster: &RosterDialog,
    focus: FieldOrButton,
    parts: &RosterParts,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let (mark, style) = if focus.is_field() {
        ("▸ ", theme.accent)
    } else {
        ("  ", theme.dim)
    };
    put(buffer, parts.head, &format!("{mark}People"), style);
    let cursor = field::wrapped(&roster.typed, after(parts.field, 2), theme.input, buffer);
    // What is to be corrected comes first.
    let pasted = &roster.pasted;
    let faults = pasted.faults.iter().map(|fault| {
        let words = format!("✘ {}: {}", fault.typed, fault.why);
        (words, theme.bad)
    });
    let people = pasted.people.iter().map(|person| {
        let number = person.number.as_deref().map(phone::grouped);
        let number = number.unwrap_or_else(|| person.jid.clone());
        let name = person.name.as_deref().unwrap_or_default();
        match person.doubt {
            Some(doubt) => (format!("? {number}  {name}  {doubt}"), theme.text),
            None => (format!("✔ {number}  {name}"), theme.text),
        }
    });
    let all: Vec<_> = faults.chain(people).collect();
    let rows = usize::from(parts.rows.height);
    let hidden = all.len().saturating_sub(rows);
    for (line, (words, style)) in (0..parts.rows.height).zip(&all) {
        let area = below(parts.rows, line);
        if hidden > 0 && usize::from(line) + 1 == rows {
            let rest = words::thousands(hidden + 1);
            put(buffer, area, &format!("… and {rest} more"), theme.dim);
        } else {
            put(buffer, area, words, *style);
        }
    }
    focus.is_field().then_some(cursor)
}

fn working(state: &State, work: &RosterWork, parts: &RosterParts, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let applied = work.count(|outcome| *outcome == PersonOutcome::Applied);
    let head = format!(
        "{} of {} done",
        words::thousands(applied),
        words::thousands(work.lines.len())
    );
    put(buffer, parts.head, &head, theme.title);
    let rows = work.lines.iter().enumerate().skip(parts.first);
    for ((at, line), row) in rows.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, row)
        };
        let selected = at == work.cursor;
        bar(buffer, state, area, selected, true);
        outcome(state, line, after(area, 2), buffer);
        if selected {
            buffer.set_style(after(area, 1).intersection(buffer.area), theme.selected);
        }
    }
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.rows,
        parts.first,
        work.lines.len(),
    );
}

fn outcome(state: &State, line: &RosterLine, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let (words, style) = match &line.outcome {
        PersonOutcome::Waiting => ("waits", theme.dim),
        PersonOutcome::Running => ("◌ asking", theme.accent),
        PersonOutcome::Applied => ("✔ done", theme.good),
        PersonOutcome::Refused(_) if line.invite.is_some() => {
            ("✘ refused, private invite", theme.bad)
        }
        PersonOutcome::Refused(_) => ("✘ refused", theme.bad),
        PersonOutcome::NotTried => ("not tried", theme.dim),
        PersonOutcome::Unknown => ("? not known", theme.bad),
    };
    let rest = put_right(buffer, area, words, style);
    let room = usize::from(rest.width.saturating_sub(2));
    put(
        buffer,
        rest,
        &fit(&line.person.name, room).shown,
        theme.text,
    );
}
