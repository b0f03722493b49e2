//! Performs effects: each in a task of its own, which answers with a message.

use crate::api::{AuditEntry, CreateGroup, CreateSession, EpochMillis, GroupSchedule, PutSchedule};
use crate::client::realtime::{self, RealtimeEvent};
use crate::client::{AuditFilter, Client, ClientError, Listing, Retry, Secret};
use crate::console::effect::{
    BatchCommand, Call, GatewayFault, GatewayField, GroupHistory, MemberChange, NewGateway,
    SavedQr, SessionAction, SheetOrder,
};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::io::batch::BatchTask;
use crate::console::io::clipboard::Clipboard;
use crate::console::io::connectors::GatewayConnector;
use crate::console::io::notebook::NotebookJobs;
use crate::console::io::notice::{Notice, now};
use crate::console::msg::{Msg, Pause, Reply};
use crate::console::notebook::NotebookChange;
use crate::links::{Answer, Ask, What, ask_all};
use crate::qr;
use crate::sheet::{Place, SheetFormat, file_title};
use futures_util::FutureExt as _;
use serde_json::Value;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Reads in flight at the same time; more wait for a permit. Changes never wait behind reads.
const PARALLEL_READS: usize = 8;
/// Entries of a group's history.
const HISTORY_ENTRIES: u32 = 200;
/// Maximum realtime events in the queue to the loop before the stream is slowed down.
const EVENTS_WAITING: usize = 1_024;
/// Maximum bytes of memory that the queued events may take together.
const EVENT_BYTES_WAITING: usize = 4 << 20;

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

/// A call in flight.
struct Caller {
    client: Client,
    inbox: mpsc::UnboundedSender<Notice>,
    read_permits: Arc<Semaphore>,
    retry: Retry,
    id: RequestId,
    /// The permit of the read that was answered.
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

// A failure goes into the reply as it is, once per call.
#[allow(clippy::result_large_err)]
fn as_failure<T>(outcome: Result<T, ClientError>) -> Result<T, CallFailure> {
    outcome.map_err(CallFailure::from)
}

#[allow(clippy::result_large_err)]
impl Caller {
    /// A read without retries: `update` itself repeats it.
    async fn once<T>(
        &self,
        call: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, CallFailure> {
        let permit = self.acquire_permit().await;
        let outcome = call.await;
        self.hold_permit(permit);
        as_failure(outcome)
    }

    async fn acquire_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.read_permits).acquire_owned().await.ok()
    }

    fn hold_permit(&self, permit: Option<OwnedSemaphorePermit>) {
        if let Ok(mut kept) = self.permit.lock() {
            *kept = permit;
        }
    }

