//! How an answer is written.

use clap::Args;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct ListFormat {
    /// Write one JSON document
    #[arg(long)]
    pub json: bool,

    /// Write CSV, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,

    /// Begin the CSV with a byte order mark: without one, Excel reads UTF-8 as another encoding
    #[arg(long, requires = "csv")]
    pub bom: bool,
}

/// How a single answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct AnswerFormat {
    /// Write one JSON document
    #[arg(long)]
    pub json: bool,
}
