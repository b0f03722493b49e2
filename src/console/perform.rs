//! Carrying out effects: each in a task of its own, which answers with a message.

use super::clipboard::Clipboard;
use super::effect::{Call, RequestId, SavedQr, SessionAction};
use super::failure::Failure;
use super::msg::{Msg, Reply};
use super::qr;
use super::runtime::Notice;
use crate::client::Client;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

/// Calls that run side by side; more wait for their turn.
const PARALLEL_CALLS: usize = 8;
/// Pixels of a module in a saved picture: a link's code becomes about 650 pixels wide.
const PICTURE_SCALE: u32 = 16;

/// Starts the tasks.
pub struct Performer {
    client: Client,
    clipboard: Arc<Clipboard>,
    /// Where pictures are saved.
    pictures: PathBuf,
    inbox: mpsc::UnboundedSender<Notice>,
    turns: Arc<Semaphore>,
}

impl Performer {
    #[must_use]
    pub fn new(client: Client, clipboard: Clipboard, pictures: PathBuf, inbox: mpsc::UnboundedSender<Notice>) -> Self {
        Self { client, clipboard: Arc::new(clipboard), pictures, inbox, turns: Arc::new(Semaphore::new(PARALLEL_CALLS)) }
    }

    /// Calls the gateway. Aborting the task drops the call and its answer.
    pub(super) fn call(&self, id: RequestId, call: Call) -> AbortHandle {
        let (client, turns, inbox) = (self.client.clone(), Arc::clone(&self.turns), self.inbox.clone());
        tokio::spawn(async move {
            let _turn = turns.acquire_owned().await;
            let reply = perform(&client, call).await;
            let _ = inbox.send(Notice::Msg(Msg::Reply(id, reply)));
        })
        .abort_handle()
    }
}
