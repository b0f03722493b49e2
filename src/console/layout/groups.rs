//! The groups pane: its filter line, column headings, rows and the notice at the bottom.

use super::screen::{inside, row, screen};
use super::wrap::wrap;
use crate::console::state::{GroupColumn, LinkAnswer, PeopleState, SessionScope, Sort, State};
use crate::console::words;
use crate::text;
use ratatui::layout::{Position, Rect};

/// The areas of the groups pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupsParts {
    pub filter: Rect,
    pub heads: Rect,
    pub rows: Rect,
    /// Empty when there is nothing to say.
    pub notice: Rect,
}

#[must_use]
pub(crate) fn groups_parts(state: &State, area: Rect) -> GroupsParts {
    let inner = inside(area);
    let notice_height = groups_notice(state).map_or(0, |text| {
        u16::try_from(wrap(&text, inner.width.saturating_sub(4), 2).len()).unwrap_or(2)
    });
    let rows_height = inner.height.saturating_sub(2 + notice_height);
    GroupsParts {
        filter: row(inner, 0),
        heads: row(inner, 1),
        rows: Rect {
            y: inner.y + 2,
            height: rows_height,
            ..inner
        },
        notice: Rect {
            y: inner.y + 2 + rows_height,
            height: notice_height,
            ..inner
        },
    }
}

/// Columns before a name: the bar of the selected row, then the mark or the star of a favourite.
pub(super) const MARK_COLUMNS: u16 = 2;
/// Minimum columns of a name while other columns can be narrowed.
const NAME_WIDTH: u16 = 40;
/// Columns that a name needs beside its session.
const NAME_MIN: u16 = 26;
/// Columns of a session's name: at least, and at most.
const SESSION_WIDTH: (u16, u16) = (8, 22);

/// The columns of the rows; those without room have no width. The name gets what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupColumns {
    pub name: Rect,
    pub session: Rect,
    pub members: Rect,
    pub role: Rect,
    pub marks: Rect,
    pub age: Rect,
}

impl GroupColumns {
    /// The sort that a head stands for, with the columns in which it can be clicked.
    #[must_use]
    pub(crate) fn heads(&self) -> [(Sort, Rect); 5] {
        // The sort mark is in the gap before the column.
        let wide = |column: Rect| match column.width {
            0 => column,
            width => Rect {
                x: column.x - 1,
                width: width + 1,
                ..column
            },
        };
        [
            (Sort::Name, self.name),
            (Sort::Session, self.session),
            (Sort::Role, self.role),
            (Sort::Members, wide(self.members)),
            (Sort::Age, wide(self.age)),
        ]
    }
}

/// The sort whose head is at a cell of the line of heads.
#[must_use]
pub(crate) fn group_head(state: &State, parts: &GroupsParts, at: Position) -> Option<Sort> {
    if !parts.heads.contains(at) || state.groups.is_empty() {
        return None;
    }
    let columns = group_columns(state, parts.heads);
    let mut heads = columns.heads().into_iter();
    heads
        .find(|(_, area)| (area.left()..area.right()).contains(&at.x))
        .map(|(sort, _)| sort)
}

/// The columns in an area of rows. If names have little space, the gaps are dropped first, then, beside the
/// sessions' names, the age and the role.
#[must_use]
pub(crate) fn group_columns(state: &State, area: Rect) -> GroupColumns {
    let all = state.sessions.scope() == SessionScope::AllSessions
        || !state.groups.parts.is_empty() && state.sessions.rows.len() > 1;
    let hidden = |column| state.groups.hidden_columns.contains(&column);
    let all = all && !hidden(GroupColumn::Account);
    let mut broad = Widths::BROAD.with_session(if all { session_width(state) } else { 0 });
    for (column, width) in [
        (GroupColumn::Members, &mut broad.members),
        (GroupColumn::Role, &mut broad.role),
        (GroupColumn::Switches, &mut broad.marks),
        (GroupColumn::Age, &mut broad.age),
    ] {
        if hidden(column) {
            *width = 0;
        }
    }
    let tight = broad.tight();
    let without_age = Widths {
        age: if state.groups.sort == Sort::Age {
            tight.age
        } else {
            0
        },
        ..tight
    };
    let without_role = Widths {
        role: 0,
        ..without_age
    };
    let room = area.width.saturating_sub(MARK_COLUMNS);
    let fits = |widths: &&Widths, name: u16| room >= widths.sum() + name;
    let wide = [broad, tight];
    let narrow = [without_age, without_role];
    let chosen = wide.iter().find(|it| fits(it, NAME_WIDTH));
    let mut widths = match chosen {
        Some(widths) => *widths,
        None if !all => tight,
        None => *(narrow.iter().find(|it| fits(it, NAME_MIN))).unwrap_or(&without_role),
    };
    let missing = (widths.sum() + NAME_MIN).saturating_sub(room);
    widths.session = match widths.session.saturating_sub(missing) {
        left if left >= SESSION_WIDTH.0 => left,
        _ => 0,
    };
    if all && widths.session == 0 {
        widths = tight.with_session(0);
    }
    widths.place(area)
}

/// Columns of the longest name of a session.
fn session_width(state: &State) -> u16 {
    let rows = state.sessions.rows.iter();
    let longest = rows
        .map(|session| text::width(&state.session_name(&session.id)))
        .max();
    u16::try_from(longest.unwrap_or_default())
        .unwrap_or(u16::MAX)
        .clamp(SESSION_WIDTH.0, SESSION_WIDTH.1)
}

