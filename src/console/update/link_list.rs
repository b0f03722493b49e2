//! Copying the links of several groups: they are read one after the other, because WhatsApp limits such
//! requests, and copied as one text.

use super::copy::copy_text;
use super::invite;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::state::{CopiedText, LinkList, ListForm, ListedLink, State};
use crate::text::clean_line;

/// Milliseconds until a link is asked for again after the gateway refused it for the number of requests,
/// unless it names another time.
const PAUSE: i64 = 5_000;
/// The longest such time.
const PAUSE_MAX: i64 = 300_000;
/// Groups that a message names.
const NAMED: usize = 3;

/// Begins to read the links of these groups.
pub(super) fn start(state: &mut State, groups: Vec<GroupKey>, form: ListForm) {
    if let Some(list) = &state.link_list {
        let (done, total) = (list.done.len(), list.total);
        state.note(format!("A list is being read: {done} of {total} links."));
        return;
    }
    if state.requests.away.is_some() {
        state.note("Not now: the gateway does not answer.");
        return;
    }
    state.link_list = Some(LinkList {
        form,
        total: groups.len(),
        queue: groups.into_iter().enumerate().collect(),
        waiting: None,
        due: None,
        done: Vec::new(),
    });
    sync(state);
}

/// Stops the list that is being read; whether there was one.
pub(super) fn stop(state: &mut State) -> bool {
    let Some(list) = state.link_list.take() else {
        return false;
    };
    if let Some((_, key)) = list.waiting {
        let on_card = state.card.as_ref().is_some_and(|card| card.key == key);
        let needed = state.requests.unconfirmed.needs(&Call::Invite(key.clone()));
        if !on_card && !needed {
            (state.requests).cancel(|call| matches!(call, Call::Invite(of) if *of == key));
        }
    }
    state.note("The list was stopped; nothing was copied.");
    true
}

/// Asks for the next link when none is being read. One whose request was dropped is asked for again.
pub(super) fn sync(state: &mut State) {
    loop {
        let Some(list) = &mut state.link_list else {
            return;
        };
        if let Some((_, key)) = &list.waiting {
            if state.requests.is_running(&Call::Invite(key.clone())) {
                return;
            }
            list.queue.extend(list.waiting.take());
            list.queue.rotate_right(1);
        }
        let is_away = state.requests.away.is_some() && !list.queue.is_empty();
        if is_away || list.due.is_some_and(|due| due > state.now) {
            return;
        }
        list.due = None;
        let Some((place, key)) = list.queue.pop_front() else {
            finish(state);
            return;
        };
        if let Some(hidden) = state.link_obstacle(&key) {
            let reason = state.hidden_sentence(&key, &hidden);
            take(state, (place, key), Err(reason));
            continue;
        }
        let card = state.card.as_ref().filter(|card| card.key == key);
        if let Some(link) = card.and_then(|card| card.link()).map(str::to_owned) {
            take(state, (place, key), Ok(link));
            continue;
        }
        let on_card = card.is_some();
        if let Some(list) = &mut state.link_list {
            list.waiting = Some((place, key.clone()));
        }
        if on_card {
            invite::ask(state);
        } else {
            state.requests.read(Call::Invite(key));
        }
        return;
    }
}

/// A link was read, or refused.
pub(super) fn read(state: &mut State, key: &GroupKey, answer: Result<&str, &CallFailure>) {
    let now = state.now;
    let Some(list) = &mut state.link_list else {
        return;
    };
    let waiting = list.waiting.take_if(|(_, waiting)| waiting == key);
    let Some((place, key)) = waiting else {
        return;
    };
    let retried = |failure: &CallFailure| {
        matches!(
            failure.kind,
            FailureKind::RateLimited { .. } | FailureKind::GatewayAway
        )
    };
    match answer {
        Err(failure) if retried(failure) => {
            let wait = failure.retry_after.map_or(PAUSE, |seconds| {
                i64::try_from(seconds).map_or(PAUSE_MAX, |seconds| seconds.saturating_mul(1_000))
            });
            list.queue.push_front((place, key));
            list.due = Some(now + wait.clamp(1_000, PAUSE_MAX));
        }
        Err(failure) => {
            let reason = state.sentence(failure, Some(&key));
            take(state, (place, key), Err(reason));
        }
        Ok(link) => take(state, (place, key), Ok(link.to_owned())),
    }
}

fn take(state: &mut State, (place, key): (usize, GroupKey), link: Result<String, String>) {
    if let Some(list) = &mut state.link_list {
        list.done.push(ListedLink { place, key, link });
    }
}

/// Copies what was read, and reports the groups without a link.
fn finish(state: &mut State) {
    let Some(mut list) = state.link_list.take() else {
        return;
    };
    list.done.sort_unstable_by_key(|listed| listed.place);
    let mut rows = Vec::new();
    let mut without = Vec::new();
    for ListedLink { key, link, .. } in &list.done {
        let name = state.group_name(key);
        match link {
            Ok(link) => rows.push((name, link.as_str(), state.session_name(&key.session))),
            Err(reason) => {
                let first = reason.split(". ").next().unwrap_or_default();
                without.push(format!("{name} ({})", first.trim_end_matches('.')));
            }
        }
    }
    if !without.is_empty() {
        let more = without.len().saturating_sub(NAMED);
        let count = crate::console::words::count(without.len(), "group", "groups");
        without.truncate(NAMED);
        let names = without.join("; ");
        let more = match more {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        state.bad(format!("No link of {count}: {names}{more}"));
    }
    if rows.is_empty() {
        return;
    }
    let count = rows.len();
    let text = written(state, list.form, &rows);
    copy_text(state, text, CopiedText::List(count));
}

fn written(state: &State, form: ListForm, rows: &[(String, &str, String)]) -> String {
    let lines = rows.iter().map(|(name, link, account)| match form {
        ListForm::Lines => format!("{name}, {link}\n"),
        ListForm::Csv => format!("{},{},{}\n", cell(name), cell(link), cell(account)),
        ListForm::Text(at) => {
            let filled = state
                .options
                .copy
                .get(at)
                .map(|text| text.fill(name, link, account));
            let filled = filled.unwrap_or_default();
            // Texts of several lines stand apart.
            let end = if filled.contains('\n') { "\n\n" } else { "\n" };
            filled + end
        }
    });
    let head = match form {
        ListForm::Csv => "name,link,account\n",
        _ => "",
    };
    std::iter::once(head.to_owned()).chain(lines).collect()
}

/// A cell of CSV. A text that a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let clean = clean_line(text);
    let first = clean.trim_start().chars().next();
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    );
    let guard = if formula { "'" } else { "" };
    if clean.contains(['"', ',']) {
        format!("\"{guard}{}\"", clean.replace('"', "\"\""))
    } else {
        format!("{guard}{clean}")
    }
}
