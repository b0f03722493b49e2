//! CSV of lists: cells are cleaned as on the screen.

use super::{CommandError, Exit, ListFormat};
use crate::spreadsheet;
use crate::text::clean_block;

/// A CSV file in the making.
pub struct Csv {
    text: String,
    columns: usize,
}

impl Csv {
    /// Begins with the names of the columns, behind a byte order mark where the format asks for one.
    ///
    /// # Errors
    /// As [`Csv::row`].
    pub fn new(format: ListFormat, header: &[&str]) -> Result<Self, CommandError> {
        let start = if format.bom {
            spreadsheet::BYTE_ORDER_MARK
        } else {
            ""
        };
        let mut csv = Self {
            text: start.to_owned(),
            columns: header.len(),
        };
        csv.row(header)?;
        Ok(csv)
    }

    /// # Errors
    /// There are more or fewer cells than columns.
    pub fn row<S: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = S>,
    ) -> Result<(), CommandError> {
        let cells: Vec<_> = (cells.into_iter())
            .map(|text| clean_block(text.as_ref()))
            .collect();
        if cells.len() != self.columns {
            let fault = format!(
                "the CSV cannot be written: a row of {} cells under {} columns",
                cells.len(),
                self.columns
            );
            return Err(CommandError::new(Exit::Failed, fault));
        }
        self.text.push_str(&spreadsheet::row(&cells));
        Ok(())
    }

    /// The whole file.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_cleaned_before_it_is_looked_at() {
        let mut csv = Csv::new(ListFormat::default(), &["subject"]).unwrap();
        for raw in ["\t=1", "\r\n=1", "\u{200b}=1"] {
            csv.row([raw]).unwrap();
        }
        assert_eq!(csv.finish(), "subject\n' =1\n\"'\n=1\"\n'=1\n");
    }

    #[test]
    fn cells_are_quoted_if_necessary() {
        let mut csv = Csv::new(ListFormat::default(), &["subject", "description"]).unwrap();
        csv.row(["Choir, \"east\"", "two\nlines\u{1b}[2J"]).unwrap();
        assert_eq!(
            csv.finish(),
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
        assert_eq!(csv.finish(), "\u{feff}subject\n");
    }

    #[test]
    fn a_row_must_have_as_many_cells_as_columns() {
        let mut csv = Csv::new(ListFormat::default(), &["one", "two"]).unwrap();
        assert_eq!(csv.row(["1"]).unwrap_err().exit, Exit::Failed);
    }
}
