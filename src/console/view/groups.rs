//! The groups pane: drawing reads only the visible rows, so its cost does not depend on their number.

use super::group_rows::{self, at};
use super::paint::{
    after, key, pane, put, put_all, put_block, put_lines, put_right, scrollbar, tail,
};
use crate::console::failure::SessionState;
use crate::console::keymap::Action;
use crate::console::layout::{
    GroupColumns, GroupsParts, first_run, group_columns, groups_notice, groups_parts, inside, wrap,
};
use crate::console::state::{Connection, LinkAnswer, LinkFind, Pane, SessionScope, Sort, State};
use crate::console::words;
use crate::names::fit;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Draws the pane; returns the position of the filter's cursor.
pub(crate) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.options.theme;
    let focused = state.focus == Pane::Groups;
    let scope = scope_name(state);
    let total = words::thousands(state.groups.total);
    pane(
        buffer,
        theme,
        area,
        &format!("Groups · {scope} · {total}"),
        focused,
    );
    let parts = groups_parts(state, area);
    let cursor = filter(state, parts.filter, buffer);
    if state.groups.is_empty() {
        empty(state, inside(area), &parts, buffer);
    } else {
        let columns = group_columns(state, parts.rows);
        heads(state, &columns, parts.heads, buffer);
        group_rows::draw(state, &columns, parts.rows, buffer);
        scrollbar(
            buffer,
            theme,
            area,
            parts.rows,
            state.groups.offset,
            state.groups.lines(),
        );
    }
    if let Some(notice) = groups_notice(state) {
        let area = parts.notice;
        put(buffer, after(area, 1), "!", theme.warn);
        let lines = wrap(&notice, area.width.saturating_sub(4), 2);
        put_lines(buffer, after(area, 3), &lines, theme.warn);
    }
    cursor
}

fn scope_name(state: &State) -> String {
    match state.sessions.selected() {
        Some(session) => state.session_name(&session.id),
        None => "all sessions".to_owned(),
    }
}

fn filter(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.options.theme;
    let groups = &state.groups;
    let mut line = after(area, 1);
    line.width = line.width.saturating_sub(1);
    let mut right = Vec::new();
    if groups.invitable_only {
        right.push("can invite".to_owned());
    }
    if !groups.filter.is_empty() || groups.invitable_only {
        right.push(format!(
            "{} of {}",
            words::thousands(groups.shown),
            // The filter finds groups of all accounts.
            words::thousands(if groups.is_filtered() {
                groups.everywhere
            } else {
                groups.total
            })
        ));
    }
    if !right.is_empty() {
        line = put_right(buffer, line, &right.join(" · "), theme.accent);
        line.width = line.width.saturating_sub(1);
    }
    let slash = format!("{} ", key(state, Action::Filter));
    if groups.filter.is_empty() && !groups.typing {
        let hint = "find by name, person, account, note or number";
        put_all(
            buffer,
            line,
            [
                (slash.as_str(), theme.placeholder),
                (hint, theme.placeholder),
            ],
        );
        return None;
    }
    let room = put(buffer, line, &slash, theme.key);
    let filter = text::clean_line(&groups.filter);
    // The user types at the end, so the beginning is cut.
    let shown = tail(&filter, usize::from(room.width.saturating_sub(1)));
    let style = if groups.selected_text {
        theme.input.patch(theme.selected)
    } else {
        theme.input
    };
    let left = put(buffer, room, shown, style);
    groups.typing.then(|| Position::new(left.x, left.y))
}

fn heads(state: &State, columns: &GroupColumns, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let groups = &state.groups;
    // With a filter the best match is first, whatever the sort.
    let sorted = |sort: Sort| groups.filter.is_empty() && groups.sort == sort;
    let mark = if groups.sort.ascends() == groups.reversed {
        "▾"
    } else {
        "▴"
    };
    let head = |word: &str, sort: Sort| {
        if sorted(sort) {
            (format!("{word} {mark}"), theme.title)
        } else {
            (word.to_owned(), theme.dim)
        }
    };
    // There is no column for the time of the last change.
    let (name, style) = match (sorted(Sort::Changed), groups.reversed) {
        (false, _) => head("Name", Sort::Name),
        (true, false) => ("Name · last changed first".to_owned(), theme.title),
        (true, true) => ("Name · longest unchanged first".to_owned(), theme.title),
    };
    put(buffer, at(columns.name, area.y), &name, style);
    let (session, style) = head("Session", Sort::Session);
    put(buffer, at(columns.session, area.y), &session, style);
    let (role, style) = head("Role", Sort::Role);
    put(buffer, at(columns.role, area.y), &role, style);
    let word = if columns.members.width >= 7 {
        "Members"
    } else {
        "Size"
    };
    // The sort mark is in the gap between columns, so that the heading stays above its numbers.
    let mut members = at(columns.members, area.y);
    if sorted(Sort::Members) {
        members.width += 1;
        put_right(buffer, members, &format!("{word}{mark}"), theme.title);
    } else {
        put_right(buffer, members, word, theme.dim);
    }
    let mut age = at(columns.age, area.y);
    if sorted(Sort::Age) {
        age.x -= 1;
        age.width += 1;
    }
    let (word, style) = head("Age", Sort::Age);
    put_right(buffer, age, &word, style);
}

