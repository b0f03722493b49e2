//! What a login may reach.

use crate::support::{Ask, Frontend, Gateway, Key, Reply, SigningKey, Stream, claims};
use serde_json::{Value, json};

/// A gateway, and a frontend with its signing key.
struct Desk {
    gateway: Gateway,
    key: SigningKey,
    /// Serves the gateway's requests for the duration of the test.
    _frontend: Frontend,
}

impl Desk {
    async fn open() -> Self {
        let key = SigningKey::ed25519("ed");
        let frontend = Frontend::start(&[&key]).await;
        Self {
            gateway: Gateway::with_login(frontend.login()).await,
            key,
            _frontend: frontend,
        }
    }

    /// A login in the first organization.
    fn login(&self, role: &str) -> String {
        self.key.token(&claims(&self.gateway.organization(0), role))
    }

    fn with(&self, role: &str, name: &str, value: Value) -> String {
        let mut claims = claims(&self.gateway.organization(0), role);
        claims[name] = value;
        self.key.token(&claims)
    }

    async fn ask(&self, login: &str, method: &str, path: &str) -> Reply {
        Ask::new(method, path).login(login).to(&self.gateway).await
    }

    async fn post(&self, login: &str, path: &str, body: &Value) -> Reply {
        let ask = Ask::post(path).login(login).json(body);
        ask.to(&self.gateway).await
    }

    fn others(&self) -> String {
        format!("/api/v1/sessions/{}", self.gateway.session("Front desk"))
    }
}

