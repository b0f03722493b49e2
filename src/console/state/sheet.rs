//! "Print sheet": which groups, how they are printed, and what became of it.

use super::button::ButtonId;
use super::form::text_area;
use crate::api::EpochMillis;
use crate::console::ids::{GroupKey, RequestId};
use crate::sheet::{Layout, SheetFormat};
use ratatui_textarea::TextArea;
use std::path::PathBuf;

/// Groups that a sheet can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetSource {
    /// As the dialog calls them.
    pub label: String,
    /// The name of the file that is proposed, without its ending.
    pub title: String,
    pub groups: Vec<GroupKey>,
}

/// The dialog.
pub struct SheetDialog {
    /// At least one.
    pub sources: Vec<SheetSource>,
    /// The chosen one of them.
    pub source: usize,
    pub layout: Layout,
    /// Position in [`super::Options::copy`]; `None` for no text below the code.
    pub text: Option<usize>,
    pub format: SheetFormat,
    /// The file's name, without its ending.
    pub name: TextArea<'static>,
    pub focus: SheetFocus,
    pub phase: SheetPhase,
    /// Names of groups that have no link for us, with the reason.
    pub left_out: Vec<(String, String)>,
    /// First visible line of the report.
    pub scroll: usize,
}

/// A row of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetField {
    Groups,
    Layout,
    Text,
    Format,
    Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFocus {
    Field(SheetField),
    Button(ButtonId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum SheetPhase {
    /// With the reason why nothing was made, after an attempt.
    Choosing(Option<String>),
    /// The links are being read.
    Reading {
        request: RequestId,
        /// The groups that are asked for, in the order of the answers.
        asked: Vec<GroupKey>,
        done: usize,
        begun: EpochMillis,
        /// How long it takes, in milliseconds.
        expected: i64,
        /// The gateway asks for a pause until then.
        paused: Option<EpochMillis>,
    },
    Saving(RequestId),
    /// The file or folder, and how many groups it has.
    Done {
        file: PathBuf,
        groups: usize,
    },
}

impl SheetDialog {
    /// The rows, from top to bottom.
    pub(crate) const FIELDS: [SheetField; 5] = [
        SheetField::Groups,
        SheetField::Layout,
        SheetField::Text,
        SheetField::Format,
        SheetField::Name,
    ];

    #[must_use]
    pub(crate) fn new(sources: Vec<SheetSource>) -> Self {
        let title = sources.first().map_or("", |source| source.title.as_str());
        Self {
            name: text_area(title),
            sources,
            source: 0,
            layout: Layout::default(),
            text: None,
            format: SheetFormat::default(),
            focus: SheetFocus::Field(SheetField::Groups),
            phase: SheetPhase::Choosing(None),
            left_out: Vec::new(),
            scroll: 0,
        }
    }

    #[must_use]
    pub(crate) fn chosen(&self) -> &SheetSource {
        &self.sources[self.source]
    }

    #[must_use]
    pub(crate) fn is_choosing(&self) -> bool {
        matches!(self.phase, SheetPhase::Choosing(_))
    }

    #[must_use]
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.phase, SheetPhase::Done { .. })
    }

    /// The field that keys and mouse are at.
    #[must_use]
    pub(crate) fn field(&self) -> Option<SheetField> {
        match self.focus {
            SheetFocus::Field(field) if self.is_choosing() => Some(field),
            _ => None,
        }
    }

    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        self.field() == Some(SheetField::Name)
    }

    /// Goes to the next or previous value of a row; `texts` is how many prepared texts there are.
    pub(crate) fn change(&mut self, field: SheetField, back: bool, texts: usize) {
        let step = |at: usize, count: usize| {
            let by = if back { count.max(1) - 1 } else { 1 };
            (at + by) % count.max(1)
        };
        match field {
            SheetField::Groups => {
                let proposed = self.name.lines().join(" ") == self.chosen().title;
                self.source = step(self.source, self.sources.len());
                if proposed {
                    self.name = text_area(&self.chosen().title);
                }
            }
            SheetField::Layout => {
                let at = Layout::ALL.iter().position(|one| *one == self.layout);
                self.layout = Layout::ALL[step(at.unwrap_or(0), Layout::ALL.len())];
            }
            SheetField::Text => {
                let at = self.text.map_or(0, |at| at + 1);
                self.text = step(at, texts + 1).checked_sub(1);
            }
            SheetField::Format => {
                let all = SheetFormat::ALL;
                let at = all.iter().position(|one| *one == self.format);
                self.format = all[step(at.unwrap_or(0), all.len())];
            }
            SheetField::Name => {}
        }
    }
}
