//! The members on the card: reading, scrolling, filter.

use super::cursor::{self, Step};
use super::explain;
use super::text_input::at_the_end;
use crate::api::{GroupMember, MemberRole};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::fuzzy::{Fields, Index};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::layout;
use crate::console::state::{Card, Members, Pane, State};
use crate::text::clean_line;
use crossterm::event::{KeyCode, KeyEvent};

/// Longer texts match no member.
const FIND_MAX: usize = 100;

/// Requests the members, unless they are known or on their way.
pub(super) fn ask(state: &mut State) {
    let Some(card) = &state.card else {
        return;
    };
    if matches!(card.members, Members::NotAsked | Members::Failed(_)) {
        let id = state.requests.read(Call::Members(card.key.clone()));
        if let Some(card) = &mut state.card {
            card.members = Members::Waiting(id);
        }
    }
}

/// The members were read.
pub(super) fn read(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: Result<Vec<GroupMember>, CallFailure>,
) {
    let Some(card) = state.card.as_mut().filter(|card| card.key == *key) else {
        return;
    };
    match answer {
        Ok(mut members) => {
            let rank = |member: &GroupMember| match member.role {
                MemberRole::Superadmin => 0,
                MemberRole::Admin => 1,
                MemberRole::Member | MemberRole::Other(_) => 2,
            };
            members.sort_by_key(rank);
            card.members = Members::Loaded(members.clone());
            find(card);
            card.scroll = card.scroll.min(card.shown_count().saturating_sub(1));
            super::find::remember(state, key, &members);
            explain::hidden_link(state, key);
        }
        // Members that were read before stay.
        Err(failure) if card.members == Members::Waiting(id) => {
            card.members = Members::Failed(failure);
        }
        Err(_) => {}
    }
}

/// The members have changed.
pub(super) fn changed(state: &mut State, key: &GroupKey) {
    let Some(card) = state.card.as_mut().filter(|card| card.key == *key) else {
        return;
    };
    if matches!(card.members, Members::Loaded(_) | Members::Waiting(_)) {
        state.requests.read_again(Call::Members(key.clone()));
    }
}

pub(super) fn scroll(state: &mut State, step: Step) {
    let page = layout::member_rows(state);
    if let Some(card) = &mut state.card {
        card.scroll = step.scroll(card.scroll, card.shown_count(), page);
    }
}

pub(super) fn wheel(state: &mut State, by: isize) {
    let page = layout::member_rows(state);
    if let Some(card) = &mut state.card {
        card.scroll = cursor::wheel(card.scroll, by, card.shown_count(), page);
    }
}

/// `/` on the card: focuses the filter.
pub(super) fn start_filter(state: &mut State) {
    ask(state);
    if let Some(card) = &mut state.card {
        state.focus = Pane::Group;
        card.find.typing = true;
    }
}

/// Leaves the filter and keeps its text.
pub(super) fn end_filter(state: &mut State) {
    if let Some(card) = &mut state.card {
        card.find.typing = false;
    }
}

/// Clears the filter; whether there was one.
pub(super) fn clear_filter(state: &mut State) -> bool {
    let has_text = (state.card.as_ref()).is_some_and(|card| !card.find.text.is_empty());
    edit(state, "");
    has_text
}

/// A key while the filter is typed; `false` when it is not for the filter.
pub(super) fn filter_key(state: &mut State, event: &KeyEvent) -> bool {
    match event.code {
        KeyCode::Esc if clear_filter(state) => {}
        KeyCode::Esc | KeyCode::Enter => end_filter(state),
        KeyCode::Tab | KeyCode::BackTab => {
            end_filter(state);
            return false;
        }
        KeyCode::Up => scroll(state, Step::Up),
        KeyCode::Down => scroll(state, Step::Down),
        KeyCode::PageUp => scroll(state, Step::PageUp),
        KeyCode::PageDown => scroll(state, Step::PageDown),
        code => {
            let text = state.card.as_ref().map_or("", |card| &card.find.text);
            match at_the_end(text, event) {
                Some(text) => edit(state, &text),
                None => return !matches!(code, KeyCode::F(_) | KeyCode::Char(_)),
            }
        }
    }
    true
}

pub(super) fn filter_paste(state: &mut State, text: &str) {
    let before = state.card.as_ref().map_or("", |card| &card.find.text);
    let text = format!("{before}{text}");
    edit(state, &text);
}

fn edit(state: &mut State, text: &str) {
    let text: String = clean_line(text).chars().take(FIND_MAX).collect();
    let Some(card) = &mut state.card else {
        return;
    };
    if text != card.find.text {
        card.find.text = text;
        card.scroll = 0;
        find(card);
    }
}

/// Determines the members that the filter leaves.
fn find(card: &mut Card) {
    if card.find.is_blank() {
        card.find.found.clear();
        return;
    }
    let members = card.loaded_members();
    let names: Vec<String> = members.iter().map(names).collect();
    let rows = members.iter().zip(&names);
    let mut index = Index::new();
    index.rebuild(rows.map(|(member, name)| Fields {
        name,
        description: "",
        jid: &member.lid,
        number: member.phone_number.as_deref().unwrap_or_default(),
        ..Fields::default()
    }));
    let mut hits = Vec::new();
    index.search(&card.find.text, &mut hits);
    card.find.found = hits.iter().map(|hit| hit.row as usize).collect();
}

/// What a member is called, with their tag in the group.
fn names(member: &GroupMember) -> String {
    let parts = [&member.name, &member.tag];
    let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join(" ")
}
