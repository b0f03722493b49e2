//! Dispatch of keys: the top layer first, then the filter, then the keymap.

use super::cursor::Step;
use super::follow_up::FollowUp;
use super::text_input::{can_undo, takes_text};
use super::{
    batch_before, batch_menu, batch_progress, batch_resume, card, check, columns, confirm, copy_as,
    counter, failures, flood, form, groups, help, history, hours, inbox, leave_group, leaving,
    link_list, marks, members, new_gateway, new_group, note, notebook, other_account, pairing,
    palette, profiles, qr, rename, reset, roster, sessions, sheet, theme, undo,
};
use crate::api::Capability;
use crate::console::effect::{Call, Effect, SessionAction};
use crate::console::keymap::{Action, Key, KeyContext};
use crate::console::layout::card_in_sight;
use crate::console::state::{ButtonId, Layer, Members, Pane, Question, State};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub(super) fn key(state: &mut State, event: &KeyEvent) {
    if event.kind == KeyEventKind::Release {
        return;
    }
    if state.is_locked() {
        counter::locked_key(state, event);
        return;
    }
    state.requests.last_key = Some(Key::of(event));
    if event.code == KeyCode::Char('c') && event.modifiers == KeyModifiers::CONTROL {
        leaving::quit(state);
        return;
    }
    let filters = state.layers.is_empty() && (state.groups.typing || state.is_finding_member());
    // Enter in the empty filter opens the favourite or the group used last.
    let opens =
        state.groups.typing && !state.groups.is_filtered() && !state.groups.parts.is_empty();
    if filters && filter_key(state, event) {
        if opens && event.code == KeyCode::Enter {
            card::open(state);
        }
        return;
    }
    let action = state.options.keymap.action(event, state.key_context());
    // In a text field characters are text; keys that no text field takes have their usual meaning.
    let is_text = matches!(event.code, KeyCode::Char(_))
        && !(event.modifiers).intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match action {
        // In a field with an undo history, Ctrl-z undoes.
        Some(Action::Suspend) if !(is_text || undoes(event) && can_undo(state)) => {
            state.requests.effects.push(Effect::Suspend);
            return;
        }
        Some(Action::Help) if !is_text => {
            help::open(state);
            return;
        }
        _ => {}
    }
    let rest = match state.layers.last() {
        Some(Layer::Help(_)) => return help::key(state, event, action),
        Some(Layer::Form(_)) => form::key(state, event, action),
        Some(Layer::Reset(_)) => reset::key(state, event, action),
        Some(Layer::Pairing(_)) => pairing::key(state, event, action),
        Some(Layer::Rename(_)) => rename::key(state, event, action),
        Some(Layer::Note(_)) => note::key(state, event, action),
        Some(Layer::Hours(_)) => hours::key(state, event, action),
        Some(Layer::Palette(_)) => palette::key(state, event),
        Some(Layer::Columns(_)) => columns::key(state, event, action),
        Some(Layer::Check(_)) => check::key(state, event, action),
        Some(Layer::Roster(_)) => roster::key(state, event, action),
        Some(Layer::NewGroup(_)) => new_group::key(state, event, action),
        Some(Layer::Flood(_)) => flood::key(state, event, action),
        Some(Layer::LeaveGroup(_)) => leave_group::key(state, event, action),
        Some(Layer::Counter(_)) => counter::key(state, event, action),
        Some(Layer::Confirm(_)) => confirm::key(state, event, action),
        Some(Layer::Profiles(_)) => profiles::key(state, event, action),
        Some(Layer::History(_)) => history::key(state, event, action),
        Some(Layer::Inbox(_)) => inbox::key(state, event, action),
        Some(Layer::CopyAs(_)) => copy_as::key(state, event, action),
        Some(Layer::BatchMenu(_)) => batch_menu::key(state, event, action),
        Some(Layer::BatchBefore(_)) => batch_before::key(state, event, action),
        Some(Layer::BatchProgress(_)) => batch_progress::key(state, event, action),
        Some(Layer::BatchResume(_)) => batch_resume::key(state, event, action),
        Some(Layer::NewGateway(_)) => new_gateway::key(state, event, action),
        Some(Layer::Sheet(_)) => sheet::key(state, event, action),
        Some(Layer::Failures { .. }) => failures::key(state, event, action),
        // While the filter stays open, its keys end here; a key that closed it is also an action.
        None if filters && takes_text(state) => return,
        Some(Layer::Qr) | None => match action {
            Some(action) => return perform(state, action),
            None => FollowUp::UnknownKey,
        },
    };
    match rest {
        FollowUp::UnknownKey => unknown(state, event),
        rest => follow_up(state, rest),
    }
}

