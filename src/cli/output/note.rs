//! Notes on standard error, beside the answer.

use std::io::Write as _;

/// Writes a line for people beside the answer. Nobody minds when it cannot be written.
pub fn note(line: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "groupdesk: {}",
        crate::text::clean_line(line)
    );
}
