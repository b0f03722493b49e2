//! Notes on standard error, beside the answer.

use std::io::Write as _;

/// Writes a note to standard error. Errors are ignored.
pub fn note(line: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "groupdesk: {}",
        crate::text::clean_line(line)
    );
}
