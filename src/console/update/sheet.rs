//! `S`: a print sheet of groups. Their links are read first, paced, then the file is written.

use super::cursor::{next_button, scroll_step};
use super::follow_up::FollowUp;
use super::{explain, text_input};
use crate::api::InviteLink;
use crate::console::effect::{Call, Effect, SheetOrder};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Action;
use crate::console::layout::{sheet_buttons, sheet_page};
use crate::console::state::{
    ButtonId, InFlight, Layer, SheetDialog, SheetField, SheetFocus, SheetPhase, SheetSource, State,
};
use crate::console::words;
use crate::links::{Step, estimate, windows};
use crate::sheet::{SheetGroup, file_title};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Shorter pauses are the ordinary pace.
const PAUSE_SHOWN: i64 = 5_000;

/// `S` on the panes: the selected group, or all that the list shows.
pub(super) fn open(state: &mut State) {
    let day = words::day(state.now, &state.options.zone);
    let mut sources = Vec::new();
    let marked = state.marked_once();
    if !marked.is_empty() {
        sources.push(SheetSource {
            label: format!("{} marked", words::thousands(marked.len())),
            title: format!("sheet {day}"),
            groups: marked,
        });
    }
    if let Some(entry) = state.groups.selected() {
        sources.push(SheetSource {
            label: format!("“{}”", entry.name),
            title: file_title(&entry.name),
            groups: vec![entry.key.clone()],
        });
    }
    let shown = state.shown_once();
    if shown.len() > 1 {
        sources.push(SheetSource {
            label: format!("all {} that the list shows", shown.len()),
            title: format!("sheet {day}"),
            groups: shown,
        });
    }
    if sources.is_empty() {
        state.note("There is no group to print: the list shows none.");
        return;
    }
    open_with(state, sources);
}

/// The dialog for these groups; the first source is chosen.
pub(super) fn open_with(state: &mut State, sources: Vec<SheetSource>) {
    let dialog = SheetDialog::new(sources);
    state.layers.push(Layer::Sheet(Box::new(dialog)));
}

fn top(state: &mut State) -> Option<&mut SheetDialog> {
    match state.layers.last_mut() {
        Some(Layer::Sheet(dialog)) => Some(dialog),
        _ => None,
    }
}

/// The dialog, whatever lies over it.
fn any(state: &mut State) -> Option<&mut SheetDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Sheet(dialog) => Some(&mut **dialog),
        _ => None,
    })
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let texts = state.options.copy.len();
    let Some(dialog) = top(state) else {
        return FollowUp::Nothing;
    };
    if event.code == KeyCode::Esc {
        press(state, ButtonId::Cancel);
        return FollowUp::Nothing;
    }
    if dialog.is_done() {
        return done_key(state, event, action);
    }
    match event.code {
        KeyCode::Tab | KeyCode::Down => move_focus(dialog, false),
        KeyCode::BackTab | KeyCode::Up => move_focus(dialog, true),
        KeyCode::Enter => {
            let button = match dialog.focus {
                SheetFocus::Button(button) => button,
                SheetFocus::Field(_) => ButtonId::Save,
            };
            press(state, button);
        }
        _ => match (dialog.field(), event.code) {
            (Some(SheetField::Name), _) => text_input::in_line(&mut dialog.name, event),
            (Some(field), KeyCode::Right | KeyCode::Char(' ')) => {
                dialog.change(field, false, texts);
            }
            (Some(field), KeyCode::Left) => dialog.change(field, true, texts),
            (None, KeyCode::Char(' ')) => {
                if let SheetFocus::Button(button) = dialog.focus {
                    press(state, button);
                }
            }
            (None, KeyCode::Right) => move_focus(dialog, false),
            (None, KeyCode::Left) => move_focus(dialog, true),
            _ => return others(state, action),
        },
    }
    FollowUp::Nothing
}

fn done_key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    if matches!(event.code, KeyCode::Enter | KeyCode::Char(' ')) {
        press(state, ButtonId::Close);
        return FollowUp::Nothing;
    }
    let plain = !event.modifiers.contains(KeyModifiers::ALT);
    match scroll_step(action).filter(|_| plain) {
        Some(step) => {
            let (lines, page) = sheet_page(state);
            if let Some(dialog) = top(state) {
                let most = lines.saturating_sub(page);
                dialog.scroll = step.apply(dialog.scroll, most + 1, page);
            }
            FollowUp::Nothing
        }
        None => others(state, action),
    }
}

