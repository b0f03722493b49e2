//! The full access matrix: every route that the gateway lists × every principal × an object (session, key or
//! group) of its own organization, of another one, or one that does not exist. A permitted call on an own
//! object must succeed. A new route is in the matrix by itself, or fails it because the test has no value for
//! one of its parameters; its request comes from `table.rs`.

mod groups;

use crate::contract::table::{Endpoint, NO_GROUP, NO_MEMBER, NO_SESSION, endpoints};
use crate::support::{Ask, Frontend, Gateway, Key, Reply, SigningKey, claims};
use groupdesk::api::Capability;
use groupdesk::gateway::http::{RouteInfo, routes};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What needs no credentials. A public route must be listed here as well.
const OPEN: [&str; 6] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/api/v1/openapi.json",
    "/api/v1/realtime",
];

/// Answers that may lack the ids of sessions and keys: a chain's end, a count, and opening hours and requests to join,
/// which not every session has. `audit.rs`, `schedule.rs` and `members.rs` check whose they are.
const IDLESS: [&str; 4] = ["/audit/head", "/audit:trim", "/schedules", "/requests"];

/// A caller with one kind of credential.
struct Principal {
    name: String,
    bearer: String,
    may: Vec<Capability>,
    reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// No organization.
    Nothing,
    /// The first organization.
    Home,
    /// Every organization; without a home organization to create objects in.
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Ours,
    Theirs,
    Nobodys,
}

/// The expected result of a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Lacks(Capability),
    DoesNotExist,
    /// The result does not depend on the caller.
    MayPass,
}

impl Principal {
    fn reaches(&self, whose: Whose) -> bool {
        match whose {
            Whose::Ours => self.reach != Reach::Nothing,
            Whose::Theirs => self.reach == Reach::Everything,
            Whose::Nobodys => false,
        }
    }
}

fn verdict(route: &RouteInfo, who: &Principal, whose: Whose) -> Verdict {
    let capability = route.capability.unwrap();
    if !who.may.contains(&capability) {
        return Verdict::Lacks(capability);
    }
    if who.reaches(whose) || !names_a_thing(route) {
        Verdict::MayPass
    } else {
        Verdict::DoesNotExist
    }
}

/// Whether the path names an object of an organization.
fn names_a_thing(route: &RouteInfo) -> bool {
    route.path.contains("{session}") || route.path.contains("{id}")
}

fn guarded() -> impl Iterator<Item = RouteInfo> {
    routes().filter(|route| route.capability.is_some())
}

/// Objects of an organization that a request may destroy: each request gets fresh ones.
async fn things(gateway: &Gateway, owner: Key) -> BTreeMap<&'static str, String> {
    let make = async |path: &str, body| {
        let made = Ask::post(path).key(owner).json(&body).to(gateway).await;
        made.ok(201)["id"].as_str().unwrap().to_owned()
    };
    let session = make("/api/v1/sessions", json!({})).await;
    // A caller that may manage keys has the capabilities of this one.
    let key = make("/api/v1/keys", json!({ "capabilities": ["manage"] })).await;
    BTreeMap::from([
        ("session", session),
        ("id", key),
        ("gid", NO_GROUP.to_owned()),
        ("jid", NO_MEMBER.to_owned()),
        ("code", "AbCdEf1234567890XyZ12".to_owned()),
    ])
}

