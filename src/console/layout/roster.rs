//! The areas of "Members".

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use super::wrap::wrap;
use crate::api::{Audience, Capability, GroupMember, SessionRole};
use crate::console::account::is_own;
use crate::console::effect::MemberChange;
use crate::console::state::{
    ButtonId, FieldOrButton, Layer, LinkHidden, Members, PersonOutcome, RosterDialog, RosterFocus,
    RosterPhase, RosterTask, RosterWork, State, WorkStep,
};
use crate::console::words;
use ratatui::layout::Rect;

const WIDTH: u16 = 96;
/// Lines of the words below the rows.
const WORDS: u16 = 3;
/// Rows of the field that people are pasted into.
const FIELD: u16 = 6;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RosterParts {
    pub dialog: Dialog,
    /// The filter, or what stands above the rows.
    pub head: Rect,
    /// Where people are typed; empty in the other phases.
    pub field: Rect,
    /// The members, or the people of the change.
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
    /// Words below the rows, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

#[must_use]
pub(crate) fn roster_buttons(state: &State, roster: &RosterDialog) -> Vec<Button> {
    let can = |change| roster_obstacle(state, roster, change).is_none();
    let some = !roster.meant().is_empty();
    match &roster.phase {
        RosterPhase::List => vec![
            Button::new(ButtonId::AddPeople, "Add…").enabled(can(MemberChange::Add)),
            Button::new(ButtonId::RemovePeople, "Remove…")
                .enabled(some && can(MemberChange::Remove)),
            Button::new(ButtonId::Promote, "Make admin…")
                .enabled(some && can(MemberChange::Promote)),
            Button::new(ButtonId::Demote, "No admin…").enabled(some && can(MemberChange::Demote)),
            Button::new(ButtonId::Close, "Close"),
        ],
        RosterPhase::Adding(_) => {
            let label = match roster.pasted.people.len() {
                0 => "Add…".to_owned(),
                count => format!("Add {}…", words::count(count, "person", "people")),
            };
            vec![
                Button::new(ButtonId::Next, label).enabled(roster.can_add()),
                Button::new(ButtonId::Cancel, "Back"),
            ]
        }
        RosterPhase::Asking(task, _) => vec![
            Button::new(ButtonId::Confirm, verb(task.change)),
            Button::new(ButtonId::Cancel, "Cancel"),
        ],
        RosterPhase::Working(work) if work.is_running() => {
            let more = work.count(|outcome| *outcome == PersonOutcome::Waiting) > 0;
            vec![Button::new(ButtonId::Cancel, "Stop").enabled(more && !work.stopped)]
        }
        RosterPhase::Working(work) => {
            let mut buttons = Vec::new();
            if work.lines.iter().any(|line| line.invite.is_some()) {
                let can_copy = work.selected_invite().is_some();
                buttons.push(Button::new(ButtonId::Copy, "Copy private invite").enabled(can_copy));
            }
            buttons.push(Button::new(ButtonId::Close, "Back to the members"));
            buttons
        }
    }
}

/// The buttons that can have the focus.
#[must_use]
pub(crate) fn roster_stops(state: &State, roster: &RosterDialog) -> Vec<ButtonId> {
    let buttons = roster_buttons(state, roster).into_iter();
    buttons
        .filter(|button| button.enabled)
        .map(|button| button.id)
        .collect()
}

fn verb(change: MemberChange) -> &'static str {
    match change {
        MemberChange::Add => "Add",
        MemberChange::Remove => "Remove",
        MemberChange::Promote => "Make admin",
        MemberChange::Demote => "Take the role",
    }
}

/// Why a change cannot work, as far as is known; a sentence.
#[must_use]
pub(crate) fn roster_obstacle(
    state: &State,
    roster: &RosterDialog,
    change: MemberChange,
) -> Option<String> {
    if state.lacks(Capability::Send) {
        return Some("Your key lacks `send`, so members cannot be changed.".to_owned());
    }
    let key = &roster.key;
    if let Some(
        hidden @ (LinkHidden::GatewayAway | LinkHidden::SessionLeft(_) | LinkHidden::NotInGroup),
    ) = state.link_obstacle(key)
    {
        return Some(state.hidden_sentence(key, &hidden));
    }
    let group = &state.groups.get(key)?.group;
    let is_member = group.my_role == Some(SessionRole::Member);
    let may_add = change == MemberChange::Add && group.add_by == Some(Audience::Members);
    if is_member && !may_add {
        return Some(state.hidden_sentence(key, &LinkHidden::NotAdmin));
    }
    None
}

