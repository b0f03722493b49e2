//! Carrying out effects: each in a task of its own, which answers with a message.

use crate::api::{CreateSession, EpochMillis};
use crate::client::realtime::{self, RealtimeEvent};
use crate::client::{Client, ClientError, Listing, Retry, Secret};
use crate::console::effect::{Call, SavedQr, SessionAction};
use crate::console::failure::Failure;
use crate::console::ids::RequestId;
use crate::console::io::clipboard::Clipboard;
use crate::console::io::connectors::Places;
use crate::console::io::notice::{Notice, now};
use crate::console::msg::{Msg, Pause, Reply};
use crate::qr;
use futures_util::FutureExt as _;
use serde_json::Value;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Reads that run side by side; more wait for their turn. Changes never wait behind reads.
const PARALLEL_READS: usize = 8;
/// Realtime events that may wait for the loop before the stream is slowed down.
const EVENTS_WAITING: usize = 1_024;
/// Bytes of memory that they may take together.
const EVENT_BYTES_WAITING: usize = 4 << 20;

/// Starts the tasks. They send what they have to tell into the loop's inbox.
pub struct Performer {
    client: Client,
    clipboard: Arc<Clipboard>,
    /// Where pictures are saved.
    pictures: PathBuf,
    places: Arc<dyn Places>,
    inbox: mpsc::UnboundedSender<Notice>,
    turns: Arc<Semaphore>,
    retry: Retry,
    stream: AbortHandle,
}

/// Realtime of a place ends with the performer of that place.
impl Drop for Performer {
    fn drop(&mut self) {
        self.stream.abort();
    }
}

impl Performer {
    /// A performer, and the inbox that its tasks send to. Realtime begins to stream.
    #[must_use]
    pub fn new(
        client: Client,
        clipboard: Clipboard,
        pictures: PathBuf,
        places: Arc<dyn Places>,
    ) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        Self::on(client, Arc::new(clipboard), pictures, places)
    }

    /// The same on another gateway. The inbox is another one too: whatever the old place still has
    /// to say is heard by nobody.
    #[must_use]
    pub(super) fn moved(&self, client: Client) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let clipboard = Arc::clone(&self.clipboard);
        let places = Arc::clone(&self.places);
        Self::on(client, clipboard, self.pictures.clone(), places)
    }

    fn on(
        client: Client,
        clipboard: Arc<Clipboard>,
        pictures: PathBuf,
        places: Arc<dyn Places>,
    ) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let (inbox, notices) = mpsc::unbounded_channel();
        let stream = tokio::spawn(stream(client.clone(), inbox.clone())).abort_handle();
        let performer = Self {
            client,
            clipboard,
            pictures,
            places,
            inbox,
            turns: Arc::new(Semaphore::new(PARALLEL_READS)),
            retry: Retry::default(),
            stream,
        };
        (performer, notices)
    }

    /// Asks another gateway whether it lets us in.
    pub(super) fn knock(
        &self,
        id: RequestId,
        profile: usize,
        token: Option<Secret>,
    ) -> AbortHandle {
        let places = Arc::clone(&self.places);
        let task = async move { Notice::Knocked(id, places.open(profile, token).await) };
        let broken = move || Notice::Knocked(id, Err(BROKEN.to_owned()));
        replying(&self.inbox, broken, task)
    }

    /// Calls the gateway. Aborting the task drops the call and its answer.
    pub(super) fn call(&self, id: RequestId, call: Call) -> AbortHandle {
        let caller = Caller {
            client: self.client.clone(),
            inbox: self.inbox.clone(),
            turns: Arc::clone(&self.turns),
            retry: self.retry,
            id,
            turn: Mutex::new(None),
        };
        let asked = call.clone();
        let task = async move {
            let reply = caller.perform(call).await;
            // A read's answer keeps its turn until the loop has taken it in: so there are never more
            // answers than turns.
            let turn = caller.turn.lock().ok().and_then(|mut turn| turn.take());
            Notice::Answer(id, reply, turn)
        };
        replying(&self.inbox, broken(id, asked), task)
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
        let broken = move || answer(id, Reply::Copied(Err(BROKEN.to_owned())));
        replying(&self.inbox, broken, task);
    }

    pub(super) fn save_qr(&self, id: RequestId, text: String, title: String) {
        let directory = self.pictures.clone();
        let task = async move {
            let saving = tokio::task::spawn_blocking(move || save(&directory, &text, &title));
            let saved = saving.await.unwrap_or_else(|_| Err(BROKEN.to_owned()));
            answer(id, Reply::QrSaved(saved))
        };
        let broken = move || answer(id, Reply::QrSaved(Err(BROKEN.to_owned())));
        replying(&self.inbox, broken, task);
    }
}

