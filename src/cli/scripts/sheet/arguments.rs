//! Arguments of `groupdesk sheet`.

use crate::cli::output::{CommandError, Exit};
use crate::cli::scripts::selection::Selection;
use crate::console::state::CopyText;
use crate::names::caseless;
use crate::sheet::{Layout, SheetFormat};
use crate::text::clean_line;
use clap::Args;
use std::path::PathBuf;

/// Which groups, and how their sheet is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
pub struct Make {
    #[command(flatten)]
    pub selection: Selection,

    /// The file, which is replaced; with png or svg a folder, which must be new or empty. Only its owner can read it
    #[arg(long, value_name = "FILE", required = true)]
    pub out: Option<PathBuf>,

    /// html (for a browser's print dialog), csv, or png or svg for one picture per group [default: html]
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub format: Option<SheetFormat>,

    /// Groups to a page: a4 or a5 for one, 2, 4, 8 or 12 on A4 [default: a4]
    #[arg(long, value_name = "LAYOUT", value_parser = layout)]
    pub layout: Option<Layout>,

    /// Print this text of `[[copy]]` below the code
    #[arg(long, value_name = "NAME", conflicts_with = "text")]
    pub template: Option<String>,

    /// Print this text below the code; {name}, {link} and {account} are filled in
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,

    /// Write one JSON document about the sheet
    #[arg(long)]
    pub json: bool,
}

fn format(word: &str) -> Result<SheetFormat, String> {
    let known = SheetFormat::ALL.into_iter().find(|one| one.word() == word);
    known.ok_or_else(|| "must be one of html, png, svg, csv".to_owned())
}

fn layout(word: &str) -> Result<Layout, String> {
    let known = Layout::ALL.into_iter().find(|one| one.word() == word);
    known.ok_or_else(|| "must be one of a4, a5, 2, 4, 8, 12".to_owned())
}

impl Make {
    /// The text of `--text`.
    pub(super) fn own_text(&self) -> Result<Option<CopyText>, CommandError> {
        let text = self.text.as_deref();
        let text = text
            .map(|text| CopyText::without_link("", text))
            .transpose();
        text.map_err(|fault| CommandError::new(Exit::Usage, format!("--text: {fault}")))
    }

    pub(super) fn house_text(&self, known: &[CopyText]) -> Result<Option<CopyText>, CommandError> {
        let Some(name) = &self.template else {
            return self.own_text();
        };
        let found = known
            .iter()
            .find(|text| caseless(&text.name) == caseless(name));
        found.cloned().map(Some).ok_or_else(|| {
            CommandError::new(
                Exit::Usage,
                format!(
                    "no text is called `{}`; the configuration has",
                    clean_line(name)
                ),
            )
            .listing(known.iter().map(|text| text.name.clone()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_layouts_have_the_names_of_the_help() {
        for one in SheetFormat::ALL {
            assert_eq!(format(one.word()), Ok(one));
            assert!(format("x").unwrap_err().contains(one.word()));
        }
        for one in Layout::ALL {
            assert_eq!(layout(one.word()), Ok(one));
            assert!(layout("3").unwrap_err().contains(one.word()));
        }
    }
}
