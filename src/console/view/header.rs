//! The header: connected sessions, the account whose groups are shown, the state of the connection.

use super::paint::{after, columns, put, put_all, put_right};
use crate::console::layout::Screen;
use crate::console::state::{Connection, State};
use crate::console::words;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

const POLLING: &str = "◌ polling";
const AWAY: &str = "✖ gateway away";

pub(crate) fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let mut area = after(screen.header, 1);
    area.width = area.width.saturating_sub(1);
    let place = text::clean_line(&state.options.gateway_name);
    if !place.is_empty() {
        area = put_right(buffer, area, &place, theme.accent);
        area.width = area.width.saturating_sub(3);
    }
    let (link, style) = link(state);
    let time = format!(" · {}", words::clock(state.now, &state.options.zone));
    let left = left(state);
    let left_width: u16 = left.iter().map(|(words, _)| columns(words)).sum();
    // With too little space the reason for polling is dropped first, then the scope's end.
    let mut right = area;
    right.width = area
        .width
        .saturating_sub(columns(&left[0].0) + columns(&left[1].0) + 2);
    right.x = area.right() - right.width;
    right = put_right(buffer, right, &time, theme.dim);
    let room = usize::from(area.width.saturating_sub(left_width + columns(&time) + 2)).max(16);
    let link = match &state.connection {
        // A truncated reason or time is useless.
        Connection::Polling { .. } if text::width(&link) > room => POLLING.to_owned(),
        Connection::Away { .. } if text::width(&link) > room => AWAY.to_owned(),
        _ => text::truncate_to_width(&link, room.min(usize::from(right.width))),
    };
    let mut rest = put_right(buffer, right, &link, style);
    if let Some(seconds) = state.next_attempt() {
        rest = put_right(buffer, rest, &format!("↻ {seconds} s  "), theme.warn);
    } else if state.waiting() > 0 {
        rest = put_right(buffer, rest, "◌ ", theme.accent);
    }
    area.width = rest.right().saturating_sub(area.x + 2);
    put_all(
        buffer,
        area,
        left.iter().map(|(words, style)| (words.as_str(), *style)),
    );
    if area.width == 0 {
        put(buffer, screen.header, " groupdesk", theme.title);
    }
}

fn left(state: &State) -> Vec<(String, Style)> {
    let theme = &state.options.theme;
    let sessions = &state.sessions;
    let unknown = sessions.unknown();
    let (connected, style) = match (sessions.connected(), sessions.rows.len()) {
        (_, all) if all > 0 && unknown == all => (
            match all {
                1 => "status unknown".to_owned(),
                all => format!("{all} sessions, status unknown"),
            },
            theme.text,
        ),
        (some, all) if unknown > 0 => (
            format!("{some} of {all} connected, {unknown} unknown"),
            theme.text,
        ),
        (_, 0) if !sessions.loaded => ("…".to_owned(), theme.dim),
        (_, 0) => ("no accounts".to_owned(), theme.warn),
        (some, all) => (
            format!("{some} of {all} connected"),
            match some {
                0 => theme.bad,
                _ if some == all => theme.good,
                _ => theme.text,
            },
        ),
    };
    let scope = match sessions.selected() {
        Some(session) => state.session_name(&session.id),
        None => "All sessions".to_owned(),
    };
    let mut left = vec![("groupdesk   ".to_owned(), theme.title), (connected, style)];
    if state.groups.waiting > 0 {
        let requests = words::count(state.groups.waiting, "request", "requests");
        left.push((format!("   {requests}"), theme.accent));
    }
    left.push((format!("   {scope}"), theme.dim));
    left
}

fn link(state: &State) -> (String, Style) {
    let theme = &state.options.theme;
    match &state.connection {
        Connection::Connecting => ("◐ connecting".to_owned(), theme.warn),
        Connection::Live => ("● live".to_owned(), theme.good),
        Connection::Polling { reason } => (
            format!("{POLLING}: {}", text::clean_line(reason)),
            theme.warn,
        ),
        Connection::Away { since, .. } => (
            format!(
                "{AWAY} since {}",
                words::clock_seconds(*since, &state.options.zone)
            ),
            theme.bad,
        ),
    }
}
