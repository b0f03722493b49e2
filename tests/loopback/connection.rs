//! One connection of a device: login or pairing, then stanzas both ways until somebody hangs up.

use super::farewell::{failure, goodbye, stream_error};
use super::keys::{self, jid_of_device};
use super::passkey::{self, Handshake};
use super::phone::{CodeRequest, CodeTyped, Secrets, pair_success};
use super::refusal::{Answer, Refused};
use super::stanza::{attr, bytes, child, error, fresh_id, ping, query, result};
use super::wire::{Caller, Channel, PublicKey};
use super::{Device, LoginFailure, Order, Shared, groups, house, push, wire};
use anyhow::Context as _;
use groupdesk::api::Setting;
use groupdesk::gateway::domain::GroupJid;
use groupdesk::gateway::whatsapp::{DriverError, DriverEvent, Identity};
use std::sync::{Arc, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::wacore_binary::{Node, NodeContent};

/// How many QR codes a device is given to show, one after the other.
const QR_CODES: usize = 6;

/// Lets a client in and serves it until one side hangs up.
///
/// # Errors
/// The client broke off or does not speak the protocol.
pub async fn serve(shared: &Arc<Shared>, tcp: TcpStream) -> anyhow::Result<()> {
    let accepted = wire::accept(tcp, &shared.secret).await;
    let (mut channel, caller) = accepted.inspect_err(|_| shared.turn_away())?;
    let Caller {
        key,
        number,
        version,
    } = caller;
    let Some(device) = shared.device(&key) else {
        shared.turn_away();
        return goodbye(&mut channel, &failure(LoginFailure::Unlinked)).await;
    };
    if device.state().linked.is_none() && !keys::is_nobody(number) {
        // It took a link for granted that it never confirmed.
        shared.forget(&key);
        return goodbye(&mut channel, &failure(LoginFailure::Unlinked)).await;
    }
    device.state().arrival.dialled();
    if version < *shared.oldest.lock().unwrap_or_else(PoisonError::into_inner) {
        return goodbye(&mut channel, &failure(LoginFailure::Outdated)).await;
    }
    let (orders, inbox) = unbounded_channel();
    let predecessor = device.state().connection.replace(orders.clone());
    if let Some(predecessor) = predecessor {
        // One that ended already does not listen.
        let _ = predecessor.send(Order::Answer(Answer::HangUp));
    }
    let mut events = device.events.lock().await;
    let mut connection = Connection {
        shared,
        device: &device,
        key,
        channel,
        orders,
        is_open: false,
        is_frozen: false,
        references: Vec::new(),
        request: None,
        typed: None,
        secrets: None,
        passkey_reference: None,
        handshake: None,
        confirmation: None,
        welcome: None,
    };
    let ended = connection.run(&mut events, inbox).await;
    if matches!(ended, Err(_) | Ok(End::Client)) {
        device.line.disconnect().await;
    }
    if device.state().linked.is_none() && shared.world.person(&device.account.session).is_some() {
        // A phone let the device in, and the device never said that it heard so.
        device.line.log_out().await?;
        while events.try_recv().is_ok() {}
    }
    ended.map(|_| ())
}

/// Who ended a connection.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Client,
    /// The server did, for reasons that the world knows.
    Server,
}

struct Connection<'a> {
    shared: &'a Arc<Shared>,
    device: &'a Arc<Device>,
    key: PublicKey,
    channel: Channel,
    orders: UnboundedSender<Order>,
    /// Whether the device has logged in.
    is_open: bool,
    /// Whether nothing is read or said any more.
    is_frozen: bool,
    /// The references of the QR codes that the device was given.
    references: Vec<String>,
    /// The pairing code that the device asked for, and the world's own name for it.
    request: Option<(CodeRequest, String)>,
    /// A phone into which a code was typed, and whoever wants to know whether it was the right one.
    typed: Option<(Box<CodeTyped>, oneshot::Sender<bool>)>,
    /// What the phone has learned of the device.
    secrets: Option<Secrets>,
    /// The reference that the device was given for the passkey step.
    passkey_reference: Option<String>,
    /// The passkey step, once the device has answered.
    handshake: Option<Handshake>,
    /// The ping after which the phone lets the device in.
    confirmation: Option<String>,
    /// The stanza that lets the device in, until it answers, and whom it is linked to then.
    welcome: Option<(String, Identity)>,
}

