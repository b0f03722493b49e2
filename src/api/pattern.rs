//! What texts of the contract look like, as regular expressions.
//!
//! The document of the API quotes them. The engine reads texts with parsers of its own, which say what
//! is wrong; its tests hold the parsers to these expressions.

/// A session's id: a ULID.
pub const ULID: &str = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$";
/// An event's id.
pub const EVENT_ID: &str = "^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$";
/// A group's JID: digits, in older ones the creator's number and a time with a hyphen between.
pub const GROUP_JID: &str = "^[0-9]{1,32}(-[0-9]{1,32})?@g\\.us$";
/// A person's JID: a number or a LID.
pub const MEMBER_JID: &str = "^[0-9]{1,32}@(s\\.whatsapp\\.net|c\\.us|lid)$";
/// An invite code, or a link with one.
pub const INVITE: &str = "^\\s*((https?://)?chat\\.whatsapp\\.com/(invite/)?)?[A-Za-z0-9_-]{8,64}/*([?#][\\s\\S]*)?\\s*$";
/// The digits of an E.164 number.
pub const PHONE: &str = "^[1-9][0-9]{6,14}$";

/// A text that has `least` to `most` characters once the space around it is gone. `least` is 0 or 1.
#[must_use]
pub fn trimmed(least: usize, most: usize) -> String {
    let inner = format!("\\S([\\s\\S]{{0,{}}}\\S)?", most.saturating_sub(2));
    match least {
        0 => format!("^\\s*({inner})?\\s*$"),
        _ => format!("^\\s*{inner}\\s*$"),
    }
}
