//! A sheet as one picture per group.

use super::format::SheetError;
use super::group::SheetGroup;
use crate::qr;
use crate::text::is_hidden;
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthChar as _;

/// Longest name of a file, in characters and in bytes, without number and ending. File systems allow 255 bytes.
const NAME_CHARS_MAX: usize = 60;
const NAME_BYTES_MAX: usize = 180;
/// For a name without a letter or a digit.
const NAMELESS: &str = "invite";

/// The kind of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    Png,
    Svg,
}

impl PictureKind {
    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// The QR code of every group, each with the name of its file. No two names are the same, also where a file system
/// ignores case.
pub fn pictures(
    groups: &[SheetGroup],
    kind: PictureKind,
) -> impl Iterator<Item = Result<(String, Vec<u8>), SheetError>> {
    let mut taken = BTreeSet::new();
    groups.iter().map(move |group| {
        let picture = match kind {
            PictureKind::Png => qr::to_png(&group.link, qr::PICTURE_SCALE)?,
            PictureKind::Svg => qr::to_svg(&group.link)?.into_bytes(),
        };
        let title = file_title(&group.name);
        let mut name = title.clone();
        let mut number = 1;
        while !taken.insert(name.to_lowercase()) {
            number += 1;
            name = format!("{title} ({number})");
        }
        Ok((format!("{name}.{}", kind.ending()), picture))
    })
}

/// Untrusted text as a file's name without its ending: letters, digits, single spaces and hyphens of any script.
#[must_use]
pub fn file_title(text: &str) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        let is_letter = letter.is_alphanumeric() || letter == '-';
        // Vowel signs and accents belong to the letter before them.
        let marks = |last: char| letter.width() == Some(0) && last != ' ' && !is_hidden(letter);
        if is_letter || kept.chars().next_back().is_some_and(marks) {
            kept.push(letter);
        } else {
            kept.push(' ');
        }
    }
    let words: Vec<_> = kept.split_whitespace().collect();
    let mut name: String = words.join(" ").chars().take(NAME_CHARS_MAX).collect();
    while name.len() > NAME_BYTES_MAX {
        name.pop();
    }
    // A leading hyphen would look like an option of a command.
    let name = name.trim_matches([' ', '-']);
    let reserved = is_device(&name.to_lowercase());
    match name {
        "" => NAMELESS.to_owned(),
        name if reserved => format!("{name} group"),
        name => name.to_owned(),
    }
}

/// Names of devices on Windows, which no file can have there.
fn is_device(name: &str) -> bool {
    let numbered = ["com", "lpt"]
        .iter()
        .find_map(|device| name.strip_prefix(device));
    let is_numbered = |rest: &str| matches!(rest.as_bytes(), [b'1'..=b'9']);
    matches!(name, "con" | "prn" | "aux" | "nul") || numbered.is_some_and(is_numbered)
}

#[cfg(test)]
mod tests {
    use super::file_title;

    #[test]
    fn a_file_name_made_of_a_group_name_stays_in_its_folder() {
        for (title, name) in [
            ("Weekend Volunteers", "Weekend Volunteers"),
            ("../../etc/passwd", "etc passwd"),
            ("\u{1b}[31mred\u{202e}", "31mred"),
            ("🎉", "invite"),
            ("❤️ Choir", "Choir"),
            ("a.b:c", "a b c"),
            ("-rf", "rf"),
            ("Aux", "Aux group"),
            ("सप्ताहांत", "सप्ताहांत"),
        ] {
            assert_eq!(file_title(title), name, "{title:?}");
        }
        assert_eq!(file_title(&"x".repeat(500)).len(), 60);
    }
}
