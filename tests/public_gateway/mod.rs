//! A stub of the public gateway of the same contract. It answers with recorded bytes (`recorded`); answers
//! that were not recorded (`described`) are sent only where a test asks for them.
//!
//! In what it differs from ours: ids of groups and members are integers; sessions need `manage`; groups are
//! read whatever session is named; `limit` and `cursor` are ignored; live calls of a session that cannot
//! answer are 500 or 404 `session not found`; there is no audit log, no key, no request, no role.
//!
//! Each test target uses only a part of it.
#![allow(dead_code)]

pub mod described;
pub mod recorded;
mod world;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use described::{Described, Fault, Live};
use recorded::Answered;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::broadcast;
use world::World;

/// With every capability.
pub const KEY: &str = "wa_a-key-with-every-capability";
pub const KEY_READ_SEND: &str = "wa_a-key-that-may-read-and-send";
pub const KEY_READ: &str = "wa_a-key-that-may-only-read";
pub const KEY_READ_SEND_EVENTS: &str = "wa_a-key-that-may-read-send-and-listen";
const KEY_DISABLED: &str = "wa_a-key-that-was-disabled";
const KEY_EXPIRED: &str = "wa_a-key-that-has-expired";

/// "Main line": working in the table, 2,000 groups. Its recorded live calls are 500.
pub const SESSION: &str = "01KAYV5M3T0000000000000MA1";
/// "Volunteers": working in the table too; nothing about its groups was recorded.
pub const SECOND: &str = "01KAYV5M3T0000000000000VO2";
/// Never paired (`scan_qr_code`), but with 12 groups.
pub const UNPAIRED: &str = "01KAYV5M3T0000000000000NE3";
/// Logged out.
pub const LOGGED_OUT: &str = "01KAYV5M3T0000000000000ST4";
/// A group of [`SESSION`] whose account is the superadmin; its members were recorded.
pub const CHESS: &str = "120363000000007919@g.us";
/// A group of [`SESSION`] without stored members. Where its live calls are connected, the account is an admin.
pub const VOLUNTEERS: &str = "120363000000031676@g.us";
/// A group of [`SESSION`] in which the account is only a member, as some of its stored members show: its live
/// calls are 500.
pub const CHOIR: &str = "120363000000039595@g.us";
/// Groups in the list of [`SESSION`].
pub const GROUPS: usize = 2_000;

/// The recording's name of a token.
pub fn token_of(holder: &str) -> Option<&'static str> {
    Some(match holder {
        "all capabilities" => KEY,
        "read, send" => KEY_READ_SEND,
        "read" => KEY_READ,
        "read, send, events" => KEY_READ_SEND_EVENTS,
        "disabled key" => KEY_DISABLED,
        "expired key" => KEY_EXPIRED,
        "unknown key" => "wa_nobody-knows-this-key",
        "rubbish JWT" => "eyJhbGciOiJub25lIn0.e30.rubbish",
        "none" => return None,
        other => panic!("whose token is {other:?}?"),
    })
}

fn capabilities(token: &str) -> Option<&'static [&'static str]> {
    Some(match token {
        KEY => &["read", "send", "manage", "events"],
        KEY_READ_SEND => &["read", "send"],
        KEY_READ => &["read"],
        KEY_READ_SEND_EVENTS => &["read", "send", "events"],
        _ => return None,
    })
}

/// A running stub.
pub struct PublicGateway {
    pub base: String,
    shared: Shared,
}

#[derive(Clone)]
struct Shared {
    world: Arc<Mutex<World>>,
    frames: broadcast::Sender<String>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("a lock")
    }
}