#[must_use]
pub(crate) fn roster_parts(state: &State, screen: &Screen, roster: &RosterDialog) -> RosterParts {
    let width = content_width(screen, WIDTH);
    let buttons = roster_buttons(state, roster);
    let focus = match &roster.phase {
        RosterPhase::List => match roster.focus {
            RosterFocus::Button(button) => Some(button),
            RosterFocus::List | RosterFocus::Filter => None,
        },
        RosterPhase::Adding(FieldOrButton::Button(button)) => Some(*button),
        RosterPhase::Adding(FieldOrButton::Field) => None,
        RosterPhase::Asking(_, focus) => Some(*focus),
        RosterPhase::Working(_) => buttons.iter().find(|it| it.enabled).map(|it| it.id),
    };
    let most = content_height(screen);
    let (wished, lines) = match &roster.phase {
        RosterPhase::Asking(task, _) => {
            let text = wrap(
                &question(state, roster, task),
                width,
                usize::from(most).saturating_sub(1),
            );
            (u16::try_from(text.len()).unwrap_or(most) + 1, text)
        }
        _ => (
            most,
            wrap(&below_rows(state, roster), width, usize::from(WORDS)),
        ),
    };
    let dialog = dialog(screen, width, wished.min(most), buttons, focus);
    let content = dialog.content;
    let nothing = Rect {
        height: 0,
        ..content
    };
    if matches!(roster.phase, RosterPhase::Asking(..)) {
        return RosterParts {
            head: nothing,
            field: nothing,
            rows: nothing,
            first: 0,
            text: lines,
            words: content,
            dialog,
        };
    }
    let field_height = match roster.phase {
        RosterPhase::Adding(_) => FIELD.min(content.height / 3),
        _ => 0,
    };
    let head = row(content, 0);
    let field = Rect {
        y: (content.y + 1).min(content.bottom()),
        height: field_height,
        ..content
    };
    let top = (field.bottom() + u16::from(field_height > 0)).min(content.bottom());
    let words = Rect {
        y: content.bottom().saturating_sub(WORDS + 1).max(top),
        height: WORDS.min(content.bottom().saturating_sub(top)),
        ..content
    };
    let rows = Rect {
        y: top,
        height: words.y.saturating_sub(top + 1),
        ..content
    };
    let seen = usize::from(rows.height).max(1);
    let cursor = match &roster.phase {
        RosterPhase::List => roster.cursor,
        RosterPhase::Working(work) => work.cursor,
        _ => 0,
    };
    RosterParts {
        head,
        field,
        first: (cursor + 1).saturating_sub(seen),
        rows,
        text: lines,
        words,
        dialog,
    }
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn roster_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Roster(roster))) => {
            usize::from(roster_parts(state, &screen, roster).rows.height).max(1)
        }
        _ => 1,
    }
}

fn below_rows(state: &State, roster: &RosterDialog) -> String {
    match &roster.phase {
        RosterPhase::List => list_words(state, roster),
        RosterPhase::Adding(_) => adding_words(state, roster),
        RosterPhase::Working(work) => work_words(work),
        RosterPhase::Asking(..) => String::new(),
    }
}

fn list_words(state: &State, roster: &RosterDialog) -> String {
    if let Members::Failed(failure) = &roster.members {
        return format!("✘ {}", state.sentence(failure, Some(&roster.key)));
    }
    let changes = [MemberChange::Add, MemberChange::Remove];
    let obstacles: Vec<_> = changes
        .into_iter()
        .map(|change| roster_obstacle(state, roster, change))
        .collect();
    match &obstacles[..] {
        [Some(all), Some(_)] => format!("✘ {all}"),
        [None, Some(_)] => {
            "All members of this group can add people; the rest needs an admin.".to_owned()
        }
        _ => match roster.marked.len() {
            0 => "Space marks; without marks a change is for the selected member.".to_owned(),
            count => format!(
                "{} marked.",
                words::count(count, "member is", "members are")
            ),
        },
    }
}

fn adding_words(state: &State, roster: &RosterDialog) -> String {
    let pasted = &roster.pasted;
    let budget = budget(state, roster).map_or_else(String::new, |words| format!(" {words}"));
    if pasted.people.is_empty() && pasted.faults.is_empty() {
        let home = roster.country.map_or_else(
            || "with + and the country code".to_owned(),
            |country| {
                format!(
                    "those without a country code are taken as {}",
                    country.code()
                )
            },
        );
        return format!(
            "Paste or type numbers, with names or without: one a line, or with commas between them; {home}.{budget}"
        );
    }
    let repeated = match pasted.repeated {
        0 => String::new(),
        count => format!(
            " {} left out.",
            words::count(count, "repetition is", "repetitions are")
        ),
    };
    let faults = match pasted.faults.len() {
        0 => String::new(),
        count => format!(
            " ✘ {} not understood: correct or delete that first.",
            words::count(count, "part is", "parts are")
        ),
    };
    format!(
        "{} understood.{repeated}{faults}{budget}",
        words::count(pasted.people.len(), "person", "people")
    )
}