    /// A read with retries; sends a notice to `update` before each. No permit is held during the pause.
    async fn with_retries<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, CallFailure>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let pause = |error: &ClientError, wait: Duration| {
            let pause = Pause {
                failure: CallFailure::from(error.clone()),
                until: now() + wait.as_millis() as EpochMillis,
            };
            let _ = self.inbox.send(Notice::Msg(Msg::Pause(self.id, pause)));
        };
        let attempt = || {
            let attempt = call();
            async {
                let permit = self.acquire_permit().await;
                let outcome = attempt.await;
                if outcome.is_ok() {
                    self.hold_permit(permit);
                }
                outcome
            }
        };
        as_failure(self.retry.read(pause, attempt).await)
    }

    /// The rows of a listing. How many could not be read is sent first, so that the reply finds it known.
    fn rows<T>(&self, answer: Result<Listing<T>, CallFailure>) -> Result<Vec<T>, CallFailure> {
        let listing = answer?;
        let unreadable = Msg::Unreadable(self.id, listing.unreadable);
        let _ = self.inbox.send(Notice::Msg(unreadable));
        Ok(listing.rows)
    }

    async fn perform(&self, call: Call) -> Reply {
        let client = &self.client;
        match call {
            Call::Sessions => Reply::Sessions(self.rows(self.once(client.list_sessions()).await)),
            Call::Ready => Reply::Ready(self.once(client.is_ready()).await),
            Call::Session(session) => Reply::Session(self.once(client.get_session(&session)).await),
            Call::Act { session, action } => Reply::SessionActed(as_failure(match action {
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
                Reply::SessionCreated(as_failure(client.create_session(&body).await))
            }
            Call::DeleteSession(session) => {
                Reply::SessionDeleted(as_failure(client.delete_session(&session).await))
            }
            Call::RenameSession { session, label } => {
                Reply::SessionRenamed(as_failure(client.rename_session(&session, &label).await))
            }
            Call::PairingQr(session) => Reply::PairingQr(self.once(client.qr(&session)).await),
            Call::PairingCode { session, phone } => {
                Reply::PairingCode(as_failure(client.pairing_code(&session, &phone).await))
            }
            Call::Passkey(session) => Reply::Passkey(self.once(client.passkey(&session)).await),
            Call::AnswerPasskey { session, answer } => {
                Reply::PasskeyAnswered(as_failure(client.answer_passkey(&session, &answer).await))
            }
            Call::Groups { session } => {
                Reply::Groups(self.rows(self.with_retries(|| client.list_groups(&session)).await))
            }
            Call::Group(group) => Reply::Group(
                self.with_retries(|| client.get_group(&group.session, &group.jid))
                    .await,
            ),
            Call::Members(group) => Reply::Members(
                self.rows(
                    self.with_retries(|| client.members(&group.session, &group.jid))
                        .await,
                ),
            ),
            Call::FindMembers(query) => {
                Reply::FoundMembers(self.rows(self.once(client.find_members(&query)).await))
            }
            Call::History(group) => Reply::History(self.once(history(client, &group.jid)).await),
            Call::Invite(group) => Reply::Invite(
                self.once(client.invite(&group.session, &group.jid))
                    .await
                    .map(|link| link.invite),
            ),
            Call::Requests(group) => Reply::Requests(
                self.once(client.membership_requests(&group.session, &group.jid))
                    .await
                    .map(|list| list.data),
            ),
            Call::AllRequests => {
                Reply::AllRequests(self.rows(self.once(client.all_requests()).await))
            }
            Call::Settle {
                group,
                person,
                approve,
            } => {
                let (session, jid) = (&group.session, &group.jid);
                let sent = if approve {
                    client.approve_request(session, jid, &person).await
                } else {
                    client.reject_request(session, jid, &person).await
                };
                Reply::Settled(as_failure(sent))
            }
            Call::Preview { session, code } => {
                Reply::Preview(self.once(client.preview(&session, &code)).await)
            }
            Call::ResetInvite(group) => Reply::InviteReset(as_failure(
                client
                    .reset_invite(&group.session, &group.jid)
                    .await
                    .map(|link| link.invite),
            )),
            Call::ChangeMembers {
                group,
                change,
                members,
            } => Reply::MembersChanged(as_failure(
                change_members(client, &group, change, &members).await,
            )),
            Call::CreateGroup {
                session,
                name,
                members,
            } => {
                let group = CreateGroup {
                    name,
                    participants: members,
                };
                Reply::GroupCreated(as_failure(client.create_group(&session, &group).await))
            }
            Call::JoinGroup { session, code } => {
                Reply::GroupJoined(as_failure(client.join(&session, &code).await))
            }
            Call::LeaveGroup(group) => {
                Reply::GroupLeft(as_failure(client.leave(&group.session, &group.jid).await))
            }
            Call::Schedule(group) => {
                Reply::Schedule(self.once(client.schedule(&group.session, &group.jid)).await)
            }
            Call::SetSchedule { group, schedule } => {
                Reply::ScheduleSet(as_failure(set_schedule(client, &group, schedule).await))
            }
            Call::Update { group, patch } => Reply::Updated(as_failure(
                client
                    .update_settings(&group.session, &group.jid, &patch)
                    .await,
            )),
        }
    }
}

/// Adds all of them, or changes one after the other.
async fn change_members(
    client: &Client,
    group: &GroupKey,
    change: MemberChange,
    members: &[String],
) -> Result<(), ClientError> {
    let (session, jid) = (&group.session, &group.jid);
    if change == MemberChange::Add {
        return client.add_members(session, jid, members).await;
    }
    for member in members {
        match change {
            MemberChange::Promote => client.promote_member(session, jid, member).await?,
            MemberChange::Demote => client.demote_member(session, jid, member).await?,
            MemberChange::Add | MemberChange::Remove => {
                client.remove_member(session, jid, member).await?;
            }
        }
    }
    Ok(())
}

/// Sets or removes the opening hours of a group; returns them as they are then.
async fn set_schedule(
    client: &Client,
    group: &GroupKey,
    schedule: Option<PutSchedule>,
) -> Result<GroupSchedule, ClientError> {
    let (session, jid) = (&group.session, &group.jid);
    if let Some(schedule) = schedule {
        return client.set_schedule(session, jid, &schedule).await;
    }
    client.clear_schedule(session, jid).await?;
    Ok(GroupSchedule::default())
}

/// What the audit log holds about a group, and the labels of keys: without them the ids are shown.
async fn history(client: &Client, jid: &str) -> Result<GroupHistory, ClientError> {
    let filter = AuditFilter {
        group: Some(jid.to_owned()),
        limit: Some(HISTORY_ENTRIES),
        ..AuditFilter::default()
    };
    let mut page = client.audit(&filter).await?;
    // A gateway may ignore the limit.
    let most = HISTORY_ENTRIES as usize;
    let more = !page.next_cursor.is_empty() || page.rows.len() > most;
    page.rows.truncate(most);
    let is_key = |entry: &AuditEntry| entry.actor.starts_with("key:");
    let keys = if page.rows.iter().any(is_key) {
        client.list_keys().await.map(|keys| keys.rows)
    } else {
        Ok(Vec::new())
    };
    let labels = keys.unwrap_or_default().into_iter();
    Ok(GroupHistory {
        entries: page.rows,
        labels: labels
            .filter_map(|key| Some((key.id, key.label?)))
            .collect(),
        more,
    })
}

/// Passes the realtime stream on until the loop ends.
async fn stream(client: Client, inbox: mpsc::UnboundedSender<Notice>) {
    // Queued events are counted and weighed once, on the way to the loop.
    let (sink, events) = mpsc::channel(1);
    let stream = AssertUnwindSafe(realtime::run(client, None, sink)).catch_unwind();
    let _ = tokio::join!(stream, pass_on(events, inbox));
}

async fn pass_on(mut events: mpsc::Receiver<RealtimeEvent>, inbox: mpsc::UnboundedSender<Notice>) {
    // The loop's inbox is unbounded: a flood is held back here, which slows the gateway down.
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
    // Without a last event the stream panicked: the displayed state must not count as live.
    if !ended && let Ok(held) = room.acquire_owned().await {
        let reason = "the desk's stream broke; its log has more".to_owned();
        let event = RealtimeEvent::Unavailable { reason };
        let _ = inbox.send(Notice::Realtime(event, held));
    }
}

/// The permits of an event: its bytes of memory, and at least its share of the maximum number of events.
fn weight(event: &RealtimeEvent) -> u32 {
    let bytes = match event {
        RealtimeEvent::Event(envelope) => memory(&envelope.payload),
        _ => 0,
    };
    let least = EVENT_BYTES_WAITING / EVENTS_WAITING;
    bytes.clamp(least, EVENT_BYTES_WAITING) as u32
}

/// The approximate size of a value in bytes.
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

/// Maximum pictures with one title; after that the last name is reused.
const SAME_TITLE: u32 = 10_000;

/// Writes `<title>.png` and `<title>.svg`, with a number after the title if those exist already.
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
    let title = file_title(title);
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

/// Writes a sheet beside the saved pictures, with a number after its title if that exists already.
fn save_sheet(directory: &Path, order: &SheetOrder) -> Result<PathBuf, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "The sheet cannot be saved in {}: {error}.",
            directory.display()
        )
    };
    std::fs::create_dir_all(directory).map_err(|error| failed(&error))?;
    let title = file_title(&order.title);
    let ending = match order.format {
        SheetFormat::Html => ".html",
        SheetFormat::Csv => ".csv",
        // A folder.
        SheetFormat::Png | SheetFormat::Svg => "",
    };
    let file = (1..=SAME_TITLE)
        .map(|number| match number {
            1 => directory.join(format!("{title}{ending}")),
            _ => directory.join(format!("{title} ({number}){ending}")),
        })
        .find(|path| !path.exists())
        .ok_or_else(|| failed(&"too many files have this name"))?;
    Place::prepare(&file, order.format)
        .and_then(|place| place.save(&order.groups, order.layout, &order.made))
        .map_err(|error| failed(&error))?;
    Ok(file)
}

#[cfg(test)]
mod tests;
