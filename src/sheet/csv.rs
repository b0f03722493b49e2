//! A sheet as a table for spreadsheets.

use super::group::SheetGroup;
use crate::spreadsheet;

/// The names of the columns, by which a table is read again.
pub(super) const COLUMNS: [&str; 5] = ["name", "link", "account", "groupJid", "sessionId"];

/// The groups as CSV, with a header. `bom` begins it with a byte order mark.
#[must_use]
pub fn table(groups: &[SheetGroup], bom: bool) -> String {
    let start = if bom {
        spreadsheet::BYTE_ORDER_MARK
    } else {
        ""
    };
    let rows = groups.iter().map(|group| {
        spreadsheet::row([
            &group.name,
            &group.link,
            &group.account,
            &group.jid,
            &group.session,
        ])
    });
    let head = [start.to_owned(), spreadsheet::row(COLUMNS)];
    head.into_iter().chain(rows).collect()
}
