//! Text fields: one line that scrolls horizontally with its cursor, or several wrapped lines.
//!
//! Typed or pasted text may contain control characters, so every grapheme is cleaned before it is drawn.

use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui_textarea::{DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// A displayed grapheme.
struct Piece {
    shown: String,
    width: usize,
    /// Its position in the line, in characters.
    at: usize,
    characters: usize,
}

fn pieces(line: &str) -> Vec<Piece> {
    let mut at = 0;
    line.graphemes(true)
        .map(|grapheme| {
            let shown = text::clean_line(grapheme).into_owned();
            let characters = grapheme.chars().count();
            let piece = Piece {
                width: text::width(&shown),
                shown,
                at,
                characters,
            };
            at += characters;
            piece
        })
        .collect()
}

/// A row of the screen: consecutive pieces of a line.
struct VisualRow {
    line: usize,
    pieces: Vec<Piece>,
    /// Whether the line ends here, so that the cursor may be after the last piece.
    last: bool,
}

impl VisualRow {
    fn start(&self) -> usize {
        self.pieces.first().map_or(0, |piece| piece.at)
    }

    fn end(&self) -> usize {
        self.pieces
            .last()
            .map_or(self.start(), |piece| piece.at + piece.characters)
    }

    fn holds(&self, line: usize, at: usize) -> bool {
        self.line == line && at >= self.start() && (at < self.end() || self.last)
    }

    /// Columns before a character.
    fn columns_before(&self, at: usize) -> usize {
        self.pieces
            .iter()
            .take_while(|piece| piece.at + piece.characters <= at)
            .map(|piece| piece.width)
            .sum()
    }
}

/// Draws one line, scrolled so that the cursor is visible; returns the cursor's position.
pub(crate) fn single(
    area: &TextArea<'_>,
    place: Rect,
    style: Style,
    buffer: &mut Buffer,
) -> Position {
    let line = area.lines().join(" ");
    let DataCursor(_, at) = area.cursor();
    let row = VisualRow {
        line: 0,
        pieces: pieces(&line),
        last: true,
    };
    let room = usize::from(place.width.saturating_sub(1));
    let cursor = row.columns_before(at);
    // Whole pieces are dropped on the left until the cursor fits.
    let mut skipped = 0;
    let mut first = 0;
    while cursor - skipped > room && first < row.pieces.len() {
        skipped += row.pieces[first].width;
        first += 1;
    }
    draw_row(&row.pieces[first..], place, style, buffer);
    on_screen(place, cursor - skipped, 0)
}

/// Draws wrapped lines, scrolled so that the cursor is visible; returns the cursor's position.
pub(crate) fn wrapped(
    area: &TextArea<'_>,
    place: Rect,
    style: Style,
    buffer: &mut Buffer,
) -> Position {
    let DataCursor(line, at) = area.cursor();
    let rows = rows(
        area.lines(),
        usize::from(place.width.saturating_sub(1)).max(2),
    );
    let cursor_row = rows
        .iter()
        .position(|row| row.holds(line, at))
        .unwrap_or(rows.len().saturating_sub(1));
    let seen = usize::from(place.height).max(1);
    let first = (cursor_row + 1).saturating_sub(seen);
    for (y, row) in (place.y..place.bottom()).zip(&rows[first.min(rows.len())..]) {
        draw_row(
            &row.pieces,
            Rect {
                y,
                height: 1,
                ..place
            },
            style,
            buffer,
        );
    }
    let columns = rows.get(cursor_row).map_or(0, |row| row.columns_before(at));
    on_screen(place, columns, cursor_row.saturating_sub(first))
}

fn on_screen(place: Rect, columns: usize, rows: usize) -> Position {
    let within = |offset: usize, room: u16| {
        u16::try_from(offset)
            .unwrap_or(u16::MAX)
            .min(room.saturating_sub(1))
    };
    Position::new(
        place.x + within(columns, place.width),
        place.y + within(rows, place.height),
    )
}

fn rows(lines: &[String], width: usize) -> Vec<VisualRow> {
    let mut rows = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let mut current: Vec<Piece> = Vec::new();
        let mut used = 0;
        for piece in pieces(text) {
            if used + piece.width > width && !current.is_empty() {
                // Break after the last blank, so that words are not split.
                let keep = current
                    .iter()
                    .rposition(|piece| piece.shown == " ")
                    .map_or(current.len(), |blank| blank + 1);
                let rest = current.split_off(keep);
                rows.push(VisualRow {
                    line,
                    pieces: std::mem::replace(&mut current, rest),
                    last: false,
                });
                used = current.iter().map(|piece| piece.width).sum();
            }
            used += piece.width;
            current.push(piece);
        }
        rows.push(VisualRow {
            line,
            pieces: current,
            last: true,
        });
    }
    rows
}

fn draw_row(pieces: &[Piece], place: Rect, style: Style, buffer: &mut Buffer) {
    let mut left = Rect {
        height: place.height.min(1),
        ..place
    };
    for piece in pieces {
        if piece.width > usize::from(left.width) {
            return;
        }
        left = super::paint::put(buffer, left, &piece.shown, style);
    }
}
