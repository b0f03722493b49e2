//! Percent-encoding of path segments and query values.

/// Encodes a path segment or query value. Only letters, digits, `-`, `_`, `.` and `~` are kept; a
/// segment that would traverse the path becomes one that does not exist.
pub(super) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    if matches!(text, "" | "." | "..") {
        return "~".to_owned();
    }
    let mut out = String::with_capacity(text.len() + 4);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
