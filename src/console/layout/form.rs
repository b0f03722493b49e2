//! The settings form: which line of the dialog holds what.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row};
use crate::api::{Audience, SettingField};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::state::{
    ButtonId, EditForm, FieldOutcome, FormFocus, FormPhase, Settings, State,
};
use crate::console::words;
use crate::text;
use ratatui::layout::Rect;

/// The buttons of the form, from left to right.
pub(crate) const FORM_BUTTONS: [ButtonId; 2] = [ButtonId::Save, ButtonId::Cancel];
/// The same while it asks whether to leave without saving.
pub(crate) const FORM_LEAVE_BUTTONS: [ButtonId; 2] = [ButtonId::KeepEditing, ButtonId::Discard];
/// Columns of the field names.
pub(crate) const LABELS: u16 = 14;
/// Columns of `2048 / 2048` and the gap before it.
pub(crate) const COUNTS: u16 = 13;
const WIDTH: u16 = 92;
const DESCRIPTION_ROWS: (u16, u16) = (3, 10);

/// One line of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormLine {
    /// The first line of a field.
    Field(SettingField),
    /// A further line of the description.
    More,
    /// A note about a field: its fault, a change made elsewhere, the outcome of the save.
    Note(SettingField, Note),
    Gap,
    /// The new value of a field.
    Change(SettingField),
    NoChange,
    /// The outcome of the save as a whole, or a question; wrapped text takes several lines.
    Message(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    Fault(String),
    Applied,
    Refused(String),
    NotAttempted,
    NotApplied,
    /// Whether it was applied is not known yet.
    Unknown,
    /// It was changed elsewhere meanwhile, to this value; whether the typed one differs.
    Theirs {
        value: String,
        kept: bool,
    },
}

/// The form's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormParts {
    pub dialog: Dialog,
    pub lines: Vec<(FormLine, Rect)>,
    /// Where the subject is typed.
    pub subject: Rect,
    /// Where the description is typed.
    pub description: Rect,
}

impl FormParts {
    /// The field at a cell.
    #[must_use]
    pub(crate) fn field_at(&self, column: u16, line: u16) -> Option<SettingField> {
        let at = self
            .lines
            .iter()
            .position(|(_, area)| area.contains((column, line).into()))?;
        self.lines[..=at]
            .iter()
            .rev()
            .find_map(|(kind, _)| match kind {
                FormLine::Field(field) => Some(Some(*field)),
                FormLine::More => None,
                _ => Some(None),
            })?
    }
}

#[must_use]
pub(crate) fn form_parts(state: &State, screen: &Screen, form: &EditForm) -> FormParts {
    let width = content_width(screen, WIDTH);
    let room = content_height(screen);
    let changed = form.changes();
    let mut head = vec![FormLine::Field(SettingField::Subject)];
    head.extend(notes(form, SettingField::Subject));
    head.push(FormLine::Field(SettingField::Description));
    let description_at = head.len();
    let mut tail: Vec<FormLine> = notes(form, SettingField::Description).collect();
    for field in form.fields().into_iter().skip(2) {
        tail.push(FormLine::Field(field));
        tail.extend(notes(form, field));
    }
    tail.push(FormLine::Gap);
    if changed.is_empty() {
        tail.push(FormLine::NoChange);
    }
    tail.extend(changed.iter().copied().map(FormLine::Change));
    let message = message(state, form, width);
    let fixed = u16::try_from(head.len() + tail.len() + message.len() + 2).unwrap_or(u16::MAX);
    let (least, most) = DESCRIPTION_ROWS;
    let description_rows = room.saturating_sub(fixed).clamp(least, most);
    for _ in 1..description_rows {
        head.push(FormLine::More);
    }
    let mut lines = head;
    lines.extend(tail);
    // With too few lines the fields and the message have priority.
    let wanted = usize::from(room).saturating_sub(message.len() + 1);
    if lines.len() > wanted {
        lines.retain(|line| *line != FormLine::Gap);
    }
    lines.truncate(wanted);
    if !message.is_empty() {
        lines.push(FormLine::Gap);
        lines.extend(message);
    }
    lines.push(FormLine::Gap);
    lines.truncate(usize::from(room));
    let height = u16::try_from(lines.len()).unwrap_or(room);
    let focus = match form.focus {
        FormFocus::Button(id) => Some(id),
        FormFocus::Field(_) => None,
    };
    let dialog = dialog(screen, width, height, buttons(form, changed.len()), focus);
    let content = dialog.content;
    let lines: Vec<_> = (0..content.height)
        .zip(lines)
        .map(|(at, line)| (line, row(content, at)))
        .collect();
    let value = |at: usize, height: u16| {
        let top = lines.get(at).map_or(Rect::ZERO, |(_, area)| *area);
        Rect {
            x: top.x + LABELS.min(top.width),
            width: top.width.saturating_sub(LABELS + COUNTS),
            height: height.min(content.bottom().saturating_sub(top.y)),
            ..top
        }
    };
    FormParts {
        subject: value(0, 1),
        description: value(description_at - 1, description_rows),
        dialog,
        lines,
    }
}

