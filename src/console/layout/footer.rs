//! The footer's hints: the keys of the top layer, as many as fit.

use super::enabled::can;
use super::hint::{Hint, hint, of_action, place, plain, row_width};
use super::marks_lines::{escape_word, marks_lines};
use super::pairing::{pairing_buttons, pairing_field};
use super::screen::Screen;
use super::target::Target;
use crate::api::SettingField;
use crate::console::keymap::{Action, KeyContext};
use crate::console::state::{
    BatchPhase, EditForm, FormFocus, FormPhase, InboxDialog, Layer, LinkMethod, NewGroupDialog,
    NewGroupFocus, Pairing, PairingStep, ProfilesStep, ResetPhase, RosterDialog, RosterFocus,
    RosterPhase, SheetField, State,
};

/// The hints that fit. Help and quit always stay; of the others the last ones are dropped first.
#[must_use]
pub(crate) fn hints(state: &State, screen: &Screen) -> Vec<Hint> {
    let (mut hints, kept) = wanted(state, screen);
    let room = screen.footer.width.saturating_sub(2);
    while row_width(&hints) > room && hints.len() > kept {
        hints.remove(hints.len() - kept - 1);
    }
    place(&mut hints, screen.footer.x + 1, screen.footer);
    hints
}

/// All hints in order of importance, and how many at the end always stay.
fn wanted(state: &State, screen: &Screen) -> (Vec<Hint>, usize) {
    let buttons = || vec![plain("Tab", "next button"), plain("↵", "press")];
    match state.layers.last() {
        Some(Layer::Help(_)) => typing(
            state,
            vec![plain("type", "to search"), plain("↑↓", "scroll")],
            "close",
        ),
        Some(Layer::Palette(palette)) => {
            let arrows = [
                plain("type", "to search"),
                plain("↑↓", "move"),
                plain("↵", "go"),
            ];
            let esc = if palette.search.is_empty() {
                "close"
            } else {
                "clear"
            };
            typing(state, arrows.to_vec(), esc)
        }
        Some(Layer::Columns(_)) => {
            let hints = vec![plain("↑↓", "move"), plain("Space", "show or hide")];
            closed_by_keys(state, hints, "close")
        }
        Some(Layer::Failures { .. }) => closed_by_keys(
            state,
            vec![plain("↑↓", "scroll"), plain("y", "copy")],
            "close",
        ),
        Some(Layer::Reset(reset)) => match &reset.phase {
            ResetPhase::Running(_) | ResetPhase::Checking => {
                closed_by_keys(state, Vec::new(), "leave")
            }
            ResetPhase::Done { .. } => {
                let mut hints = buttons();
                hints.push(of_action(state, Action::CopyLink, "copy link"));
                closed_by_keys(state, hints, "close")
            }
            ResetPhase::Asking | ResetPhase::Failed(_) => {
                closed_by_keys(state, buttons(), "cancel")
            }
        },
        Some(Layer::Rename(rename)) => one_line(state, rename.takes_text(), "save", "close"),
        Some(Layer::Hours(hours)) => one_line(state, hours.takes_text(), "save", "close"),
        Some(Layer::Note(note)) => one_line(state, note.takes_text(), "save", "cancel"),
        Some(Layer::Counter(counter)) => one_line(state, counter.takes_text(), "lock", "cancel"),
        Some(Layer::Check(check)) => {
            if check.takes_text() {
                let hints = vec![plain("↵", "check the link"), plain("Tab", "next")];
                typing(state, hints, "close")
            } else {
                let mut hints = vec![of_action(state, Action::Refresh, "check again")];
                hints.extend([plain("Tab", "next"), plain("↑↓", "scroll")]);
                closed_by_keys(state, hints, "close")
            }
        }
        Some(Layer::NewGroup(group)) => new_group_hints(state, group),
        Some(Layer::Flood(_)) => closed_by_keys(state, buttons(), "later"),
        Some(Layer::LeaveGroup(_)) => closed_by_keys(state, buttons(), "cancel"),
        Some(Layer::Roster(roster)) => roster_hints(state, roster),
        Some(Layer::Confirm(_)) => closed_by_keys(state, buttons(), "cancel"),
        Some(Layer::Profiles(dialog)) => match &dialog.step {
            ProfilesStep::Choosing | ProfilesStep::Failed(_) => closed_by_keys(
                state,
                vec![
                    plain("↑↓", "move"),
                    plain("↵", "go there"),
                    of_action(state, Action::NewGateway, "add a gateway"),
                ],
                "close",
            ),
            ProfilesStep::TypingToken(_) => typing(state, vec![plain("↵", "go there")], "back"),
            ProfilesStep::Connecting(_) => closed_by_keys(state, Vec::new(), "back"),
        },
        Some(Layer::BatchBefore(before)) if before.takes_text() => typing(
            state,
            vec![plain("Tab", "next"), plain("PgDn", "scroll")],
            "cancel",
        ),
        Some(Layer::BatchBefore(_)) => {
            let mut hints = buttons();
            hints.push(plain("↑↓", "scroll"));
            closed_by_keys(state, hints, "cancel")
        }
        Some(Layer::BatchProgress(_)) => {
            let mut hints = buttons();
            hints.push(plain("↑↓", "scroll"));
            hints.push(of_action(state, Action::BatchMenu, "menu"));
            let running = state.batch_is_running();
            let paused = (state.batch.as_ref()).is_some_and(|run| run.phase == BatchPhase::Paused);
            let escape = match (running, paused) {
                (_, true) => "leave it paused",
                (true, false) => "leave it running",
                (false, false) => "close",
            };
            closed_by_keys(state, hints, escape)
        }
        Some(Layer::BatchResume(_)) => {
            let mut hints = buttons();
            hints.push(plain("↑↓", "scroll"));
            hints.push(of_action(state, Action::BatchMenu, "menu"));
            closed_by_keys(state, hints, "later")
        }
        Some(Layer::BatchMenu(_)) => closed_by_keys(
            state,
            vec![plain("↑↓", "move"), plain("↵", "do it")],
            "close",
        ),
        Some(Layer::CopyAs(_)) => closed_by_keys(
            state,
            vec![
                plain("↑↓", "move"),
                plain("1-9", "copy"),
                plain("↵", "copy"),
            ],
            "close",
        ),
        Some(Layer::History(history)) => {
            let mut hints = vec![plain("↑↓", "move")];
            if history.can_restore() {
                hints.push(of_action(state, Action::Undo, "put back"));
            }
            hints.push(of_action(state, Action::Refresh, "refresh"));
            closed_by_keys(state, hints, "close")
        }
        Some(Layer::Inbox(inbox)) => inbox_hints(state, inbox),
        Some(Layer::NewGateway(gateway)) => match gateway.field() {
            Some(_) => typing(
                state,
                vec![plain("Tab", "next"), plain("↵", "next")],
                "cancel",
            ),
            None if gateway.is_checking() => closed_by_keys(state, Vec::new(), "stop"),
            None => closed_by_keys(state, buttons(), "cancel"),
        },
        Some(Layer::Sheet(sheet)) => match sheet.field() {
            Some(SheetField::Name) => one_line(state, true, "make it", "cancel"),
            Some(_) => {
                let hints = vec![
                    plain("Tab", "next"),
                    plain("←→", "change"),
                    plain("↵", "make it"),
                ];
                closed_by_keys(state, hints, "cancel")
            }
            None if sheet.is_choosing() => closed_by_keys(state, buttons(), "cancel"),
            None if sheet.is_done() => closed_by_keys(state, vec![plain("↑↓", "scroll")], "close"),
            None => closed_by_keys(state, Vec::new(), "stop"),
        },
        Some(Layer::Form(form)) => form_hints(state, form),
        Some(Layer::Pairing(pairing)) => pairing_hints(state, pairing),
        None if state.groups.typing => {
            filter_hints(state, "to find a group", "move", &state.groups.filter)
        }
        None if state.is_finding_member() => {
            let text = state.card.as_ref().map_or("", |card| &card.find.text);
            filter_hints(state, "to find a member", "scroll", text)
        }
        Some(Layer::Qr) | None => of_place(state, screen),
    }
}