fn empty(state: &State, inner: Rect, parts: &GroupsParts, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    if let Some(ways) = first_run(state, parts.rows) {
        return super::first_run::draw(state, &ways, buffer);
    }
    let (title, next) = why_empty(state);
    let width = inner.width.saturating_sub(4).min(60);
    let mut lines: Vec<(String, Style)> = wrap(&title, width, 3)
        .into_iter()
        .map(|line| (line, theme.title))
        .collect();
    if !next.is_empty() {
        lines.push((String::new(), theme.text));
        lines.extend(
            wrap(&next, width, 5)
                .into_iter()
                .map(|line| (line, theme.dim)),
        );
    }
    put_block(buffer, parts.rows, &lines);
}

/// How many matching groups are hidden, and how to show them.
fn hidden(state: &State) -> String {
    let mut words = Vec::new();
    if state.groups.hidden > 0 {
        let count = words::thousands(state.groups.hidden);
        let key = key(state, Action::InvitableOnly);
        words.push(format!("{count} hidden by “can invite” ({key} shows all)."));
    }
    words.push("Esc clears the filter.".to_owned());
    words.join(" ")
}

/// What is known about a link in the filter.
fn about_link(state: &State, link: &LinkFind) -> (String, String) {
    match &link.answer {
        LinkAnswer::Unknown => (
            "This link is not known here".to_owned(),
            "Enter asks WhatsApp where it leads.".to_owned(),
        ),
        LinkAnswer::Asked => ("◌ Looking the link up …".to_owned(), String::new()),
        LinkAnswer::Live { name, .. } => (
            format!("The link is live: it leads to “{}”", fit(name, 40).shown),
            "None of the accounts here is in that group.".to_owned(),
        ),
        LinkAnswer::Dead => (
            "This link is dead".to_owned(),
            "It was reset, or never was one. Give people the group's current link.".to_owned(),
        ),
        LinkAnswer::Reset { name, at, .. } => (
            format!(
                "This link is dead since {}",
                words::clock(*at, &state.options.zone)
            ),
            format!("It was a link of “{}”, and was reset.", fit(name, 40).shown),
        ),
        LinkAnswer::Failed(why) => (
            "The link could not be looked up".to_owned(),
            format!("Enter tries again. The reason: {why}."),
        ),
    }
}

/// Why there are no rows, and what to do.
fn why_empty(state: &State) -> (String, String) {
    let groups = &state.groups;
    if let Some(link) = &groups.link {
        return about_link(state, link);
    }
    let refresh = key(state, Action::Refresh);
    if let (Connection::Away { failure, .. }, 0) = (&state.connection, groups.total) {
        return (
            "✖ The gateway is away".to_owned(),
            state.sentence(failure, None),
        );
    }
    if !state.sessions.loaded {
        return match &state.sessions.failure {
            Some(failure) => (
                "✖ The sessions could not be read".to_owned(),
                state.sessions_sentence(failure),
            ),
            None => ("◌ Loading the sessions …".to_owned(), String::new()),
        };
    }
    if groups.total > 0 && !groups.filter.is_empty() {
        let filter = fit(&text::clean_line(&groups.filter), 40).shown;
        return (format!("Nothing matches “{filter}”"), hidden(state));
    }
    if groups.total > 0 {
        return (
            "No group here whose link this account can make".to_owned(),
            format!("{} shows all groups", key(state, Action::InvitableOnly)),
        );
    }
    let scope = state.sessions.scope();
    let waiting = match &scope {
        SessionScope::AllSessions => !groups.loading.is_empty(),
        SessionScope::Session(id) => groups.loading.contains_key(id),
    };
    let whose = scope_name(state);
    if waiting {
        let again = match &scope {
            SessionScope::AllSessions => state.next_attempt(),
            SessionScope::Session(id) => {
                (groups.loading.get(id)).and_then(|id| state.attempt_of(*id))
            }
        };
        let next = again.map(|seconds| format!("No answer. Trying again in {seconds} s."));
        return (
            format!("◌ Loading the groups of {whose} …"),
            next.unwrap_or_default(),
        );
    }
    let failure = match &scope {
        SessionScope::AllSessions => groups.failures.values().next(),
        SessionScope::Session(id) => groups.failures.get(id),
    };
    if let Some(failure) = failure {
        return (
            format!("✖ The groups of {whose} could not be read"),
            state.sentence(failure, None),
        );
    }
    let connected = if let Some(session) = state.sessions.selected() {
        !session.status.is_disconnected()
    } else {
        let mut rows = state.sessions.rows.iter();
        rows.any(|session| !session.status.is_disconnected())
    };
    if connected {
        (
            "In no group".to_owned(),
            format!("{whose}: WhatsApp knows no group of this account. {refresh} asks again."),
        )
    } else {
        let next = match state.sessions.selected().and_then(SessionState::of) {
            Some(SessionState::Connecting) => {
                "They come when the session is connected; it is connecting now.".to_owned()
            }
            Some(SessionState::Unlinked) => format!(
                "They come when a phone is linked: go to Sessions and press {}.",
                key(state, Action::AddAccount)
            ),
            Some(SessionState::Stopped) | None => format!(
                "They come when the session connects: go to Sessions and press {}.",
                key(state, Action::StartSession)
            ),
        };
        ("No groups stored".to_owned(), next)
    }
}
