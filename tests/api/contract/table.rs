//! Every endpoint that needs credentials, with a request that has as little effect as possible.

use crate::support::{Ask, Gateway, Key};
use serde_json::{Value, json};

/// A row of the contract.
pub struct Endpoint {
    pub method: &'static str,
    /// With `{s}` for a session, `{g}` for a group and `{m}` for a member.
    pub path: &'static str,
    pub capability: &'static str,
    pub body: Option<Value>,
    /// Whether it calls WhatsApp.
    pub live: bool,
}

impl Endpoint {
    fn stored(method: &'static str, path: &'static str, capability: &'static str) -> Self {
        Self {
            method,
            path,
            capability,
            body: None,
            live: false,
        }
    }

    fn live(method: &'static str, path: &'static str, capability: &'static str) -> Self {
        Self {
            live: true,
            ..Self::stored(method, path, capability)
        }
    }

    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    pub fn has_session(&self) -> bool {
        self.path.contains("{s}")
    }

    pub fn has_group(&self) -> bool {
        self.path.contains("{g}")
    }

    /// The request, for a session, a group and a member.
    pub fn ask(&self, session: &str, group: &str, member: &str) -> Ask {
        let path = self
            .path
            .replace("{s}", session)
            .replace("{g}", group)
            .replace("{m}", member)
            .replace("{code}", "AbCdEf1234567890XyZ12");
        let ask = Ask::new(self.method, &format!("/api/v1{path}"));
        match &self.body {
            Some(body) => ask.json(body),
            None => ask,
        }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A JID of no member.
pub const NO_MEMBER: &str = "999999999999999@lid";
/// A JID of no group.
pub const NO_GROUP: &str = "120000000000000001@g.us";
/// An id of no session.
pub const NO_SESSION: &str = "01HZ0SESS10N00000000000000";

pub fn endpoints() -> Vec<Endpoint> {
    let members = || json!({ "participants": [NO_MEMBER] });
    vec![
        Endpoint::stored("GET", "/sessions", "read"),
        Endpoint::stored("POST", "/sessions", "manage"),
        Endpoint::stored("GET", "/sessions/{s}", "read"),
        Endpoint::stored("PATCH", "/sessions/{s}", "manage").with(json!({ "label": "Name" })),
        Endpoint::stored("DELETE", "/sessions/{s}", "manage"),
        Endpoint::stored("POST", "/sessions/{s}:start", "manage"),
        Endpoint::stored("POST", "/sessions/{s}:stop", "manage"),
        Endpoint::stored("POST", "/sessions/{s}:restart", "manage"),
        Endpoint::stored("POST", "/sessions/{s}:logout", "manage"),
        Endpoint::stored("GET", "/sessions/{s}/me", "read"),
        Endpoint::stored("GET", "/sessions/{s}/qr", "manage"),
        Endpoint::stored("POST", "/sessions/{s}/pairing-code", "manage")
            .with(json!({ "phone": "628123456789" })),
        Endpoint::stored("GET", "/sessions/{s}/passkey", "manage"),
        Endpoint::stored("POST", "/sessions/{s}/passkey", "manage")
            .with(json!({ "confirm": true })),
        Endpoint::stored("GET", "/sessions/{s}/groups", "read"),
        Endpoint::stored("GET", "/sessions/{s}/groups/{g}", "read"),
        Endpoint::stored("GET", "/sessions/{s}/groups/{g}/members", "read"),
        Endpoint::stored("GET", "/requests", "read"),
        Endpoint::live("PATCH", "/sessions/{s}/groups/{g}", "send")
            .with(json!({ "announce": true })),
        Endpoint::live("GET", "/sessions/{s}/groups/{g}/invite", "read"),
        Endpoint::live("DELETE", "/sessions/{s}/groups/{g}/invite", "send"),
        Endpoint::live("POST", "/sessions/{s}/groups", "send").with(json!({ "name": "New" })),
        Endpoint::live("POST", "/sessions/{s}/groups:join", "send")
            .with(json!({ "invite": "AbCdEf1234567890XyZ12" })),
        Endpoint::live("GET", "/sessions/{s}/invites/{code}", "read"),
        Endpoint::live("POST", "/sessions/{s}/groups/{g}:leave", "send"),
        Endpoint::live("POST", "/sessions/{s}/groups/{g}/members", "send").with(members()),
        Endpoint::live("DELETE", "/sessions/{s}/groups/{g}/members/{m}", "send"),
        Endpoint::live(
            "POST",
            "/sessions/{s}/groups/{g}/members/{m}/promote",
            "send",
        ),
        Endpoint::live(
            "POST",
            "/sessions/{s}/groups/{g}/members/{m}/demote",
            "send",
        ),
        Endpoint::live("POST", "/sessions/{s}/groups/{g}/members:approve", "send").with(members()),
        Endpoint::live("GET", "/sessions/{s}/groups/{g}/requests", "read"),
        Endpoint::live(
            "POST",
            "/sessions/{s}/groups/{g}/requests/{m}/approve",
            "send",
        ),
        Endpoint::live(
            "POST",
            "/sessions/{s}/groups/{g}/requests/{m}/reject",
            "send",
        ),
        Endpoint::stored("GET", "/sessions/{s}/groups/{g}/schedule", "send"),
        Endpoint::stored("PUT", "/sessions/{s}/groups/{g}/schedule", "send").with(json!({
            "zone": "UTC",
            "rules": [{ "days": ["mon"], "open": "08:00", "close": "22:00" }],
        })),
        Endpoint::stored("DELETE", "/sessions/{s}/groups/{g}/schedule", "send"),
        Endpoint::stored("GET", "/schedules", "send"),
        Endpoint::stored("POST", "/realtime/ticket", "events"),
        Endpoint::stored("GET", "/members", "read"),
        Endpoint::stored("GET", "/audit", "manage"),
        Endpoint::stored("GET", "/audit/head", "manage"),
        Endpoint::stored("POST", "/audit:trim", "manage").with(json!({ "before": 1 })),
        Endpoint::stored("GET", "/keys", "manage"),
        Endpoint::stored("POST", "/keys", "manage").with(json!({ "capabilities": ["read"] })),
        Endpoint::stored("PATCH", "/keys/{k}", "manage").with(json!({ "disabled": false })),
        Endpoint::stored("POST", "/keys/{k}:rotate", "manage"),
        Endpoint::stored("DELETE", "/keys/{k}", "manage"),
    ]
}

#[tokio::test]
async fn every_endpoint_needs_credentials_and_reveals_nothing_without_them() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    let group = gateway.group("Weekend Volunteers");
    let mut bodies = std::collections::BTreeSet::new();
    for endpoint in endpoints() {
        for ask in [
            endpoint.ask(&session, &group, NO_MEMBER).key(Key::None),
            endpoint
                .ask(&session, &group, NO_MEMBER)
                .key(Key::None)
                .header("authorization", "Bearer wa_wrong"),
            endpoint
                .ask(NO_SESSION, "no jid", "no jid")
                .key(Key::None)
                .header("x-api-key", ""),
            endpoint
                .ask(&session, &group, NO_MEMBER)
                .key(Key::None)
                .header("authorization", "Bearer head.body.signature")
                .header("x-api-key", Key::All.secret()),
        ] {
            let reply = ask.to(&gateway).await;
            bodies.insert(reply.text.clone());
            reply.error(401, "unauthorized");
        }
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn every_endpoint_checks_its_capability_first() {
    let gateway = Gateway::start().await;
    for endpoint in endpoints() {
        for capability in ["read", "send", "manage", "events"] {
            if capability == endpoint.capability {
                continue;
            }
            // The rest of the request is invalid, too.
            let details = endpoint
                .ask(NO_SESSION, "no-jid", "no-jid")
                .text("not json")
                .key(Key::only(capability))
                .to(&gateway)
                .await
                .error(403, "forbidden");
            assert_eq!(
                details["capability"],
                endpoint.capability,
                "{}",
                endpoint.name()
            );
        }
    }
}

#[tokio::test]
async fn objects_of_another_organization_are_not_found() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    let group = gateway.group("Weekend Volunteers");
    for endpoint in endpoints().iter().filter(|e| e.has_session()) {
        let mut answers = Vec::new();
        for id in [session.as_str(), NO_SESSION, "nonsense", "%FF", "%zz"] {
            let reply = endpoint
                .ask(id, &group, NO_MEMBER)
                .key(Key::Other)
                .to(&gateway)
                .await;
            answers.push(reply.text.clone());
            reply.error(404, "not_found");
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{}: {answers:?}", endpoint.name());
    }
    // Nothing was changed.
    gateway
        .get(&format!("/api/v1/sessions/{session}"))
        .await
        .ok(200);
    let list = Ask::get("/api/v1/sessions")
        .key(Key::Other)
        .to(&gateway)
        .await
        .ok(200);
    assert!(!list.to_string().contains(&session));
}
