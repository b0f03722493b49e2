//! Tables: columns aligned by the width of their text on the screen.
//!
//! Not `comfy-table` or `tabled`, because they measure cells by themselves: a cell is as wide as [`width`] says,
//! which counts joined emoji and flags as they are written here, and a name that is too long is cut, not wrapped.

use crate::text::{clean_line, on_screen, truncate_to_width, width};

/// Between two columns.
const GAP: &str = "  ";
/// The placeholder of an empty cell, so that every row has as many words as columns.
const NOTHING: &str = "-";
/// A column that gives way keeps this many cells.
const LEAST: usize = 12;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    right: bool,
    gives_way: bool,
}

impl Column {
    /// Text that is never cut: ids, numbers, words.
    #[must_use]
    pub const fn text(title: &'static str) -> Self {
        Self {
            title,
            right: false,
            gives_way: false,
        }
    }

    /// Numbers, which end in line.
    #[must_use]
    pub const fn number(title: &'static str) -> Self {
        Self {
            right: true,
            ..Self::text(title)
        }
    }

    /// Names and sentences, which are cut where a terminal is too narrow.
    #[must_use]
    pub const fn name(title: &'static str) -> Self {
        Self {
            gives_way: true,
            ..Self::text(title)
        }
    }
}

/// A table in the making.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row with one cell per column; the texts are untrusted.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let cell = |text: S| {
            let clean = clean_line(text.as_ref());
            match on_screen(clean.trim()) {
                empty if empty.is_empty() => NOTHING.to_owned(),
                text => text.into_owned(),
            }
        };
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// The lines, in at most so many columns of a terminal where the table can give way that far.
    #[must_use]
    pub fn render(&self, columns: Option<usize>) -> String {
        let widths = self.widths(columns.unwrap_or(usize::MAX));
        let mut out = String::new();
        let titles: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.title.to_owned())
            .collect();
        for cells in std::iter::once(&titles).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, column), wide) in cells.iter().zip(&self.columns).zip(&widths) {
                if !line.is_empty() {
                    line.push_str(GAP);
                }
                let shown = truncate_to_width(cell, *wide);
                let padding = " ".repeat(wide.saturating_sub(width(&shown)));
                if column.right {
                    line.push_str(&padding);
                    line.push_str(&shown);
                } else {
                    line.push_str(&shown);
                    line.push_str(&padding);
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    fn widths(&self, room: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|row| row.get(at));
                let widest = cells.map(|cell| width(cell)).max().unwrap_or(0);
                widest.max(width(self.columns[at].title))
            })
            .collect();
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        // The widest gives way first, so that short names stay whole.
        while widths.iter().sum::<usize>() + gaps > room {
            let widest = self
                .columns
                .iter()
                .zip(&mut widths)
                .filter(|(column, wide)| column.gives_way && **wide > LEAST)
                .map(|(_, wide)| wide)
                .max_by_key(|wide| **wide);
            match widest {
                Some(wide) => *wide -= 1,
                None => break,
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[
            Column::name("NAME"),
            Column::number("MEMBERS"),
            Column::text("ID"),
        ]);
        table.row(["東京オフィス", "7", "1@g.us"]);
        table.row(["Weekend Volunteers of the East", "1024", "22@g.us"]);
        table.row(["\u{1b}[31m\u{202e}evil\n\u{1b}", "", "333@g.us"]);
        table
    }

    #[test]
    fn columns_are_aligned_by_display_width() {
        assert_eq!(
            table().render(None),
            "\
NAME                            MEMBERS  ID
東京オフィス                          7  1@g.us
Weekend Volunteers of the East     1024  22@g.us
\u{FFFD}[31mevil \u{FFFD}                           -  333@g.us
"
        );
    }

    #[test]
    fn a_narrow_terminal_truncates_names_but_never_ids() {
        let shown = table().render(Some(40));
        assert!(
            shown.contains("Weekend Volunteers o…     1024  22@g.us"),
            "{shown}"
        );
        assert!(shown.lines().all(|line| width(line) <= 40), "{shown}");
        let shown = table().render(Some(3));
        assert!(shown.contains("Weekend Vol…     1024  22@g.us"), "{shown}");
    }
}
