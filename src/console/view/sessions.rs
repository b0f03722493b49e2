//! The sessions pane.

use super::paint::{after, bar, below, columns, pane, put, put_lines, put_right, scrollbar};
use crate::api::{LinkStep, Session, SessionStatus};
use crate::console::account::number;
use crate::console::layout::{SessionsParts, first_run_of_sessions, sessions_parts, wrap};
use crate::console::state::{Connection, Pane, State};
use crate::console::words;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Columns before a session's name: bar, symbol, space.
const INDENT: u16 = 3;
/// Minimum columns of a line that shows the number of groups with its word.
const COUNT_WORDS: u16 = 30;

pub(crate) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let focused = state.focus == Pane::Sessions;
    pane(buffer, theme, area, "Sessions", focused);
    let parts = sessions_parts(state, area);
    let total = state.sessions.rows.len() + 1;
    let offset = state.sessions.offset.min(total - 1);
    for (position, row) in (offset..total).take(parts.count()).enumerate() {
        let area = parts.row(position);
        let selected = row == state.sessions.cursor;
        bar(buffer, state, area, selected, focused);
        let area = after(area, 1);
        match row
            .checked_sub(1)
            .and_then(|at| state.sessions.rows.get(at))
        {
            Some(session) => one(state, session, &parts, area, buffer),
            None => all(state, area, buffer),
        }
        if selected {
            let style = if focused {
                theme.selected
            } else {
                theme.selected_idle
            };
            let name = after(Rect { height: 1, ..area }, INDENT - 2);
            buffer.set_style(name.intersection(buffer.area), style);
        }
    }
    let rows = Rect {
        height: u16::try_from(parts.count())
            .unwrap_or(u16::MAX)
            .min(parts.rows.height),
        ..parts.rows
    };
    let used = parts
        .height
        .saturating_mul(u16::try_from(total - offset).unwrap_or(u16::MAX));
    // With three lines per row, the first row already shows the reason.
    if parts.lines == 1 {
        match first_run_of_sessions(state, &parts) {
            Some(ways) => super::first_run::draw(state, &ways, buffer),
            None => no_sessions(state, below(parts.rows, used), buffer),
        }
    }
    if total > parts.count() {
        let seen = Rect {
            height: parts.rows.height,
            ..rows
        };
        let per = usize::from(parts.height);
        scrollbar(buffer, theme, area, seen, offset * per, total * per);
    }
}

/// Why there are no sessions, in the space below the rows.
fn no_sessions(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let sessions = &state.sessions;
    let (title, next) = match (&sessions.failure, &state.connection) {
        (Some(failure), _) => (
            "✖ The sessions could not be read",
            state.sessions_sentence(failure),
        ),
        (None, Connection::Away { failure, .. }) => {
            ("✖ The gateway is away", state.sentence(failure, None))
        }
        (None, _) if !sessions.loaded => ("◌ Loading the sessions …", String::new()),
        (None, _) => return,
    };
    let area = after(area, INDENT);
    put(buffer, below(area, 1), title, theme.title);
    let lines = wrap(&next, area.width.saturating_sub(1), 5);
    put_lines(buffer, below(area, 2), &lines, theme.dim);
}

fn all(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let sessions = &state.sessions;
    let lines = after(area, INDENT - 1);
    let name = match state.groups_everywhere() {
        0 => lines,
        count => group_count(state, count, lines, buffer),
    };
    put(buffer, name, "All sessions", theme.text);
    if area.height == 1 {
        return;
    }
    let words = match &sessions.failure {
        Some(failure) => format!("✖ {}", failure.message),
        None if !sessions.loaded => "loading …".to_owned(),
        None if sessions.rows.is_empty() => "none yet".to_owned(),
        None => format!(
            "{} of {} connected",
            sessions.connected(),
            sessions.rows.len()
        ),
    };
    put(buffer, below(lines, 1), &words, theme.dim);
}

/// A session's group count at the right end of its first line; returns the rest of the line.
fn group_count(state: &State, count: usize, area: Rect, buffer: &mut Buffer) -> Rect {
    let theme = &state.options.theme;
    let words = if area.width < COUNT_WORDS {
        format!(" {} ", words::thousands(count))
    } else {
        format!(" {} ", words::count(count, "group ", "groups"))
    };
    put_right(buffer, area, &words, theme.dim)
}

