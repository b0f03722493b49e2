//! What a device does and gets around a login: its presence, the backlog of what it missed, and the
//! account's app state.
//!
//! The order is the library's (`client/node_io.rs`, `client/offline_resume.rs` of whatsapp-rust 0.7):
//! the server announces a backlog once the client leaves passive mode, sends a few stanzas, and the rest
//! only in batches that the client asks for. A backlog that was interrupted is not offered again. Each of
//! its stanzas, of whatever kind, has the attribute `offline` (`oxidezap/whatsapp-rust#780`), and the
//! announced `count` is that of all kinds.

use super::house;
use super::refusal::Answer;
use super::stanza::{SERVER, attr, child, fresh_id, result};
use super::{Device, Order, Presence, Server};
use anyhow::Context as _;
use groupdesk::gateway::domain::SessionId;
use tokio::sync::watch;
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;

/// How many stanzas of a backlog come unasked.
const PRIMER: usize = 5;
/// How many the client asks for at a time (`BATCH_SIZE` in `client/offline_resume.rs`).
const BATCH: usize = 200;

/// The part of a device's state that belongs to its logins.
#[derive(Default)]
pub struct Arrival {
    /// How many connections the device opened.
    dials: usize,
    presences: watch::Sender<Vec<Presence>>,
    /// How many stanzas wait for the device's next login.
    missed: usize,
    /// How many are announced, where that is another number.
    announced: Option<usize>,
    /// How many of them the device asked for since.
    wanted: watch::Sender<usize>,
    delivered: usize,
    total: usize,
    /// How often it asked for the service's properties, which it does once the backlog is over.
    caught_up: watch::Sender<usize>,
    /// Counts its queries for app state while they are held.
    held: Option<watch::Sender<usize>>,
    /// The answers to them.
    app_state: Vec<Node>,
}

impl Arrival {
    pub fn dialled(&mut self) {
        self.dials += 1;
    }

    /// The answers to a stanza of a login, if it is one of those told here.
    pub fn hear(&mut self, stanza: &Node) -> Option<Vec<Node>> {
        let asked = child(stanza).map(|child| child.tag.as_ref());
        let namespace = attr(stanza, "xmlns");
        match (stanza.tag.as_ref(), namespace.as_deref(), asked) {
            ("presence", ..) => {
                let presence = match attr(stanza, "type")?.as_str() {
                    "available" => Presence::Available,
                    "unavailable" => Presence::Unavailable,
                    _ => return None,
                };
                self.presences.send_modify(|told| told.push(presence));
                Some(Vec::new())
            }
            ("iq", Some("passive"), _) if self.missed > 0 => {
                self.total = std::mem::take(&mut self.missed);
                self.delivered = 0;
                self.wanted.send_replace(0);
                let announced = self.announced.take().unwrap_or(self.total);
                let preview = NodeBuilder::new("offline_preview")
                    .attr("count", announced.to_string())
                    .attr("receipt", announced.to_string())
                    .build();
                let mut answers = vec![result(stanza, []), ib(preview)];
                answers.extend(self.next(PRIMER));
                Some(answers)
            }
            ("ib", _, Some("offline_batch")) => {
                let count = attr(child(stanza)?, "count")?.parse::<usize>().ok()?;
                self.wanted.send_modify(|wanted| *wanted += count);
                Some(Vec::new())
            }
            ("iq", Some("abt"), _) => {
                self.caught_up.send_modify(|count| *count += 1);
                None
            }
            ("iq", Some("w:sync:app:state"), _) => {
                let count = self.held.as_ref()?;
                count.send_modify(|count| *count += 1);
                self.app_state.extend(house::answer(stanza));
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// The next stanzas of a backlog, and its end after the last one.
    fn next(&mut self, count: usize) -> Vec<Node> {
        let upto = self.total.min(self.delivered + count);
        let mut stanzas: Vec<Node> = (self.delivered..upto).map(missed).collect();
        self.delivered = upto;
        if upto == self.total {
            let count = self.total.to_string();
            stanzas.push(ib(NodeBuilder::new("offline").attr("count", count).build()));
        }
        stanzas
    }
}

impl Server {
    /// How many connections a session opened so far.
    #[must_use]
    pub fn dials(&self, session: &SessionId) -> usize {
        let device = self.shared.device_of(session);
        device.map_or(0, |device| device.state().arrival.dials)
    }

    /// The presences that a session sent so far, over all of its connections.
    ///
    /// # Errors
    /// The server does not know the session.
    pub fn presences(&self, session: &SessionId) -> anyhow::Result<watch::Receiver<Vec<Presence>>> {
        let device = self.shared.device_of(session).context("no such device")?;
        let presences = device.state().arrival.presences.subscribe();
        Ok(presences)
    }

    /// Tells a session the account's name, as the phone does after somebody changed it.
    ///
    /// # Errors
    /// The session has no connection.
    pub fn push_name(&self, session: &SessionId, name: &str) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        let told = NodeBuilder::new("notification")
            .attr("from", SERVER)
            .attr("id", fresh_id())
            .attr("type", "account_sync")
            .attr("pushname", name)
            .build();
        device.say(told)
    }

    /// Keeps so many stanzas for the next login of a session. They come by [`Server::deliver`].
    pub fn keep_backlog(&self, session: &SessionId, count: usize) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().arrival.missed = count;
        }
    }

