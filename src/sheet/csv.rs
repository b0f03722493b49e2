//! A sheet as a table for spreadsheets.

use super::format::SheetError;
use super::group::SheetGroup;

/// The names of the columns, by which a table is read again.
pub(super) const COLUMNS: [&str; 5] = ["name", "link", "account", "groupJid", "sessionId"];

/// The groups as CSV, with a header. `bom` begins it with a byte order mark, which Excel needs to read UTF-8.
///
/// # Errors
/// [`SheetError::Table`].
pub fn table(groups: &[SheetGroup], bom: bool) -> Result<String, SheetError> {
    let failed = |error: &dyn std::fmt::Display| SheetError::Table(error.to_string());
    let start = if bom { "\u{feff}" } else { "" };
    let mut writer = csv::Writer::from_writer(start.as_bytes().to_vec());
    let header = writer.write_record(COLUMNS);
    header.map_err(|error| failed(&error))?;
    for group in groups {
        let row = [
            &group.name,
            &group.link,
            &group.account,
            &group.jid,
            &group.session,
        ];
        let row = row.map(|cell| harmless(cell));
        writer.write_record(row).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe: names are written by strangers.
fn harmless(cell: &str) -> String {
    match cell.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}
