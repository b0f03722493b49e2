//! People in the filter: whose groups are found by their members.

use super::rows::Keep;
use crate::api::{FoundMember, GroupMember, InvitePreview, code_in};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::state::{LinkAnswer, LinkFind, PeopleState, Person, State};
use crate::names::PersonQuery;
use crate::text::clean_line;

/// What every invite link contains.
const HOST: &str = "chat.whatsapp.com/";
/// Milliseconds without a key after which the gateway is asked.
const PAUSE: i64 = 300;
/// A shorter text would match too many people.
const QUERY_MIN: usize = 3;
/// People that are shown.
const PEOPLE_MAX: usize = 200;
/// Opened groups whose members are remembered, for a gateway without the search.
const SEEN_MAX: usize = 50;

/// The filter's text has changed.
pub(super) fn typed(state: &mut State) {
    let query = state.groups.filter.trim().to_owned();
    let code = query.contains(HOST).then(|| code_in(&query)).flatten();
    state.groups.link = code.map(|code| LinkFind {
        code: code.to_owned(),
        answer: seen(state, code),
    });
    let people = &mut state.groups.people;
    if people.query == query {
        return;
    }
    people.hits.clear();
    people.state = PeopleState::Idle;
    people.query = query;
    let is_link = state.groups.link.is_some();
    let long_enough = !is_link && people.query.chars().count() >= QUERY_MIN;
    let unsupported = people.unsupported;
    state.requests.due.people = None;
    state
        .requests
        .cancel(|call| matches!(call, Call::FindMembers(_)));
    if long_enough && unsupported {
        among_seen(state);
    } else if long_enough {
        state.requests.due.people = Some(state.now + PAUSE);
    }
}

/// What this desk knows about a link.
fn seen(state: &State, code: &str) -> LinkAnswer {
    match state.groups.links.get(code) {
        Some(link) => {
            let (jid, name) = (link.key.jid.clone(), state.group_name(&link.key));
            match link.dead_since {
                None => LinkAnswer::Live { jid, name },
                Some(at) => LinkAnswer::Reset { jid, name, at },
            }
        }
        None => LinkAnswer::Unknown,
    }
}

/// Enter on a link that is not known: asks WhatsApp where it leads. `false` when there is no such link.
pub(super) fn look_up(state: &mut State) -> bool {
    let can_ask =
        |link: &&LinkFind| matches!(link.answer, LinkAnswer::Unknown | LinkAnswer::Failed(_));
    let Some(link) = state.groups.link.as_ref().filter(can_ask) else {
        return false;
    };
    let code = link.code.clone();
    let selected = state.sessions.selected();
    let mut sessions = selected.into_iter().chain(&state.sessions.rows);
    let session = sessions.find(|session| session.status.is_connected());
    let session = session.map(|session| session.id.clone());
    let answer = match session {
        Some(session) if state.requests.away.is_none() => {
            state.requests.read(Call::Preview { session, code });
            LinkAnswer::Asked
        }
        Some(_) => LinkAnswer::Failed("the gateway does not answer".to_owned()),
        None => LinkAnswer::Failed("no account is connected".to_owned()),
    };
    if let Some(link) = &mut state.groups.link {
        link.answer = answer;
    }
    true
}

/// Where a link leads was answered.
pub(super) fn previewed(
    state: &mut State,
    code: &str,
    answer: &Result<InvitePreview, CallFailure>,
) {
    let Some(link) = state.groups.link.as_mut().filter(|link| link.code == code) else {
        return;
    };
    link.answer = match answer {
        Ok(preview) => LinkAnswer::Live {
            jid: preview.group_jid.clone(),
            name: clean_line(preview.subject.as_deref().unwrap_or_default()).into_owned(),
        },
        Err(failure) if failure.kind == FailureKind::DeadInvite => LinkAnswer::Dead,
        Err(failure) if failure.is_not_offered() => {
            LinkAnswer::Failed("this gateway does not report where a link leads".to_owned())
        }
        Err(failure) => LinkAnswer::Failed(clean_line(&failure.message).into_owned()),
    };
    state.rebuild_rows(Keep::Best);
}

/// Asks the gateway, once typing has paused.
pub(super) fn ask(state: &mut State) {
    state.requests.due.people = None;
    if state.requests.away.is_some() {
        return;
    }
    let query = state.groups.people.query.clone();
    let id = state.requests.read(Call::FindMembers(query));
    state.groups.people.state = PeopleState::Asked(id);
}

/// The gateway has answered.
pub(super) fn answered(
    state: &mut State,
    id: RequestId,
    answer: Result<Vec<FoundMember>, CallFailure>,
) {
    let people = &mut state.groups.people;
    if people.state != PeopleState::Asked(id) {
        return;
    }
    match answer {
        Ok(found) => {
            people.state = PeopleState::Answered;
            for member in found.into_iter().take(PEOPLE_MAX) {
                let key = GroupKey {
                    session: member.session_id,
                    jid: member.group_jid,
                };
                let who = person(member.name.as_deref(), member.phone_number.as_deref());
                people.hits.entry(key).or_insert(who);
            }
            rebuild(state);
        }
        Err(failure) if matches!(failure.status, Some(404 | 405 | 501)) => {
            people.unsupported = true;
            among_seen(state);
        }
        Err(_) => people.state = PeopleState::Failed,
    }
}

/// Finds people among the members of the groups that were opened.
fn among_seen(state: &mut State) {
    let people = &mut state.groups.people;
    let query = PersonQuery::new(&people.query);
    for (key, members) in &people.seen {
        let hit = members
            .iter()
            .find(|member| query.fits(Some(&member.name), Some(&member.number)));
        if let Some(hit) = hit {
            people.hits.insert(key.clone(), hit.clone());
        }
    }
    people.state = PeopleState::Answered;
    rebuild(state);
}

fn rebuild(state: &mut State) {
    if !state.groups.people.hits.is_empty() {
        state.rebuild_rows(Keep::Pinned);
    }
}

/// Remembers the members of an opened group.
pub(super) fn remember(state: &mut State, key: &GroupKey, members: &[GroupMember]) {
    let members = members
        .iter()
        .map(|member| person(member.name.as_deref(), member.phone_number.as_deref()));
    let members = members
        .filter(|person| *person != Person::default())
        .collect();
    let seen = &mut state.groups.people.seen;
    seen.retain(|(known, _)| known != key);
    seen.push((key.clone(), members));
    if seen.len() > SEEN_MAX {
        seen.remove(0);
    }
}

fn person(name: Option<&str>, number: Option<&str>) -> Person {
    let digits = number.unwrap_or_default().chars();
    Person {
        name: clean_line(name.unwrap_or_default()).into_owned(),
        number: digits.filter(char::is_ascii_digit).collect(),
    }
}
