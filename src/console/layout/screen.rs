//! How the screen is divided: header, footer and the panes between them.
//!
//! Rectangles are computed, not solved by ratatui's `Layout`: where there is little room, parts are left out in an
//! order (`details` of the card, columns of the list), which constraints on lengths cannot express, and the
//! mouse needs the result without drawing.

use super::marks_lines::marks_lines;
use crate::console::state::{Pane, State};
use ratatui::layout::Rect;

/// Columns and rows below which the panes cannot be drawn.
pub(crate) const MIN_SIZE: (u16, u16) = (60, 16);
/// Minimum columns for two panes side by side.
const MEDIUM: u16 = 100;
/// Minimum columns for all three panes: the list of groups keeps enough columns for names.
const WIDE: u16 = 144;
/// With fewer rows a code does not fit under a card's first lines, only beside them.
const TALL: u16 = 28;
/// A card on which an invite link stands in one line.
const CARD_WIDTH: u16 = 50;
/// A card with the code beside the text.
const BROAD_CARD_WIDTH: u16 = 72;
const SESSIONS_WIDTH: u16 = 25;

/// The screen's parts. A pane that is not visible is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    pub header: Rect,
    /// Everything between header and footer, but the lines of marks and batch.
    pub body: Rect,
    /// The lines above the footer of the marks and of the batch; empty without any.
    pub marks: Rect,
    pub footer: Rect,
    pub sessions: Option<Rect>,
    pub groups: Option<Rect>,
    pub card: Option<Rect>,
}

impl Screen {
    /// Whether one pane fills the body, so that Esc leads back to the one before.
    #[must_use]
    pub(crate) fn is_single(&self) -> bool {
        [self.sessions, self.groups, self.card]
            .iter()
            .flatten()
            .count()
            == 1
    }
}

/// The parts of the screen, or `None` when the terminal is too small for them.
#[must_use]
pub(crate) fn screen(state: &State) -> Option<Screen> {
    let (columns, rows) = state.size;
    if columns < MIN_SIZE.0 || rows < MIN_SIZE.1 {
        return None;
    }
    let marks = marks_lines(state);
    let body = Rect::new(0, 1, columns, rows - 2 - marks);
    let mut screen = Screen {
        header: Rect::new(0, 0, columns, 1),
        body,
        marks: Rect::new(0, body.bottom(), columns, marks),
        footer: Rect::new(0, rows - 1, columns, 1),
        sessions: None,
        groups: None,
        card: None,
    };
    let tall = rows >= TALL;
    if !state.zoomed && columns >= WIDE && tall {
        let extra = columns - WIDE;
        let sessions = SESSIONS_WIDTH + (extra / 8).min(10);
        let card = CARD_WIDTH + (extra / 4).min(30);
        let (left, rest) = split_left(body, sessions);
        let (middle, right) = split_right(rest, card);
        screen.sessions = Some(left);
        screen.groups = Some(middle);
        screen.card = Some(right);
    } else if !state.zoomed
        && (columns >= WIDE || (columns >= MEDIUM && (tall || state.focus != Pane::Group)))
    {
        if state.focus == Pane::Sessions {
            let (left, right) = split_left(body, columns / 3);
            screen.sessions = Some(left);
            screen.groups = Some(right);
        } else {
            let card = if tall || columns < WIDE {
                CARD_WIDTH
            } else {
                BROAD_CARD_WIDTH
            };
            let (left, right) = split_right(body, card);
            screen.groups = Some(left);
            screen.card = Some(right);
        }
    } else {
        match state.focus {
            Pane::Sessions => screen.sessions = Some(body),
            Pane::Groups => screen.groups = Some(body),
            Pane::Group => screen.card = Some(body),
        }
    }
    Some(screen)
}

fn split_left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (
        Rect { width, ..area },
        Rect {
            x: area.x + width,
            width: area.width - width,
            ..area
        },
    )
}

fn split_right(area: Rect, width: u16) -> (Rect, Rect) {
    split_left(area, area.width - width.min(area.width))
}

/// What is left inside a border.
#[must_use]
pub(crate) fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// One row of an area, counted from its top; empty when there is no such row.
#[must_use]
pub(crate) fn row(area: Rect, row: u16) -> Rect {
    Rect {
        y: area.y.saturating_add(row),
        height: u16::from(row < area.height),
        ..area
    }
}