/// A key while a filter is typed; `false` when it is not for the filter.
fn filter_key(state: &mut State, event: &KeyEvent) -> bool {
    if state.groups.typing {
        groups::filter_key(state, event)
    } else {
        members::filter_key(state, event)
    }
}

/// Does the follow-up of a dialog.
pub(super) fn follow_up(state: &mut State, rest: FollowUp) {
    match rest {
        FollowUp::Perform(action) => perform(state, action),
        FollowUp::Confirmed(question) => confirmed(state, question),
        FollowUp::UnknownKey | FollowUp::Nothing => {}
    }
}

/// Does what a question asked.
fn confirmed(state: &mut State, question: Question) {
    match question {
        Question::Act {
            session, action, ..
        } => sessions::send(state, session, action),
        Question::Settle { .. } => inbox::confirmed(state),
        Question::Leave { then, .. } => leaving::leave(state, then),
        Question::Remove { session, .. } => {
            if state
                .requests
                .change(Call::DeleteSession(session))
                .is_none()
            {
                state.note("It is being removed already.");
            }
        }
    }
}

fn undoes(event: &KeyEvent) -> bool {
    event.code == KeyCode::Char('z') && event.modifiers == KeyModifiers::CONTROL
}

/// Reports that a key means nothing here, and where it has a meaning.
fn unknown(state: &mut State, event: &KeyEvent) {
    let is_typed = matches!(
        event.code,
        KeyCode::Char(_) | KeyCode::F(_) | KeyCode::Backspace | KeyCode::Delete | KeyCode::Insert
    );
    if !is_typed {
        return;
    }
    let key = Key::of(event);
    let keymap = &state.options.keymap;
    let place = keymap
        .meaning_elsewhere(key)
        .and_then(|binding| Some((binding.help, binding.contexts.first()?)));
    let words = match place {
        Some((help, KeyContext::Sessions)) => Some((help, "under Sessions")),
        Some((help, KeyContext::Groups)) => Some((help, "under Groups")),
        Some((help, KeyContext::Group)) => Some((help, "on the card")),
        Some((help, KeyContext::Qr)) => Some((help, "on the full-screen code")),
        Some((_, KeyContext::Everywhere)) | None => None,
    };
    let text = if let Some((help, place)) = words {
        format!("{key} works {place}: {help}.")
    } else {
        let help = keymap.keys(Action::Help).first();
        let help = help.map_or("F1".to_owned(), ToString::to_string);
        format!("Key {key} does nothing here; {help} shows the keys.")
    };
    state.note(text);
}

/// Whether an action of the card has no card to act on; shows a note if so.
fn lacks_card(state: &mut State, action: Action) -> bool {
    if batch_menu::takes(state, action) {
        return false;
    }
    let about_card = matches!(
        action,
        Action::CopyLink
            | Action::CopyAs
            | Action::ShowQr
            | Action::Edit
            | Action::ResetLink
            | Action::WhyNoJoin
            | Action::Members
            | Action::LeaveGroup
            | Action::OtherAccount
            | Action::History
            | Action::OpeningHours
    );
    let hidden = state.layers.is_empty() && state.focus == Pane::Sessions && !card_in_sight(state);
    if about_card && hidden {
        state.note("No group's card is in sight here: go to the groups with Tab, and choose one.");
    }
    about_card && hidden
}

