//! Reading a sheet again. The file may come from anywhere: it is bounded, and what is not understood is skipped.

use super::csv::COLUMNS;
use crate::api::{code_in, link_code};
use crate::text::clean_line;
use std::borrow::Cow;

/// Largest file, in bytes: about 6,000 groups.
pub const FILE_MAX: u64 = 64 << 20;
/// Most groups of a file; further ones are not read.
const GROUPS_MAX: usize = 10_000;
/// Longest id, in bytes; a longer one counts as absent.
const ID_MAX: usize = 128;

/// A group as a sheet lists it. Names and ids are whatever the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Cleaned, one line; may be empty.
    pub name: String,
    /// A valid invite link.
    pub link: String,
    pub jid: Option<String>,
    pub session: Option<String>,
}

impl ListedGroup {
    /// `None` without a valid link.
    fn new(name: &str, link: &str, jid: &str, session: &str) -> Option<Self> {
        let code = link_code(link.trim()).or_else(|| code_in(link))?;
        let id = |text: &str| {
            let text = text.trim();
            let is_id = !text.is_empty() && text.len() <= ID_MAX && text.chars().all(is_id_letter);
            is_id.then(|| text.to_owned())
        };
        Some(Self {
            name: clean_line(name).trim().to_owned(),
            link: crate::api::InviteLink::from_code(code).invite,
            jid: id(jid).filter(|jid| jid.ends_with("@g.us")),
            session: id(session),
        })
    }
}

fn is_id_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '@' | ':')
}

/// Why a file cannot be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is larger than {} MiB", FILE_MAX >> 20)]
    TooLarge,
    #[error("it lists no group with an invite link: it is no sheet of groupdesk's, in HTML or CSV")]
    NoSheet,
}

/// The groups of a sheet, HTML or CSV.
///
/// # Errors
/// See [`Unreadable`].
pub fn read(file: &[u8]) -> Result<Vec<ListedGroup>, Unreadable> {
    if file.len() as u64 > FILE_MAX {
        return Err(Unreadable::TooLarge);
    }
    let text = String::from_utf8_lossy(file);
    let text = text.trim_start_matches('\u{feff}');
    let groups = if text.trim_start().starts_with('<') {
        from_html(text)
    } else {
        from_csv(text)
    };
    if groups.is_empty() {
        return Err(Unreadable::NoSheet);
    }
    Ok(groups)
}

/// Every `<article>` with a link. A browser that saved the page may have changed its white space and quotes.
fn from_html(text: &str) -> Vec<ListedGroup> {
    let tags = text.split("<article").skip(1);
    let groups = tags.filter_map(|rest| {
        let found = attributes(rest);
        let value = |name: &str| {
            let found = found.iter().find(|(known, _)| *known == name);
            found.map_or(Cow::Borrowed(""), |(_, value)| unescaped(value))
        };
        ListedGroup::new(
            &value("data-name"),
            &value("data-link"),
            &value("data-jid"),
            &value("data-session"),
        )
    });
    groups.take(GROUPS_MAX).collect()
}

/// The attributes at the beginning of a tag, in any quotes.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    /// Attributes of a tag that are looked at.
    const ATTRIBUTES_MAX: usize = 32;
    let mut found = Vec::new();
    let mut rest = tag.trim_start();
    while found.len() < ATTRIBUTES_MAX {
        let end = rest.find(['=', '>', '<']).unwrap_or(rest.len());
        let Some(after) = rest[end..].strip_prefix('=') else {
            break;
        };
        let name = rest[..end].split_whitespace().next_back().unwrap_or("");
        let after = after.trim_start();
        let quote = after
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''));
        let (value, behind) = if let Some(quote) = quote {
            let Some(parts) = after[1..].split_once(quote) else {
                break;
            };
            parts
        } else {
            let end = after.find([' ', '\n', '\t', '\r', '>']);
            after.split_at(end.unwrap_or(after.len()))
        };
        found.push((name, value));
        rest = behind;
    }
    found
}

fn unescaped(value: &str) -> Cow<'_, str> {
    const NAMES: [(&str, &str); 7] = [
        ("amp;", "&"),
        ("lt;", "<"),
        ("gt;", ">"),
        ("quot;", "\""),
        ("#39;", "'"),
        ("apos;", "'"),
        ("nbsp;", " "),
    ];
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut parts = value.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = NAMES.iter().find(|(name, _)| part.starts_with(name));
        if let Some((name, text)) = name {
            out.push_str(text);
            out.push_str(&part[name.len()..]);
        } else {
            out.push('&');
            out.push_str(part);
        }
    }
    Cow::Owned(out)
}

/// Every row with a link, by the names of the columns; a spreadsheet may have changed their order, and the separator.
fn from_csv(text: &str) -> Vec<ListedGroup> {
    let header = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|byte| header.bytes().filter(|found| found == byte).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .from_reader(text.as_bytes());
    let Ok(header) = reader.headers().cloned() else {
        return Vec::new();
    };
    let places = COLUMNS.map(|name| header.iter().position(|column| column.trim() == name));
    let [name, link, _, jid, session] = places;
    let rows = reader.records().filter_map(|row| {
        let row = row.ok()?;
        let cell = |place: Option<usize>| {
            let text = place.and_then(|at| row.get(at)).unwrap_or_default();
            text.strip_prefix('\'').unwrap_or(text)
        };
        ListedGroup::new(cell(name), cell(link), cell(jid), cell(session))
    });
    rows.take(GROUPS_MAX).collect()
}