fn others(state: &mut State, action: Option<Action>) -> FollowUp {
    match action {
        Some(action @ (Action::Help | Action::ErrorDetails)) => FollowUp::Perform(action),
        Some(Action::Back) => {
            press(state, ButtonId::Cancel);
            FollowUp::Nothing
        }
        _ => FollowUp::UnknownKey,
    }
}

fn move_focus(dialog: &mut SheetDialog, back: bool) {
    let buttons = sheet_buttons(dialog).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| SheetFocus::Button(button.id));
    let fields = SheetDialog::FIELDS.map(SheetFocus::Field);
    let fields = fields.into_iter().filter(|_| dialog.is_choosing());
    let stops: Vec<_> = fields.chain(buttons).collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

pub(super) fn paste(state: &mut State, text: &str) {
    if let Some(dialog) = top(state).filter(|dialog| dialog.takes_text()) {
        dialog.name.insert_str(crate::text::clean_typed_line(text));
    }
}

/// A click on a row goes there; on the row that has the focus it changes the value.
pub(super) fn click(state: &mut State, field: SheetField) {
    let texts = state.options.copy.len();
    if let Some(dialog) = top(state).filter(|dialog| dialog.is_choosing()) {
        if dialog.field() == Some(field) {
            dialog.change(field, false, texts);
        }
        dialog.focus = SheetFocus::Field(field);
    }
}

pub(super) fn wheel(state: &mut State, rows: isize) {
    let (lines, page) = sheet_page(state);
    if let Some(dialog) = top(state).filter(|dialog| dialog.is_done()) {
        let most = lines.saturating_sub(page);
        dialog.scroll = dialog.scroll.saturating_add_signed(rows).min(most);
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Save => make(state),
        ButtonId::Close => {
            state.layers.pop();
        }
        ButtonId::Cancel => stop_or_close(state),
        _ => {}
    }
}

/// While the links are read: stops that, and nothing is written. Otherwise closes the dialog.
fn stop_or_close(state: &mut State) {
    let Some(dialog) = top(state) else {
        return;
    };
    let SheetPhase::Reading { request, .. } = dialog.phase else {
        state.layers.pop();
        return;
    };
    choose_again(dialog, Some("Stopped; nothing was written.".to_owned()));
    state.requests.complete(request);
    state.requests.effects.push(Effect::Cancel(request));
}

fn choose_again(dialog: &mut SheetDialog, why: Option<String>) {
    dialog.phase = SheetPhase::Choosing(why);
    dialog.focus = SheetFocus::Button(ButtonId::Save);
    dialog.left_out.clear();
}

fn make(state: &mut State) {
    let Some(dialog) = top(state).filter(|dialog| dialog.is_choosing()) else {
        return;
    };
    let wanted = dialog.chosen().groups.clone();
    let (mut asked, mut left_out) = (Vec::new(), Vec::new());
    for key in wanted {
        match state.link_obstacle(&key) {
            Some(hidden) => {
                let why = state.hidden_sentence(&key, &hidden);
                left_out.push((state.group_name(&key), why));
            }
            None => asked.push(key),
        }
    }
    if asked.is_empty() {
        let why = left_out.first().map_or("", |(_, why)| why.as_str());
        let why = format!("No link can be read. {why}");
        if let Some(dialog) = top(state) {
            choose_again(dialog, Some(why));
        }
        return;
    }
    let expected = expected(state, &asked);
    let request = state.requests.issue(InFlight::Links);
    state.requests.effects.push(Effect::AskLinks {
        id: request,
        groups: asked.clone(),
    });
    let begun = state.now;
    if let Some(dialog) = top(state) {
        dialog.left_out = left_out;
        dialog.focus = SheetFocus::Button(ButtonId::Cancel);
        dialog.phase = SheetPhase::Reading {
            request,
            asked,
            done: 0,
            begun,
            expected,
            paused: None,
        };
    }
}

