//! Output of a frame's cells.
//!
//! Terminals disagree about the width of some characters. Before such a character its reserved cells are
//! cleared, and the next cell is addressed by row and column: if a terminal draws fewer columns than
//! reserved, no older text remains, and if it draws more, the rest of the line stays in place.

use super::hang_up::{HangUp, Output};
use crate::console::locale::Charset;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

/// Frames up to this many bytes are one write.
const FRAME_BUFFER: usize = 1 << 18;

type Inner<W> = CrosstermBackend<W>;

/// The ratatui backend.
pub struct TerminalBackend<W: Write = BufWriter<Output>> {
    inner: Inner<W>,
    charset: Charset,
    hang_up: HangUp,
    /// The last size that the terminal reported; kept after a hang-up.
    size: Size,
}

impl TerminalBackend {
    pub(super) fn new(charset: Charset, hang_up: &HangUp) -> Self {
        let output = BufWriter::with_capacity(FRAME_BUFFER, Output::new(hang_up.clone()));
        Self::on(output, charset, hang_up)
    }
}

impl<W: Write> TerminalBackend<W> {
    fn on(output: W, charset: Charset, hang_up: &HangUp) -> Self {
        Self {
            inner: CrosstermBackend::new(output),
            charset,
            hang_up: hang_up.clone(),
            size: Size::new(80, 24),
        }
    }
}