impl PublicGateway {
    /// Serves the recorded answers, on a free port.
    pub async fn start() -> Self {
        let shared = Shared {
            world: Arc::new(Mutex::new(World::new())),
            frames: broadcast::channel(1_024).0,
        };
        let router = axum::Router::new()
            .fallback(answer)
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, shared }
    }

    /// Serves the recorded answers, but without realtime and with live calls of [`SESSION`] that work
    /// (*described*).
    pub async fn connected() -> Self {
        let gateway = Self::start().await;
        gateway.live(SESSION, Live::Connected);
        gateway.describe(|described| described.no_realtime = Some(501));
        gateway
    }

    /// Changes the *described* answers and faults.
    pub fn describe(&self, change: impl FnOnce(&mut Described)) {
        change(&mut self.shared.world().described);
    }

    /// Sets the outcome of a session's live calls from now on.
    pub fn live(&self, session: &str, live: Live) {
        self.shared.world().live.insert(session.to_owned(), live);
    }

    /// *Described*: sends a frame to every open stream. There is no recorded one beyond `connected`.
    pub fn tell(&self, frame: &Value) {
        let _ = self.shared.frames.send(frame.to_string());
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.shared.frames.receiver_count()
    }

    /// Requested changes, as `METHOD path body`, in order.
    pub fn changes(&self) -> Vec<String> {
        self.shared.world().changes.clone()
    }

    /// Every request, as `METHOD path`, in order.
    pub fn requests(&self) -> Vec<String> {
        self.shared.world().requests.clone()
    }

    /// From now on stored reads do not follow changes, as on the real gateway.
    pub fn lag(&self) {
        self.describe(|described| described.rows_follow = false);
    }

    /// *Described*: stored reads follow changes, including earlier ones.
    pub fn catch_up(&self) {
        self.describe(|described| described.rows_follow = true);
        self.shared.world().store_changes();
    }

    /// The current link.
    pub fn link(&self) -> String {
        self.shared.world().link()
    }

    /// Changes stored rows: a session's groups.
    pub fn change_groups(&self, session: &str, change: impl FnOnce(&mut Vec<Value>)) {
        let mut world = self.shared.world();
        change(world.groups.entry(session.to_owned()).or_default());
    }

    /// Changes the rows of the sessions.
    pub fn change_sessions(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut self.shared.world().sessions);
    }
}

/// A recorded answer reused for another request of the same kind.
fn as_recorded(name: &str) -> Response {
    said(&recorded::answer(name))
}

fn said(answer: &Answered) -> Response {
    let mut response = answer.text().into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
    response.headers_mut().remove("content-type");
    for (name, value) in &answer.headers {
        let name = axum::http::HeaderName::try_from(name.as_str()).expect("a header");
        let value = value.parse().expect("a header's value");
        response.headers_mut().insert(name, value);
    }
    response
}

fn json_of(status: u16, body: &Value) -> Response {
    said(&Answered {
        status,
        headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        body: body.clone(),
        rows_in_the_real_answer: None,
    })
}

fn list(rows: &[Value]) -> Response {
    json_of(200, &json!({ "data": rows }))
}

fn lacks(capability: &str) -> Response {
    let mut answer = recorded::answer("list sessions without manage");
    let message = format!("missing required capability: {capability}");
    answer.body["error"]["message"] = json!(message);
    said(&answer)
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let method = head.method.clone();
    shared.world().requests.push(format!("{method} {path}"));
    let fault = shared.world().described.fault;
    match path.as_str() {
        "/healthz" => return as_recorded("health"),
        "/readyz" if fault.is_ready() => return as_recorded("ready"),
        "/readyz" => return (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response(),
        "/api/v1/realtime" => {
            let upgrade = WebSocketUpgrade::from_request_parts(&mut head, &shared).await;
            return match upgrade {
                Ok(upgrade) if query.starts_with("ticket=rt_") => {
                    let silent = fault == Fault::RedisAway;
                    let frames = shared.frames.subscribe();
                    upgrade.on_upgrade(move |socket| stream(socket, frames, silent))
                }
                _ => as_recorded("list sessions, no token"),
            };
        }
        _ => {}
    }
    let Some(path) = path.strip_prefix("/api/v1") else {
        return as_recorded("unknown path");
    };
    let token = head
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(capabilities) = token.and_then(capabilities) else {
        return as_recorded("list sessions, wrong key");
    };
    match fault {
        Fault::DatabaseAway => return as_recorded("unknown session"),
        Fault::DatabaseAwayAndKeysForgotten => return as_recorded("list sessions, wrong key"),
        Fault::None | Fault::RedisAway => {}
    }
    let path: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|part| part.replace("%40", "@"))
        .collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some(needed) = capability(&method, &path) else {
        return if is_known(&path) {
            as_recorded("wrong method")
        } else {
            as_recorded("unknown path")
        };
    };
    if !capabilities.contains(&needed) {
        return lacks(needed);
    }
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    route(&shared, &method, &path, head.uri.path(), &body)
}