/// How many people the session may still add; `None` where the gateway does not say it.
fn budget(state: &State, roster: &RosterDialog) -> Option<String> {
    let session = &roster.key.session;
    state.budget_words(session, |budget| &budget.add, "add", ("person", "people"))
}

fn work_words(work: &RosterWork) -> String {
    if let Some(line) = work.lines.get(work.cursor).filter(|_| !work.is_running()) {
        let reason = match (&line.outcome, &work.failure) {
            (PersonOutcome::Refused(why), _) => format!("✘ {}: {why}", line.person.name),
            (PersonOutcome::Unknown, failure) => format!(
                "? {}: it is not known whether it was done. Look before you try again. {}",
                line.person.name,
                failure.as_deref().unwrap_or_default()
            ),
            (PersonOutcome::NotTried, Some(failure)) => format!("✘ {failure}"),
            _ => return "↑ ↓ show the reason for each person.".to_owned(),
        };
        return reason;
    }
    match work.step {
        WorkStep::Checking(_) => "◌ The answer was lost. Reading the members …".to_owned(),
        _ if work.stopped => "◌ Stopping after this one …".to_owned(),
        _ => "◌ Asking WhatsApp …".to_owned(),
    }
}

/// The question, with the consequence and what is known to be refused.
fn question(state: &State, roster: &RosterDialog, task: &RosterTask) -> String {
    const NAMED: usize = 6;
    let mut names: Vec<_> = task
        .people
        .iter()
        .take(NAMED)
        .map(|person| person.name.clone())
        .collect();
    if task.people.len() > NAMED {
        names.push(format!("{} more", task.people.len() - NAMED));
    }
    let names = names.join(", ");
    let consequence = match task.change {
        MemberChange::Add => {
            "They are in the group at once and see it on their phones. For whom privacy settings forbid it, WhatsApp may offer a private invite instead."
        }
        MemberChange::Remove => {
            "They are out at once, and the group sees it. An admin or the invite link brings them back."
        }
        MemberChange::Promote => {
            "As admins they can change and reset everything in this group, remove members, and take the role from each other."
        }
        MemberChange::Demote => "They stay members, but can no longer change the group.",
    };
    let refused =
        known_refusal(state, roster, task).map_or_else(String::new, |words| format!("\n\n{words}"));
    let budget = (task.change == MemberChange::Add)
        .then(|| budget(state, roster))
        .flatten()
        .map_or_else(String::new, |words| format!("\n\n{words}"));
    format!(
        "“{}” · through {}\n\n{names}\n\n{consequence}{refused}{budget}",
        roster.name,
        state.session_name(&roster.key.session)
    )
}

/// What WhatsApp is known to refuse.
fn known_refusal(state: &State, roster: &RosterDialog, task: &RosterTask) -> Option<String> {
    if task.change == MemberChange::Add {
        let inside = task.people.iter().filter(|person| {
            let mut members = roster.loaded().iter();
            members.any(|member| crate::console::people::is_member(member, &person.jid))
        });
        return match inside.count() {
            0 => None,
            count => Some(format!(
                "{} in the group already.",
                words::count(count, "person is", "people are")
            )),
        };
    }
    let session = state.sessions.get(&roster.key.session);
    let find = |jid: &str| -> Option<&GroupMember> {
        let mut members = roster.loaded().iter();
        members.find(|member| crate::console::people::is_member(member, jid))
    };
    let members = task
        .people
        .iter()
        .filter_map(|person| Some((person, find(&person.jid)?)));
    let mut faults = Vec::new();
    for (person, member) in members {
        let own = session.is_some_and(|session| is_own(session, &member.lid));
        let why = match task.change {
            MemberChange::Remove if own => "this account itself: it can leave the group instead",
            MemberChange::Remove if member.role.as_str() == "superadmin" => {
                "the group's creator, whose removal WhatsApp refuses"
            }
            MemberChange::Demote if member.role.as_str() == "superadmin" => {
                "the group's creator, who stays admin"
            }
            MemberChange::Demote if !member.role.is_admin() => "no admin",
            MemberChange::Promote if member.role.is_admin() => "an admin already",
            _ => continue,
        };
        faults.push(format!("{} is {why}.", person.name));
    }
    (!faults.is_empty()).then(|| faults.join(" "))
}
