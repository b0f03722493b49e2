//! "Copy as": the texts in which an invite link is copied.

use crate::console::ids::GroupKey;
use crate::text::{clean_line, clean_typed_block};

/// Most characters of a text's name.
pub const COPY_NAME_MAX: usize = 40;
/// Most characters of a text.
const COPY_TEXT_MAX: usize = 2_000;
/// The names of the built-in texts.
const LINK: &str = "Link";
const NAME_AND_LINK: &str = "Name and link";

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyText {
    pub name: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name,
    Link,
    Account,
}

impl CopyText {
    /// A text of the configuration. Characters that only move others are removed from it.
    ///
    /// # Errors
    /// A sentence about what is wrong with the text.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let text = Self::without_link(name, text)?;
        if text.parts.contains(&Part::Link) {
            Ok(text)
        } else {
            Err("the text must contain {link}".to_owned())
        }
    }

    /// A text beside which the link stands anyway, as on a print sheet.
    ///
    /// # Errors
    /// As [`CopyText::parse`], but it need not contain the link.
    pub(crate) fn without_link(name: &str, text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("the text is empty".to_owned());
        }
        if text.chars().count() > COPY_TEXT_MAX {
            return Err(format!(
                "the text is longer than {COPY_TEXT_MAX} characters"
            ));
        }
        let parts = parts(&clean_typed_block(text))?;
        let name = clean_line(name).trim().to_owned();
        Ok(Self { name, parts })
    }

    /// The text of a group with this name, link and account. The names must be clean.
    #[must_use]
    pub(crate) fn fill(&self, name: &str, link: &str, account: &str) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Name => name,
            Part::Link => link,
            Part::Account => account,
        });
        parts.collect()
    }

    /// Whether it is nothing but the link.
    #[must_use]
    pub(crate) fn is_bare_link(&self) -> bool {
        self.parts == [Part::Link]
    }
}

/// The built-in texts, the bare link first, and then those of the configuration.
#[must_use]
pub fn copy_texts(configured: Vec<CopyText>) -> Vec<CopyText> {
    let built_in = |name: &str, parts| CopyText {
        name: name.to_owned(),
        parts,
    };
    let mut texts = vec![
        built_in(LINK, vec![Part::Link]),
        built_in(
            NAME_AND_LINK,
            vec![Part::Name, Part::Text("\n".to_owned()), Part::Link],
        ),
    ];
    texts.extend(configured);
    texts
}

/// Cuts a text at its placeholders; a doubled brace is a brace.
fn parts(text: &str) -> Result<Vec<Part>, String> {
    const ALLOWED: &str = "allowed are {name}, {link} and {account}; a brace is written twice";
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            plain.push_str(brace);
            rest = after;
            continue;
        }
        let end = rest.find(['{', '}']);
        let end = end.filter(|end| brace == "{" && rest[*end..].starts_with('}'));
        let Some(end) = end else {
            return Err(format!("a `{brace}` stands alone; {ALLOWED}"));
        };
        let part = match &rest[..end] {
            "name" => Part::Name,
            "link" => Part::Link,
            "account" => Part::Account,
            other => return Err(format!("unknown placeholder {{{other}}}; {ALLOWED}")),
        };
        rest = &rest[end + 1..];
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(part);
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

/// The menu of texts for one group.
pub struct CopyAs {
    pub key: GroupKey,
    /// Position in [`super::Options::copy`].
    pub cursor: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let text = CopyText::parse("Test", text).unwrap();
        text.fill("Choir {link}", "https://x.test/1", "Desk")
    }

    #[test]
    fn placeholders_are_filled_once_and_doubled_braces_are_braces() {
        assert_eq!(
            filled("Join “{name}”: {link} ({account})"),
            "Join “Choir {link}”: https://x.test/1 (Desk)"
        );
        assert_eq!(filled("{{name}} {link}"), "{name} https://x.test/1");
        assert_eq!(filled("{{{link}}}"), "{https://x.test/1}");
        assert_eq!(filled("a\r\nb\n{link}"), "a\nb\nhttps://x.test/1");
        assert_eq!(
            filled("a\u{1b}[2J\u{202e}{link}"),
            "a\u{fffd}[2Jhttps://x.test/1"
        );
    }

    #[test]
    fn a_wrong_text_is_refused_with_what_is_allowed() {
        for (text, wrong) in [
            ("", "the text is empty"),
            (" \n ", "the text is empty"),
            ("no link", "the text must contain {link}"),
            ("{{link}}", "the text must contain {link}"),
            (
                "{nmae} {link}",
                "unknown placeholder {nmae}; allowed are {name}, {link} and {account}; a brace is written twice",
            ),
            ("{ link }", "unknown placeholder { link }"),
            ("{} {link}", "unknown placeholder {}"),
            ("{link", "a `{` stands alone; allowed are"),
            ("{link}}", "a `}` stands alone"),
            ("{na{link}", "a `{` stands alone"),
        ] {
            let error = CopyText::parse("Test", text).unwrap_err();
            assert!(error.starts_with(wrong), "{text:?}: {error}");
        }
        let long = format!("{{link}}{}", "x".repeat(COPY_TEXT_MAX));
        assert!(CopyText::parse("Test", &long).unwrap_err().contains("2000"));
    }
}
