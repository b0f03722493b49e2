//! A stub of the public gateway of the same contract, with everything in which it differs from ours.
//!
//! - `GET /sessions` needs `manage`, which keys do not have there: 403 without `details`.
//! - No `myRole`, no `reason` in errors, no audit log.
//! - Realtime may be missing: 404, 501 or 503 instead of a ticket.
//! - `null` where a value or a whole list is unknown; statuses, roles and fields that nobody knows.
//! - Members may be empty, or fewer than the group counts.
//! - Stored reads may go on telling a group as it was before a PATCH.
//! - An account that is no admin gets 500 where ours says 403.
//! - `members:approve` is 501.
//!
//! Each test target that plays against it uses its own part of it.
#![allow(dead_code)]

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub const KEY: &str = "wa_a-key-that-may-read-send-and-listen";
pub const SESSION: &str = "01J00000000000000000000ONE";
/// Its status is one that no version of the desk knows, and it has no groups.
pub const ASLEEP: &str = "01J00000000000000000000TWO";
/// The account is an admin here; no members are stored.
pub const VOLUNTEERS: &str = "120363000000000001@g.us";
/// The account is only a member here, which some of the stored members tell.
pub const CHOIR: &str = "120363000000000002@g.us";

const SESSIONS_FORBIDDEN: &str = include_str!("bodies/sessions-forbidden.json");
const SESSION_BODY: &str = include_str!("bodies/session.json");
const ASLEEP_BODY: &str = include_str!("bodies/session-unknown-status.json");
const GROUPS: &str = include_str!("bodies/groups.json");
const NULL: &str = include_str!("bodies/list-null.json");
const STALE: &str = include_str!("bodies/members-stale.json");
const INTERNAL: &str = include_str!("bodies/internal.json");
const NO_REALTIME: &str = include_str!("bodies/no-realtime.json");
const NO_APPROVAL: &str = include_str!("bodies/no-approval.json");
const NOT_FOUND: &str = include_str!("bodies/not-found.json");

/// A running stub.
pub struct PublicGateway {
    pub base: String,
    desk: Desk,
}

#[derive(Clone)]
struct Desk {
    /// What asking for a ticket brings.
    realtime: StatusCode,
    world: Arc<Mutex<World>>,
}

struct World {
    groups: Value,
    /// The groups as stored reads tell them, where those lag behind.
    stored: Option<Value>,
    resets: u32,
    /// Changes that were asked for, as `METHOD path body`.
    changes: Vec<String>,
}

impl World {
    /// The groups as a read tells them.
    fn told(&mut self) -> &mut Value {
        self.stored.as_mut().unwrap_or(&mut self.groups)
    }

    fn link(&self) -> Value {
        json!({"invite": format!("https://chat.whatsapp.com/PublicLink{:011}", self.resets)})
    }
}

impl PublicGateway {
    /// Serves on a free port; whoever asks for realtime gets this status.
    pub async fn start(realtime: u16) -> Self {
        let desk = Desk {
            realtime: StatusCode::from_u16(realtime).expect("a status"),
            world: Arc::new(Mutex::new(World {
                groups: serde_json::from_str(GROUPS).expect("JSON"),
                stored: None,
                resets: 0,
                changes: Vec::new(),
            })),
        };
        let of_group = "/sessions/{s}/groups/{gid}";
        let api = Router::new()
            .route("/sessions", any(|| async { said(403, SESSIONS_FORBIDDEN) }))
            .route("/sessions/{s}", get(session))
            .route("/sessions/{s}/groups", get(groups))
            .route(of_group, get(group).patch(change))
            .route(&format!("{of_group}/members"), get(members))
            .route(&format!("{of_group}/members:approve"), post(approve))
            .route(&format!("{of_group}/invite"), get(invite).delete(invite))
            .route("/realtime/ticket", post(ticket));
        let router = Router::new()
            .nest("/api/v1", api)
            .fallback(|| async { said(404, NOT_FOUND) })
            .layer(axum::middleware::from_fn(guard))
            .with_state(desk.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, desk }
    }