/// What a request is answered with whose task panicked.
const BROKEN: &str = "The desk failed while it asked; its log has more.";

/// Runs the task of a request. It ends with exactly one notice: what the task gives, or `broken` when it
/// panics, so that nothing waits for ever. Aborted, it ends with none, because nobody waits any more.
fn replying(
    inbox: &mpsc::UnboundedSender<Notice>,
    broken: impl FnOnce() -> Notice + Send + 'static,
    task: impl Future<Output = Notice> + Send + 'static,
) -> AbortHandle {
    let inbox = inbox.clone();
    tokio::spawn(async move {
        let ended = AssertUnwindSafe(task).catch_unwind().await;
        // The loop has ended when nobody listens.
        let _ = inbox.send(ended.unwrap_or_else(|_| broken()));
    })
    .abort_handle()
}

/// The answer to a call whose task panicked. A change may have been sent before.
fn broken(id: RequestId, call: Call) -> impl FnOnce() -> Notice {
    move || {
        answer(
            id,
            Reply::refused(&call, Failure::lost_answer(BROKEN, true)),
        )
    }
}

fn answer(id: RequestId, reply: Reply) -> Notice {
    Notice::Answer(id, reply, None)
}

/// One call on its way.
struct Caller {
    client: Client,
    inbox: mpsc::UnboundedSender<Notice>,
    turns: Arc<Semaphore>,
    retry: Retry,
    id: RequestId,
    /// The turn of the read that was answered.
    turn: Mutex<Option<OwnedSemaphorePermit>>,
}

// A failure goes into the reply as it is, once per call.
#[allow(clippy::result_large_err)]
fn told<T>(outcome: Result<T, ClientError>) -> Result<T, Failure> {
    outcome.map_err(Failure::from)
}

#[allow(clippy::result_large_err)]
impl Caller {
    /// A read in its turn, once: what `update` itself asks for again and again.
    async fn once<T>(
        &self,
        call: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, Failure> {
        let turn = self.wait_for_turn().await;
        let outcome = call.await;
        self.keep(turn);
        told(outcome)
    }

    async fn wait_for_turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).acquire_owned().await.ok()
    }

    fn keep(&self, turn: Option<OwnedSemaphorePermit>) {
        if let Ok(mut kept) = self.turn.lock() {
            *kept = turn;
        }
    }

    /// A read that is tried again, which `update` hears of. Nobody's turn is taken by waiting.
    async fn patiently<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let pause = |error: &ClientError, wait: Duration| {
            let pause = Pause {
                failure: Failure::from(error.clone()),
                until: now() + wait.as_millis() as EpochMillis,
            };
            let _ = self.inbox.send(Notice::Msg(Msg::Pause(self.id, pause)));
        };
        let attempt = || {
            let attempt = call();
            async {
                let turn = self.wait_for_turn().await;
                let outcome = attempt.await;
                if outcome.is_ok() {
                    self.keep(turn);
                }
                outcome
            }
        };
        told(self.retry.read(pause, attempt).await)
    }

    /// The rows of a listing. How many could not be read is told first, so that the reply finds it known.
    fn rows<T>(&self, answer: Result<Listing<T>, Failure>) -> Result<Vec<T>, Failure> {
        let listing = answer?;
        let told = Msg::Unreadable(self.id, listing.unreadable);
        let _ = self.inbox.send(Notice::Msg(told));
        Ok(listing.rows)
    }

    async fn perform(&self, call: Call) -> Reply {
        let client = &self.client;
        match call {
            Call::Sessions => Reply::Sessions(self.rows(self.once(client.list_sessions()).await)),
            Call::Ready => Reply::Ready(self.once(client.is_ready()).await),
            Call::Session(session) => Reply::Session(self.once(client.get_session(&session)).await),
            Call::Act { session, action } => Reply::SessionActed(told(match action {
                SessionAction::Start => client.start_session(&session).await,
                SessionAction::Stop => client.stop_session(&session).await,
                SessionAction::Restart => client.restart_session(&session).await,
                SessionAction::Logout => client.logout_session(&session).await,
            })),
            Call::CreateSession { label } => {
                let body = CreateSession {
                    label,
                    start: Some(true),
                    ..CreateSession::default()
                };
                Reply::SessionCreated(told(client.create_session(&body).await))
            }
            Call::DeleteSession(session) => {
                Reply::SessionDeleted(told(client.delete_session(&session).await))
            }
            Call::RenameSession { session, label } => {
                Reply::SessionRenamed(told(client.rename_session(&session, &label).await))
            }
            Call::PairingQr(session) => Reply::PairingQr(self.once(client.qr(&session)).await),
            Call::PairingCode { session, phone } => {
                Reply::PairingCode(told(client.pairing_code(&session, &phone).await))
            }
            Call::Groups { session } => {
                Reply::Groups(self.rows(self.patiently(|| client.list_groups(&session)).await))
            }
            Call::Group(group) => Reply::Group(
                self.patiently(|| client.get_group(&group.session, &group.jid))
                    .await,
            ),
            Call::Members(group) => Reply::Members(
                self.rows(
                    self.patiently(|| client.members(&group.session, &group.jid))
                        .await,
                ),
            ),
            Call::Invite(group) => Reply::Invite(
                self.once(client.invite(&group.session, &group.jid))
                    .await
                    .map(|link| link.invite),
            ),
            Call::ResetInvite(group) => Reply::InviteReset(told(
                client
                    .reset_invite(&group.session, &group.jid)
                    .await
                    .map(|link| link.invite),
            )),
            Call::Update { group, patch } => Reply::Updated(told(
                client
                    .update_settings(&group.session, &group.jid, &patch)
                    .await,
            )),
        }
    }
}

