//! Performs effects: each in a task of its own, which answers with a message.

mod caller;
mod pictures;
mod stream;

use crate::client::{Client, Retry, Secret};
use crate::console::effect::{
    BatchCommand, Call, GatewayFault, GatewayField, NewGateway, SheetOrder,
};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::io::batch::BatchTask;
use crate::console::io::clipboard::Clipboard;
use crate::console::io::connectors::GatewayConnector;
use crate::console::io::notebook::NotebookJobs;
use crate::console::io::notice::Notice;
use crate::console::msg::{Msg, Reply};
use crate::console::notebook::NotebookChange;
use crate::links::{Answer, Ask, What, ask_all};
use caller::Caller;
use futures_util::FutureExt as _;
use pictures::{save, save_sheet};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use stream::stream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Reads in flight at the same time; more wait for a permit. Changes never wait behind reads.
const PARALLEL_READS: usize = 8;

/// Starts the tasks, which send their results into the loop's inbox.
pub(crate) struct Performer {
    client: Client,
    clipboard: Arc<Clipboard>,
    /// The directory for saved pictures.
    pictures: PathBuf,
    connector: Arc<dyn GatewayConnector>,
    inbox: mpsc::UnboundedSender<Notice>,
    read_permits: Arc<Semaphore>,
    retry: Retry,
    notebooks: Arc<NotebookJobs>,
    batches: BatchTask,
    stream: AbortHandle,
}

/// The stream of a gateway ends with its performer, and its batch after the row in flight.
impl Drop for Performer {
    fn drop(&mut self) {
        self.stream.abort();
        self.batches.stop();
    }
}