fn new_group_hints(state: &State, group: &NewGroupDialog) -> (Vec<Hint>, usize) {
    let next = plain("Tab", "next");
    if group.takes_text() {
        let enter = match group.focus {
            NewGroupFocus::People => plain("↵", "new line"),
            NewGroupFocus::Link => plain("↵", "where it leads"),
            _ => plain("↵", "next"),
        };
        return typing(state, vec![next, enter], "cancel");
    }
    let hints = match group.focus {
        NewGroupFocus::Button(_) => vec![next, plain("↵", "press")],
        _ => vec![next, plain("Space", "change")],
    };
    closed_by_keys(state, hints, "cancel")
}

fn roster_hints(state: &State, roster: &RosterDialog) -> (Vec<Hint>, usize) {
    let buttons = vec![plain("Tab", "next button"), plain("↵", "press")];
    match &roster.phase {
        RosterPhase::List if roster.focus == RosterFocus::Filter => {
            filter_hints(state, "to find a member", "move", &roster.find)
        }
        RosterPhase::List => {
            let hints = vec![
                plain("Space", "mark"),
                plain("a", "add"),
                plain("d", "remove"),
                plain("p", "make admin"),
                plain("m", "no admin"),
                plain("/", "filter"),
            ];
            closed_by_keys(state, hints, "close")
        }
        RosterPhase::Adding(focus) if focus.is_field() => {
            let hints = vec![
                plain("↵", "new line"),
                plain("Ctrl-s", "go on"),
                plain("Tab", "next"),
            ];
            typing(state, hints, "back")
        }
        RosterPhase::Adding(_) => closed_by_keys(state, buttons, "back"),
        RosterPhase::Asking(..) => closed_by_keys(state, buttons, "cancel"),
        RosterPhase::Working(work) if work.is_running() => {
            closed_by_keys(state, vec![plain("↑↓", "move")], "stop")
        }
        RosterPhase::Working(work) => {
            let mut hints = vec![plain("↑↓", "reasons")];
            if work.selected_invite().is_some() {
                hints.push(plain("y", "copy private invite"));
            }
            closed_by_keys(state, hints, "back")
        }
    }
}