fn one(state: &State, session: &Session, parts: &SessionsParts, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let look = theme.status(&session.status);
    put(buffer, area, look.symbol, look.style);
    let mut name = after(area, INDENT - 1);
    if let Some(count) = state.group_count(session) {
        name = group_count(state, count, name, buffer);
    }
    let number = number(session).map_or_else(String::new, |digits| words::phone(&digits));
    let reason = reason(state, session);
    if parts.lines == 1 {
        let room = after(area, INDENT - 1).width;
        let label = Rect {
            width: (room / 4).min(name.width),
            ..name
        };
        put(buffer, label, &state.session_name(&session.id), theme.text);
        let phone = Rect {
            width: 18,
            ..after(name, label.width + 1)
        };
        put(buffer, phone, &number, theme.dim);
        let left = after(name, label.width + 20);
        let left = put(
            buffer,
            left,
            &status(state, session, left.width),
            look.style,
        );
        let heard = heard(state, session).map(|heard| format!(", {heard}"));
        // A truncated time is useless.
        let heard = heard.filter(|heard| columns(heard) <= left.width);
        if let Some(more) = reason.map(|reason| format!(": {reason}")).or(heard) {
            put(buffer, left, &more, theme.dim);
        }
        return;
    }
    put(buffer, name, &state.session_name(&session.id), theme.text);
    let mut second = after(below(area, 1), INDENT - 1);
    second.height = 1;
    let status = status(state, session, second.width);
    if let Some(heard) = heard(state, session) {
        let heard = format!(" {heard} ");
        // The status takes precedence over the time.
        if columns(&status) + columns(&heard) <= second.width {
            second = put_right(buffer, second, &heard, theme.dim);
        }
    }
    put(buffer, second, &status, look.style);
    let mut third = after(below(area, 2), INDENT - 1);
    third.height = 1;
    let line = reason.unwrap_or(number);
    if let Some(words) = requests(state, &session.id) {
        // The reason takes precedence over the number of requests.
        if columns(&line) + columns(&words) <= third.width {
            third = put_right(buffer, third, &words, theme.accent);
        }
    }
    put(buffer, third, &line, theme.dim);
}

/// How many people are known to ask to join the session's groups.
fn requests(state: &State, session: &str) -> Option<String> {
    let count = state.groups.waiting_of.get(session)?;
    Some(format!(" {} ", words::count(*count, "request", "requests")))
}

/// `connected, 3 min`, or the action in flight, or what is done before it is connected.
fn status(state: &State, session: &Session, room: u16) -> String {
    if let Some((action, _)) = state.sessions.acting.get(&session.id) {
        return format!("◌ {} …", action.doing());
    }
    if let Some(words) = words::catching_up(session, usize::from(room)) {
        return words;
    }
    let look = state.options.theme.status(&session.status);
    let word = match &session.status {
        SessionStatus::Other(word) => text::clean_line(word).into_owned(),
        SessionStatus::ScanQrCode if session.link_step == Some(LinkStep::Passkey) => {
            "waits for a passkey".to_owned()
        }
        _ => look.word.to_owned(),
    };
    match state.sessions.since.get(&session.id) {
        // Seconds: while it connects the screen is redrawn every second anyway.
        Some(since) if session.status == SessionStatus::Starting => {
            format!("{word}, {}", words::seconds(*since, state.now))
        }
        Some(since) => format!("{word}, {}", words::duration(*since, state.now)),
        None => word,
    }
}

/// When WhatsApp last sent anything, if the gateway reports it and it was not just now.
fn heard(state: &State, session: &Session) -> Option<String> {
    let age = words::age(session.last_traffic_at?, state.now);
    (age != "now").then(|| format!("heard {age} ago"))
}

/// Why the session is not connected, or until when WhatsApp has restricted its account.
fn reason(state: &State, session: &Session) -> Option<String> {
    status_reason(session).or_else(|| {
        let until = session.restricted_until.filter(|at| *at > state.now)?;
        let zone = &state.options.zone;
        // Short: the pane has room for some 26 columns.
        let until = if until - state.now < DAY {
            words::clock(until, zone)
        } else {
            words::date(until, zone)
        };
        Some(format!("restricted until {until}"))
    })
}

fn status_reason(session: &Session) -> Option<String> {
    // A connecting session has a reason after several attempts.
    if !matches!(
        session.status,
        SessionStatus::Starting | SessionStatus::Failed | SessionStatus::LoggedOut
    ) {
        return None;
    }
    let reason = text::clean_line(session.status_reason.as_deref()?);
    (!reason.trim().is_empty()).then(|| reason.trim().to_owned())
}