/// The widths of all columns but the name's; 0 = left out.
#[derive(Clone, Copy)]
struct Widths {
    session: u16,
    members: u16,
    role: u16,
    marks: u16,
    age: u16,
    gap: u16,
    /// After the last column.
    margin: u16,
}

impl Widths {
    const BROAD: Self = Self {
        session: 0,
        members: 7,
        role: 7,
        marks: 2,
        age: 4,
        gap: 2,
        margin: 1,
    };

    fn with_session(self, session: u16) -> Self {
        Self { session, ..self }
    }

    fn tight(self) -> Self {
        Self {
            members: self.members.min(5),
            gap: 1,
            margin: 0,
            ..self
        }
    }

    fn sum(self) -> u16 {
        let columns = [self.session, self.members, self.role, self.marks, self.age];
        let shown = columns.into_iter().filter(|width| *width > 0);
        shown.map(|width| width + self.gap).sum::<u16>() + self.margin
    }

    /// From right to left.
    fn place(self, area: Rect) -> GroupColumns {
        let indent = MARK_COLUMNS.min(area.width);
        let mut rest = Rect {
            x: area.x + indent,
            width: (area.width - indent).saturating_sub(self.margin),
            ..area
        };
        let mut take = |width: u16| {
            let width = width.min(rest.width);
            let taken = Rect {
                x: rest.right() - width,
                width,
                ..rest
            };
            let gap = if width > 0 { self.gap } else { 0 };
            rest.width = rest.width.saturating_sub(width + gap);
            taken
        };
        let age = take(self.age);
        let marks = take(self.marks);
        let role = take(self.role);
        let members = take(self.members);
        let session = take(self.session);
        GroupColumns {
            name: rest,
            session,
            members,
            role,
            marks,
            age,
        }
    }
}

/// A notice about the rows: that they are stored ones, or that some are missing.
#[must_use]
pub(crate) fn groups_notice(state: &State) -> Option<String> {
    if let Some(notice) = find_notice(state) {
        return Some(notice);
    }
    let asked: Vec<&str> = match state.sessions.scope() {
        SessionScope::Session(id) => {
            // What follows is about the rows of this account.
            if state
                .groups
                .parts
                .first()
                .is_some_and(|part| part.before == 0)
            {
                return None;
            }
            let failure = state.groups.failures.get(&id);
            if let (Some(failure), false) = (failure, state.groups.is_empty()) {
                return Some(format!("Not refreshed: {}", state.sentence(failure, None)));
            }
            let session = state.sessions.get(&id)?;
            if session.status.is_connected()
                && let Some(count @ 1..) = session.unreadable_groups
            {
                return Some(unreadable(count));
            }
            if !session.status.is_disconnected() || state.groups.is_empty() {
                return None;
            }
            let reason = session.status_reason.as_deref();
            let reason = words::catching_up(session, usize::MAX)
                .or_else(|| reason.map(|reason| text::clean_line(reason).into_owned()))
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default();
            return Some(format!(
                "Not connected{reason}: these are the groups as last stored."
            ));
        }
        SessionScope::AllSessions => state.groups.failures.keys().map(String::as_str).collect(),
    };
    let first = asked.first()?;
    if state.groups.is_empty() {
        return None;
    }
    let name = state.session_name(first);
    Some(match asked.len() {
        1 => format!("The groups of {name} could not be read."),
        more => format!(
            "The groups of {name} and {} more could not be read.",
            more - 1
        ),
    })
}

/// What the filter did not search.
fn find_notice(state: &State) -> Option<String> {
    let groups = &state.groups;
    if !groups.is_filtered() {
        return None;
    }
    if let Some(link) = &groups.link {
        return match &link.answer {
            _ if groups.is_empty() => None,
            LinkAnswer::Live { name, .. } => {
                Some(format!("The link is live: it leads to “{name}”."))
            }
            LinkAnswer::Reset { name, at, .. } => Some(format!(
                "This link of “{name}” is dead since {}: it was reset.",
                words::clock(*at, &state.options.zone)
            )),
            _ => None,
        };
    }
    match groups.loading.len() {
        0 => {}
        1 => return Some("The groups of 1 account are still being read.".to_owned()),
        more => {
            return Some(format!(
                "The groups of {more} accounts are still being read."
            ));
        }
    }
    let people = &groups.people;
    match people.state {
        PeopleState::Failed => {
            Some("People could not be looked up; only groups were searched.".to_owned())
        }
        PeopleState::Answered if people.unsupported => {
            let opened = words::count(people.seen.len(), "group", "groups");
            Some(format!(
                "This gateway cannot search for people: only the members of {opened} opened here were searched."
            ))
        }
        _ => None,
    }
}

/// The gateway could not read some groups in WhatsApp's list.
fn unreadable(count: u64) -> String {
    match count {
        1 => "1 group could not be read from WhatsApp: it is shown as last stored, if at all."
            .to_owned(),
        count => format!(
            "{count} groups could not be read from WhatsApp: they are shown as last stored, if at all."
        ),
    }
}

/// How many rows of groups fit: a page. At least 1.
#[must_use]
pub(crate) fn group_rows(state: &State) -> usize {
    screen(state)
        .and_then(|screen| screen.groups.or(Some(screen.body)))
        .map_or(1, |area| {
            usize::from(groups_parts(state, area).rows.height).max(1)
        })
}
