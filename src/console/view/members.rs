//! The members on the card, with their filter.

use super::paint::{after, below, key, put, put_lines, put_right, scrollbar, tail};
use crate::api::{GroupMember, JoinedVia, MemberRole};
use crate::console::account::is_own;
use crate::console::keymap::Action;
use crate::console::layout::{CardParts, wrap};
use crate::console::state::{Card, Members, State};
use crate::console::words;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Columns of the card from which on it says how members came.
const VIA_FROM: u16 = 60;

/// Draws the members' part of the card; returns the position of the filter's cursor.
pub(super) fn draw(
    state: &State,
    card: &Card,
    pane: Rect,
    parts: &CardParts,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let counted = (state.groups.get(&card.key))
        .and_then(|entry| entry.group.participant_count)
        .map_or(0, |count| count as usize);
    let (count, note) = match &card.members {
        Members::NotAsked => (None, String::new()),
        Members::Waiting(id) => match state.attempt_of(*id) {
            Some(seconds) => (None, format!("◌ No answer. Trying again in {seconds} s …")),
            None => (None, "◌ Loading …".to_owned()),
        },
        Members::Loaded(members) if members.is_empty() && counted > 0 => (
            Some(0),
            "The gateway counts them, but has stored none yet.".to_owned(),
        ),
        Members::Loaded(members) if members.is_empty() => (Some(0), "None stored.".to_owned()),
        Members::Loaded(members) if card.shown_count() == 0 => {
            (Some(members.len()), "No member matches.".to_owned())
        }
        Members::Loaded(members) => (Some(members.len()), String::new()),
        Members::Failed(failure) => (
            None,
            format!("✘ {}", state.sentence(failure, Some(&card.key))),
        ),
    };
    let head = match count {
        Some(count) if !card.find.is_blank() => format!(
            "Members · {} of {}",
            words::thousands(card.shown_count()),
            words::thousands(count)
        ),
        // The stored member list may lag behind the group's count.
        Some(count) if counted > 0 && counted != count => format!(
            "Members · {} stored of {}",
            words::thousands(count),
            words::thousands(counted)
        ),
        Some(count) => format!("Members · {}", words::thousands(count)),
        None => "Members".to_owned(),
    };
    let room = after(put(buffer, parts.members_head, &head, theme.title), 2);
    let cursor = find(state, card, room, buffer);
    if !note.is_empty() {
        let lines = wrap(
            &note,
            parts.members.width,
            usize::from(parts.members.height),
        );
        put_lines(buffer, parts.members, &lines, theme.dim);
        return cursor;
    }
    let members = card.loaded_members();
    let shown: Vec<_> = card.shown_members().collect();
    let seen = usize::from(parts.members.height);
    let first = card.scroll.min(shown.len().saturating_sub(seen));
    let session = state.sessions.get(&card.key.session);
    for (line, member) in (0..parts.members.height).zip(&shown[first..]) {
        let is_me = session.is_some_and(|session| is_own(session, &member.lid));
        let names = words::member(member, members);
        let area = below(parts.members, line);
        let via = via(member).filter(|_| pane.width >= VIA_FROM);
        one(state, member, &names, via, is_me, area, buffer);
    }
    // With the code between the members and the border, a scrollbar would be far from its rows.
    if parts.members.right() + 2 >= pane.right() {
        scrollbar(buffer, theme, pane, parts.members, first, shown.len());
    }
    cursor
}

/// The filter, while it is typed or has a text; returns the position of its cursor.
fn find(state: &State, card: &Card, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.options.theme;
    let find = &card.find;
    if find.text.is_empty() && !find.typing {
        return None;
    }
    let slash = format!("{} ", key(state, Action::FindMember));
    let room = put(buffer, area, &slash, theme.key);
    let shown = tail(&find.text, usize::from(room.width.saturating_sub(1)));
    let left = put(buffer, room, shown, theme.input);
    find.typing.then(|| Position::new(left.x, left.y))
}

fn via(member: &GroupMember) -> Option<&'static str> {
    member.joined_via.map(|via| match via {
        JoinedVia::Link => "by link",
        JoinedVia::Added => "added",
        JoinedVia::Approved => "approved",
    })
}

fn one(
    state: &State,
    member: &GroupMember,
    (name, more): &(String, String),
    via: Option<&str>,
    is_me: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    let (symbol, role, style) = match &member.role {
        MemberRole::Superadmin => ("★", "owner".to_owned(), theme.accent),
        MemberRole::Admin => ("★", "admin".to_owned(), theme.good),
        MemberRole::Member => ("·", String::new(), theme.dim),
        MemberRole::Other(role) => ("·", text::clean_line(role).into_owned(), theme.dim),
    };
    let mut left = put_right(buffer, area, &role, style);
    if is_me {
        let you = if role.is_empty() { "you" } else { "you · " };
        left = put_right(buffer, left, you, theme.title);
    }
    if let Some(via) = via {
        let dot = if is_me || !role.is_empty() {
            " · "
        } else {
            ""
        };
        left = put_right(buffer, left, &format!("{via}{dot}"), theme.dim);
    }
    put(buffer, left, symbol, style);
    left = after(left, 2);
    left.width = left.width.saturating_sub(1);
    let tag = text::clean_line(member.tag.as_deref().unwrap_or_default());
    let (first, second) = match tag.trim() {
        "" => (name.as_str(), more.as_str()),
        tag => (tag, name.as_str()),
    };
    left = put(buffer, left, first, theme.text);
    put(buffer, after(left, 2), second, theme.dim);
}
