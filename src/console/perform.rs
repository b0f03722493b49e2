//! Carrying out effects: each in a task of its own, which answers with a message.

use super::clipboard::Clipboard;
use super::effect::{Call, RequestId, SavedQr, SessionAction};
use super::failure::Failure;
use super::msg::{Msg, Realtime, Reply};
use super::qr;
use super::runtime::{Notice, now};
use crate::api::{CreateSession, EpochMillis};
use crate::client::realtime::{self, RealtimeEvent};
use crate::client::{Client, ClientError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Reads that run side by side; more wait for their turn. Changes never wait behind reads.
const PARALLEL_READS: usize = 8;
/// Pixels of a module in a saved picture: a link's code becomes about 650 pixels wide.
const PICTURE_SCALE: u16 = 16;
/// Realtime events that may wait for the loop before the stream is slowed down.
const EVENTS_WAITING: usize = 1_024;

/// Starts the tasks. They send what they have to tell into the loop's inbox.
pub struct Performer {
    client: Client,
    clipboard: Arc<Clipboard>,
    /// Where pictures are saved.
    pictures: PathBuf,
    inbox: mpsc::UnboundedSender<Notice>,
    turns: Arc<Semaphore>,
}

impl Performer {
    /// A performer, and the inbox that its tasks send to. Realtime begins to stream.
    #[must_use]
    pub fn new(
        client: Client,
        clipboard: Clipboard,
        pictures: PathBuf,
    ) -> (Self, mpsc::UnboundedReceiver<Notice>) {
        let (inbox, notices) = mpsc::unbounded_channel();
        tokio::spawn(stream(client.clone(), inbox.clone()));
        let performer = Self {
            client,
            clipboard: Arc::new(clipboard),
            pictures,
            inbox,
            turns: Arc::new(Semaphore::new(PARALLEL_READS)),
        };
        (performer, notices)
    }

    /// Calls the gateway. Aborting the task drops the call and its answer.
    pub(super) fn call(&self, id: RequestId, call: Call) -> AbortHandle {
        let (client, inbox) = (self.client.clone(), self.inbox.clone());
        let turns = (!call.changes()).then(|| Arc::clone(&self.turns));
        tokio::spawn(async move {
            let _turn = match turns {
                Some(turns) => turns.acquire_owned().await.ok(),
                None => None,
            };
            answer(&inbox, id, perform(&client, call).await);
        })
        .abort_handle()
    }

    pub(super) fn copy(&self, id: RequestId, text: String) {
        let (clipboard, inbox) = (Arc::clone(&self.clipboard), self.inbox.clone());
        tokio::spawn(async move {
            let outcome = clipboard.copy(&text).await.map(|copied| {
                let by = copied.by();
                if let Some(bytes) = copied.into_bytes() {
                    let _ = inbox.send(Notice::Raw(bytes));
                }
                by
            });
            answer(&inbox, id, Reply::Copied(outcome));
        });
    }

    pub(super) fn save_qr(&self, id: RequestId, text: String, title: String) {
        let (directory, inbox) = (self.pictures.clone(), self.inbox.clone());
        tokio::task::spawn_blocking(move || {
            answer(&inbox, id, Reply::QrSaved(save(&directory, &text, &title)));
        });
    }
}

fn answer(inbox: &mpsc::UnboundedSender<Notice>, id: RequestId, reply: Reply) {
    // The loop has ended when nobody listens; then nobody waits for the answer either.
    let _ = inbox.send(Notice::Msg(Msg::Reply(id, reply)));
}

// A failure goes into the reply as it is, once per call.
#[allow(clippy::result_large_err)]
async fn perform(client: &Client, call: Call) -> Reply {
    fn told<T>(outcome: Result<T, ClientError>) -> Result<T, Failure> {
        outcome.map_err(Failure::from)
    }
    match call {
        Call::Sessions => Reply::Sessions(told(client.list_sessions().await)),
        Call::Session(session) => Reply::Session(told(client.get_session(&session).await)),
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
        Call::PairingQr(session) => Reply::PairingQr(told(client.qr(&session).await)),
        Call::PairingCode { session, phone } => {
            Reply::PairingCode(told(client.pairing_code(&session, &phone).await))
        }
        Call::Groups { session } => Reply::Groups(told(client.list_groups(&session).await)),
        Call::Group(group) => {
            Reply::Group(told(client.get_group(&group.session, &group.jid).await))
        }
        Call::Members(group) => {
            Reply::Members(told(client.members(&group.session, &group.jid).await))
        }
        Call::Invite(group) => Reply::Invite(told(
            client
                .invite(&group.session, &group.jid)
                .await
                .map(|link| link.invite),
        )),
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

/// Passes the realtime stream on until the loop ends.
async fn stream(client: Client, inbox: mpsc::UnboundedSender<Notice>) {
    let (sink, mut events) = mpsc::channel(EVENTS_WAITING);
    tokio::spawn(realtime::run(client, None, sink));
    while let Some(event) = events.recv().await {
        let told = match event {
            RealtimeEvent::Connected => Realtime::Connected,
            RealtimeEvent::Event(envelope) => Realtime::Event(envelope),
            RealtimeEvent::Lost { reason, retry_in } => Realtime::Lost {
                reason,
                retry_at: now() + retry_in.as_millis() as EpochMillis,
            },
            RealtimeEvent::Unavailable { reason } => Realtime::Unavailable { reason },
        };
        if inbox.send(Notice::Msg(Msg::Realtime(told))).is_err() {
            return;
        }
    }
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
    let png = qr::to_png(text, PICTURE_SCALE).map_err(|error| failed(&error))?;
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
mod tests {
    use super::*;

    #[test]
    fn a_strangers_name_never_leaves_the_directory() {
        for (title, name) in [
            ("Weekend Volunteers", "Weekend Volunteers"),
            ("../../etc/passwd", "etc passwd"),
            ("\u{1b}[31mred\u{202e}", "31mred"),
            ("🎉", "invite"),
            ("a.b:c", "a b c"),
        ] {
            assert_eq!(file_name(title), name, "{title:?}");
        }
        assert_eq!(file_name(&"x".repeat(500)).len(), 60);
    }

    #[test]
    fn an_older_picture_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let first = save(directory.path(), "https://chat.whatsapp.com/one", "Choir").unwrap();
        let kept = std::fs::read(&first.png).unwrap();
        let second = save(directory.path(), "https://chat.whatsapp.com/two", "Choir").unwrap();
        assert_ne!(first, second);
        assert_eq!(std::fs::read(&first.png).unwrap(), kept);
        assert!(second.svg.exists());
    }
}
