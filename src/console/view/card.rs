//! The group's card: facts, invite link with its code, members.

use super::members;
use super::paint::{
    after, below, columns, frame, key, pane, put, put_block, put_centred, put_lines, title_room,
};
use crate::api::{Group, GroupMember, SessionRole};
use crate::console::keymap::Action;
use crate::console::layout::{
    CardParts, Detail, OTHER_LINES, better_account, card_parts, details, inside, opening_hours,
    wrap,
};
use crate::console::qr::{self, Fit, QrWidget};
use crate::console::state::{Card, Invite, LinkHidden, Pane, State};
use crate::console::words;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// Columns of the facts' labels.
const LABELS: u16 = 10;

/// Draws the pane; returns the position of the text cursor, if there is one.
pub(crate) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.options.theme;
    let focused = state.focus == Pane::Group;
    let (Some(card), Some(parts)) = (&state.card, card_parts(state, area)) else {
        pane(buffer, theme, area, "Group", focused);
        let title = "No group selected".to_owned();
        let mut lines = vec![(title, theme.title), (String::new(), theme.text)];
        let width = inside(area).width.saturating_sub(4);
        lines.extend(
            wrap("Its invite link and QR code stand here.", width, 4)
                .into_iter()
                .map(|line| (line, theme.dim)),
        );
        put_block(buffer, inside(area), &lines);
        return None;
    };
    let entry = state.groups.get(&card.key);
    let name = entry.map_or_else(
        || text::clean_line(&card.key.jid).into_owned(),
        |entry| entry.name.clone(),
    );
    let room = usize::from(title_room(area));
    let title = state.name_through(&name, &card.key.session, room);
    pane(buffer, theme, area, &title, focused);
    if let Some(entry) = entry {
        summary(state, &entry.group, parts.summary, buffer);
        facts(
            state,
            card.loaded_members(),
            &details(
                entry,
                opening_hours(state).as_deref(),
                parts.details.width,
                usize::from(parts.details.height),
            ),
            parts.details,
            buffer,
        );
    } else {
        put(
            buffer,
            parts.summary,
            "This group is gone from the list.",
            theme.warn,
        );
    }
    if let Some(words) = better_account(state) {
        let lines = wrap(&words, parts.other.width, OTHER_LINES);
        put_lines(buffer, parts.other, &lines, theme.accent);
    }
    invite(state, card, &parts, buffer);
    members::draw(state, card, area, &parts, buffer)
}

fn summary(state: &State, group: &Group, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let mut words = Vec::new();
    if let Some(count) = group.participant_count {
        words.push(words::count(count as usize, "member", "members"));
    }
    words.push(match &group.my_role {
        Some(SessionRole::None) => "you were removed".to_owned(),
        Some(SessionRole::Superadmin) => "you own it".to_owned(),
        Some(SessionRole::Admin) => "you are admin".to_owned(),
        Some(SessionRole::Member) => "you are member".to_owned(),
        role => format!("your role: {}", words::role_word(role.as_ref())),
    });
    if group.is_announce == Some(true) {
        words.push("announce".to_owned());
    }
    if group.is_locked == Some(true) {
        words.push("locked".to_owned());
    }
    put_lines(buffer, area, &joined(&words, area.width), theme.text);
}