pub(super) fn paste(state: &mut State, text: &str) {
    if state.is_locked() {
        return;
    }
    match state.layers.last() {
        Some(Layer::Help(_)) => help::paste(state, text),
        Some(Layer::Form(_)) => form::paste(state, text),
        Some(Layer::Pairing(_)) => pairing::paste(state, text),
        Some(Layer::Rename(_)) => rename::paste(state, text),
        Some(Layer::Note(_)) => note::paste(state, text),
        Some(Layer::Hours(_)) => hours::paste(state, text),
        Some(Layer::Palette(_)) => palette::paste(state, text),
        Some(Layer::Check(_)) => check::paste(state, text),
        Some(Layer::BatchBefore(_)) => batch_before::paste(state, text),
        Some(Layer::Roster(_)) => roster::paste(state, text),
        Some(Layer::NewGroup(_)) => new_group::paste(state, text),
        Some(Layer::Inbox(_)) => inbox::paste(state, text),
        Some(Layer::Counter(_)) => counter::paste(state, text),
        Some(Layer::Profiles(_)) => profiles::paste(state, text),
        Some(Layer::NewGateway(_)) => new_gateway::paste(state, text),
        Some(Layer::Sheet(_)) => sheet::paste(state, text),
        None if state.groups.typing => groups::filter_paste(state, text),
        None if state.is_finding_member() => members::filter_paste(state, text),
        _ => {}
    }
}

/// Performs the action of a key, or of a click on its hint, on the panes or the full-screen code.
pub(super) fn perform(state: &mut State, action: Action) {
    // A range is extended by moving; any other action ends it first.
    if Step::of(action).is_none()
        && state.layers.is_empty()
        && marks::end_range(state)
        && matches!(action, Action::Back | Action::Mark | Action::MarkRange)
    {
        return;
    }
    if lacks_card(state, action) {
        return;
    }
    if batch_menu::takes(state, action) {
        batch_menu::instead(state, action);
        return;
    }
    match action {
        Action::Quit => leaving::quit(state),
        Action::Help => help::open(state),
        Action::Suspend => state.requests.effects.push(Effect::Suspend),
        Action::ErrorDetails => failures::open(state),
        Action::Back => back(state),
        Action::Palette => palette::open(state),
        Action::CopyLink if matches!(state.layers.last(), Some(Layer::Pairing(_))) => {
            pairing::press(state, ButtonId::Copy);
        }
        Action::CopyLink => card::copy(state, 0),
        Action::CopyAs => copy_as::open(state),
        Action::SaveQr => qr::save(state),
        Action::Counter => counter::open(state),
        Action::Theme => theme::choose(state, state.options.theme.name.next()),
        Action::QrStyle => state.whole_blocks = !state.whole_blocks,
        Action::NewGateway => leaving::to_new_gateway(state),
        _ if !state.layers.is_empty() => {}
        Action::Zoom => state.zoomed = !state.zoomed,
        Action::Columns => columns::open(state),
        Action::Demo => leaving::to_demo(state),
        Action::Filter => groups::start_filter(state),
        Action::FindMember => members::start_filter(state),
        Action::Open => open(state),
        Action::ShowQr => qr::open(state),
        Action::Sheet => sheet::open(state),
        Action::Favourite => notebook::toggle_favourite(state),
        Action::Mark => marks::toggle(state),
        Action::MarkRange => marks::start_range(state),
        Action::BatchMenu => batch_menu::open(state),
        Action::Note => note::open(state),
        Action::OpeningHours => hours::open(state),
        Action::Edit => form::open(state),
        Action::History => history::open(state),
        Action::RequestsInbox => inbox::open(state),
        Action::Undo => undo::undo(state),
        Action::ResetLink => reset::open(state),
        Action::WhyNoJoin => check::open(state),
        Action::Members => roster::open(state),
        Action::NewGroup => new_group::open(state),
        Action::Flood => flood::open(state),
        Action::LeaveGroup => leave_group::open(state),
        Action::OtherAccount => other_account::go(state),
        Action::Sort => groups::sort(state),
        Action::ReverseSort => groups::reverse(state),
        Action::InvitableOnly => groups::invitable_only(state),
        Action::Refresh => refresh(state),
        Action::NextPane => focus_pane(state, 1),
        Action::PreviousPane => focus_pane(state, 2),
        Action::Profiles => leaving::to_profiles(state),
        Action::AddAccount => pairing::open(state),
        Action::StartSession => act(state, SessionAction::Start),
        Action::StopSession => act(state, SessionAction::Stop),
        Action::RestartSession => act(state, SessionAction::Restart),
        Action::LogoutSession => act(state, SessionAction::Logout),
        Action::RenameSession => rename::open(state),
        Action::RemoveSession => ask_remove(state),
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => {
            if let Some(step) = Step::of(action) {
                match state.focus {
                    Pane::Sessions => sessions::step(state, step),
                    Pane::Groups => groups::step(state, step),
                    Pane::Group => members::scroll(state, step),
                }
            }
        }
    }
}

