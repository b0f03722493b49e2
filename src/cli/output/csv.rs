//! CSV of lists: cells are cleaned as on the screen.

use super::ListFormat;
use crate::spreadsheet;
use crate::text::clean_block;

/// The whole file of these rows, below the names of their columns, behind a byte order mark where the format asks for one.
#[must_use]
pub fn csv_text<const COLUMNS: usize, S: AsRef<str>>(
    format: ListFormat,
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [S; COLUMNS]>,
) -> String {
    let start = if format.bom {
        spreadsheet::BYTE_ORDER_MARK
    } else {
        ""
    };
    let mut text = start.to_owned() + &spreadsheet::row(header);
    for row in rows {
        let cells = row.iter().map(|cell| clean_block(cell.as_ref()));
        text.push_str(&spreadsheet::row(cells));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_cleaned_before_it_is_looked_at() {
        let rows = [
            ["\t=1"],
            ["\r\n=1"],
            ["\u{200b}=1"],
            ["two\nlines\u{1b}[2J"],
        ];
        assert_eq!(
            csv_text(ListFormat::default(), ["subject"], rows),
            "subject\n' =1\n\"'\n=1\"\n'=1\n\"two\nlines\u{FFFD}[2J\"\n"
        );
    }

    #[test]
    fn a_byte_order_mark_is_written_on_request() {
        let format = ListFormat {
            csv: true,
            bom: true,
            ..ListFormat::default()
        };
        let none: [[&str; 1]; 0] = [];
        assert_eq!(csv_text(format, ["subject"], none), "\u{feff}subject\n");
    }
}
