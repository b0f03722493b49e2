//! The formats of texts in the contract, as regular expressions.
//!
//! The OpenAPI document quotes them. The engine uses hand-written parsers with better error
//! messages; its tests compare the parsers with these expressions.

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

/// Control characters (general category Cc), and the separators of lines and paragraphs.
macro_rules! control {
    () => {
        "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029"
    };
}

/// Characters of the basic plane that nothing is drawn for: Unicode's `Default_Ignorable_Code_Point`
/// (zero-width and bidirectional formatting, fillers, variation selectors) and the blank Braille cell.
macro_rules! invisible {
    () => {
        "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8"
    };
}

/// A text with at least one character that can be seen.
pub const VISIBLE: &str = concat!("[^", control!(), space!(), invisible!(), "]");

/// A text of at least two characters without the spaces around it.
pub const MEMBER_QUERY: &str = concat!("[^", space!(), "][\\s\\S]*[^", space!(), "]");

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

/// The code of an invite link.
pub const INVITE_CODE: &str = "^[A-Za-z0-9_-]{8,64}$";

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

/// A text of one line without control characters that has `least` to `most` characters once the space around
/// it is gone. `least` is 0 or 1. That one of them is visible is said by [`VISIBLE`]: one expression for both
/// would need look-ahead, which not every dialect has.
#[must_use]
pub fn one_line(least: usize, most: usize) -> String {
    let space = format!("[{}]*", space!());
    let edge = format!("[^{}{}]", control!(), space!());
    let within = format!("[^{}]", control!());
    let rest = most.saturating_sub(2);
    let inner = format!("{edge}({within}{{0,{rest}}}{edge})?");
    match least {
        0 => format!("^{space}({inner})?{space}$"),
        _ => format!("^{space}{inner}{space}$"),
    }
}

/// Whether nothing is drawn for a character: what [`VISIBLE`] leaves out.
pub(super) fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}')
}

/// Whether a character is in [`one_line`]'s set of what it refuses.
fn is_control(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Whether a text is one line without control characters, as [`one_line`] says.
///
/// # Errors
/// Names the first character that is refused.
pub(super) fn check_one_line(text: &str) -> Result<(), String> {
    match text.chars().find(|&letter| is_control(letter)) {
        Some(control) => Err(format!(
            "must be one line without control characters; U+{:04X} is one",
            u32::from(control)
        )),
        None => Ok(()),
    }
}