enum Next {
    Stanza(Option<Node>),
    World(DriverEvent),
    Order(Order),
}

impl Connection<'_> {
    async fn run(
        &mut self,
        events: &mut UnboundedReceiver<DriverEvent>,
        mut inbox: UnboundedReceiver<Order>,
    ) -> anyhow::Result<End> {
        let failing = self.device.state().login_failure.take();
        if failing == Some(LoginFailure::Silence) {
            while self.channel.next().await?.is_some() {}
            return Ok(End::Client);
        }
        if let Some(failing) = failing {
            return self.end(&failure(failing)).await;
        }
        self.device.line.connect().await?;
        let linked = self.device.state().linked.clone();
        if let Some(linked) = linked
            && self.shared.world.is_connected(&self.device.account.session)
        {
            self.open(&linked).await?;
        }
        loop {
            // What a test ordered comes first, so that what it does to the world afterwards finds it done.
            let next = tokio::select! {
                biased;
                Some(order) = inbox.recv() => Next::Order(order),
                Some(event) = events.recv(), if !self.is_frozen => Next::World(event),
                stanza = self.channel.next(), if !self.is_frozen => Next::Stanza(stanza?),
            };
            let end = match next {
                Next::Stanza(None) => Some(End::Client),
                Next::Stanza(Some(stanza)) => self.hear(&stanza).await?,
                Next::World(event) => self.react(event).await?,
                Next::Order(order) => self.obey(order).await?,
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// The login succeeded.
    async fn open(&mut self, account: &Identity) -> anyhow::Result<()> {
        self.is_open = true;
        let success = NodeBuilder::new("success")
            .attr("lid", jid_of_device(account.lid.as_str())?)
            .attr("t", self.shared.world.now() / 1000)
            .build();
        self.channel.send(&success).await
    }

    async fn end(&mut self, last: &Node) -> anyhow::Result<End> {
        goodbye(&mut self.channel, last).await?;
        Ok(End::Server)
    }

    // ---- what the world does ---------------------------------------------------------------

    async fn react(&mut self, event: DriverEvent) -> anyhow::Result<Option<End>> {
        let linked = self.device.state().linked.clone();
        match event {
            DriverEvent::Connected(_) if !self.is_open => {
                if let Some(linked) = linked {
                    self.open(&linked).await?;
                }
            }
            DriverEvent::Connected(_)
            | DriverEvent::Connecting
            | DriverEvent::CatchingUp
            | DriverEvent::CodeSpent { .. }
            | DriverEvent::Delayed { .. }
            | DriverEvent::PasskeyRefused { .. }
            | DriverEvent::Named(_)
            | DriverEvent::GroupsStale => {}
            DriverEvent::QrCode { .. } if linked.is_some() => {
                return self.unlinked().await.map(Some);
            }
            DriverEvent::QrCode { .. } => self.offer_codes().await?,
            DriverEvent::PasskeyAsked(asked) => {
                self.channel.send(&passkey::request(&asked)).await?;
            }
            DriverEvent::PasskeyCode(_) => {
                let handshake = self.handshake.as_ref().context("nobody answered")?;
                self.channel.send(&handshake.continuation()?).await?;
            }
            DriverEvent::Paired(identity) => self.welcome(identity).await?,
            DriverEvent::ConnectionLost => return Ok(Some(End::Server)),
            DriverEvent::LoggedOut { .. } => return self.unlinked().await.map(Some),
            DriverEvent::Failed { reason, .. } => return self.failed(&reason).await.map(Some),
            DriverEvent::Group(event) => {
                if let (true, Some(me)) = (self.is_open, linked) {
                    let author = event.by.as_ref();
                    let name = author.and_then(|by| self.shared.world.name_of(by));
                    let told = push::notification(&event, &me.lid, name);
                    self.channel.send(&told).await?;
                }
            }
        }
        Ok(None)
    }

    async fn offer_codes(&mut self) -> anyhow::Result<()> {
        // The device rotates them by itself; the world's later codes say nothing new.
        if !self.references.is_empty() {
            return Ok(());
        }
        self.references = (0..QR_CODES).map(|_| format!("2@{}", fresh_id())).collect();
        let codes = self
            .references
            .iter()
            .map(|code| bytes("ref", code.as_bytes()));
        let offer = NodeBuilder::new("pair-device").children(codes).build();
        self.channel.send(&query(offer)).await
    }

    async fn welcome(&mut self, identity: Identity) -> anyhow::Result<()> {
        let secrets = self.secrets.take().context("linked without a phone")?;
        let welcome = pair_success(secrets, &identity)?;
        let id = attr(&welcome, "id").unwrap_or_default();
        self.welcome = Some((id, identity));
        self.channel.send(&welcome).await
    }

    async fn unlinked(&mut self) -> anyhow::Result<End> {
        self.shared.forget(&self.key);
        if !self.is_open {
            return self.end(&failure(LoginFailure::Unlinked)).await;
        }
        self.end(&stream_error("401", Some("device_removed"))).await
    }

    async fn failed(&mut self, reason: &str) -> anyhow::Result<End> {
        if self.device.state().linked.is_none() {
            return Ok(End::Server);
        }
        if reason.contains("replaced") {
            return self.end(&stream_error("409", Some("replaced"))).await;
        }
        let failure = failure(LoginFailure::Banned { seconds: 86_400 });
        self.end(&failure).await
    }

    // ---- what the client says ----------------------------------------------------------------

    async fn hear(&mut self, stanza: &Node) -> anyhow::Result<Option<End>> {
        self.device.mail.hear(stanza);
        let arrival = self.device.state().arrival.hear(stanza);
        if let Some(answers) = arrival {
            return self.say(&answers).await;
        }
        let kind = attr(stanza, "type");
        match (stanza.tag.as_ref(), kind.as_deref()) {
            ("iq", Some("result")) => return self.hear_answer(stanza).await,
            ("iq", Some("get" | "set")) => {}
            _ => return Ok(None),
        }
        match attr(stanza, "xmlns").as_deref() {
            Some("w:g2") if self.is_held(stanza) => Ok(None),
            Some("w:g2" | "w:mex") => {
                let (world, line) = (
                    Arc::clone(&self.shared.world),
                    Arc::clone(&self.device.line),
                );
                let (orders, asked) = (self.orders.clone(), stanza.clone());
                let odd = self.shared.odd.clone();
                if child(stanza).is_some_and(|child| child.tag == "description") {
                    self.let_others_describe(stanza);
                }
                tokio::spawn(async move {
                    let answer = groups::answer(&world, &odd, &*line, &asked).await;
                    // A client that has hung up meanwhile does not want to know.
                    let _ = orders.send(Order::Answer(answer));
                });
                Ok(None)
            }
            Some("md") => self.hear_of_devices(stanza).await,
            _ => self.say(&house::answer(stanza)).await,
        }
    }

    async fn say(&mut self, stanzas: &[Node]) -> anyhow::Result<Option<End>> {
        for stanza in stanzas {
            self.channel.send(stanza).await?;
        }
        Ok(None)
    }

    /// Whether a query is a wish for the list of groups that is not to be answered.
    fn is_held(&self, stanza: &Node) -> bool {
        let is_import = child(stanza).is_some_and(|child| child.tag == "participating");
        let mut state = self.device.state();
        state.imports += usize::from(is_import);
        let held = state.held_imports.as_ref().filter(|_| is_import);
        held.inspect(|count| count.send_modify(|count| *count += 1))
            .is_some()
    }

    /// Somebody else changes the description that the device is about to change.
    fn let_others_describe(&self, stanza: &Node) {
        let quicker = self.device.state().quicker.take();
        let group = attr(stanza, "to").and_then(|to| GroupJid::parse(&to).ok());
        if let (Some(text), Some(group)) = (quicker, group) {
            // A world that refuses leaves the description as it is, and the test sees it.
            let _ = self
                .shared
                .world
                .phone()
                .set(&group, &Setting::Description(text));
        }
    }

    async fn hear_answer(&mut self, stanza: &Node) -> anyhow::Result<Option<End>> {
        let id = attr(stanza, "id");
        if id.is_some() && self.confirmation == id {
            self.confirmation = None;
            self.device.line.confirm_passkey().await?;
            return Ok(None);
        }
        match self.welcome.take() {
            Some((welcome, _))
                if Some(&welcome) == id.as_ref() && self.device.state().loses_confirmation =>
            {
                Ok(Some(End::Server))
            }
            Some((welcome, identity)) if Some(&welcome) == id.as_ref() => {
                self.device.state().linked = Some(identity);
                self.end(&stream_error("515", None)).await.map(Some)
            }
            other => {
                self.welcome = other;
                Ok(None)
            }
        }
    }

    async fn hear_of_devices(&mut self, stanza: &Node) -> anyhow::Result<Option<End>> {
        let asked = child(stanza).context("an empty query")?;
        if let Some(answer) = self.hear_of_passkey(stanza, asked).await? {
            return self.say(&answer).await;
        }
        match attr(asked, "stage").as_deref() {
            Some("companion_hello") => {
                let answer = match self.code_wanted(asked).await {
                    Ok(answer) => result(stanza, [answer]),
                    Err(refusal) => match refusal.answer(stanza) {
                        Answer::Stanza(answer) => answer,
                        Answer::Silence => return Ok(None),
                        Answer::HangUp => return Ok(Some(End::Server)),
                    },
                };
                self.channel.send(&answer).await?;
            }
            Some("companion_finish") => {
                self.channel.send(&result(stanza, [])).await?;
                let (typed, verdict) = self.typed.take().context("nobody typed a code")?;
                // A wrong code: the phone says so to its owner, and nobody tells the device.
                let mut accepted = false;
                if let Ok(secrets) = typed.open(asked)
                    && let Some((_, code)) = &self.request
                {
                    self.secrets = Some(secrets);
                    let session = &self.device.account.session;
                    accepted = self.shared.world.enter_code(session, code);
                }
                // The test may not care.
                let _ = verdict.send(accepted);
            }
            _ if asked.tag == "remove-companion-device" && self.device.state().keeps_device => {
                let refusal = error(stanza, 500, "internal-server-error", None);
                self.channel.send(&refusal).await?;
            }
            _ if asked.tag == "remove-companion-device" => {
                self.device.line.log_out().await?;
                self.shared.forget(&self.key);
                return self.end(&result(stanza, [])).await.map(Some);
            }
            _ => self.channel.send(&result(stanza, [])).await?,
        }
        Ok(None)
    }

    /// The stanzas that answer a query of the passkey step; `None` for another query.
    async fn hear_of_passkey(
        &mut self,
        stanza: &Node,
        asked: &Node,
    ) -> anyhow::Result<Option<Vec<Node>>> {
        let content = || match &asked.content {
            Some(NodeContent::Bytes(bytes)) => Ok(bytes.as_slice()),
            _ => Err(anyhow::anyhow!("no bytes")),
        };
        match asked.tag.as_ref() {
            "ref" => {
                let reference = format!("passkey-{}", fresh_id());
                self.passkey_reference = Some(reference.clone());
                return Ok(Some(vec![result(stanza, [bytes("ref", reference)])]));
            }
            "passkey_prologue" => {
                let reference = self.passkey_reference.take().context("no reference")?;
                let (handshake, assertion) = Handshake::read(asked, &reference)?;
                self.handshake = Some(handshake);
                if self.device.line.answer_passkey(&assertion).await.is_err() {
                    return Ok(Some(vec![error(stanza, 400, "bad-request", None)]));
                }
            }
            "companion_nonce" => {
                let handshake = self.handshake.as_ref().context("nobody answered")?;
                self.device.state().passkey_code = Some(handshake.code(content()?)?);
            }
            "encrypted_pairing_request" => {
                let handshake = self.handshake.as_ref().context("nobody answered")?;
                self.secrets = Some(handshake.open(content()?)?);
                // The device keeps its new secret only after the answer, and a phone takes longer than that to let it
                // in: a ping waits until the device has read on.
                let id = fresh_id();
                self.confirmation = Some(id.clone());
                return Ok(Some(vec![result(stanza, []), ping(&id)]));
            }
            _ => return Ok(None),
        }
        Ok(Some(vec![result(stanza, [])]))
    }

    async fn code_wanted(&mut self, asked: &Node) -> Result<Node, Refused> {
        let jid = attr(asked, "jid").unwrap_or_default();
        let phone = jid.split('@').next().unwrap_or_default();
        let request = CodeRequest::read(asked).map_err(|_| Refused::malformed())?;
        let code = match self.device.line.pair_with_code(phone).await {
            Ok(code) => code,
            // The one answer that WhatsApp has for a number that it does not like.
            Err(DriverError::Refused(_)) => return Err(Refused::malformed()),
            Err(error) => return Err(error.into()),
        };
        let reference = bytes("link_code_pairing_ref", request.reference.clone());
        self.request = Some((request, code));
        Ok(NodeBuilder::new("link_code_companion_reg")
            .attr("stage", "companion_hello")
            .children([reference])
            .build())
    }

    // ---- what the test does -------------------------------------------------------------------

    async fn obey(&mut self, order: Order) -> anyhow::Result<Option<End>> {
        match order {
            Order::Answer(Answer::HangUp) => return Ok(Some(End::Server)),
            _ if self.is_frozen => {}
            Order::Answer(Answer::Stanza(stanza)) => self.channel.send(&stanza).await?,
            Order::Answer(Answer::Silence) => {}
            Order::Scan(code) => {
                if self.references.contains(&code.reference) {
                    self.secrets = Some(code.secrets());
                    self.shared.world.scan(&self.device.account.session);
                }
            }
            Order::TypeCode(code, verdict) => {
                let (request, _) = self.request.clone().context("no code was asked for")?;
                let orders = self.orders.clone();
                tokio::task::spawn_blocking(move || {
                    if let Ok(typed) = request.type_in(&code) {
                        // A client that has hung up meanwhile hears nothing of it.
                        let _ = orders.send(Order::CodeTyped(Box::new(typed), verdict));
                    }
                });
            }
            Order::CodeTyped(typed, verdict) => {
                let (request, _) = self.request.as_ref().context("no code was asked for")?;
                let hello = request.hello(&typed);
                self.typed = Some((typed, verdict));
                self.channel.send(&hello).await?;
            }
            Order::Freeze => self.is_frozen = true,
            Order::Push(group, change) => {
                let change = push::by_hand(&group, change, self.shared.world.now());
                self.channel.send(&change).await?;
            }
            Order::Stale => self.channel.send(&push::stale()).await?,
            Order::TakeCodeBack => {
                let (request, _) = self.request.take().context("no code was asked for")?;
                self.channel.send(&request.taken_back()).await?;
            }
        }
        Ok(None)
    }
}
