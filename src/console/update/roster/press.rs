//! The buttons, and what is asked before a change.

use super::super::copy;
use super::find::dialog;
use super::open::read;
use super::work;
use crate::api::Capability;
use crate::console::effect::MemberChange;
use crate::console::layout::roster_obstacle;
use crate::console::state::{
    ButtonId, CopiedText, FieldOrButton, Layer, RosterPerson, RosterPhase, RosterTask, State,
    WorkStep,
};

pub(crate) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::AddPeople if may(state, MemberChange::Add) => {
            if let Some(dialog) = dialog(state) {
                dialog.phase = RosterPhase::Adding(FieldOrButton::Field);
            }
        }
        ButtonId::RemovePeople => ask_about_marked(state, MemberChange::Remove),
        ButtonId::Promote => ask_about_marked(state, MemberChange::Promote),
        ButtonId::Demote => ask_about_marked(state, MemberChange::Demote),
        ButtonId::Next => ask_about_pasted(state),
        ButtonId::Confirm => work::start(state),
        ButtonId::Copy => copy_invite(state),
        ButtonId::Cancel | ButtonId::Close => back(state),
        _ => {}
    }
}

/// Whether a change can work, as far as is known; reports why not.
fn may(state: &mut State, change: MemberChange) -> bool {
    if state.refuses(Capability::Send) {
        return false;
    }
    let obstacle = match state.layers.last() {
        Some(Layer::Roster(roster)) => roster_obstacle(state, roster, change),
        _ => return false,
    };
    match obstacle {
        Some(words) => {
            state.note(words);
            false
        }
        None => true,
    }
}

fn ask_about_marked(state: &mut State, change: MemberChange) {
    if !may(state, change) {
        return;
    }
    let Some(dialog) = dialog(state) else {
        return;
    };
    let members = dialog.loaded();
    let people: Vec<_> = dialog
        .meant()
        .into_iter()
        .map(|member| RosterPerson::of(member, members))
        .collect();
    if people.is_empty() {
        state.note("Select a member first.");
        return;
    }
    let task = RosterTask { change, people };
    dialog.phase = RosterPhase::Asking(task, ButtonId::Cancel);
}

fn ask_about_pasted(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if !dialog.can_add() {
        state.note("Nothing to add yet: every line must hold a number that can be understood.");
        return;
    }
    let people = dialog.pasted.people.iter().map(|person| {
        let number = person.number.as_deref().map(crate::console::phone::grouped);
        let name = match (&person.name, number) {
            (Some(name), Some(number)) => format!("{name} ({number})"),
            (Some(name), None) => name.clone(),
            (None, Some(number)) => number,
            (None, None) => person.jid.clone(),
        };
        RosterPerson {
            jid: person.jid.clone(),
            name,
        }
    });
    let task = RosterTask {
        change: MemberChange::Add,
        people: people.collect(),
    };
    dialog.phase = RosterPhase::Asking(task, ButtonId::Cancel);
}

fn copy_invite(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let Some(work) = dialog.work() else {
        return;
    };
    let Some(link) = work.selected_invite() else {
        state.note("WhatsApp offered no private invite for the selected person.");
        return;
    };
    let name = work.lines[work.cursor].person.name.clone();
    copy::copy_text(state, link, CopiedText::PrivateInvite(name));
}

/// One step back: what was typed stays.
fn back(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    match &mut dialog.phase {
        RosterPhase::List => close(state),
        RosterPhase::Adding(_) => dialog.phase = RosterPhase::List,
        RosterPhase::Asking(task, _) => {
            dialog.phase = match task.change {
                MemberChange::Add => RosterPhase::Adding(FieldOrButton::Field),
                _ => RosterPhase::List,
            };
        }
        RosterPhase::Working(work) if work.is_running() => {
            work.stopped = true;
            // A read that is given up leaves the outcome open.
            if matches!(work.step, WorkStep::Checking(_)) {
                work::end(state);
            }
        }
        RosterPhase::Working(_) => {
            dialog.phase = RosterPhase::List;
            read(state);
        }
    }
}

pub(super) fn close(state: &mut State) {
    if matches!(state.layers.last(), Some(Layer::Roster(_))) {
        state.layers.pop();
    }
}