/// Phrases separated by dots, in as many lines as necessary.
fn joined(words: &[String], width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if columns(line) + 3 + columns(word) <= width => {
                line.push_str(" · ");
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

fn facts(
    state: &State,
    members: &[GroupMember],
    facts: &[Detail],
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    let when = |at: i64| {
        format!(
            "{} ({})",
            words::date(at, &state.options.zone),
            words::age(at, state.now)
        )
    };
    for (line, fact) in (0..area.height).zip(facts) {
        let area = below(area, line);
        let (label, value) = match fact {
            Detail::Gap => continue,
            Detail::Description(line) => {
                put(buffer, area, line, theme.text);
                continue;
            }
            Detail::NotStored(words) => {
                put(buffer, area, words, theme.warn);
                continue;
            }
            Detail::Hours(line) => {
                put(buffer, area, line, theme.text);
                continue;
            }
            Detail::Created(at) => ("Created", when(*at)),
            Detail::Changed(at) => ("Changed", when(*at)),
            Detail::Owner(owner) => ("Owner", words::someone(members, owner)),
            Detail::Community(words) => ("Kind", words.clone()),
            Detail::Joining(words) => ("Joining", words.clone()),
            Detail::Jid(jid) => ("Id", jid.clone()),
        };
        put(buffer, area, label, theme.dim);
        put(buffer, after(area, LABELS), &value, theme.text);
    }
}

fn invite(state: &State, card: &Card, parts: &CardParts, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let Invite::Shown { link, fetched_at } = &card.invite else {
        let words = no_link(state, card);
        if parts.code.is_empty() {
            let lines = wrap(
                &words.1,
                parts.status.width,
                usize::from(parts.status.height) - 1,
            );
            put(buffer, parts.status, &words.0, theme.warn);
            put_lines(buffer, below(parts.status, 1), &lines, theme.dim);
        } else {
            placeholder(state, &words, parts.code, buffer);
        }
        return;
    };
    code(state, link, parts.code, buffer);
    self::link(state, link, parts.link, buffer);
    let clock = words::clock_seconds(*fetched_at, &state.options.zone);
    let mut words = format!("fetched {clock}");
    if let Some(reset) = state.reset_seen(&card.key) {
        words = format!("{words} · reset {reset}");
    }
    // With marks the key copies their list.
    let copy = match state.groups.marks.len() {
        0 => format!(" · {} copy", key(state, Action::CopyLink)),
        _ => String::new(),
    };
    let keys = format!(
        "{copy} · {} {}",
        key(state, Action::ShowQr),
        if parts.code.is_empty() {
            "code"
        } else {
            "full"
        }
    );
    let mut area = parts.status;
    if area.width >= columns(&words) + columns(&keys) {
        words.push_str(&keys);
    }
    area.height = 1;
    if parts.code.is_empty() || parts.code.x > area.x + 10 && parts.link.y == area.y + 1 {
        put(buffer, area, &words, theme.dim);
    } else {
        put_centred(buffer, area, &words, theme.dim);
    }
}

/// A code in an area of its size.
pub(crate) fn code(state: &State, link: &str, area: Rect, buffer: &mut Buffer) {
    let blocks = state.options.theme.least_blocks();
    if let Fit::Fits(code) = qr::fit(link, area.as_size(), blocks) {
        let widget = QrWidget {
            code: &code,
            blocks,
            ink: state.options.theme.ink(),
        };
        (&widget).render(area, buffer);
    }
}

/// The link alone on its line, so that a terminal can select it; wrapped only if longer than the screen.
pub(crate) fn link(state: &State, link: &str, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let link = text::clean_line(link);
    let lines = wrap_anywhere(&link, area.width);
    if lines.len() == 1 {
        put_centred(buffer, area, &link, theme.accent);
    } else {
        put_lines(buffer, area, &lines, theme.accent);
    }
}

fn wrap_anywhere(link: &str, columns: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for character in link.chars() {
        let last = lines.len() - 1;
        if self::columns(&lines[last]) >= columns.max(1) {
            lines.push(character.to_string());
        } else {
            lines[last].push(character);
        }
    }
    lines
}

/// An empty frame in place of the code, with the reason in it.
fn placeholder(state: &State, words: &(String, String), area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let width = area.width.min(41);
    let area = Rect {
        x: area.x + (area.width - width) / 2,
        width,
        ..area
    };
    frame(buffer, area, theme.border, "", theme.text);
    let inner = inside(area);
    let mut lines: Vec<(String, Style)> = wrap(&words.0, inner.width.saturating_sub(2), 3)
        .into_iter()
        .map(|line| (line, theme.title))
        .collect();
    if !words.1.is_empty() {
        lines.push((String::new(), theme.text));
        lines.extend(
            wrap(&words.1, inner.width.saturating_sub(2), 8)
                .into_iter()
                .map(|line| (line, theme.dim)),
        );
    }
    put_block(buffer, inner, &lines);
}

/// Why there is no link, and what to do next.
pub(crate) fn no_link(state: &State, card: &Card) -> (String, String) {
    match &card.invite {
        Invite::Shown { .. } => (String::new(), String::new()),
        Invite::NotAsked => (
            "No link fetched yet".to_owned(),
            format!(
                "It is fetched when you rest here or press {}.",
                key(state, Action::CopyLink)
            ),
        ),
        Invite::Waiting(_) => ("◌ Fetching the link …".to_owned(), String::new()),
        Invite::Hidden(hidden) => {
            let title = match hidden {
                LinkHidden::Reset => match state.reset_seen(&card.key) {
                    Some(reset) => format!("⊘ The link was reset {reset}"),
                    None => "⊘ The link was reset".to_owned(),
                },
                LinkHidden::SessionLeft(status) => {
                    let session = state.sessions.get(&card.key.session);
                    let catching_up =
                        session.and_then(|session| words::catching_up(session, usize::MAX));
                    let word = state.options.theme.status(status).word;
                    format!(
                        "⊘ The session is {}",
                        catching_up.as_deref().unwrap_or(word)
                    )
                }
                LinkHidden::NotAdmin => "⊘ Only admins have the link".to_owned(),
                LinkHidden::NotInGroup => "⊘ Not in this group".to_owned(),
                LinkHidden::GatewayAway => "⊘ The gateway is away".to_owned(),
                LinkHidden::Failed(_) => "✘ The link could not be fetched".to_owned(),
            };
            (title, state.hidden_sentence(&card.key, hidden))
        }
    }
}
