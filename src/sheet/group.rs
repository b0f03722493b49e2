//! A group on a sheet, with its texts cleaned.

use crate::text::{clean_line, clean_typed_block};

/// Begins the value of a placeholder in a house text: FIRST STRONG ISOLATE. A value in another direction than the
/// text around it does not reorder that text.
pub(super) const ISOLATE: char = '\u{2068}';
/// Ends it: POP DIRECTIONAL ISOLATE.
pub(super) const END_ISOLATE: char = '\u{2069}';

/// A group on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetGroup {
    /// Cleaned, one line.
    pub(super) name: String,
    pub(super) link: String,
    pub(super) account: String,
    pub(super) jid: String,
    pub(super) session: String,
    /// The house text, cleaned; several lines, empty for none.
    pub(super) text: String,
}

impl SheetGroup {
    /// A group with a valid invite link; the other texts are untrusted.
    #[must_use]
    pub fn new(name: &str, link: &str, account: &str, jid: &str, session: &str) -> Self {
        let cleaned = |text: &str| clean_line(text).trim().to_owned();
        let name = cleaned(name);
        Self {
            name: if name.is_empty() { cleaned(jid) } else { name },
            link: link.to_owned(),
            account: cleaned(account),
            jid: cleaned(jid),
            session: cleaned(session),
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
        text.trim().clone_into(&mut self.text);
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
