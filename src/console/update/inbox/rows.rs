//! The rows of the inbox: what is read, and what events say.

use super::dialog::dialog;
use crate::api::{GroupRequestPayload, MembershipRequest, PendingRequest};
use crate::console::checks::asks_for_requests;
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::GroupKey;
use crate::console::state::{
    ASKERS_MAX, Asker, AskerId, AskerOutcome, Entry, InboxDialog, InboxSource, State,
};
use crate::names::sort_key;
use crate::text::clean_line;
use std::collections::{HashMap, VecDeque};

/// Milliseconds between two look-ups of single groups.
const PAUSE: i64 = 1_000;

/// Reads the people who wait.
pub(super) fn read(state: &mut State) {
    if let Some((_, _, failure)) = &state.requests.away {
        let failure = failure.clone();
        if let Some(dialog) = dialog(state) {
            dialog.source = InboxSource::Failed(failure);
        }
        return;
    }
    if state.requests.no_request_list {
        return singly(state);
    }
    state.requests.read_again(Call::AllRequests);
    if let Some(dialog) = dialog(state) {
        dialog.source = InboxSource::Reading;
    }
}

/// The list of all requests was read.
pub(crate) fn listed(state: &mut State, answer: Result<Vec<PendingRequest>, CallFailure>) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    match answer {
        // Events tell what changes meanwhile; the rows keep their outcomes.
        Ok(_) if dialog.run.is_some() => dialog.source = InboxSource::Read,
        Ok(people) => {
            dialog.source = InboxSource::Read;
            let rows = people
                .into_iter()
                .map(|one| {
                    let group = GroupKey {
                        session: one.session_id.clone(),
                        jid: one.group_jid.clone(),
                    };
                    asker(state, group, one.into())
                })
                .collect();
            replace(state, rows);
        }
        Err(failure) if is_missing(&failure) => {
            state.requests.no_request_list = true;
            singly(state);
        }
        Err(failure) => dialog.source = InboxSource::Failed(failure),
    }
}

/// Whether the gateway has no list of all requests.
pub(crate) fn is_missing(failure: &CallFailure) -> bool {
    matches!(failure.status, Some(404 | 405 | 501))
}

/// Reads group after group: those that ask their admins, as far as is known.
fn singly(state: &mut State) {
    let entries = state.groups.entries.iter();
    let asks = |key: &GroupKey| {
        let group = state.groups.get(key).map(|entry| &entry.group);
        let session = state.sessions.get(&key.session);
        let (Some(group), Some(session)) = (group, session) else {
            return false;
        };
        let may = group.join_approval == Some(true) || group.pending_requests.unwrap_or(0) > 0;
        may && asks_for_requests(session, group)
    };
    let mut left: VecDeque<GroupKey> = VecDeque::new();
    for key in entries.map(|entry| &entry.key).filter(|key| asks(key)) {
        if !left.iter().any(|known| known.jid == key.jid) {
            left.push_back(key.clone());
        }
    }
    let reports = |entry: &Entry| entry.group.join_approval.is_some();
    if !state.groups.entries.is_empty() && !state.groups.entries.iter().any(reports) {
        state.requests.no_inbox = true;
    }
    let all = left.len();
    if let Some(dialog) = dialog(state) {
        dialog.rows.retain(Asker::waits);
        dialog.source = InboxSource::Singly {
            left,
            all,
            failed: 0,
        };
    }
    next_group(state);
}

/// Reads the next single group, one at a time.
pub(super) fn next_group(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let InboxSource::Singly { left, .. } = &mut dialog.source else {
        return;
    };
    let Some(key) = left.front().cloned() else {
        return;
    };
    state.requests.read(Call::Requests(key));
}

/// A group's own list was read.
pub(super) fn group_read(
    state: &mut State,
    key: &GroupKey,
    answer: &Result<Vec<MembershipRequest>, CallFailure>,
) {
    let fresh: Vec<Asker> = match answer {
        Ok(people) => people
            .iter()
            .map(|one| asker(state, key.clone(), one.clone()))
            .collect(),
        Err(_) => Vec::new(),
    };
    let now = state.now;
    let Some(dialog) = dialog(state) else {
        return;
    };
    let InboxSource::Singly { left, failed, .. } = &mut dialog.source else {
        return;
    };
    if left.front() != Some(key) {
        return;
    }
    left.pop_front();
    let is_last = left.is_empty();
    match answer {
        Ok(_) => {
            let mut rows = std::mem::take(&mut dialog.rows);
            rows.retain(|row| row.id.group.jid != key.jid);
            rows.extend(fresh);
            replace(state, rows);
        }
        Err(failure) if failure.is_not_offered() => {
            let failure = failure.clone();
            dialog.source = InboxSource::Failed(failure);
            state.requests.no_inbox = true;
            return;
        }
        Err(_) => *failed += 1,
    }
    if !is_last {
        state.requests.due.inbox = Some(now + PAUSE);
    }
}

