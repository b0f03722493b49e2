//! `groupdesk audit verify`

use super::chain::{Chain, CheckedHead, KeptHead, Outcome, Walks};
use super::entry::{WrittenDown, text};
use super::heads;
use super::pages::{PAGE, PAGES_MAX, endless, failure, no_chain};
use super::removal::Removal;
use crate::api::EpochMillis;
use crate::cli::output::{AnswerFormat, CommandError, Exit, print, print_document, time};
use crate::cli::scripts::context::CommandContext;
use crate::client::{AuditFilter, ClientError, Listing};
use crate::text::clean_line;
use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt::Write as _;

/// How often the log is read when entries are removed meanwhile.
const READS_MAX: usize = 3;

type Entry = Map<String, Value>;

/// Arguments of `groupdesk audit verify`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Verify {
    /// A head that was written down, or a file with one on each line; may be repeated
    #[arg(long, value_name = "ID:HASH:ORGANIZATION|FILE")]
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
        let heads = heads::read(&arguments.head)?;
        let now = jiff::Timestamp::now().as_millisecond();
        let page = async |filter: AuditFilter| self.client.audit_objects(&filter).await;
        let (chains, heads) = verified(&heads, now, page).await?;
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

/// Reads the log until it was read without a removal in between, [`READS_MAX`] times at most: where entries
/// were removed after newer ones had been read, the last one that was read fits no hash.
async fn verified(
    heads: &[KeptHead],
    now: EpochMillis,
    page: impl AsyncFn(AuditFilter) -> Result<Listing<Entry>, ClientError>,
) -> Result<(Vec<Chain>, Vec<CheckedHead>), CommandError> {
    let mut reads = 0;
    loop {
        reads += 1;
        let (chains, checked) = read_log(heads, &page).await?.finish(now);
        if problem(&chains, &checked).is_none() || reads == READS_MAX {
            return Ok((chains, checked));
        }
        let newest = page(first_page()).await.map_err(failure)?.rows;
        if !newest.iter().any(|entry| is_later_removal(entry, &chains)) {
            return Ok((chains, checked));
        }
    }
}

fn first_page() -> AuditFilter {
    AuditFilter {
        limit: u32::try_from(PAGE).ok(),
        ..AuditFilter::default()
    }
}

async fn read_log(
    heads: &[KeptHead],
    page: &impl AsyncFn(AuditFilter) -> Result<Listing<Entry>, ClientError>,
) -> Result<Walks, CommandError> {
    let mut walks = Walks::new(heads.to_vec());
    let mut filter = first_page();
    let mut cursors = HashSet::new();
    let mut is_empty = true;
    loop {
        let page = page(filter.clone()).await.map_err(failure)?;
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
    Ok(walks)
}

/// Whether an entry says that entries were removed since its chain was read.
fn is_later_removal(entry: &Entry, chains: &[Chain]) -> bool {
    let organization = text(entry, "organizationId");
    let mut chains = chains.iter();
    let chain = chains.find(|chain| chain.organization_id == organization);
    let is_later = chain.is_none_or(|chain| text(entry, "id").is_some_and(|id| id > chain.head.id));
    is_later && Removal::of(entry).is_some()
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
            checked.head.entry.id
        )),
        Outcome::Missing => Some(format!(
            "entry {}, which was written down, is not in the log",
            checked.head.entry.id
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
        let WrittenDown { id, hash } = &chain.head;
        let head = heads::line(id, hash, chain.organization_id.as_deref());
        let _ = writeln!(text, "head {}", clean_line(&head));
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
        let _ = writeln!(text, "entry {} {result}", checked.head.entry.id);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::chain::tests::{Entry, NOW, daily, head, kept, trim};
    use super::*;
    use std::cell::Cell;

    /// Serves five entries a page of what `log` has at each request, and counts the requests.
    async fn verify(
        heads: &[KeptHead],
        log: impl Fn(usize) -> Vec<Entry>,
    ) -> (Option<String>, usize) {
        let requests = Cell::new(0);
        let page = async |filter: AuditFilter| {
            let log = log(requests.replace(requests.get() + 1));
            let before = filter.cursor.unwrap_or("8".to_owned());
            let older = log.into_iter().rev();
            let mut older = older.filter(|entry| head(entry).id < before);
            let rows: Vec<Entry> = older.by_ref().take(5).collect();
            let is_last = older.next().is_none();
            let next_cursor = match rows.last() {
                Some(last) if !is_last => head(last).id,
                _ => String::new(),
            };
            Ok(Listing {
                rows,
                unreadable: 0,
                next_cursor,
            })
        };
        let (chains, heads) = verified(heads, NOW.try_into().unwrap(), page)
            .await
            .unwrap();
        (problem(&chains, &heads), requests.get())
    }

    #[tokio::test]
    async fn a_removal_between_two_pages_is_no_fault() {
        let whole = daily("acme");
        let removed = |day: usize| {
            let mut log = whole.clone();
            let last = head(&whole[day]);
            trim(&mut log, 38, &last);
            log
        };
        let heads = [kept(head(&whole[3]), Some("acme"))];
        let log = |request| {
            if request < 2 {
                whole.clone()
            } else {
                removed(22)
            }
        };
        // Three requests until the last page, one for the newest entries, two for all that are left.
        assert_eq!(verify(&heads, log).await, (None, 6));
        // Without a removal nothing excuses what is missing.
        let cut = |request| {
            if request < 2 {
                whole.clone()
            } else {
                whole[23..].to_vec()
            }
        };
        let (problem, requests) = verify(&heads, cut).await;
        assert!(problem.unwrap().contains("does not fit"));
        assert_eq!(requests, 4);
    }

    #[tokio::test]
    async fn a_log_from_which_entries_are_always_removed_is_not_read_forever() {
        let whole = daily("acme");
        // Each request finds one more entry removed.
        let log = |request: usize| {
            let mut log = whole.clone();
            for (day, entry) in whole.iter().enumerate().take(request + 1) {
                let last = head(entry);
                trim(&mut log, 35 + day as u64, &last);
            }
            log
        };
        let heads = [kept(head(&whole[29]), Some("other"))];
        assert!(verify(&heads, log).await.0.is_some());
    }
}