/// The ids of all sessions of an organization.
async fn sessions(gateway: &Gateway, owner: Key) -> Vec<String> {
    let list = Ask::get("/api/v1/sessions")
        .key(owner)
        .to(gateway)
        .await
        .ok(200);
    let sessions = list["data"].as_array().unwrap().iter();
    sessions
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The path with its parameters filled in.
fn path(route: &RouteInfo, things: &BTreeMap<&'static str, String>) -> String {
    let mut path = String::new();
    for piece in route.path.split('{') {
        let Some((parameter, rest)) = piece.split_once('}') else {
            path.push_str(piece);
            continue;
        };
        let value = things.get(parameter);
        path.push_str(
            value.unwrap_or_else(|| panic!("{}: what fills in {{{parameter}}}?", route.path)),
        );
        path.push_str(rest);
    }
    // The one route that demands a parameter of the query: one that fits members of every organization,
    // and fewer than an answer may have.
    if route.path.ends_with("/members") && !route.path.contains('{') {
        path.push_str("?query=00@lid");
    }
    path
}

fn ask(route: &RouteInfo, path: &str, bearer: &str) -> Ask {
    ask_with(route, path, bearer, body(route))
}

fn ask_with(route: &RouteInfo, path: &str, bearer: &str, body: Option<Value>) -> Ask {
    let ask = Ask::new(route.method, path)
        .key(Key::None)
        .header("authorization", &format!("Bearer {bearer}"));
    match body {
        Some(body) => ask.json(&body),
        None => ask,
    }
}

/// The valid request of a route.
fn body(route: &RouteInfo) -> Option<Value> {
    if (route.method, route.path) == ("POST", "/api/v1/keys") {
        return Some(json!({ "capabilities": ["manage"] }));
    }
    let mut endpoints = endpoints().into_iter();
    endpoints.find(|endpoint| is_of(endpoint, route))?.body
}

fn is_of(endpoint: &Endpoint, route: &RouteInfo) -> bool {
    (endpoint.method, endpoint.path) == (route.method, short(route).as_str())
}

/// Whether the route calls WhatsApp.
fn is_live(route: &RouteInfo) -> bool {
    let mut endpoints = endpoints().into_iter();
    endpoints.any(|endpoint| endpoint.live && is_of(&endpoint, route))
}

/// The path in the notation of the table of requests.
fn short(route: &RouteInfo) -> String {
    let path = route
        .path
        .replace("{session}", "{s}")
        .replace("{gid}", "{g}")
        .replace("{jid}", "{m}")
        .replace("{id}", "{k}");
    path.strip_prefix("/api/v1").unwrap().to_owned()
}

/// An answer without the parts that differ between answers.
fn shape(reply: &Reply) -> (u16, BTreeMap<String, String>, String) {
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (reply.status, headers, reply.text.clone())
}

/// Keys: one with all capabilities, and for each capability one that lacks only this.
async fn keys(gateway: &Gateway) -> Vec<Principal> {
    let mut principals = Vec::new();
    for lacks in [None].into_iter().chain(Capability::ALL.map(Some)) {
        let may: Vec<_> = Capability::ALL
            .into_iter()
            .filter(|capability| Some(*capability) != lacks)
            .collect();
        let made = gateway
            .post("/api/v1/keys", json!({ "capabilities": may }))
            .await
            .ok(201);
        principals.push(Principal {
            name: format!(
                "a key without {}",
                lacks.map_or("nothing", Capability::as_str)
            ),
            bearer: made["secret"].as_str().unwrap().to_owned(),
            may,
            reach: Reach::Home,
        });
    }
    principals
}

/// Logins of each role.
fn logins(gateway: &Gateway, key: &SigningKey) -> Vec<Principal> {
    let organizations = gateway.world.organizations();
    let home = organizations[0].0.as_str();
    let all = Capability::ALL.to_vec();
    let member = vec![Capability::Read, Capability::Send, Capability::Events];
    let mut nowhere = claims(home, "owner");
    nowhere["activeOrganizationId"] = Value::Null;
    let of = |name: &str, claims: &Value, may, reach| Principal {
        name: format!("a login as {name}"),
        bearer: key.token(claims),
        may,
        reach,
    };
    let here = |role: &str, may| of(role, &claims(home, role), may, Reach::Home);
    let platform = claims(home, "super_admin");
    vec![
        here("member", member),
        here("admin", all.clone()),
        here("owner", all.clone()),
        here("a role that is not known", Vec::new()),
        of("nowhere's owner", &nowhere, all.clone(), Reach::Nothing),
        of("super_admin", &platform, all, Reach::Everything),
    ]
}

/// Whether this is the expected answer to a valid request with a fresh session, which is not connected and has
/// no groups, or with a fresh key.
fn passes(route: &RouteInfo, who: &Principal, reply: &Reply) -> bool {
    let live = is_live(route);
    // Sessions and keys are made in an organization, and a chain of the audit log is that of one.
    let needs_home = matches!(
        (route.method, short(route).as_str()),
        ("POST", "/sessions" | "/keys" | "/audit:trim") | ("GET", "/audit/head")
    );
    match &reply.json["error"] {
        Value::Null => reply.status < 300 && !live,
        error if needs_home && who.reach != Reach::Home => {
            error["details"]["reason"] == "no_organization"
        }
        error if live => error["details"]["reason"] == "not_connected",
        error if route.path.contains("{gid}") => error["message"] == "group not found",
        // No account asks for a passkey.
        error if route.path.ends_with("/passkey") => error["message"] == "passkey step not found",
        // The code is created in the background.
        error => route.path.ends_with("/qr") && error["message"] == "qr code not found",
    }
}

async fn check(gateway: &Gateway, who: &Principal) {
    for route in guarded() {
        let mut absent = BTreeSet::new();
        for whose in [Whose::Ours, Whose::Theirs, Whose::Nobodys] {
            let things = match whose {
                Whose::Ours => things(gateway, Key::All).await,
                Whose::Theirs => things(gateway, Key::Other).await,
                Whose::Nobodys => BTreeMap::from([
                    ("session", NO_SESSION.to_owned()),
                    ("id", NO_SESSION.to_owned()),
                    ("gid", NO_GROUP.to_owned()),
                    ("jid", NO_MEMBER.to_owned()),
                    ("code", "AbCdEf1234567890XyZ12".to_owned()),
                ]),
            };
            let path = path(&route, &things);
            let case = format!("{} {} of {whose:?} by {}", route.method, path, who.name);
            let reply = ask(&route, &path, &who.bearer).to(gateway).await;
            assert_ne!(reply.status, 401, "{case}");
            assert!(
                reply.status < 500 || reply.status == 501,
                "{case}: {}",
                reply.text
            );
            let lacks = reply.json["error"]["details"]["capability"].clone();
            match verdict(&route, who, whose) {
                Verdict::Lacks(capability) => {
                    assert_eq!(lacks, capability.as_str(), "{case}: {}", reply.text);
                    reply.error(403, "forbidden");
                }
                Verdict::DoesNotExist => {
                    absent.insert(shape(&reply));
                    reply.error(404, "not_found");
                }
                Verdict::MayPass => {
                    assert!(lacks.is_null(), "{case}: {}", reply.text);
                    assert!(passes(&route, who, &reply), "{case}: {}", reply.text);
                    if route.path.ends_with("/qr") {
                        let code = async || {
                            let again = ask(&route, &path, &who.bearer).to(gateway).await;
                            (again.status == 200).then_some(())
                        };
                        gateway.until(&case, code).await;
                    }
                    if !names_a_thing(&route) && reply.status == 200 {
                        for (owner, whose) in [(Key::All, Whose::Ours), (Key::Other, Whose::Theirs)]
                        {
                            let things = self::things(gateway, owner).await;
                            let mut ids = vec![things["id"].clone()];
                            ids.extend(sessions(gateway, owner).await);
                            let again = ask(&route, &path, &who.bearer).to(gateway).await;
                            let shown = ids.iter().any(|id| again.text.contains(id));
                            if IDLESS.contains(&short(&route).as_str()) {
                                assert!(!shown || who.reaches(whose), "{case}: {whose:?}");
                            } else {
                                assert_eq!(shown, who.reaches(whose), "{case}: {whose:?}");
                            }
                        }
                    }
                }
            }
        }
        // Objects of others and objects that do not exist are indistinguishable.
        assert!(absent.len() <= 1, "{}: {absent:?}", route.path);
    }
}

#[tokio::test]
async fn keys_may_act_on_their_own_objects_as_their_capabilities_allow() {
    let gateway = Gateway::start().await;
    for who in keys(&gateway).await {
        check(&gateway, &who).await;
        groups::check(&gateway, &who).await;
    }
}

#[tokio::test]
async fn logins_may_act_on_their_own_objects_as_their_role_allows() {
    let key = SigningKey::ed25519("k1");
    let frontend = Frontend::start(&[&key]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    for who in logins(&gateway, &key) {
        check(&gateway, &who).await;
        groups::check(&gateway, &who).await;
    }
}

#[tokio::test]
async fn without_credentials_every_call_is_refused() {
    let gateway = Gateway::start().await;
    let own = things(&gateway, Key::All).await;
    let gone = gateway
        .post("/api/v1/keys", json!({ "capabilities": Capability::ALL }))
        .await
        .ok(201);
    let path_of_gone = format!("/api/v1/keys/{}", gone["id"].as_str().unwrap());
    gateway.delete(&path_of_gone).await.ok(204);
    let mut answers = BTreeSet::new();
    for route in guarded() {
        let path = path(&route, &own);
        for bearer in [
            "",
            "wa_wrong",
            "head.body.signature",
            gone["secret"].as_str().unwrap(),
        ] {
            let reply = ask(&route, &path, bearer).to(&gateway).await;
            answers.insert(shape(&reply));
            reply.error(401, "unauthorized");
        }
        let none = Ask::new(route.method, &path).key(Key::None);
        let reply = none.to(&gateway).await;
        answers.insert(shape(&reply));
        reply.error(401, "unauthorized");
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

#[test]
fn public_routes_are_the_listed_ones() {
    let open: BTreeSet<_> = routes()
        .filter(|route| route.capability.is_none())
        .map(|route| route.path)
        .collect();
    assert_eq!(open, BTreeSet::from(OPEN));
}

#[test]
fn every_route_is_in_the_table_of_the_other_tests() {
    let of_routes: BTreeSet<_> = guarded()
        .map(|route| {
            let capability = route.capability.unwrap().as_str();
            (route.method, short(&route), capability)
        })
        .collect();
    let of_table: BTreeSet<_> = endpoints()
        .into_iter()
        .map(|endpoint| {
            (
                endpoint.method,
                endpoint.path.to_owned(),
                endpoint.capability,
            )
        })
        .collect();
    assert_eq!(of_table, of_routes);
}