/// Passes the realtime stream on until the loop ends.
async fn stream(client: Client, inbox: mpsc::UnboundedSender<Notice>) {
    // What waits is counted and weighed once, on its way to the loop.
    let (sink, events) = mpsc::channel(1);
    let stream = AssertUnwindSafe(realtime::run(client, None, sink)).catch_unwind();
    let _ = tokio::join!(stream, pass_on(events, inbox));
}

async fn pass_on(mut events: mpsc::Receiver<RealtimeEvent>, inbox: mpsc::UnboundedSender<Notice>) {
    // The loop's inbox has no end of its own: a flood is held back here, and so at the gateway.
    let room = Arc::new(Semaphore::new(EVENT_BYTES_WAITING));
    let mut ended = false;
    while let Some(event) = events.recv().await {
        ended = matches!(event, RealtimeEvent::Unavailable { .. });
        let Ok(held) = Arc::clone(&room).acquire_many_owned(weight(&event)).await else {
            return;
        };
        if inbox.send(Notice::Realtime(event, held)).is_err() {
            return;
        }
    }
    // Without a last word it panicked: what is shown must not be taken for live.
    if !ended && let Ok(held) = room.acquire_owned().await {
        let reason = "the desk's stream broke; its log has more".to_owned();
        let event = RealtimeEvent::Unavailable { reason };
        let _ = inbox.send(Notice::Realtime(event, held));
    }
}

/// The room that an event takes: its memory, and at least its share of the number that may wait.
fn weight(event: &RealtimeEvent) -> u32 {
    let bytes = match event {
        RealtimeEvent::Event(envelope) => memory(&envelope.payload),
        _ => 0,
    };
    let least = EVENT_BYTES_WAITING / EVENTS_WAITING;
    bytes.clamp(least, EVENT_BYTES_WAITING) as u32
}

/// About how many bytes a value takes.
fn memory(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(memory).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| size_of::<String>() + name.len() + memory(value))
            .sum(),
        _ => 0,
    };
    size_of::<Value>() + inside
}

/// Pictures of one title side by side; with more of them the last name is used again.
const SAME_TITLE: u32 = 10_000;

/// Writes `<title>.png` and `<title>.svg`, with a number behind the title where those exist already.
fn save(directory: &Path, text: &str, title: &str) -> Result<SavedQr, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "The QR code cannot be saved in {}: {error}.",
            directory.display()
        )
    };
    let png = qr::to_png(text, qr::PICTURE_SCALE).map_err(|error| failed(&error))?;
    let svg = qr::to_svg(text).map_err(|error| failed(&error))?;
    std::fs::create_dir_all(directory).map_err(|error| failed(&error))?;
    let title = file_name(title);
    let base = (1..=SAME_TITLE)
        .map(|number| match number {
            1 => directory.join(format!("{title}.png")),
            _ => directory.join(format!("{title} ({number}).png")),
        })
        .find(|path| !path.exists() && !path.with_extension("svg").exists())
        .unwrap_or_else(|| directory.join("invite.png"));
    let saved = SavedQr {
        svg: base.with_extension("svg"),
        png: base,
    };
    std::fs::write(&saved.png, png).map_err(|error| failed(&error))?;
    std::fs::write(&saved.svg, svg).map_err(|error| failed(&error))?;
    Ok(saved)
}

/// A stranger's text as a file name: letters, digits, blanks, hyphens; at most 60 characters.
fn file_name(title: &str) -> String {
    let kept: String = title
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                ' '
            }
        })
        .collect();
    let words: Vec<_> = kept.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(60).collect();
    match name.trim_end() {
        "" => "invite".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
