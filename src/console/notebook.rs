//! The notebook of a gateway: what the desk keeps about groups on this computer, for whoever works at it. Favourites,
//! the groups used last, notes and tags, and how the list was left. It never holds a key or an invite link.

use crate::api::{EpochMillis, code_in};
use crate::text::clean_line;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Groups that the list of the last used ones holds.
pub(crate) const RECENT_MAX: usize = 10;
/// Characters of a note.
pub(crate) const NOTE_MAX: usize = 500;
/// Tags of a group, and characters of each.
pub(crate) const TAGS_MAX: usize = 8;
pub(crate) const TAG_MAX: usize = 24;
/// Favourites, and groups with a note.
const GROUPS_MAX: usize = 10_000;

/// The notebook. Groups are named by their JID, because several sessions may see the same group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Notebook {
    pub favourites: BTreeSet<String>,
    /// The newest first.
    pub recent: Vec<RecentGroup>,
    pub notes: BTreeMap<String, Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListPlace>,
    /// The name of the form in which a link was copied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_as: Option<String>,
    /// What a newer version of the program keeps.
    #[serde(flatten)]
    pub rest: BTreeMap<String, serde_json::Value>,
}

/// A group that was opened, copied or shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentGroup {
    pub group: String,
    pub session: String,
    /// Unix time in milliseconds.
    pub at: EpochMillis,
}

/// What somebody wrote about a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// How the list of groups was left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListPlace {
    /// The word of the order, see `Sort::word`.
    pub sort: String,
    pub reversed: bool,
    /// Columns that are left out.
    pub hidden_columns: BTreeSet<String>,
    /// The selected account; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The selected group and its session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<(String, String)>,
}

/// One change. It is applied to the file as it is then, so that two desks do not undo each other's notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotebookChange {
    Favourite { group: String, on: bool },
    Used(RecentGroup),
    Note { group: String, note: Note },
    List(ListPlace),
    CopyAs(String),
}

impl Notebook {
    pub fn apply(&mut self, change: NotebookChange) {
        match change {
            NotebookChange::Favourite { group, on: true } => {
                self.favourites.insert(group);
            }
            NotebookChange::Favourite { group, on: false } => {
                self.favourites.remove(&group);
            }
            NotebookChange::Used(used) => {
                self.recent.retain(|earlier| earlier.group != used.group);
                self.recent.insert(0, used);
            }
            NotebookChange::Note { group, note } if note.is_empty() => {
                self.notes.remove(&group);
            }
            NotebookChange::Note { group, note } => {
                self.notes.insert(group, note);
            }
            NotebookChange::List(place) => self.list = Some(place),
            NotebookChange::CopyAs(name) => self.copy_as = Some(name),
        }
        self.bound();
    }

    /// Cleans and bounds what a file holds: it may have been edited by hand.
    pub(crate) fn bound(&mut self) {
        self.recent.truncate(RECENT_MAX);
        while self.favourites.len() > GROUPS_MAX {
            self.favourites.pop_last();
        }
        while self.notes.len() > GROUPS_MAX {
            self.notes.pop_last();
        }
        for note in self.notes.values_mut() {
            note.note = clean_line(&note.note).chars().take(NOTE_MAX).collect();
            note.tags = tags(&note.tags.join(" "));
            note.tags.truncate(TAGS_MAX);
        }
    }

    #[must_use]
    pub(crate) fn is_favourite(&self, group: &str) -> bool {
        self.favourites.contains(group)
    }

    #[must_use]
    pub(crate) fn note(&self, group: &str) -> Option<&Note> {
        self.notes.get(group)
    }
}

