//! Counts the stanzas of the backlog that a login brings.
//!
//! whatsapp-rust 0.7 counts them as well, in `OfflineSyncMetrics` (`client.rs`), which no public function
//! returns; with such a function this count is not needed. They are counted here from the raw stanzas that
//! the library passes on as long as somebody holds a lease: from the announcement of a backlog to its end,
//! so that at any other time nothing is passed on. For each stanza that costs a look at its attributes; only
//! receipts are processed differently meanwhile, each by a task of its own (`processes_inline` in
//! `client/node_io.rs`).

use crate::api::Missed;
use crate::gateway::lock::lock;
use std::sync::{Arc, Mutex};
use whatsapp_rust::wacore_binary::NodeRef;
use whatsapp_rust::{Client, RawNodeLease};

/// The attribute of every stanza that was kept while the device was away.
const KEPT: &str = "offline";

/// The backlog of one run, while one arrives.
#[derive(Default)]
pub(super) struct Backlog(Mutex<State>);

#[derive(Default)]
struct State {
    arriving: Option<Arriving>,
    /// What was reported last.
    reported: Option<Missed>,
}

struct Arriving {
    total: u64,
    done: u64,
    _lease: RawNodeLease,
}

impl Backlog {
    /// The server announced so many stanzas.
    pub(super) fn announced(&self, client: &Arc<Client>, total: i32) {
        let total = u64::try_from(total).ok().filter(|total| *total > 0);
        lock(&self.0).arriving = total.map(|total| Arriving {
            total,
            done: 0,
            _lease: client.acquire_raw_node_forwarding(),
        });
    }

    /// A stanza arrived, of the backlog or not.
    pub(super) fn arrived(&self, stanza: &NodeRef<'_>) {
        if stanza.get_attr(KEPT).is_some()
            && let Some(arriving) = &mut lock(&self.0).arriving
        {
            // The announced number is WhatsApp's estimate.
            arriving.done = arriving.total.min(arriving.done + 1);
        }
    }

    /// It has arrived, or its connection is gone.
    pub(super) fn end(&self) {
        lock(&self.0).arriving = None;
    }

    pub(super) fn missed(&self) -> Option<Missed> {
        lock(&self.0).missed()
    }

    /// Whether this has changed since it was asked last.
    pub(super) fn has_changed(&self) -> bool {
        let mut state = lock(&self.0);
        let now = state.missed();
        std::mem::replace(&mut state.reported, now) != now
    }
}

impl State {
    fn missed(&self) -> Option<Missed> {
        self.arriving.as_ref().map(|arriving| Missed {
            total: Some(arriving.total),
            done: arriving.done,
        })
    }
}