    /// Changes that were asked for, as `METHOD path body`, in order.
    pub fn changes(&self) -> Vec<String> {
        self.desk.world.lock().expect("a lock").changes.clone()
    }

    /// From now on stored reads tell the groups as they are at this moment.
    pub fn lag(&self) {
        let mut world = self.desk.world.lock().expect("a lock");
        world.stored = Some(world.groups.clone());
    }

    /// Stored reads follow again.
    pub fn catch_up(&self) {
        self.desk.world.lock().expect("a lock").stored = None;
    }

    /// The link as it is now.
    pub fn link(&self) -> String {
        let world = self.desk.world.lock().expect("a lock");
        world.link()["invite"].as_str().expect("a link").to_owned()
    }
}

fn said(status: u16, body: impl Into<String>) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    let json = [("content-type", "application/json")];
    (status, json, body.into()).into_response()
}

async fn guard(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let authorization = request.headers().get("authorization");
    let expected = format!("Bearer {KEY}");
    if authorization.and_then(|value| value.to_str().ok()) == Some(expected.as_str()) {
        next.run(request).await
    } else {
        let body = json!({"error": {"code": "unauthorized", "message": "Unauthorized"}});
        said(401, body.to_string())
    }
}

async fn session(Path(session): Path<String>) -> Response {
    match session.as_str() {
        SESSION => said(200, SESSION_BODY),
        ASLEEP => said(200, ASLEEP_BODY),
        _ => said(404, NOT_FOUND),
    }
}

async fn groups(State(desk): State<Desk>, Path(session): Path<String>) -> Response {
    if session != SESSION {
        return said(200, NULL);
    }
    let body = desk.world.lock().expect("a lock").told().to_string();
    said(200, body)
}

fn find<'a>(groups: &'a mut Value, gid: &str) -> Option<&'a mut Value> {
    let mut groups = groups["data"].as_array_mut()?.iter_mut();
    groups.find(|group| group["groupJid"] == gid)
}

async fn group(State(desk): State<Desk>, Path((_, gid)): Path<(String, String)>) -> Response {
    let found = {
        let mut world = desk.world.lock().expect("a lock");
        find(world.told(), &gid).map(|group| group.to_string())
    };
    match found {
        Some(body) => said(200, body),
        None => said(404, NOT_FOUND),
    }
}

async fn members(Path((_, gid)): Path<(String, String)>) -> Response {
    match gid.as_str() {
        CHOIR => said(200, STALE),
        _ => said(200, NULL),
    }
}

async fn approve() -> Response {
    said(501, NO_APPROVAL)
}

async fn invite(
    State(desk): State<Desk>,
    method: Method,
    uri: Uri,
    Path((_, gid)): Path<(String, String)>,
) -> Response {
    if gid != VOLUNTEERS {
        return said(500, INTERNAL);
    }
    let body = {
        let mut world = desk.world.lock().expect("a lock");
        if method == Method::DELETE {
            world.resets += 1;
            world.changes.push(format!("{method} {}", uri.path()));
        }
        world.link().to_string()
    };
    said(200, body)
}

async fn change(
    State(desk): State<Desk>,
    uri: Uri,
    Path((_, gid)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    if gid != VOLUNTEERS {
        return said(500, INTERNAL);
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    {
        let mut world = desk.world.lock().expect("a lock");
        world.changes.push(format!("PATCH {} {text}", uri.path()));
        let patch: Value = serde_json::from_str(&text).expect("JSON");
        if let (Some(group), Some(subject)) = (find(&mut world.groups, &gid), patch.get("subject"))
        {
            group["subject"] = subject.clone();
        }
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn ticket(State(desk): State<Desk>) -> Response {
    said(desk.realtime.as_u16(), NO_REALTIME)
}
