//! `groupdesk audit verify`

use super::chain::{Chain, CheckedHead, Outcome, Walks};
use super::heads;
use super::pages::{PAGE, PAGES_MAX, endless, failure, no_chain};
use crate::cli::output::{AnswerFormat, CommandError, Exit, print, print_document, time};
use crate::cli::scripts::context::CommandContext;
use crate::client::AuditFilter;
use crate::text::clean_line;
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;
use std::fmt::Write as _;

/// Arguments of `groupdesk audit verify`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Verify {
    /// A head that was written down, or a file with one on each line; may be repeated
    #[arg(long, value_name = "ID:HASH|FILE")]
    pub head: Vec<String>,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    chains: &'a [Chain],
    heads: &'a [CheckedHead],
}

impl CommandContext<'_> {
    pub(super) async fn verify_audit(&self, arguments: &Verify) -> Result<(), CommandError> {
        let mut walks = Walks::new(heads::read(&arguments.head)?);
        let mut filter = AuditFilter {
            limit: u32::try_from(PAGE).ok(),
            ..AuditFilter::default()
        };
        let mut cursors = HashSet::new();
        let mut is_empty = true;
        loop {
            let page = self.client.audit_objects(&filter).await.map_err(failure)?;
            is_empty &= page.rows.is_empty();
            for entry in page.rows {
                walks.take(entry);
            }
            if page.next_cursor.is_empty() {
                break;
            }
            let is_new = cursors.insert(page.next_cursor.clone());
            if !is_new || cursors.len() >= PAGES_MAX {
                return Err(endless());
            }
            filter.cursor = Some(page.next_cursor);
        }
        if !is_empty && !walks.is_chained {
            return Err(no_chain());
        }
        let (chains, heads) = walks.finish();
        let problem = problem(&chains, &heads);
        if arguments.format.json {
            print_document(&Document {
                ok: problem.is_none(),
                chains: &chains,
                heads: &heads,
            })?;
        } else {
            print(&report(&chains, &heads))?;
        }
        match problem {
            Some(problem) => Err(CommandError::new(Exit::ProblemFound, problem)),
            None => Ok(()),
        }
    }
}

/// The first problem, as a sentence.
fn problem(chains: &[Chain], heads: &[CheckedHead]) -> Option<String> {
    let broken = chains.iter().find_map(|chain| chain.first_broken.as_ref());
    if let Some(entry) = broken {
        return Some(format!(
            "the audit log does not fit its hashes from entry {} on: that entry was changed, or one before it was changed, removed or inserted",
            entry.id
        ));
    }
    let head = heads.iter().find_map(|checked| match checked.result {
        Outcome::Found | Outcome::Removed => None,
        Outcome::Differs => Some(format!(
            "entry {} has another hash than the one written down: the log up to it was written anew",
            checked.head.id
        )),
        Outcome::Missing => Some(format!(
            "entry {}, which was written down, is not in the log",
            checked.head.id
        )),
    });
    head.map(|head| clean_line(&head).into_owned())
}

fn report(chains: &[Chain], heads: &[CheckedHead]) -> String {
    let mut text = String::new();
    for chain in chains {
        if chains.len() > 1
            && let Some(organization) = &chain.organization_id
        {
            let _ = writeln!(text, "organization {}", clean_line(organization));
        }
        let _ = match &chain.first_broken {
            None => writeln!(text, "{} entries, all hashes fit", chain.entries),
            Some(entry) => writeln!(
                text,
                "{} entries, {} of them with a hash that does not fit; the first is {}, {}, {}",
                chain.entries,
                chain.broken,
                clean_line(&entry.id),
                entry.at.map_or_else(|| "without a time".to_owned(), time),
                clean_line(entry.action.as_deref().unwrap_or("without an action")),
            ),
        };
        if let Some(last) = &chain.removed_until {
            let last = clean_line(&last.id);
            let _ = writeln!(text, "entries up to {last} were removed by retention");
        }
        let head = format!("head {}:{}", chain.head.id, chain.head.hash);
        let _ = writeln!(text, "{}", clean_line(&head));
    }
    if chains.is_empty() {
        text.push_str("no entries\n");
    }
    for checked in heads {
        let result = match checked.result {
            Outcome::Found => "is in the log, with the same hash",
            Outcome::Differs => "is in the log with another hash",
            Outcome::Missing => "is not in the log",
            Outcome::Removed => "was removed by retention, so that its hash cannot be checked",
        };
        let _ = writeln!(text, "entry {} {result}", checked.head.id);
    }
    text
}