impl Note {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.note.is_empty() && self.tags.is_empty()
    }

    /// The note with its tags, as it is searched: `#late ask Tom first`.
    #[must_use]
    pub fn searched(&self) -> String {
        let tags = self.tags.iter().map(|tag| format!("#{tag} "));
        tags.chain([self.note.clone()]).collect()
    }

    /// Why it cannot be kept, as a sentence.
    #[must_use]
    pub(crate) fn fault(&self) -> Option<String> {
        let length = self.note.chars().count();
        if length > NOTE_MAX {
            return Some(format!("The note has {length} of {NOTE_MAX} characters."));
        }
        if self.tags.len() > TAGS_MAX {
            return Some(format!("A group has at most {TAGS_MAX} tags."));
        }
        if let Some(tag) = self.tags.iter().find(|tag| tag.chars().count() > TAG_MAX) {
            return Some(format!(
                "The tag “{tag}” has more than {TAG_MAX} characters."
            ));
        }
        let holds_link = self.note.contains("chat.whatsapp.com")
            || (self.note.split_whitespace())
                .any(|word| word.contains("//") && code_in(word).is_some());
        holds_link.then(|| {
            "An invite link does not belong in a note: notes are kept as readable text.".to_owned()
        })
    }
}

/// The tags in a typed line: words, with or without `#`, between blanks or commas; each once.
#[must_use]
pub(crate) fn tags(line: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for word in clean_line(line).split([' ', ',', ';']) {
        let tag = word.trim().trim_start_matches('#');
        if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(group: &str, at: EpochMillis) -> NotebookChange {
        NotebookChange::Used(RecentGroup {
            group: group.to_owned(),
            session: "a".to_owned(),
            at,
        })
    }

    #[test]
    fn the_last_ten_groups_are_kept_each_once() {
        let mut book = Notebook::default();
        for at in 0..20 {
            book.apply(used(&format!("g{}", at % 12), at));
        }
        let groups: Vec<_> = book.recent.iter().map(|used| used.group.as_str()).collect();
        assert_eq!(
            groups,
            ["g7", "g6", "g5", "g4", "g3", "g2", "g1", "g0", "g11", "g10"]
        );
    }

    #[test]
    fn an_empty_note_is_removed() {
        let mut book = Notebook::default();
        let note = |note: &str| NotebookChange::Note {
            group: "g".to_owned(),
            note: Note {
                note: note.to_owned(),
                tags: Vec::new(),
            },
        };
        book.apply(note("ask Tom"));
        assert_eq!(book.note("g").unwrap().note, "ask Tom");
        book.apply(note(""));
        assert_eq!(book.notes.len(), 0);
    }

    #[test]
    fn tags_are_words_with_or_without_a_sign() {
        assert_eq!(
            tags("#late, vip late  ##new;x"),
            ["late", "vip", "new", "x"]
        );
        assert!(tags(" , ").is_empty());
    }

    #[test]
    fn a_note_with_a_link_or_too_much_text_is_refused() {
        let fault = |note: &str, tags: &str| {
            let note = Note {
                note: note.to_owned(),
                tags: super::tags(tags),
            };
            note.fault()
        };
        assert_eq!(fault("opens at eight", "late vip"), None);
        let link = fault("use https://chat.whatsapp.com/AbCdEf1234567890XyZ12", "");
        assert!(link.unwrap().starts_with("An invite link"));
        let link = fault("use HTTPS://CHAT.WHATSAPP.COM/AbCdEf1234567890XyZ12", "");
        assert!(link.unwrap().starts_with("An invite link"));
        assert!(fault(&"x".repeat(501), "").unwrap().contains("501 of 500"));
        assert!(fault("", "a b c d e f g h i").unwrap().contains("8 tags"));
        assert!(
            fault("", &"t".repeat(25))
                .unwrap()
                .contains("24 characters")
        );
    }

    #[test]
    fn what_a_newer_version_keeps_is_kept() {
        let text = r#"{"favourites":["g"],"marks":{"x":1}}"#;
        let book: Notebook = serde_json::from_str(text).unwrap();
        let again: serde_json::Value = serde_json::to_value(&book).unwrap();
        assert_eq!(again["marks"]["x"], 1);
        assert_eq!(again["favourites"][0], "g");
    }
}
