//! `groupdesk audit trim`

use super::pages::unchained;
use crate::api::{EpochMillis, TrimAudit};
use crate::cli::output::{AnswerFormat, CommandError, json_text, print_change, time};
use crate::cli::scripts::ask;
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::moment::moment;
use clap::Args;

/// Arguments of `groupdesk audit trim`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Trim {
    /// Remove what was written before this day (2026-01-01, in UTC) or moment (2026-01-01T08:00:00Z), at
    /// least seven days ago
    #[arg(long, value_name = "WHEN", value_parser = before)]
    pub before: EpochMillis,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

fn before(text: &str) -> Result<EpochMillis, String> {
    moment(text).filter(|at| *at >= 0).ok_or_else(|| {
        "must be a day such as 2026-01-01, or a moment such as 2026-01-01T08:00:00Z".to_owned()
    })
}

impl CommandContext<'_> {
    pub(super) async fn trim_audit(&self, arguments: &Trim) -> Result<(), CommandError> {
        let before = arguments.before;
        if !arguments.yes {
            let question = format!(
                "Remove all entries of the audit log that were written before {}? They cannot be brought back.",
                time(before)
            );
            ask::confirm(&question).await?;
        }
        let trimmed = self
            .client
            .trim_audit(TrimAudit { before })
            .await
            .map_err(unchained)?;
        let done = match trimmed.removed {
            0 => "nothing to remove".to_owned(),
            1 => "1 entry was removed".to_owned(),
            count => format!("{count} entries were removed"),
        };
        let answer = if arguments.format.json {
            json_text(&trimmed)?
        } else {
            format!("{done}\n")
        };
        print_change(&answer, &done, "nothing needs to be done again")
    }
}