fn ids(list: &Value) -> Vec<&str> {
    let data = list["data"].as_array().unwrap().iter();
    data.map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn roles_have_the_capabilities_of_the_contract() {
    let desk = Desk::open().await;
    for role in ["owner", "admin", "member"] {
        let login = desk.login(role);
        desk.ask(&login, "GET", "/api/v1/sessions").await.ok(200);
        desk.ask(&login, "GET", &desk.gateway.support())
            .await
            .ok(200);
        let ticket = desk
            .post(&login, "/api/v1/realtime/ticket", &json!({}))
            .await;
        ticket.ok(201);
        let group = desk.gateway.support_group("Weekend Volunteers");
        desk.ask(&login, "DELETE", &format!("{group}/invite"))
            .await
            .ok(200);
        let audit = desk.ask(&login, "GET", "/api/v1/audit").await;
        if role == "member" {
            assert_eq!(audit.error(403, "forbidden")["capability"], "manage");
        } else {
            audit.ok(200);
        }
    }
    for role in ["Member", "guest", ""] {
        let reply = desk.ask(&desk.login(role), "GET", "/api/v1/sessions").await;
        assert_eq!(
            reply.error(403, "forbidden")["capability"],
            "read",
            "{role}"
        );
    }
}

#[tokio::test]
async fn another_organization_is_invisible() {
    let desk = Desk::open().await;
    let (owner, others) = (desk.login("owner"), desk.others());
    let foreign = desk.ask(&owner, "GET", &others).await;
    let unknown = "/api/v1/sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let unknown = desk.ask(&owner, "GET", unknown).await;
    assert_eq!(foreign.text, unknown.text);
    foreign.error(404, "not_found");
    let listed = desk.ask(&owner, "GET", "/api/v1/sessions").await.ok(200);
    let home = desk.gateway.organization(0);
    let sessions = listed["data"].as_array().unwrap();
    assert!(
        sessions
            .iter()
            .all(|session| session["organizationId"] == home.as_str())
    );

    // The same user in the other organization.
    let there = desk.with(
        "owner",
        "activeOrganizationId",
        json!(desk.gateway.organization(1)),
    );
    desk.ask(&there, "GET", &others).await.ok(200);
}

#[tokio::test]
async fn without_an_organization_there_are_no_resources() {
    let desk = Desk::open().await;
    let nowhere = desk.with("owner", "activeOrganizationId", Value::Null);
    for list in ["/api/v1/sessions", "/api/v1/keys", "/api/v1/audit"] {
        let listed = desk.ask(&nowhere, "GET", list).await.ok(200);
        assert_eq!(listed["data"], json!([]), "{list}");
    }
    for session in [desk.gateway.support(), desk.others()] {
        desk.ask(&nowhere, "GET", &session)
            .await
            .error(404, "not_found");
        desk.ask(&nowhere, "DELETE", &session)
            .await
            .error(404, "not_found");
    }
    desk.ask(&nowhere, "DELETE", "/api/v1/keys/x")
        .await
        .error(404, "not_found");
    for (path, body) in [
        ("/api/v1/sessions", json!({})),
        ("/api/v1/keys", json!({ "capabilities": ["read"] })),
    ] {
        let refusal = desk.post(&nowhere, path, &body).await;
        assert_eq!(refusal.error(403, "forbidden")["reason"], "no_organization");
    }
}

#[tokio::test]
async fn a_user_s_actions_are_recorded_with_the_user_s_name() {
    let desk = Desk::open().await;
    let admin = desk.login("admin");
    let created = desk
        .post(&admin, "/api/v1/sessions", &json!({ "label": "Mine" }))
        .await
        .ok(201);
    assert_eq!(created["createdByUserId"], "u_admin");
    assert_eq!(
        created["organizationId"],
        desk.gateway.organization(0).as_str()
    );
    let audit = desk
        .ask(&admin, "GET", "/api/v1/audit?limit=1")
        .await
        .ok(200);
    assert_eq!(audit["data"][0]["action"], "session.create");
    assert_eq!(audit["data"][0]["actor"], "user:u_admin");
    // A key has no user.
    let by_key = desk
        .gateway
        .post("/api/v1/sessions", json!({}))
        .await
        .ok(201);
    assert_eq!(by_key.get("createdByUserId"), None);
}

#[tokio::test]
async fn a_super_admin_reaches_the_whole_platform() {
    let desk = Desk::open().await;
    let admin = desk.login("super_admin");
    let all = desk.ask(&admin, "GET", "/api/v1/sessions").await.ok(200);
    let mine = Ask::get("/api/v1/sessions").to(&desk.gateway).await.ok(200);
    let others = Ask::get("/api/v1/sessions")
        .key(Key::Other)
        .to(&desk.gateway)
        .await
        .ok(200);
    let mut both = [ids(&mine), ids(&others)].concat();
    both.sort_unstable();
    assert_eq!(ids(&all), both);

    // An action on a session is in the audit log of the organization that owns it.
    let label = desk.others();
    desk.post(&admin, &format!("{label}:stop"), &json!({}))
        .await
        .ok(200);
    let log = Ask::get("/api/v1/audit?limit=1")
        .key(Key::Other)
        .to(&desk.gateway)
        .await
        .ok(200);
    assert_eq!(log["data"][0]["actor"], "user:u_super_admin");
    assert_eq!(log["data"][0]["action"], "session.stop");
    let here = Ask::get("/api/v1/audit").to(&desk.gateway).await;
    assert!(!here.text.contains("u_super_admin"), "{}", here.text);

    // The super admin's log contains all organizations, page by page.
    let key = json!({ "capabilities": ["read"] });
    let made = desk.gateway.post("/api/v1/keys", key).await.ok(201);
    let page = desk
        .ask(&admin, "GET", "/api/v1/audit?limit=1")
        .await
        .ok(200);
    assert_eq!(page["data"][0]["action"], "key.create");
    let next = format!(
        "/api/v1/audit?limit=1&cursor={}",
        page["nextCursor"].as_str().unwrap()
    );
    let page = desk.ask(&admin, "GET", &next).await.ok(200);
    assert_eq!(page["data"][0]["action"], "session.stop");

    // Keys of all organizations are visible; creating needs a home organization.
    let id = made["id"].as_str().unwrap();
    let keys = desk.ask(&admin, "GET", "/api/v1/keys").await.ok(200);
    assert!(ids(&keys).contains(&id));
    let refusal = desk.post(&admin, "/api/v1/sessions", &json!({})).await;
    assert_eq!(refusal.error(403, "forbidden")["reason"], "no_organization");
    desk.ask(&admin, "DELETE", &format!("/api/v1/keys/{id}"))
        .await
        .ok(204);
    let log = Ask::get("/api/v1/audit?limit=1")
        .to(&desk.gateway)
        .await
        .ok(200);
    assert_eq!(log["data"][0]["action"], "key.delete");
    assert_eq!(log["data"][0]["actor"], "user:u_super_admin");

    let home = desk.gateway.organization(1);
    let at_home = desk.with("super_admin", "activeOrganizationId", json!(home));
    let made = desk
        .post(&at_home, "/api/v1/sessions", &json!({}))
        .await
        .ok(201);
    assert_eq!(made["organizationId"], home.as_str());
    desk.ask(&at_home, "GET", &desk.gateway.support())
        .await
        .ok(200);
}

#[tokio::test]
async fn each_login_receives_the_events_of_its_own_scope() {
    let desk = Desk::open().await;
    let open = async |login: &str, request: Value| {
        let ticket = desk
            .post(login, "/api/v1/realtime/ticket", &request)
            .await
            .ok(201);
        Stream::at(ticket["url"].as_str().unwrap()).await.unwrap()
    };
    let statuses = json!({ "events": ["session.status"] });
    let mut all = open(&desk.login("super_admin"), statuses.clone()).await;
    let mut own = open(&desk.login("member"), statuses).await;
    let (support, others) = (desk.gateway.support(), desk.others());
    let stop = async |session: &str, key| {
        let path = format!("{session}:stop");
        Ask::post(&path).key(key).to(&desk.gateway).await.ok(200)
    };
    stop(&others, Key::Other).await;
    stop(&support, Key::All).await;
    let there = stopped(&mut all, &others).await;
    let here = stopped(&mut all, &support).await;
    let home = desk.gateway.organization(0);
    loop {
        let event = own.event("session.status").await;
        assert_eq!(event["organization"], home.as_str());
        if event == here {
            break;
        }
    }

    // Missed events are replayed from the log, of all organizations, in order.
    let since = json!({ "events": ["session.status"], "since": there["id"] });
    let mut again = open(&desk.login("super_admin"), since).await;
    assert_eq!(stopped(&mut again, &support).await, here);
}

/// The event of a session's stop; skips others.
async fn stopped(stream: &mut Stream, session: &str) -> Value {
    loop {
        let event = stream.event("session.status").await;
        let its = session.ends_with(event["session"].as_str().unwrap());
        if its && event["payload"]["status"] == "stopped" {
            return event;
        }
    }
}