/// The capability that a call needs; `None` for an unknown path or method.
fn capability(method: &Method, path: &[&str]) -> Option<&'static str> {
    let get = *method == Method::GET;
    let post = *method == Method::POST;
    Some(match path {
        ["sessions"] if get || post => "manage",
        ["sessions", action] if post && action.contains(':') => "manage",
        ["sessions", session] if !session.contains(':') && (get || *method == Method::DELETE) => {
            "manage"
        }
        ["sessions", _, "me" | "qr"] if get => "manage",
        ["sessions", _, "pairing-code"] if post => "manage",
        ["sessions", _, "groups"] if get => "read",
        ["sessions", _, "groups" | "groups:join"] if post => "send",
        ["sessions", _, "groups", _] if get => "read",
        ["sessions", _, "groups", _] if *method == Method::PATCH => "send",
        ["sessions", _, "groups", _, "invite" | "members"] if get => "read",
        ["sessions", _, "groups", _, "invite"] if *method == Method::DELETE => "send",
        ["sessions", _, "groups", _, "members" | "members:approve"] if post => "send",
        ["realtime", "ticket"] if post => "events",
        _ => return None,
    })
}

fn is_known(path: &[&str]) -> bool {
    [Method::GET, Method::POST]
        .iter()
        .any(|method| capability(method, path).is_some())
}

fn route(shared: &Shared, method: &Method, path: &[&str], whole: &str, body: &Bytes) -> Response {
    let mut world = shared.world();
    match path {
        ["realtime", "ticket"] => ticket(&mut world),
        ["sessions"] if *method == Method::GET => list(&world.sessions),
        ["sessions"] => create(&mut world, body),
        ["sessions", action] if action.contains(':') => as_recorded("start a session without keys"),
        ["sessions", session, ..] if world.session(session).is_none() => {
            as_recorded("unknown session")
        }
        ["sessions", session] if *method == Method::DELETE => {
            world.sessions.retain(|row| row["id"] != *session);
            StatusCode::NO_CONTENT.into_response()
        }
        ["sessions", session] => json_of(200, world.session(session).expect("a row")),
        ["sessions", session, "me"] => me(&world, session),
        ["sessions", session, "qr" | "pairing-code"] => {
            let paired = world
                .session(session)
                .is_some_and(|row| row.get("waJid").is_some());
            as_recorded(if paired {
                "qr of a paired session"
            } else {
                "qr of a never paired session"
            })
        }
        ["sessions", session, "groups"] if *method == Method::GET => list(world.groups_of(session)),
        ["sessions", _, "groups", jid] if *method == Method::GET => match world.group(jid) {
            Some(row) => json_of(200, row),
            None => as_recorded("unknown group"),
        },
        ["sessions", session, "groups", jid, "members"] if *method == Method::GET => {
            list(world.members(session, jid))
        }
        ["sessions", _, "groups", _, "members:approve"] => as_recorded("approve"),
        ["sessions", session, rest @ ..] => live(&mut world, method, session, rest, whole, body),
        _ => as_recorded("unknown path"),
    }
}

