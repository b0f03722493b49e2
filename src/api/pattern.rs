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
/// The digits of an E.164 number.
pub const PHONE: &str = "^[1-9][0-9]{6,14}$";

/// Unicode's `White_Space`, which [`str::trim`] takes away. Spelled out, because `\s` is another set in
/// every dialect: ECMAScript's lacks U+0085 and has U+FEFF, Python's has U+001C to U+001F.
macro_rules! space {
    () => {
        "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
    };
}

macro_rules! http {
    () => {
        "([hH][tT][tT][pP][sS]?://)?"
    };
}

macro_rules! whatsapp_com {
    () => {
        "\\.[wW][hH][aA][tT][sS][aA][pP][pP]\\.[cC][oO][mM]"
    };
}

macro_rules! code {
    () => {
        "[A-Za-z0-9_-]{8,64}"
    };
}

/// An invite link as the gateway gives it.
pub const INVITE_LINK: &str = "^https://chat\\.whatsapp\\.com/[A-Za-z0-9_-]{8,64}$";

/// An invite code, or a link with one in any spelling that WhatsApp hands out. JSON Schema knows no flag for
/// letters of any case.
pub const INVITE: &str = concat!(
    "^[",
    space!(),
    "]*((",
    http!(),
    "[cC][hH][aA][tT]",
    whatsapp_com!(),
    "/(invite/)?)?",
    code!(),
    "/*([?#][\\s\\S]*)?|(",
    http!(),
    "[wW][eE][bB]",
    whatsapp_com!(),
    "/[aA][cC][cC][eE][pP][tT]|[wW][hH][aA][tT][sS][aA][pP][pP]://[cC][hH][aA][tT])/?\\?code=",
    code!(),
    "([&#][\\s\\S]*)?)[",
    space!(),
    "]*$"
);

/// A text that has `least` to `most` characters once the space around it is gone. `least` is 0 or 1.
#[must_use]
pub fn trimmed(least: usize, most: usize) -> String {
    let space = format!("[{}]*", space!());
    let edge = format!("[^{}]", space!());
    let inner = format!("{edge}([\\s\\S]{{0,{}}}{edge})?", most.saturating_sub(2));
    match least {
        0 => format!("^{space}({inner})?{space}$"),
        _ => format!("^{space}{inner}{space}$"),
    }
}
