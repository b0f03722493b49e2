//! The full-screen QR code.

use super::screen::row;
use crate::console::qr::{self, Blocks, Code, Fit};
use crate::console::state::{Invite, State};
use crate::text;
use ratatui::layout::{Rect, Size};

/// The areas of the full-screen code.
pub(crate) struct QrParts {
    /// Everything but the footer.
    pub area: Rect,
    pub name: Rect,
    pub code: Rect,
    pub link: Rect,
    pub drawing: QrDrawing,
}

/// The content of the middle.
pub(crate) enum QrDrawing {
    Code {
        code: Code,
        blocks: Blocks,
        /// Whole blocks were chosen but do not fit: this many columns and rows are missing.
        whole_missing: Option<(u16, u16)>,
    },
    /// No code fits: this many columns and rows are missing.
    Missing {
        columns: u16,
        rows: u16,
    },
    TooLong,
    /// There is no link to show.
    NoLink,
}

#[must_use]
pub(crate) fn qr_parts(state: &State) -> QrParts {
    let (columns, rows) = state.size;
    let area = Rect::new(0, 0, columns, rows.saturating_sub(1));
    let link = match state.card.as_ref().map(|card| &card.invite) {
        Some(Invite::Shown { link, .. }) => Some(link.as_str()),
        _ => None,
    };
    let link_width = u16::try_from(link.map_or(0, text::width)).unwrap_or(u16::MAX);
    let link_height = link_width.div_ceil(columns.max(1)).clamp(1, 3);
    let room = Size::new(columns, area.height.saturating_sub(1 + link_height));
    let drawing = match link {
        None => QrDrawing::NoLink,
        Some(link) => qr_drawing(
            link,
            room,
            state.whole_blocks,
            state.options.theme.least_blocks(),
        ),
    };
    let size = match &drawing {
        QrDrawing::Code { code, blocks, .. } => qr::size(code, *blocks),
        _ => Size::new(room.width, room.height.min(7)),
    };
    // Empty lines around name and link if there is space.
    let spare = room.height.saturating_sub(size.height);
    let gap = spare.min(2) / 2;
    let top = (spare - gap * 2) / 2;
    let name = row(area, top);
    let code = Rect {
        x: area.x + (columns.saturating_sub(size.width)) / 2,
        y: name.y + 1 + gap,
        width: size.width,
        height: size.height,
    };
    QrParts {
        area,
        name,
        link: Rect {
            y: code.bottom() + gap,
            height: link_height,
            ..area
        },
        code,
        drawing,
    }
}

/// Whole blocks make a larger code, so they are used wherever they fit, even if not chosen.
fn qr_drawing(link: &str, room: Size, whole_wished: bool, least: Blocks) -> QrDrawing {
    let whole_missing = match qr::fit(link, room, Blocks::Full) {
        Fit::Fits(code) => {
            return QrDrawing::Code {
                code,
                blocks: Blocks::Full,
                whole_missing: None,
            };
        }
        Fit::Missing { columns, rows } => Some((columns, rows)),
        Fit::TooLong => return QrDrawing::TooLong,
    };
    match qr::fit(link, room, least) {
        Fit::Fits(code) => QrDrawing::Code {
            code,
            blocks: least,
            whole_missing: whole_missing.filter(|_| whole_wished),
        },
        Fit::Missing { columns, rows } => QrDrawing::Missing { columns, rows },
        Fit::TooLong => QrDrawing::TooLong,
    }
}