fn ticket(world: &mut World) -> Response {
    if let Some(status) = world.described.no_realtime {
        let body = json!({"error": {"code": "not_implemented",
            "message": "Realtime is not enabled on this deployment"}});
        return json_of(status, &body);
    }
    world.tickets += 1;
    let mut answer = recorded::answer("ticket");
    let ticket = format!("rt_{:032}", world.tickets);
    answer.body["url"] = json!(format!(
        "ws://gateway.example.com/api/v1/realtime?ticket={ticket}"
    ));
    answer.body["ticket"] = json!(ticket);
    said(&answer)
}

fn create(world: &mut World, body: &Bytes) -> Response {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let row = world.add_session(body["label"].as_str());
    if world.described.creating_fails {
        return as_recorded("invite (row says working, client dropped)");
    }
    json_of(201, &row)
}

fn me(world: &World, session: &str) -> Response {
    let row = world.session(session).expect("a row");
    if row.get("waJid").is_none() {
        return as_recorded("me (never paired)");
    }
    let mut me = json!({"sessionId": session, "status": row["status"],
        "connected": row["status"] == "working"});
    for name in ["waJid", "waLid", "phoneNumber"] {
        if let Some(value) = row.get(name) {
            me[name] = value.clone();
        }
    }
    json_of(200, &me)
}

/// Calls to WhatsApp.
fn live(
    world: &mut World,
    method: &Method,
    session: &str,
    rest: &[&str],
    whole: &str,
    body: &Bytes,
) -> Response {
    let text = String::from_utf8_lossy(body).into_owned();
    // A body fault takes precedence over the session's state.
    let refused = recorded::exchanges().into_iter().find(|exchange| {
        exchange.request.method == method.as_str()
            && exchange.response.status == 400
            && *method != Method::DELETE
            && exchange.request.text() == text
    });
    if let Some(refused) = refused {
        return said(&refused.response);
    }
    let is_change = *method != Method::GET;
    match world.live(session) {
        Live::Recorded => {
            let works = world
                .session(session)
                .is_some_and(|row| row["status"] == "working");
            return as_recorded(if works {
                "invite (row says working, client dropped)"
            } else {
                "invite (unpaired)"
            });
        }
        Live::Unpaired => {
            let body = json!({"error": {"code": "not_implemented", "message": "session is not connected"}});
            return json_of(501, &body);
        }
        Live::Connected => {}
    }
    let jid = rest.get(1).copied().unwrap_or_default();
    if jid == CHOIR {
        return as_recorded("invite (row says working, client dropped)");
    }
    if is_change {
        let change = format!("{method} {whole} {text}");
        world.changes.push(change.trim_end().to_owned());
    }
    match rest {
        ["groups", _, "invite"] => {
            if is_change {
                world.reset_link();
            }
            json_of(200, &json!({ "invite": world.link() }))
        }
        ["groups", jid] => {
            let patch: Value = serde_json::from_str(&text).expect("JSON");
            if let Some(subject) = patch["subject"].as_str() {
                world.set_subject(jid, subject);
            }
            StatusCode::NO_CONTENT.into_response()
        }
        _ => as_recorded("add member"),
    }
}

/// A stream: `connected` as recorded, then the frames of the test.
async fn stream(mut socket: WebSocket, mut frames: broadcast::Receiver<String>, silent: bool) {
    let hello = json!({"event": "connected", "heartbeatSeconds": 20,
        "timestamp": jiff::Timestamp::now().as_millisecond()});
    if socket
        .send(Message::Text(hello.to_string().into()))
        .await
        .is_err()
    {
        return;
    }
    let mut pings = tokio::time::interval(std::time::Duration::from_secs(20));
    pings.tick().await;
    loop {
        tokio::select! {
            _ = pings.tick() => {
                let ping = json!({"event": "ping", "timestamp": jiff::Timestamp::now().as_millisecond()});
                if socket.send(Message::Text(ping.to_string().into())).await.is_err() {
                    return;
                }
            },
            frame = frames.recv() => match frame {
                Ok(frame) if !silent => {
                    if socket.send(Message::Text(frame.into())).await.is_err() {
                        return;
                    }
                }
                Ok(_) => {}
                Err(_) => return,
            },
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) {
                return;
            },
        }
    }
}
