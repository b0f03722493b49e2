//! `[[copy]]`: the texts in which the desk copies invite links.

use crate::console::state::{COPY_NAME_MAX, CopyText, copy_texts};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Most texts.
const TEXTS_MAX: usize = 50;

/// Reads all `[[copy]]` tables of a file. `start` is the place of the first one.
///
/// # Errors
/// The place of the first fault, and a sentence about it.
pub(super) fn read(
    start: usize,
    value: &Spanned<DeValue<'_>>,
) -> Result<Vec<CopyText>, (usize, String)> {
    let wrong = || {
        "`copy` must be sections with name and text: [[copy]], name = \"…\", text = \"…\""
            .to_owned()
    };
    let tables = value.get_ref().as_array().ok_or((start, wrong()))?;
    if tables.len() > TEXTS_MAX {
        return Err((start, format!("more than {TEXTS_MAX} [[copy]] sections")));
    }
    let mut texts = copy_texts(Vec::new());
    let built_in = texts.len();
    for table in tables {
        let start = table.span().start;
        let entries = table.get_ref().as_table().ok_or((start, wrong()))?;
        texts.push(one(start, entries, &texts)?);
    }
    Ok(texts.split_off(built_in))
}

fn one(
    start: usize,
    entries: &DeTable<'_>,
    others: &[CopyText],
) -> Result<CopyText, (usize, String)> {
    let mut found = [None, None];
    for (key, value) in entries {
        let (at, key) = (key.span().start, key.get_ref().as_ref());
        let place = match key {
            "name" => 0,
            "text" => 1,
            _ => {
                let fault = format!("unknown key `{key}` in [[copy]]; allowed are name, text");
                return Err((at, fault));
            }
        };
        let text = value.get_ref().as_str();
        let text = text.ok_or_else(|| (at, format!("`copy.{key}` must be a text in quotes")))?;
        found[place] = Some((at, text));
    }
    let lacks = |key: &str| (start, format!("[[copy]] needs a {key}: {key} = \"…\""));
    let (name_at, name) = found[0].ok_or_else(|| lacks("name"))?;
    let (text_at, text) = found[1].ok_or_else(|| lacks("text"))?;
    let text =
        CopyText::parse(name, text).map_err(|fault| (text_at, format!("`copy.text`: {fault}")))?;
    let fault = match text.name.chars().count() {
        0 => Some("must not be empty".to_owned()),
        count if count > COPY_NAME_MAX => {
            Some(format!("must be at most {COPY_NAME_MAX} characters long"))
        }
        _ if others.iter().any(|other| other.name == text.name) => {
            Some(format!("`{}` is used already", text.name))
        }
        _ => None,
    };
    match fault {
        Some(fault) => Err((name_at, format!("`copy.name` {fault}"))),
        None => Ok(text),
    }
}
