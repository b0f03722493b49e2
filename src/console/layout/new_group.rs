//! The areas of "New group".

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::Screen;
use super::wrap::wrap;
use crate::api::{Capability, check_description, check_subject};
use crate::console::state::{
    ButtonId, NewGroupDialog, NewGroupFocus, NewGroupPhase, NewGroupWay, State,
};
use crate::console::words;
use ratatui::layout::{Position, Rect};

const WIDTH: u16 = 84;
/// Lines of the words below the fields.
const WORDS: u16 = 3;
/// Rows of the field for people.
const PEOPLE: u16 = 3;
/// Columns of the fields' names.
pub(crate) const NEW_GROUP_NAMES: u16 = 16;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewGroupParts {
    pub dialog: Dialog,
    /// The fields with their rows, names included.
    pub fields: Vec<(NewGroupFocus, Rect)>,
    /// Words below the fields, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

impl NewGroupParts {
    /// The field at a cell.
    #[must_use]
    pub(crate) fn field_at(&self, at: Position) -> Option<NewGroupFocus> {
        let field = self.fields.iter().find(|(_, area)| area.contains(at));
        field.map(|(field, _)| *field)
    }
}

#[must_use]
pub(crate) fn new_group_buttons(state: &State, group: &NewGroupDialog) -> Vec<Button> {
    if let NewGroupPhase::Done(_) = group.phase {
        let mut buttons = Vec::new();
        if group.made.is_some() {
            buttons.push(Button::new(ButtonId::AddPeople, "Members…"));
        }
        buttons.push(Button::new(ButtonId::Close, "Close"));
        return buttons;
    }
    let can = group.is_editing() && new_group_fault(state, group).is_none();
    let (button, label) = match group.way {
        NewGroupWay::Create => (ButtonId::Confirm, "Create"),
        NewGroupWay::Join => (ButtonId::Confirm, "Join"),
    };
    vec![
        Button::new(button, label).enabled(can),
        Button::new(ButtonId::Cancel, "Cancel").enabled(!group.is_calling()),
    ]
}

/// Why the dialog cannot go on yet; a sentence.
#[must_use]
pub(crate) fn new_group_fault(state: &State, group: &NewGroupDialog) -> Option<String> {
    if state.lacks(Capability::Send) {
        return Some("Your key lacks `send`, so it can neither create nor join groups.".to_owned());
    }
    if state.requests.away.is_some() {
        return Some("The gateway does not answer now.".to_owned());
    }
    match state.sessions.get(group.session()) {
        None => return Some("There is no account to do it with.".to_owned()),
        Some(session) if session.status.is_disconnected() => {
            return Some("This account is not connected to WhatsApp now.".to_owned());
        }
        Some(_) => {}
    }
    match group.way {
        NewGroupWay::Create => {
            let name = NewGroupDialog::typed(&group.name);
            if let Err(fault) = check_subject(&name) {
                return Some(format!("The name {fault}."));
            }
            let description = NewGroupDialog::typed(&group.description);
            if let Err(fault) = check_description(&description) {
                return Some(format!("The description {fault}."));
            }
            let fault = group.pasted.faults.first()?;
            Some(format!(
                "“{}” among the people: {}.",
                fault.typed, fault.why
            ))
        }
        NewGroupWay::Join if group.code().is_none() => {
            Some("Paste an invite link of WhatsApp's, or its code.".to_owned())
        }
        NewGroupWay::Join => match group.leads_to() {
            None => Some("Enter looks up where the link leads.".to_owned()),
            Some(Ok(_)) => None,
            // A gateway without previews can still join.
            Some(Err(failure)) if failure.is_not_offered() => None,
            Some(Err(failure)) => Some(state.sentence(failure, None)),
        },
    }
}

#[must_use]
pub(crate) fn new_group_parts(
    state: &State,
    screen: &Screen,
    group: &NewGroupDialog,
) -> NewGroupParts {
    let width = content_width(screen, WIDTH);
    let text = wrap(&words(state, group), width, usize::from(WORDS) + 2);
    let focus = match group.focus {
        NewGroupFocus::Button(button) => Some(button),
        _ => None,
    };
    let fields = match &group.phase {
        NewGroupPhase::Done(_) => Vec::new(),
        _ => fields(group),
    };
    let rows: u16 = fields.iter().map(|field| height(*field)).sum();
    let words_height = u16::try_from(text.len()).unwrap_or(WORDS).max(WORDS);
    let wished = (rows + words_height + 2).min(content_height(screen));
    let dialog = dialog(
        screen,
        width,
        wished,
        new_group_buttons(state, group),
        focus,
    );
    let content = dialog.content;
    let words = Rect {
        y: content
            .bottom()
            .saturating_sub(words_height + 1)
            .max(content.y),
        height: words_height.min(content.height.saturating_sub(1)),
        ..content
    };
    let mut y = content.y;
    let mut areas = Vec::new();
    for field in fields {
        let left = words.y.saturating_sub(y);
        let high = height(field).min(left);
        let area = Rect {
            y,
            height: high,
            ..content
        };
        areas.push((field, area));
        y += high;
    }
    NewGroupParts {
        fields: areas,
        text,
        words,
        dialog,
    }
}

fn fields(group: &NewGroupDialog) -> Vec<NewGroupFocus> {
    let mut fields = vec![NewGroupFocus::Way, NewGroupFocus::Account];
    match group.way {
        NewGroupWay::Create => {
            fields.extend([NewGroupFocus::Name, NewGroupFocus::Description]);
            fields.extend((0..group.choices.len()).map(NewGroupFocus::Choice));
            fields.push(NewGroupFocus::People);
        }
        NewGroupWay::Join => fields.push(NewGroupFocus::Link),
    }
    fields
}

fn height(field: NewGroupFocus) -> u16 {
    match field {
        NewGroupFocus::People => PEOPLE,
        _ => 1,
    }
}

fn words(state: &State, group: &NewGroupDialog) -> String {
    match &group.phase {
        NewGroupPhase::Calling(_) => return "◌ Asking WhatsApp …".to_owned(),
        NewGroupPhase::Checking(_) => {
            return "◌ The answer was lost. Reading the groups …".to_owned();
        }
        NewGroupPhase::Setting(_) => return "◌ Created. Making the settings …".to_owned(),
        NewGroupPhase::Looking(_) => return "◌ Created. Reading who is in it …".to_owned(),
        NewGroupPhase::Done(words) => return words.clone(),
        NewGroupPhase::Failed(words) => return format!("✘ {words}"),
        NewGroupPhase::Editing => {}
    }
    let session = group.session();
    match group.way {
        NewGroupWay::Create => {
            let budget = state
                .budget_words(
                    session,
                    |budget| &budget.create,
                    "create",
                    ("group", "groups"),
                )
                .unwrap_or_default();
            let people = match group.pasted.people.len() {
                0 => {
                    "People: numbers in any notation, with names or without, one a line.".to_owned()
                }
                count => format!("{} understood.", words::count(count, "person", "people")),
            };
            match new_group_fault(state, group) {
                Some(fault) if !NewGroupDialog::typed(&group.name).is_empty() => {
                    format!("✘ {fault} {budget}")
                }
                _ => format!("{people} {budget}"),
            }
        }
        NewGroupWay::Join => {
            let budget = state
                .budget_words(session, |budget| &budget.join, "join", ("group", "groups"))
                .unwrap_or_default();
            match (group.leads_to(), new_group_fault(state, group)) {
                (Some(Ok(preview)), _) => format!("✔ {}. {budget}", words::preview(preview)),
                (Some(Err(failure)), None) if failure.is_not_offered() => format!(
                    "This gateway does not say where a link leads; joining works all the same. {budget}"
                ),
                (_, Some(fault)) if group.code().is_none() => format!("{fault} {budget}"),
                (_, Some(_))
                    if group
                        .preview
                        .as_ref()
                        .is_some_and(|(_, answer)| answer.is_none()) =>
                {
                    "◌ Asking where the link leads …".to_owned()
                }
                (Some(Err(_)), Some(fault)) => format!("✘ {fault}"),
                (_, Some(fault)) => format!("{fault} {budget}"),
                (_, None) => budget,
            }
        }
    }
}