fn open(state: &mut State) {
    match state.focus {
        Pane::Sessions => open_session(state),
        Pane::Groups | Pane::Group => card::open(state),
    }
}

fn refresh(state: &mut State) {
    // The key in the gateway's configuration may have been replaced meanwhile.
    state.lacking.clear();
    // It may have been replaced by another version.
    state.requests.no_hours = false;
    state.requests.no_history = false;
    state.requests.no_inbox = false;
    end_pauses(state);
    match state.focus {
        Pane::Sessions => sessions::ask(state),
        Pane::Groups => groups::refresh(state),
        Pane::Group => card::refresh(state),
    }
    state.note("Asking the gateway again");
}

/// One step back; nothing on the first screen.
fn back(state: &mut State) {
    match state.layers.last() {
        None if state.groups.typing => {
            if !groups::clear_filter(state) {
                groups::end_filter(state);
            }
            return;
        }
        None if state.is_finding_member() => {
            if !members::clear_filter(state) {
                members::end_filter(state);
            }
            return;
        }
        None => {}
        Some(Layer::Qr) => {
            state.layers.pop();
            return;
        }
        // These layers handle leaving themselves.
        Some(_) => return key(state, &KeyEvent::from(KeyCode::Esc)),
    }
    match state.focus {
        Pane::Group => {
            if !members::clear_filter(state) {
                card::leave(state);
                state.focus = Pane::Groups;
            }
        }
        Pane::Groups => {
            let is_nearer = link_list::stop(state) || groups::clear_filter(state);
            if !is_nearer && !marks::clear(state) {
                state.focus = Pane::Sessions;
            }
        }
        Pane::Sessions => {
            if !link_list::stop(state) {
                marks::clear(state);
            }
        }
    }
}

fn focus_pane(state: &mut State, by: usize) {
    const PANES: [Pane; 3] = [Pane::Sessions, Pane::Groups, Pane::Group];
    let here = PANES.iter().position(|pane| *pane == state.focus);
    let mut next = (here.unwrap_or(0) + by) % PANES.len();
    if PANES[next] == Pane::Group && state.card.is_none() {
        next = (next + by) % PANES.len();
    }
    state.focus = PANES[next];
}

/// Enter on a session: links its phone if it has none, else focuses its groups.
pub(super) fn open_session(state: &mut State) {
    if !pairing::open_selected(state) {
        state.focus = Pane::Groups;
    }
}

/// The selected session, if an action on it is possible; otherwise reports why not.
fn manageable(state: &mut State) -> Option<String> {
    if state.refuses(Capability::Manage) {
        return None;
    }
    let Some(session) = state.sessions.selected() else {
        state.note("Select one session first: this row stands for all of them.");
        return None;
    };
    let session = session.id.clone();
    (!sessions::is_acting(state, &session)).then_some(session)
}

/// Starts a session, or asks whether to stop, restart or log it out.
fn act(state: &mut State, action: SessionAction) {
    let Some(session) = manageable(state) else {
        return;
    };
    if action == SessionAction::Start && pairing::open_selected(state) {
        return;
    }
    if action == SessionAction::Start {
        return sessions::send(state, session, action);
    }
    // These affect every user of the gateway.
    let label = state.session_name(&session);
    confirm::ask(
        state,
        Question::Act {
            session,
            label,
            action,
        },
    );
}

/// Asks whether to remove the selected account.
fn ask_remove(state: &mut State) {
    let Some(session) = manageable(state) else {
        return;
    };
    let label = state.session_name(&session);
    confirm::ask(state, Question::Remove { session, label });
}

/// Retries everything at once that waits for its next attempt.
fn end_pauses(state: &mut State) {
    if state.requests.away.is_some() {
        sessions::ask(state);
    }
    for (old, call) in state.requests.paused(state.now) {
        let new = state.requests.repeat(old, call);
        for id in state.groups.loading.values_mut().filter(|id| **id == old) {
            *id = new;
        }
        if let Some(card) = &mut state.card
            && card.members == Members::Waiting(old)
        {
            card.members = Members::Waiting(new);
        }
    }
}
