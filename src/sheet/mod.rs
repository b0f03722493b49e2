//! Print sheets: groups with their invite links and QR codes, as one page of HTML that a browser prints, as CSV, or as one
//! picture per group; and reading such a sheet again, to find out which of its links are dead.
//!
//! Pure, but for `save`, which writes the files: the same groups, layout and date make the same bytes.

mod csv;
mod fitting;
mod html;
mod layout;
mod pictures;
mod read;
mod save;

pub use layout::Layout;
pub use pictures::{PictureKind, file_title, pictures};
pub use read::{FILE_MAX, ListedGroup, Unreadable, read};
pub use save::Place;

use crate::text::{clean_line, clean_typed_block};

/// Begins the value of a placeholder in [`SheetGroup::text`]: FIRST STRONG ISOLATE. A value in another direction than the
/// text around it does not reorder that text.
const ISOLATE: char = '\u{2068}';
/// Ends it: POP DIRECTIONAL ISOLATE.
const END_ISOLATE: char = '\u{2069}';

/// A group on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetGroup {
    /// Cleaned, one line.
    name: String,
    link: String,
    account: String,
    jid: String,
    session: String,
    /// The house text, cleaned; several lines, empty for none.
    text: String,
}

impl SheetGroup {
    /// A group with a valid invite link; the other texts are untrusted.
    #[must_use]
    pub fn new(name: &str, link: &str, account: &str, jid: &str, session: &str) -> Self {
        let line = |text: &str| clean_line(text).trim().to_owned();
        let name = line(name);
        Self {
            name: if name.is_empty() { line(jid) } else { name },
            link: link.to_owned(),
            account: line(account),
            jid: line(jid),
            session: line(session),
            text: String::new(),
        }
    }

    /// With a house text, which is made of name, link and account. Each is handed over so that its direction does not
    /// change the order of the text around it.
    #[must_use]
    pub fn with_text(mut self, fill: impl FnOnce(&str, &str, &str) -> String) -> Self {
        let isolated = |value: &str| format!("{ISOLATE}{value}{END_ISOLATE}");
        let filled = fill(
            &isolated(&self.name),
            &isolated(&self.link),
            &isolated(&self.account),
        );
        // Cleaning would remove the isolates, so it happens between them.
        let mut text = String::new();
        for part in filled.split_inclusive([ISOLATE, END_ISOLATE]) {
            let mark = part.chars().next_back().filter(|last| is_mark(*last));
            let plain = mark.map_or(part, |mark| &part[..part.len() - mark.len_utf8()]);
            text.push_str(&clean_typed_block(plain));
            text.extend(mark);
        }
        self.text = text.trim().to_owned();
        self
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn link(&self) -> &str {
        &self.link
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, ISOLATE | END_ISOLATE)
}

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SheetFormat {
    /// One page of HTML for the browser's print dialog.
    #[default]
    Html,
    /// A folder with one PNG picture per group.
    Png,
    /// A folder with one SVG picture per group.
    Svg,
    /// One table.
    Csv,
}

impl SheetFormat {
    pub const ALL: [Self; 4] = [Self::Html, Self::Png, Self::Svg, Self::Csv];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
        }
    }
}

/// A sheet that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// A link longer than a code holds: only links of WhatsApp's form belong on a sheet.
    #[error("a link is too long for a QR code")]
    TooLong,
    #[error("the table cannot be written: {0}")]
    Table(String),
}

impl From<crate::qr::TooLong> for SheetError {
    fn from(_: crate::qr::TooLong) -> Self {
        Self::TooLong
    }
}

/// The groups as one page of HTML. `made` is the day on which the links were read: `2026-11-27`.
///
/// # Errors
/// [`SheetError::TooLong`].
pub fn html(groups: &[SheetGroup], layout: Layout, made: &str) -> Result<String, SheetError> {
    html::page(groups, layout, made)
}

/// The groups as CSV, with a header. `bom` begins it with a byte order mark, which Excel needs to read UTF-8.
///
/// # Errors
/// [`SheetError::Table`].
pub fn table(groups: &[SheetGroup], bom: bool) -> Result<String, SheetError> {
    csv::table(groups, bom)
}

#[cfg(test)]
mod tests;
