//! CSV for spreadsheets: cells are cleaned as on the screen and never become formulas.

use super::{CommandError, Exit, ListFormat};
use crate::text::clean_block;

/// A CSV file in the making.
pub struct Csv {
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    /// Begins with the names of the columns, behind a byte order mark where the format asks for one.
    ///
    /// # Errors
    /// As [`Csv::row`].
    fn new(format: ListFormat, header: &[&str]) -> Result<Self, CommandError> {
        let start = if format.bom { "\u{feff}" } else { "" };
        let mut csv = Self {
            writer: csv::Writer::from_writer(start.as_bytes().to_vec()),
        };
        csv.row(header)?;
        Ok(csv)
    }

    /// The whole file of these rows, below the names of their columns.
    ///
    /// # Errors
    /// It cannot be put together.
    pub fn of<const COLUMNS: usize, S: AsRef<str>>(
        format: ListFormat,
        header: [&str; COLUMNS],
        rows: impl IntoIterator<Item = [S; COLUMNS]>,
    ) -> Result<String, CommandError> {
        let mut csv = Self::new(format, &header)?;
        for row in rows {
            csv.row(row)?;
        }
        csv.finish()
    }

    /// # Errors
    /// There are more or fewer cells than columns.
    fn row<S: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = S>,
    ) -> Result<(), CommandError> {
        let cells = cells.into_iter().map(|text| cell(text.as_ref()));
        self.writer
            .write_record(cells)
            .map_err(|error| broken(&error))
    }

    /// The whole file.
    ///
    /// # Errors
    /// It cannot be put together.
    fn finish(self) -> Result<String, CommandError> {
        let bytes = self
            .writer
            .into_inner()
            .map_err(|error| broken(error.error()))?;
        String::from_utf8(bytes).map_err(|error| broken(&error))
    }
}

fn broken(error: &dyn std::fmt::Display) -> CommandError {
    CommandError::new(Exit::Failed, format!("the CSV cannot be written: {error}"))
}

/// A cell. A text that a spreadsheet would interpret as a formula is prefixed with an apostrophe,
/// so that a group's name never computes anything.
fn cell(text: &str) -> String {
    let clean = clean_block(text);
    let first = clean.trim_start().chars().next();
    if matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    ) {
        format!("'{clean}")
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_evaluated_as_a_formula() {
        for (raw, written) in [
            ("=1+1", "'=1+1"),
            ("+62", "'+62"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("\r\n=1", "'\n=1"),
            ("\u{200b}=1", "'=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(cell(raw), written, "{raw:?}");
        }
    }

    #[test]
    fn cells_are_quoted_if_necessary() {
        let mut csv = Csv::new(ListFormat::default(), &["subject", "description"]).unwrap();
        csv.row(["Choir, \"east\"", "two\nlines\u{1b}[2J"]).unwrap();
        assert_eq!(
            csv.finish().unwrap(),
            "subject,description\n\"Choir, \"\"east\"\"\",\"two\nlines\u{FFFD}[2J\"\n"
        );
    }

    #[test]
    fn a_byte_order_mark_is_written_on_request() {
        let format = ListFormat {
            csv: true,
            bom: true,
            ..ListFormat::default()
        };
        let csv = Csv::new(format, &["subject"]).unwrap();
        assert_eq!(csv.finish().unwrap(), "\u{feff}subject\n");
    }

    #[test]
    fn a_row_must_have_as_many_cells_as_columns() {
        let mut csv = Csv::new(ListFormat::default(), &["one", "two"]).unwrap();
        assert_eq!(csv.row(["1"]).unwrap_err().exit, Exit::Failed);
    }
}
