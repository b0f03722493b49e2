//! The areas of "Print sheet".

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use super::wrap::wrap;
use crate::console::state::{
    ButtonId, Layer, SheetDialog, SheetField, SheetFocus, SheetPhase, State,
};
use crate::console::words;
use crate::sheet::SheetFormat;
use crate::text::clean_line;
use ratatui::layout::{Position, Rect};

const WIDTH: u16 = 72;
/// Rows of the fields with the empty one below them.
const FIELDS: u16 = 6;
/// Rows of the words below the fields.
const WORDS: u16 = 8;
/// Lines of a report.
const LINES_MAX: usize = 2_000;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SheetParts {
    pub dialog: Dialog,
    /// The rows of the fields, with their names.
    pub fields: [(SheetField, Rect); 5],
    /// Words below the fields, already broken; those from `first` on are visible.
    pub text: Vec<String>,
    pub first: usize,
    pub words: Rect,
}

impl SheetParts {
    /// The field at a cell.
    #[must_use]
    pub(crate) fn field_at(&self, at: Position) -> Option<SheetField> {
        let field = self.fields.iter().find(|(_, area)| area.contains(at));
        field.map(|(field, _)| *field)
    }
}

#[must_use]
pub(crate) fn sheet_buttons(sheet: &SheetDialog) -> Vec<Button> {
    match sheet.phase {
        SheetPhase::Choosing(_) => vec![
            Button::new(ButtonId::Save, "Make the sheet"),
            Button::new(ButtonId::Cancel, "Cancel"),
        ],
        SheetPhase::Reading { .. } => vec![Button::new(ButtonId::Cancel, "Stop")],
        SheetPhase::Saving(_) => Vec::new(),
        SheetPhase::Done { .. } => vec![Button::new(ButtonId::Close, "Close")],
    }
}

#[must_use]
pub(crate) fn sheet_parts(state: &State, screen: &Screen, sheet: &SheetDialog) -> SheetParts {
    let width = content_width(screen, WIDTH);
    let text: Vec<String> = report(state, sheet)
        .iter()
        .flat_map(|line| wrap(line, width, LINES_MAX))
        .take(LINES_MAX)
        .collect();
    let focus = match sheet.focus {
        SheetFocus::Button(button) => Some(button),
        SheetFocus::Field(_) => None,
    };
    let height = (FIELDS + WORDS).min(content_height(screen));
    let dialog = dialog(screen, width, height, sheet_buttons(sheet), focus);
    let content = dialog.content;
    let words = Rect {
        y: content.y.saturating_add(FIELDS).min(content.bottom()),
        height: content.height.saturating_sub(FIELDS + 1),
        ..content
    };
    let mut line = 0;
    SheetParts {
        fields: SheetDialog::FIELDS.map(|field| {
            line += 1;
            (field, row(content, line - 1))
        }),
        first: sheet.scroll.min(text.len().saturating_sub(1)),
        text,
        words,
        dialog,
    }
}

/// Lines of the report, and how many are visible.
#[must_use]
pub(crate) fn sheet_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Sheet(sheet))) => {
            let parts = sheet_parts(state, &screen, sheet);
            (parts.text.len(), usize::from(parts.words.height).max(1))
        }
        _ => (0, 1),
    }
}

fn report(state: &State, sheet: &SheetDialog) -> Vec<String> {
    let mut lines = match &sheet.phase {
        SheetPhase::Choosing(Some(why)) => vec![format!("✘ {why}")],
        SheetPhase::Choosing(None) => vec![about(sheet.format).to_owned()],
        SheetPhase::Reading {
            asked,
            done,
            begun,
            expected,
            paused,
            ..
        } => {
            let left = (begun + expected - state.now).max(0);
            let mut lines = vec![format!("◌ Reading links: {done} of {}", asked.len())];
            lines.push(match paused {
                Some(until) => format!(
                    "The gateway asks for a pause until {}.",
                    words::clock_seconds(*until, &state.options.zone)
                ),
                None => format!(
                    "At the pace that accounts may ask: about {} left.",
                    time(left)
                ),
            });
            lines
        }
        SheetPhase::Saving(_) => vec!["◌ Writing …".to_owned()],
        SheetPhase::Done { file, groups } => {
            let what = words::count(*groups, "group", "groups");
            let mut lines = vec![format!("✔ {what}: {}", clean_line(&file.to_string_lossy()))];
            if sheet.format == SheetFormat::Html {
                lines.push("Open it in a browser and print it at 100 %.".to_owned());
            }
            lines
        }
    };
    let shows_left_out = sheet.is_done() && !sheet.left_out.is_empty();
    if shows_left_out {
        lines.push(String::new());
        let count = words::count(sheet.left_out.len(), "group is", "groups are");
        lines.push(format!("{count} left out:"));
        let left_out = sheet.left_out.iter();
        lines.extend(left_out.map(|(name, why)| format!("{name} · {why}")));
    }
    lines
}

fn about(format: SheetFormat) -> &'static str {
    match format {
        SheetFormat::Html => {
            "A page for a browser's print dialog, with names, QR codes and links. Only you can read the file: whoever has a link can join."
        }
        SheetFormat::Png | SheetFormat::Svg => {
            "A folder with one picture of the QR code per group; the layout and the text are not used."
        }
        SheetFormat::Csv => {
            "A table of names, links and accounts; the layout and the text are not used."
        }
    }
}

/// `40 s`, `12 min`
fn time(millis: i64) -> String {
    match millis / 1_000 {
        seconds @ 0..=90 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds + 59) / 60),
    }
}
