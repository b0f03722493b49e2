//! Copying the links of several groups: they are read at the pace that accounts may ask, and copied as one text.

use super::copy::copy_text;
use super::explain;
use crate::api::InviteLink;
use crate::console::effect::{Call, Effect};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::state::{
    CopiedText, InFlight, LinkList, ListForm, ListedLink, ReadingLinks, State,
};
use crate::links::Step;
use crate::spreadsheet;
use crate::text::clean_line;

/// Groups that a message names.
const NAMED: usize = 3;

/// Begins to read the links of these groups.
pub(super) fn start(state: &mut State, groups: Vec<GroupKey>, form: ListForm) {
    if let Some(list) = &state.link_list {
        let (done, total) = (list.done(), list.groups.len());
        state.note(format!("A list is being read: {done} of {total} links."));
        return;
    }
    if state.requests.away.is_some() {
        state.note("Not now: the gateway does not answer.");
        return;
    }
    let listed = groups.into_iter().map(|key| {
        let card = state.card.as_ref().filter(|card| card.key == key);
        let shown = card.and_then(|card| card.link());
        let hidden = state.link_obstacle(&key);
        let hidden = hidden.map(|hidden| Err(state.hidden_sentence(&key, &hidden)));
        let link = hidden.or_else(|| shown.map(|link| Ok(link.to_owned())));
        ListedLink { key, link }
    });
    state.link_list = Some(LinkList {
        form,
        groups: listed.collect(),
        reading: None,
    });
    read(state);
}

/// Stops the list that is being read; whether there was one.
pub(super) fn stop(state: &mut State) -> bool {
    let Some(list) = state.link_list.take() else {
        return false;
    };
    if let Some(reading) = list.reading {
        state.requests.complete(reading.request);
        state.requests.effects.push(Effect::Cancel(reading.request));
    }
    state.note("The list was stopped; nothing was copied.");
    true
}

/// Reads the links that are not known; copies the list when all are.
fn read(state: &mut State) {
    let Some(list) = &state.link_list else {
        return;
    };
    let groups = list.groups.iter().enumerate();
    let unknown = groups.filter(|(_, listed)| listed.link.is_none());
    let (asked, groups): (Vec<_>, Vec<_>) = unknown
        .map(|(at, listed)| (Some(at), listed.key.clone()))
        .unzip();
    if asked.is_empty() {
        finish(state);
        return;
    }
    let request = state.requests.issue(InFlight::Links);
    let effect = Effect::AskLinks {
        id: request,
        groups,
    };
    state.requests.effects.push(effect);
    if let Some(list) = &mut state.link_list {
        list.reading = Some(ReadingLinks {
            request,
            asked,
            done: 0,
            paused: None,
        });
    }
}

/// The list's request with this id.
fn reading(state: &mut State, id: RequestId) -> Option<&mut ReadingLinks> {
    let reading = state.link_list.as_mut()?.reading.as_mut()?;
    (reading.request == id).then_some(reading)
}

/// Some links are here, or the gateway asks for a pause.
pub(super) fn step(state: &mut State, id: RequestId, step: Step) {
    let now = state.now;
    let Some(reading) = reading(state, id) else {
        return;
    };
    match step {
        Step::Answered { done } => (reading.done, reading.paused) = (done, None),
        Step::Waits(pause) => reading.paused = Some(now + pause.as_millis() as i64),
    }
}

/// All links are here, or the reasons why not; whether it was the list that asked for them.
pub(super) fn linked(
    state: &mut State,
    id: RequestId,
    answers: &[Result<String, CallFailure>],
) -> bool {
    let Some(asked) = reading(state, id).map(|reading| std::mem::take(&mut reading.asked)) else {
        return false;
    };
    for (at, answer) in asked.into_iter().zip(answers) {
        let list = state.link_list.as_ref();
        let listed = at.and_then(|at| Some((at, list?.groups.get(at)?)));
        let Some((at, listed)) = listed.filter(|(_, listed)| listed.link.is_none()) else {
            continue;
        };
        let key = listed.key.clone();
        let link = match answer {
            Ok(link) if InviteLink::is_link(link) => Ok(link.clone()),
            Ok(_) => Err("the gateway sent something that is not a link".to_owned()),
            Err(failure) => {
                let call = Call::Invite(key.clone());
                let failure = explain::in_context(state, &call, failure.clone());
                Err(state.sentence(&failure, Some(&key)))
            }
        };
        if let Some(list) = &mut state.link_list {
            list.groups[at].link = Some(link);
        }
    }
    read(state);
    true
}

/// Copies what was read, and reports the groups without a link.
fn finish(state: &mut State) {
    let Some(list) = state.link_list.take() else {
        return;
    };
    let mut rows = Vec::new();
    let mut without = Vec::new();
    for ListedLink { key, link } in &list.groups {
        let name = state.group_name(key);
        match link {
            None => {}
            Some(Ok(link)) => rows.push((name, link.as_str(), state.session_name(&key.session))),
            Some(Err(reason)) => {
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
        ListForm::Csv => spreadsheet::row([name, *link, account].map(clean_line)),
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