/// An event about one request.
pub(crate) fn event(state: &mut State, session: &str, payload: GroupRequestPayload) {
    let group = GroupKey {
        session: session.to_owned(),
        jid: payload.group_jid.clone(),
    };
    let outcome = payload.outcome.clone();
    let fresh = asker(state, group, payload.into());
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.source == InboxSource::Reading {
        // The answer under way may be older.
        state.requests.read_again(Call::AllRequests);
        return;
    }
    let same = |row: &&mut Asker| is_same(&row.id, &fresh.id);
    match (dialog.rows.iter_mut().find(same), outcome) {
        (None, None) => {
            let mut rows = std::mem::take(&mut dialog.rows);
            rows.push(fresh);
            replace(state, rows);
        }
        // Asks again.
        (Some(row), None) if !row.waits() && !row.is_sent() => *row = fresh,
        (Some(row), Some(outcome)) if !row.is_sent() && row.waits() => {
            row.outcome = Some(AskerOutcome::Elsewhere(outcome));
            let id = row.id.clone();
            dialog.marks.remove(&id);
        }
        _ => {}
    }
}

impl Asker {
    /// Whether its own answer or look-up decides.
    fn is_sent(&self) -> bool {
        matches!(
            self.outcome,
            Some(AskerOutcome::Sending | AskerOutcome::Checking(_))
        )
    }
}

/// The same person in the same group, whichever account sees them.
fn is_same(one: &AskerId, other: &AskerId) -> bool {
    one.jid == other.jid && one.group.jid == other.group.jid
}

fn asker(state: &State, group: GroupKey, request: MembershipRequest) -> Asker {
    let clean = |text: String| {
        let text = clean_line(&text).trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    Asker {
        name: request.name.and_then(clean),
        number: request.phone_number.and_then(clean),
        group: state.group_name(&group),
        account: state.session_name(&group.session),
        since: request.requested_at,
        outcome: None,
        id: AskerId {
            group,
            jid: request.jid,
        },
    }
}

/// Takes these rows: each person once per group, through a connected account where there is one.
fn replace(state: &mut State, rows: Vec<Asker>) {
    let mut kept: Vec<Asker> = Vec::with_capacity(rows.len());
    let mut known = HashMap::new();
    for row in rows {
        let key = (row.id.group.jid.clone(), row.id.jid.clone());
        match known.get(&key) {
            None => {
                known.insert(key, kept.len());
                kept.push(row);
            }
            Some(at) => {
                let before = &mut kept[*at];
                let better = state.is_connected(&row.id.group.session)
                    && !state.is_connected(&before.id.group.session);
                if better && before.waits() {
                    *before = row;
                }
            }
        }
    }
    let Some(dialog) = dialog(state) else {
        return;
    };
    dialog.rows = kept;
    dialog.more = dialog.rows.len().saturating_sub(ASKERS_MAX);
    arrange(dialog);
    dialog.rows.truncate(ASKERS_MAX);
    let rows = &dialog.rows;
    (dialog.marks).retain(|id| rows.iter().any(|row| row.waits() && row.id == *id));
}

/// Sorts the rows, the cursor staying on its person.
pub(super) fn arrange(dialog: &mut InboxDialog) {
    let selected = dialog.selected().map(|row| row.id.clone());
    let by_group = dialog.by_group;
    dialog.rows.sort_by_cached_key(|row| {
        let group = by_group.then(|| (sort_key(&row.group), row.id.group.jid.clone()));
        // Those who have waited longest first; without a time last.
        (group, row.since.is_none(), row.since, row.id.clone())
    });
    find(dialog, selected.as_ref());
}

/// Puts the cursor on a person, or keeps it within the rows.
pub(super) fn find(dialog: &mut InboxDialog, person: Option<&AskerId>) {
    let shown = dialog.shown();
    let at = shown.iter().position(|row| Some(&row.id) == person);
    let last = shown.len().saturating_sub(1);
    dialog.cursor = at.unwrap_or(dialog.cursor).min(last);
}