impl Performer {
    /// A performer, and the inbox that its tasks send to. Starts the realtime stream.
    #[must_use]
    pub(crate) fn new(
        client: Client,
        clipboard: Clipboard,
        pictures: PathBuf,
        connector: Arc<dyn GatewayConnector>,
    ) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        Self::on(client, Arc::new(clipboard), pictures, connector)
    }

    /// The same on another gateway. It has its own inbox, so that late answers of the old gateway are dropped.
    #[must_use]
    pub(super) fn switched_to(&self, client: Client) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let clipboard = Arc::clone(&self.clipboard);
        let connector = Arc::clone(&self.connector);
        Self::on(client, clipboard, self.pictures.clone(), connector)
    }

    fn on(
        client: Client,
        clipboard: Arc<Clipboard>,
        pictures: PathBuf,
        connector: Arc<dyn GatewayConnector>,
    ) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let (inbox, notices) = mpsc::unbounded_channel();
        let stream = tokio::spawn(stream(client.clone(), inbox.clone())).abort_handle();
        let performer = Self {
            client,
            clipboard,
            pictures,
            connector,
            inbox,
            read_permits: Arc::new(Semaphore::new(PARALLEL_READS)),
            retry: Retry::default(),
            notebooks: Arc::default(),
            batches: BatchTask::default(),
            stream,
        };
        (performer, notices)
    }

    /// Asks another gateway whether it accepts our credentials.
    pub(super) fn connect(
        &self,
        id: RequestId,
        profile: usize,
        token: Option<Secret>,
    ) -> AbortHandle {
        let connector = Arc::clone(&self.connector);
        let task = async move { Notice::Connected(id, connector.open(profile, token).await) };
        let panicked = move || Notice::Connected(id, Err(PANICKED.to_owned()));
        replying(&self.inbox, panicked, task)
    }

    /// Checks and saves another gateway. Aborting the task drops the answer.
    pub(super) fn add_gateway(
        &self,
        id: RequestId,
        gateway: NewGateway,
        profile: usize,
    ) -> AbortHandle {
        let connector = Arc::clone(&self.connector);
        let task = async move { Notice::Added(id, connector.add(gateway, profile).await) };
        let panicked = move || {
            let fault = GatewayFault {
                field: GatewayField::Address,
                reason: PANICKED.to_owned(),
            };
            Notice::Added(id, Err(fault))
        };
        replying(&self.inbox, panicked, task)
    }

    /// Calls the gateway. Aborting the task drops the call and its answer.
    pub(super) fn call(&self, id: RequestId, call: Call) -> AbortHandle {
        let caller = Caller {
            client: self.client.clone(),
            inbox: self.inbox.clone(),
            read_permits: Arc::clone(&self.read_permits),
            retry: self.retry,
            id,
            permit: Mutex::new(None),
        };
        let asked = call.clone();
        let task = async move {
            let reply = caller.perform(call).await;
            // A read's answer keeps its permit until the loop has received it.
            let permit = caller
                .permit
                .lock()
                .ok()
                .and_then(|mut permit| permit.take());
            Notice::Answer(id, reply, permit)
        };
        replying(&self.inbox, panicked(id, asked), task)
    }

    pub(super) fn copy(&self, id: RequestId, text: String) {
        let (clipboard, inbox) = (Arc::clone(&self.clipboard), self.inbox.clone());
        let task = async move {
            let outcome = clipboard.copy(&text).await.map(|copied| {
                let by = copied.by();
                if let Some(bytes) = copied.into_bytes() {
                    let _ = inbox.send(Notice::Raw(bytes));
                }
                by
            });
            answer(id, Reply::Copied(outcome))
        };
        let panicked = move || answer(id, Reply::Copied(Err(PANICKED.to_owned())));
        replying(&self.inbox, panicked, task);
    }

    /// Changes of a notebook are made in the order of their requests, one at a time.
    pub(super) fn notebook(&self, id: RequestId, profile: usize, change: Option<NotebookChange>) {
        let file = self.connector.notebook(profile);
        self.notebooks.add(id, file, change);
        let (notebooks, inbox) = (Arc::clone(&self.notebooks), self.inbox.clone());
        // Started here, so that a change is written even if the desk ends now.
        tokio::task::spawn_blocking(move || {
            if let Some((id, outcome)) = notebooks.run_next() {
                let outcome = outcome.unwrap_or_else(|| Err(PANICKED.to_owned()));
                let _ = inbox.send(answer(id, Reply::Notebook(outcome)));
            }
        });
    }

    pub(super) fn batch(&self, profile: usize, command: BatchCommand) {
        let directory = self.connector.batches(profile);
        let client = self.client.clone();
        self.batches.take(client, directory, command, &self.inbox);
    }

    /// Reads the links of many groups, paced. Aborting the task stops it.
    pub(super) fn ask_links(&self, id: RequestId, groups: Vec<GroupKey>) -> AbortHandle {
        let (client, inbox) = (self.client.clone(), self.inbox.clone());
        let count = groups.len();
        let asks: Vec<Ask> = (groups.into_iter())
            .map(|key| Ask {
                session: key.session,
                what: What::Link(key.jid),
            })
            .collect();
        let task = async move {
            let tell = |step| {
                let _ = inbox.send(Notice::Msg(Msg::LinksStep(id, step)));
            };
            let mut links = Vec::new();
            for answer in ask_all(&client, &asks, &tell).await {
                links.push(match answer {
                    Ok(Answer::Link(link)) => Ok(link),
                    Ok(Answer::Preview(_)) => Err(CallFailure::no_answer("")),
                    Err(error) => Err(CallFailure::from(error)),
                });
            }
            answer(id, Reply::Links(links))
        };
        let panicked = move || {
            let failure = CallFailure::no_answer(PANICKED);
            answer(id, Reply::Links(vec![Err(failure); count]))
        };
        replying(&self.inbox, panicked, task)
    }

    pub(super) fn save_sheet(&self, id: RequestId, order: SheetOrder) {
        let directory = self.pictures.clone();
        let task = async move {
            let saving = tokio::task::spawn_blocking(move || save_sheet(&directory, &order));
            let saved = saving.await.unwrap_or_else(|_| Err(PANICKED.to_owned()));
            answer(id, Reply::SheetSaved(saved))
        };
        let panicked = move || answer(id, Reply::SheetSaved(Err(PANICKED.to_owned())));
        replying(&self.inbox, panicked, task);
    }

    pub(super) fn save_qr(&self, id: RequestId, text: String, title: String) {
        let directory = self.pictures.clone();
        let task = async move {
            let saving = tokio::task::spawn_blocking(move || save(&directory, &text, &title));
            let saved = saving.await.unwrap_or_else(|_| Err(PANICKED.to_owned()));
            answer(id, Reply::QrSaved(saved))
        };
        let panicked = move || answer(id, Reply::QrSaved(Err(PANICKED.to_owned())));
        replying(&self.inbox, panicked, task);
    }
}

/// The answer to a request whose task panicked.
const PANICKED: &str = "The desk failed while it asked; its log has more.";

/// Runs the task of a request. It ends with exactly one notice: the task's result, or `panicked` when it
/// panics, so that no request stays in flight. An aborted task sends none, because its request was cancelled.
fn replying(
    inbox: &mpsc::UnboundedSender<Notice>,
    panicked: impl FnOnce() -> Notice + Send + 'static,
    task: impl Future<Output = Notice> + Send + 'static,
) -> AbortHandle {
    let inbox = inbox.clone();
    tokio::spawn(async move {
        let ended = AssertUnwindSafe(task).catch_unwind().await;
        // Sending fails once the loop has ended.
        let _ = inbox.send(ended.unwrap_or_else(|_| panicked()));
    })
    .abort_handle()
}

/// The answer to a call whose task panicked. A change may have been sent before.
fn panicked(id: RequestId, call: Call) -> impl FnOnce() -> Notice {
    move || {
        answer(
            id,
            Reply::refused(&call, CallFailure::lost_answer(PANICKED, true)),
        )
    }
}

fn answer(id: RequestId, reply: Reply) -> Notice {
    Notice::Answer(id, reply, None)
}

#[cfg(test)]
mod tests;
