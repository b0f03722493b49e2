//! Batches: runs the engine in a task of its own and turns its reports into messages.

use crate::batch::{self, Control, Journal};
use crate::client::Client;
use crate::console::effect::BatchCommand;
use crate::console::io::notice::{Notice, now};
use crate::console::msg::{BatchNews, Msg, OpenBatch, OpenRow, RunNews};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, watch};

/// The batch of a gateway that runs, if one does.
#[derive(Default)]
pub(super) struct BatchTask {
    control: Mutex<Option<watch::Sender<Control>>>,
}

type Inbox = mpsc::UnboundedSender<Notice>;

impl BatchTask {
    pub(super) fn take(
        &self,
        client: Client,
        directory: PathBuf,
        command: BatchCommand,
        inbox: &Inbox,
    ) {
        let inbox = inbox.clone();
        match command {
            BatchCommand::Look => {
                tokio::task::spawn_blocking(move || look(&directory, &inbox));
            }
            BatchCommand::GiveUp(id) => {
                tokio::task::spawn_blocking(move || give_up(&directory, &id, &inbox));
            }
            BatchCommand::Control(control) => self.tell(control),
            BatchCommand::Start { run, plan } => self.run(run, client, inbox, move || {
                Journal::create(&directory, &plan, now())
                    .map_err(|error| format!("the journal cannot be written: {error}"))
            }),
            BatchCommand::Resume { run, id } => {
                self.run(run, client, inbox, move || Journal::open(&directory, &id));
            }
        }
    }

    /// Ends the batch after the row in flight.
    pub(super) fn stop(&self) {
        self.tell(Control::Stop);
    }

    fn tell(&self, control: Control) {
        let running = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            // It may have ended.
            let _ = running.send(control);
        }
    }

    fn run(
        &self,
        run: u64,
        client: Client,
        inbox: Inbox,
        open: impl FnOnce() -> Result<Journal, String> + Send + 'static,
    ) {
        let (sender, control) = watch::channel(Control::Run);
        *self.control.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        tokio::spawn(async move {
            let tell = |news| tell(&inbox, BatchNews::Run(run, news));
            let opened = tokio::task::spawn_blocking(open).await;
            let journal = match opened.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(journal) => journal,
                Err(why) => return tell(RunNews::Failed(why)),
            };
            tell(RunNews::Started(shown(&journal)));
            let report = |report| tell(RunNews::Report(report));
            let ended = batch::run(&client, journal, control, report).await;
            tell(RunNews::Ended(ended));
        });
    }
}

fn tell(inbox: &Inbox, news: BatchNews) {
    // The desk may have left for another gateway.
    let _ = inbox.send(Notice::Msg(Msg::Batch(news)));
}

/// Reports the batches that were not finished, the oldest first.
fn look(directory: &Path, inbox: &Inbox) {
    let open = Journal::unfinished(directory)
        .into_iter()
        .rev()
        .filter_map(|found| Journal::open(directory, &found.id).ok())
        .map(|journal| shown(&journal));
    let open: Vec<_> = open.collect();
    if !open.is_empty() {
        tell(inbox, BatchNews::Unfinished(open));
    }
}

fn give_up(directory: &Path, id: &str, inbox: &Inbox) {
    let given_up = Journal::open(directory, id)
        .and_then(|mut journal| journal.drop_rest().map_err(|error| error.to_string()));
    tell(inbox, BatchNews::GivenUp(id.to_owned(), given_up));
}

fn shown(journal: &Journal) -> OpenBatch {
    let rows = journal.rows.iter().map(|row| OpenRow {
        target: row.target.clone(),
        outcome: row.outcome.clone(),
        in_doubt: row.is_in_doubt(),
    });
    OpenBatch {
        id: journal.id.clone(),
        change: journal.change.clone(),
        started_at: journal.started_at,
        rows: rows.collect(),
    }
}