/// How long reading these links takes, in milliseconds, by the budgets that the gateway reported last.
fn expected(state: &State, asked: &[GroupKey]) -> i64 {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for key in asked {
        *counts.entry(&key.session).or_default() += 1;
    }
    let times = counts.into_iter().map(|(session, count)| {
        let session = state.sessions.get(session);
        estimate(count, session.and_then(windows))
    });
    times.max().map_or(0, |time| time.as_millis() as i64)
}

/// Some links are here, or the gateway asks for a pause.
pub(super) fn step(state: &mut State, id: RequestId, step: Step) {
    let now = state.now;
    let Some(SheetPhase::Reading {
        request,
        done,
        paused,
        ..
    }) = any(state).map(|dialog| &mut dialog.phase)
    else {
        return;
    };
    if *request != id {
        return;
    }
    match step {
        Step::Answered { done: so_far } => {
            *done = so_far;
            *paused = None;
        }
        Step::Waits(pause) => {
            let pause = pause.as_millis() as i64;
            *paused = (pause > PAUSE_SHOWN).then_some(now + pause);
        }
    }
}

/// All links are here, or the reasons why not.
pub(super) fn linked(state: &mut State, id: RequestId, answers: Vec<Result<String, CallFailure>>) {
    let Some(dialog) = any(state) else {
        return;
    };
    let asked = match &dialog.phase {
        SheetPhase::Reading { request, asked, .. } if *request == id => asked.clone(),
        _ => return,
    };
    let (layout, format, text) = (dialog.layout, dialog.format, dialog.text);
    let title = dialog.name.lines().join(" ");
    let text = text.and_then(|at| state.options.copy.get(at)).cloned();
    let (mut groups, mut left_out) = (Vec::new(), Vec::new());
    for (key, answer) in asked.iter().zip(answers) {
        let name = state.group_name(key);
        match answer {
            Ok(link) if InviteLink::is_link(&link) => {
                let subject = state
                    .groups
                    .get(key)
                    .and_then(|entry| entry.group.subject.clone());
                let account = state.session_name(&key.session);
                let subject = subject.unwrap_or_default();
                let group = SheetGroup::new(&subject, &link, &account, &key.jid, &key.session);
                groups.push(match &text {
                    Some(text) => {
                        group.with_text(|name, link, account| text.fill(name, link, account))
                    }
                    None => group,
                });
            }
            Ok(_) => {
                let why = "The gateway sent something that is not a link.";
                left_out.push((name, why.to_owned()));
            }
            Err(failure) => {
                let call = Call::Invite(key.clone());
                let failure = explain::in_context(state, &call, failure);
                left_out.push((name, state.sentence(&failure, Some(key))));
            }
        }
    }
    if groups.is_empty() {
        let why = left_out.first().map_or("", |(_, why)| why.as_str());
        let why = format!("No link could be read. {why}");
        if let Some(dialog) = any(state) {
            choose_again(dialog, Some(why));
        }
        return;
    }
    let order = SheetOrder {
        title,
        groups,
        layout,
        format,
        made: words::day(state.now, &state.options.zone),
    };
    let request = state
        .requests
        .issue(InFlight::SaveSheet(order.groups.len()));
    state
        .requests
        .effects
        .push(Effect::SaveSheet { id: request, order });
    if let Some(dialog) = any(state) {
        dialog.left_out.extend(left_out);
        dialog.phase = SheetPhase::Saving(request);
    }
}

pub(super) fn saved(
    state: &mut State,
    id: RequestId,
    groups: usize,
    answer: Result<PathBuf, String>,
) {
    let clean = |text: &str| crate::text::clean_line(text).into_owned();
    let is_awaited = |dialog: &mut SheetDialog| dialog.phase == SheetPhase::Saving(id);
    if !any(state).is_some_and(is_awaited) {
        // The dialog was closed meanwhile.
        match answer {
            Ok(file) => state.good(format!("Saved as {}", clean(&file.to_string_lossy()))),
            Err(why) => state.bad(format!("Not saved: {}", clean(&why))),
        }
        return;
    }
    let Some(dialog) = any(state) else {
        return;
    };
    match answer {
        Ok(file) => {
            dialog.phase = SheetPhase::Done { file, groups };
            dialog.focus = SheetFocus::Button(ButtonId::Close);
            dialog.scroll = 0;
        }
        Err(why) => choose_again(dialog, Some(clean(&why))),
    }
}