    /// Announces the backlog of a session's next login with another number.
    pub fn announce(&self, session: &SessionId, count: usize) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().arrival.announced = Some(count);
        }
    }

    /// Sends a session's backlog up to this stanza, as [`Server::deliver`] does.
    ///
    /// # Errors
    /// As [`Server::deliver`].
    pub async fn deliver_upto(&self, session: &SessionId, upto: usize) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        let mut wanted = device.state().arrival.wanted.subscribe();
        // The first few come unasked.
        wanted.wait_for(|wanted| *wanted > 0).await?;
        loop {
            let delivered = device.state().arrival.delivered;
            // The client asks for another batch once the one before begins to arrive.
            match upto.saturating_sub(delivered).min(BATCH) {
                0 => return Ok(()),
                count => self.deliver(session, count).await?,
            }
        }
    }

    /// Sends the next stanzas of a session's backlog, once the session has asked for as many. The end
    /// of the backlog follows the last one.
    ///
    /// # Errors
    /// The session has no connection.
    pub async fn deliver(&self, session: &SessionId, count: usize) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        let (mut wanted, needed) = {
            let arrival = &device.state().arrival;
            let needed = (arrival.delivered + count).saturating_sub(PRIMER);
            (arrival.wanted.subscribe(), needed)
        };
        wanted.wait_for(|wanted| *wanted >= needed).await?;
        let stanzas = device.state().arrival.next(count);
        stanzas
            .into_iter()
            .try_for_each(|stanza| device.say(stanza))
    }

    /// How often a session reached the end of its backlog.
    ///
    /// # Errors
    /// The server does not know the session.
    pub fn caught_up(&self, session: &SessionId) -> anyhow::Result<watch::Receiver<usize>> {
        let device = self.shared.device_of(session).context("no such device")?;
        let caught_up = device.state().arrival.caught_up.subscribe();
        Ok(caught_up)
    }

    /// Leaves a session's queries for app state without an answer, and tells how many there were.
    ///
    /// # Errors
    /// The server does not know the session.
    pub fn hold_app_state(&self, session: &SessionId) -> anyhow::Result<watch::Receiver<usize>> {
        let device = self.shared.device_of(session).context("no such device")?;
        let (count, counted) = watch::channel(0);
        device.state().arrival.held = Some(count);
        Ok(counted)
    }

    /// Answers the queries that were held, and further ones at once.
    ///
    /// # Errors
    /// The session has no connection.
    pub fn release_app_state(&self, session: &SessionId) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        let answers = {
            let arrival = &mut device.state().arrival;
            arrival.held = None;
            std::mem::take(&mut arrival.app_state)
        };
        answers
            .into_iter()
            .try_for_each(|answer| device.say(answer))
    }
}

impl Device {
    fn say(&self, stanza: Node) -> anyhow::Result<()> {
        self.order(Order::Answer(Answer::Stanza(stanza)))
    }
}

fn ib(child: Node) -> Node {
    NodeBuilder::new("ib")
        .attr("from", SERVER)
        .children([child])
        .build()
}

/// Something that a device missed. A receipt, because that needs no keys.
fn missed(number: usize) -> Node {
    NodeBuilder::new("receipt")
        .attr("from", "6281300000001@s.whatsapp.net")
        .attr("id", format!("MISSED{number}"))
        .attr("t", "1700000000")
        .attr("offline", number.to_string())
        .build()
}