impl<W: Write> Write for TerminalBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for TerminalBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut run: Vec<(u16, u16, Cow<'a, Cell>)> = Vec::new();
        for (x, y, cell) in content {
            let cell = in_charset(cell, self.charset);
            if !is_contested(cell.symbol()) {
                run.push((x, y, cell));
                continue;
            }
            let columns = u16::try_from(crate::text::width(cell.symbol())).unwrap_or(1);
            let mut blank = cell.as_ref().clone();
            blank.set_symbol(" ");
            for column in 0..columns.max(1) {
                run.push((x.saturating_add(column), y, Cow::Owned(blank.clone())));
            }
            // Back to the first column; a new run addresses the next cell by position.
            run.push((x, y, cell));
            send(&mut self.inner, &mut run)?;
        }
        send(&mut self.inner, &mut run)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn append_lines(&mut self, count: u16) -> io::Result<()> {
        self.inner.append_lines(count)
    }

    fn size(&self) -> io::Result<Size> {
        if self.hang_up.has_come() {
            return Ok(self.size);
        }
        self.hang_up.forgive(self.inner.size(), self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

/// Sends cells in screen order.
fn send<W: Write>(
    inner: &mut Inner<W>,
    run: &mut Vec<(u16, u16, Cow<'_, Cell>)>,
) -> io::Result<()> {
    if run.is_empty() {
        return Ok(());
    }
    inner.draw(run.iter().map(|(x, y, cell)| (*x, *y, cell.as_ref())))?;
    run.clear();
    Ok(())
}

fn in_charset(cell: &Cell, charset: Charset) -> Cow<'_, Cell> {
    if charset == Charset::Unicode || cell.symbol().is_ascii() {
        return Cow::Borrowed(cell);
    }
    let mut changed = cell.clone();
    if cell.fg == cell.bg && cell.symbol() == "█" {
        // A QR code's module: a space with this background colour.
        changed.set_symbol(" ");
    } else {
        changed.set_symbol(&charset.encode(cell.symbol()));
    }
    Cow::Owned(changed)
}

/// Whether terminals may disagree about the width of a cell's text: wide characters, joined ones, those
/// with marks, and emoji of one column, which some terminals draw in two.
fn is_contested(symbol: &str) -> bool {
    if symbol.is_ascii() {
        return false;
    }
    let mut characters = symbol.chars();
    let first = characters.next();
    let is_narrow_emoji = matches!(
        first,
        Some(
            '\u{A9}'
            | '\u{AE}'
            | '\u{203C}'
            | '\u{2049}'
            | '\u{2122}'
            | '\u{2139}'
            | '\u{2194}'..='\u{21AA}'
            | '\u{231A}'..='\u{23FF}'
            | '\u{2600}'..='\u{27BF}'
            | '\u{2B00}'..='\u{2BFF}'
            | '\u{3030}'
            | '\u{303D}'
            | '\u{3297}'
            | '\u{3299}',
        )
    );
    is_narrow_emoji || characters.next().is_some() || crate::text::width(symbol) != 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};
    use std::cell::RefCell;
    use std::rc::Rc;

    const COLUMNS: u16 = 12;

    #[derive(Clone, Default)]
    struct Sent(Rc<RefCell<Vec<u8>>>);

    impl Write for Sent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The bytes that a terminal receives for successive frames.
    fn sent(frames: &[&str], charset: Charset) -> Vec<String> {
        let sink = Sent::default();
        let mut backend = TerminalBackend::on(sink.clone(), charset, &HangUp::default());
        let area = Rect::new(0, 0, COLUMNS, 1);
        let mut before = Buffer::empty(area);
        let mut all = Vec::new();
        for frame in frames {
            let mut next = Buffer::empty(area);
            crate::console::view::put(&mut next, area, frame, Style::new());
            let changes = before.diff(&next);
            backend.draw(changes.into_iter()).unwrap();
            all.push(String::from_utf8(sink.0.take()).unwrap());
            before = next;
        }
        all
    }

    /// The row as displayed by a terminal that gives such characters this many columns.
    fn shown(sent: &[String], columns_of: impl Fn(char) -> usize) -> String {
        let mut row = [' '; 40];
        let mut at = 0;
        for text in sent {
            let mut rest = text.as_str();
            while let Some(character) = rest.chars().next() {
                if let Some(sequence) = rest.strip_prefix("\x1b[") {
                    let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                    if sequence[end..].starts_with('H') {
                        let column = sequence[..end].rsplit(';').next().unwrap();
                        at = column.parse::<usize>().unwrap() - 1;
                    }
                    rest = &sequence[end + 1..];
                    continue;
                }
                for column in 0..columns_of(character) {
                    row[at + column] = if column == 0 { character } else { '\0' };
                }
                at += columns_of(character);
                rest = &rest[character.len_utf8()..];
            }
        }
        row.iter()
            .filter(|c| **c != '\0')
            .collect::<String>()
            .trim_end()
            .to_owned()
    }

    #[test]
    fn no_text_of_the_previous_frame_remains_at_any_character_width() {
        let bearded = "a\u{1F9D4}\u{200D}\u{2642}\u{FE0F}b\u{1F9D1}\u{1F3FD}c";
        let sent = sent(&["WEEKENDVOLUN", bearded, "\u{1F9D1}xyz"], Charset::Unicode);
        for columns in [1, 2, 3] {
            let measure = |c: char| if c as u32 > 0x1_0000 { columns } else { 1 };
            let second = shown(&sent[..2], measure);
            let third = shown(&sent, measure);
            for row in [&second, &third] {
                assert!(
                    !row.contains(|c: char| c.is_ascii_uppercase()),
                    "{columns}: {row}"
                );
            }
            assert!(
                second.contains('a') && second.contains('b') && second.contains('c'),
                "{second}"
            );
            assert!(third.ends_with("xyz"), "{columns}: {third}");
        }
    }

    #[test]
    fn without_utf_8_only_ascii_is_written() {
        let sent = sent(&["● Café 東京 🇮🇩"], Charset::Ascii).concat();
        assert!(sent.is_ascii(), "{sent}");
        assert_eq!(shown(&[sent], |_| 1), "* Caf? ????.");
    }

    #[test]
    fn without_utf_8_a_code_is_drawn_with_background_colours() {
        let mut cell = Cell::new("█");
        cell.set_style(Style::new().fg(Color::White).bg(Color::White));
        assert_eq!(in_charset(&cell, Charset::Ascii).symbol(), " ");
        let mut letter = Cell::new("█");
        letter.set_fg(Color::White);
        assert_eq!(in_charset(&letter, Charset::Ascii).symbol(), "#");
    }

    #[test]
    fn after_a_hang_up_the_size_is_kept() {
        let hang_up = HangUp::default();
        let backend = TerminalBackend::on(Vec::new(), Charset::Unicode, &hang_up);
        hang_up.note();
        let mut terminal = Terminal::new(backend).unwrap();
        terminal.draw(|_| ()).unwrap();
        assert_eq!(terminal.size().unwrap(), Size::new(80, 24));
    }
}