/// A dialog whose text fields have one line each.
fn one_line(
    state: &State,
    typing_now: bool,
    enter: &'static str,
    esc: &'static str,
) -> (Vec<Hint>, usize) {
    if typing_now {
        let hints = vec![plain("Tab", "next"), plain("↵", enter)];
        typing(state, hints, "cancel")
    } else {
        let buttons = vec![plain("Tab", "next button"), plain("↵", "press")];
        closed_by_keys(state, buttons, esc)
    }
}

/// While a filter is typed; the first Esc clears a text.
fn filter_hints(
    state: &State,
    what: &'static str,
    arrows: &'static str,
    text: &str,
) -> (Vec<Hint>, usize) {
    typing(
        state,
        vec![plain("type", what), plain("↵", "done"), plain("↑↓", arrows)],
        if text.is_empty() { "leave" } else { "clear" },
    )
}

fn inbox_hints(state: &State, inbox: &InboxDialog) -> (Vec<Hint>, usize) {
    if inbox.typing {
        return filter_hints(state, "to find a person", "move", &inbox.filter);
    }
    if inbox.run.is_some() {
        return closed_by_keys(state, vec![plain("↑↓", "move")], "stop");
    }
    // The dialog itself names the others: 80 columns have no room for all.
    let hints = vec![
        plain("Space", "mark"),
        plain("a", "let in"),
        plain("x", "reject"),
        plain("m", "group"),
        plain("M", "all"),
    ];
    let esc = if inbox.filter.is_empty() && inbox.marks.is_empty() {
        "close"
    } else {
        "clear"
    };
    closed_by_keys(state, hints, esc)
}

fn form_hints(state: &State, form: &EditForm) -> (Vec<Hint>, usize) {
    let mut hints = Vec::new();
    match &form.phase {
        FormPhase::Saving(_) | FormPhase::Checking => return typing(state, hints, "leave"),
        FormPhase::AskLeave => {
            hints.extend([plain("Tab", "next button"), plain("↵", "press")]);
            return typing(state, hints, "keep editing");
        }
        FormPhase::Editing | FormPhase::Failed(_) => {}
    }
    hints.push(plain("Tab", "next field"));
    match form.focus {
        FormFocus::Button(_) => hints.push(plain("↵", "press")),
        FormFocus::Field(SettingField::Subject) => {}
        FormFocus::Field(SettingField::Description) => hints.push(plain("↵", "new line")),
        FormFocus::Field(_) => hints.push(plain("Space", "switch")),
    }
    hints.push(plain("Ctrl-s", "save"));
    typing(state, hints, "back")
}