fn notes(form: &EditForm, field: SettingField) -> impl Iterator<Item = FormLine> {
    let fault = form
        .faults
        .iter()
        .find(|(faulty, _)| *faulty == field)
        .map(|(_, fault)| Note::Fault(text::clean_line(fault).into_owned()));
    let outcome = form
        .outcomes
        .iter()
        .find(|(attempted, _)| *attempted == field)
        .map(|(_, outcome)| match outcome {
            FieldOutcome::Applied => Note::Applied,
            FieldOutcome::Refused(failure) => Note::Refused(refusal(failure)),
            FieldOutcome::NotAttempted => Note::NotAttempted,
            FieldOutcome::NotApplied => Note::NotApplied,
            FieldOutcome::Unknown => Note::Unknown,
        });
    let changed_elsewhere = form
        .changed_elsewhere
        .contains(&field)
        .then(|| Note::Theirs {
            value: value_word(&form.base, field),
            kept: form.changes().contains(&field),
        });
    [fault, outcome, changed_elsewhere]
        .into_iter()
        .flatten()
        .map(move |note| FormLine::Note(field, note))
}

/// Why one field was refused, in a few words; the whole sentence is below.
fn refusal(failure: &CallFailure) -> String {
    match &failure.kind {
        FailureKind::Offline => "not connected".to_owned(),
        FailureKind::NotAdmin => "not an admin".to_owned(),
        FailureKind::PerhapsNotAdmin => "perhaps not an admin".to_owned(),
        FailureKind::PerhapsOffline => "perhaps not connected".to_owned(),
        FailureKind::NoSuchSession | FailureKind::NotInEngine => {
            "the gateway does not have the session".to_owned()
        }
        FailureKind::NotInGroup => "not in the group".to_owned(),
        FailureKind::DeadInvite => "the link is dead".to_owned(),
        FailureKind::RateLimited { .. } | FailureKind::TooManyConnects { .. } => {
            "too many requests".to_owned()
        }
        FailureKind::MissingCapability { .. } => "your key may not".to_owned(),
        FailureKind::GatewayAway => "the gateway is away".to_owned(),
        FailureKind::Other => text::clean_line(&failure.message).into_owned(),
    }
}

/// A value in one line.
#[must_use]
pub(crate) fn value_word(settings: &Settings, field: SettingField) -> String {
    let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
    match field {
        SettingField::Subject => text::clean_line(&settings.subject).into_owned(),
        SettingField::Description => text::clean_line(&settings.description).into_owned(),
        SettingField::Announce => switch(settings.announce),
        SettingField::Locked => switch(settings.locked),
        SettingField::InviteBy => audience_word(settings.invite_by.as_ref()),
        SettingField::JoinApproval => switch(settings.join_approval.unwrap_or_default()),
        SettingField::AddBy => audience_word(settings.add_by.as_ref()),
        SettingField::EphemeralSeconds => {
            words::ephemeral(settings.ephemeral_seconds.unwrap_or_default())
        }
    }
}

fn audience_word(who: Option<&Audience>) -> String {
    who.map(words::audience).unwrap_or_default()
}

fn message(state: &State, form: &EditForm, width: u16) -> Vec<FormLine> {
    let text = match &form.phase {
        FormPhase::Editing => return Vec::new(),
        FormPhase::Saving(_) => "◌ Saving … Esc leaves; the save goes on.".to_owned(),
        FormPhase::Checking => {
            "◌ The outcome is open. Asking the gateway what it has now … Esc leaves.".to_owned()
        }
        FormPhase::Failed(failure) => format!("✘ {}", state.sentence(failure, Some(&form.key))),
        FormPhase::AskLeave => "Leave without saving? What you typed would be lost.".to_owned(),
    };
    super::wrap::wrap(&text, width, 3)
        .into_iter()
        .map(FormLine::Message)
        .collect()
}

fn buttons(form: &EditForm, changes: usize) -> Vec<Button> {
    let changes_word = words::count(changes, "change", "changes");
    let [save, cancel] = FORM_BUTTONS;
    let [keep_editing, discard] = FORM_LEAVE_BUTTONS;
    match &form.phase {
        FormPhase::Editing => vec![
            Button::new(
                save,
                if changes == 0 {
                    "Nothing to save".to_owned()
                } else {
                    format!("Save {changes_word}")
                },
            )
            .enabled(changes > 0 && form.faults.is_empty()),
            Button::new(cancel, "Cancel"),
        ],
        FormPhase::Saving(_) => vec![
            Button::new(save, "Saving …").enabled(false),
            Button::new(cancel, "Close"),
        ],
        FormPhase::Checking => vec![
            Button::new(save, "Checking …").enabled(false),
            Button::new(cancel, "Close"),
        ],
        FormPhase::Failed(_) => vec![
            Button::new(save, format!("Retry {changes}"))
                .enabled(changes > 0 && form.faults.is_empty()),
            Button::new(cancel, "Close"),
        ],
        FormPhase::AskLeave => vec![
            Button::new(keep_editing, "Keep editing"),
            Button::new(discard, "Discard"),
        ],
    }
}