fn pairing_hints(state: &State, pairing: &Pairing) -> (Vec<Hint>, usize) {
    let mut hints = Vec::new();
    let escape = match &pairing.step {
        PairingStep::AskLeave(_) => "remove it",
        PairingStep::Linked(_) | PairingStep::Failed(_) => "close",
        PairingStep::Creating(_) | PairingStep::Removing(_) => "leave",
        _ => "cancel",
    };
    let on_field = pairing_field(state, pairing).is_some();
    match &pairing.step {
        PairingStep::Creating(_) | PairingStep::Removing(_) => {}
        PairingStep::Link if pairing.passkey.is_some() && !on_field => {
            if pairing_buttons(state, pairing).len() > 1 {
                hints.push(plain("Tab", "next button"));
            }
            hints.push(plain("↵", "press"));
        }
        PairingStep::Link if pairing.passkey.is_some() => {
            if pairing.focus.is_field() {
                hints.extend([plain("Tab", "next"), plain("↵", "send")]);
            } else {
                hints.push(of_action(state, Action::CopyLink, "copy the line"));
                hints.extend([plain("Tab", "next button"), plain("↵", "press")]);
            }
        }
        PairingStep::Link if pairing.method == LinkMethod::Qr && !on_field => {
            hints.extend([plain("Tab", "use a code instead"), plain("↵", "press")]);
        }
        _ if on_field => hints.extend([
            plain("Tab", "next"),
            plain(
                "↵",
                match pairing.step {
                    PairingStep::Label => "continue",
                    _ => "get a code",
                },
            ),
        ]),
        _ => hints.extend([plain("Tab", "next button"), plain("↵", "press")]),
    }
    if on_field && pairing.focus.is_field() {
        typing(state, hints, escape)
    } else {
        closed_by_keys(state, hints, escape)
    }
}

/// In a text field: only keys that are not text, help and quit.
fn typing(state: &State, mut hints: Vec<Hint>, escape: &str) -> (Vec<Hint>, usize) {
    hints.push(plain("Esc", escape));
    let help = state
        .options
        .keymap
        .keys(Action::Help)
        .iter()
        .map(ToString::to_string)
        .find(|key| key.chars().count() > 1);
    let in_help = matches!(state.layers.last(), Some(Layer::Help(_)));
    let count = hints.len();
    if let Some(key) = help.filter(|_| !in_help) {
        hints.push(hint(key, "help", Target::Hint(Action::Help)));
    }
    hints.push(hint(
        "Ctrl-c".to_owned(),
        "quit",
        Target::Hint(Action::Quit),
    ));
    let kept = hints.len() - count + 1;
    (hints, kept)
}

/// Where the keys of the table still apply.
fn closed_by_keys(state: &State, mut hints: Vec<Hint>, escape: &str) -> (Vec<Hint>, usize) {
    hints.push(plain("Esc", escape));
    hints.push(of_action(state, Action::Help, "help"));
    hints.push(hint(
        "Ctrl-c".to_owned(),
        "quit",
        Target::Hint(Action::Quit),
    ));
    (hints, 3)
}

fn of_place(state: &State, screen: &Screen) -> (Vec<Hint>, usize) {
    let context = state.key_context();
    let keymap = &state.options.keymap;
    let mut hints: Vec<Hint> = keymap
        .hints(context)
        .map(|(action, key, word)| {
            let key = match key.to_string().as_str() {
                "Enter" => "↵".to_owned(),
                name => name.to_owned(),
            };
            Hint {
                enabled: can(state, action),
                ..hint(key, word, Target::Hint(action))
            }
        })
        .collect();
    let nothing_yet = state.sessions.loaded && state.sessions.rows.is_empty();
    if nothing_yet && context != KeyContext::Sessions && state.layers.is_empty() {
        hints.insert(0, of_action(state, Action::AddAccount, "add account"));
    }
    let marking = marks_lines(state) > 0 && state.layers.is_empty();
    if marking {
        // The line of the marks says what these do now.
        let about_marked = [Action::CopyLink, Action::ResetLink].map(Target::Hint);
        hints.retain(|hint| state.groups.marks.len() == 0 || !about_marked.contains(&hint.target));
    }
    let leads_back =
        screen.is_single() && matches!(context, KeyContext::Groups | KeyContext::Group);
    let escape = match escape_word(state) {
        Some(word) if marking => Some(word),
        _ => leads_back.then_some("back"),
    };
    if let Some(word) = escape {
        let back = of_action(state, Action::Back, word);
        hints.insert(hints.len().saturating_sub(2), back);
    }
    let kept = hints
        .iter()
        .filter(|hint| {
            matches!(
                hint.target,
                Target::Hint(Action::Help | Action::Quit | Action::Back)
            )
        })
        .count();
    (hints, kept)
}
