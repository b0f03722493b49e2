//! Who may do what, all of it: every route that the gateway lists × everybody who may ask × what is their
//! own, another organization's, or nobody's. Nothing here names a route that needs credentials: a new one is
//! in the matrix by itself, or fails it because it has a parameter that nobody can fill in.

use crate::support::{Ask, Frontend, Gateway, Key, Reply, SigningKey, claims};
use crate::table::{NO_SESSION, NOBODY, endpoints};
use groupdesk::api::Capability;
use groupdesk::gateway::http::{RouteInfo, routes};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What needs no credentials. A route is open because somebody decided so here as well.
const OPEN: [&str; 6] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/api/v1/openapi.json",
    "/api/v1/realtime",
];

/// Somebody of the first organization who asks.
struct Principal {
    name: String,
    bearer: String,
    may: Vec<Capability>,
    /// Every organization's things are this one's.
    everywhere: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Ours,
    Theirs,
    Nobodys,
}

/// What the contract says comes of a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Lacks(Capability),
    DoesNotExist,
    /// Whatever comes of it has nothing to do with who asks.
    MayPass,
}

fn verdict(route: &RouteInfo, who: &Principal, whose: Whose) -> Verdict {
    let capability = route.capability.unwrap();
    if !who.may.contains(&capability) {
        return Verdict::Lacks(capability);
    }
    let reaches = match whose {
        Whose::Ours => true,
        Whose::Theirs => who.everywhere,
        Whose::Nobodys => false,
    };
    if reaches || !names_a_thing(route) {
        Verdict::MayPass
    } else {
        Verdict::DoesNotExist
    }
}

/// Whether the path names something that belongs to an organization.
fn names_a_thing(route: &RouteInfo) -> bool {
    route.path.contains("{session}") || route.path.contains("{id}")
}

fn guarded() -> impl Iterator<Item = RouteInfo> {
    routes().filter(|route| route.capability.is_some())
}

/// Things of an organization that may be lost: each request gets fresh ones.
async fn things(gateway: &Gateway, owner: Key) -> BTreeMap<&'static str, String> {
    let make = async |path: &str, body| {
        let made = Ask::post(path).key(owner).json(&body).to(gateway).await;
        made.ok(201)["id"].as_str().unwrap().to_owned()
    };
    let session = make("/api/v1/sessions", json!({})).await;
    // Whoever may do something with keys has what this one has.
    let key = make("/api/v1/keys", json!({ "capabilities": ["manage"] })).await;
    BTreeMap::from([("session", session), ("id", key)])
}

/// The path with its parameters filled in.
fn path(route: &RouteInfo, things: &BTreeMap<&'static str, String>) -> String {
    let mut path = String::new();
    for piece in route.path.split('{') {
        let Some((parameter, rest)) = piece.split_once('}') else {
            path.push_str(piece);
            continue;
        };
        path.push_str(match parameter {
            "gid" => "120363041234567890@g.us",
            "jid" => NOBODY,
            thing => things
                .get(thing)
                .unwrap_or_else(|| panic!("{}: what fills in {{{thing}}}?", route.path)),
        });
        path.push_str(rest);
    }
    path
}

fn ask(route: &RouteInfo, path: &str, bearer: &str) -> Ask {
    let ask = Ask::new(route.method, path)
        .key(Key::None)
        .header("authorization", &format!("Bearer {bearer}"));
    if matches!(route.method, "GET" | "DELETE") {
        ask
    } else {
        ask.json(&json!({}))
    }
}

/// An answer without what differs from one to the next.
fn shape(reply: &Reply) -> (u16, BTreeMap<String, String>, String) {
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (reply.status, headers, reply.text.clone())
}

/// Keys: one that may do everything, and for each capability one that lacks it alone.
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
            everywhere: false,
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
    [
        ("member", member),
        ("admin", all.clone()),
        ("owner", all.clone()),
        ("super_admin", all),
    ]
    .into_iter()
    .map(|(role, may)| Principal {
        name: format!("a login as {role}"),
        bearer: key.token(&claims(home, role)),
        may,
        everywhere: role == "super_admin",
    })
    .collect()
}

async fn check(gateway: &Gateway, who: &Principal) {
    for route in guarded() {
        let mut absent = BTreeSet::new();
        for whose in [Whose::Ours, Whose::Theirs, Whose::Nobodys] {
            let things = match whose {
                Whose::Ours => things(gateway, Key::All).await,
                Whose::Theirs => things(gateway, Key::Other).await,
                Whose::Nobodys => ["session", "id"]
                    .map(|thing| (thing, NO_SESSION.to_owned()))
                    .into(),
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
                    if names_a_thing(&route) {
                        // Whatever is absent, it is not what the path names first.
                        let thing = &reply.json["error"]["message"];
                        assert!(
                            thing != "session not found" && thing != "key not found",
                            "{case}: {thing}"
                        );
                    } else if !who.everywhere {
                        let theirs = self::things(gateway, Key::Other).await;
                        let mut ids = theirs.values();
                        assert!(ids.all(|id| !reply.text.contains(id)), "{case}");
                    }
                }
            }
        }
        // What belongs to others and what does not exist cannot be told apart.
        assert!(absent.len() <= 1, "{}: {absent:?}", route.path);
    }
}

#[tokio::test]
async fn keys_may_do_what_their_capabilities_say_with_what_is_their_own() {
    let gateway = Gateway::start().await;
    for who in keys(&gateway).await {
        check(&gateway, &who).await;
    }
}

#[tokio::test]
async fn logins_may_do_what_their_role_says_with_what_is_their_own() {
    let key = SigningKey::ed25519("k1");
    let frontend = Frontend::start(&[&key]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    for who in logins(&gateway, &key) {
        check(&gateway, &who).await;
    }
}

#[tokio::test]
async fn nobody_passes_without_credentials() {
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
fn open_routes_are_open_on_purpose() {
    let open: BTreeSet<_> = routes()
        .filter(|route| route.capability.is_none())
        .map(|route| route.path)
        .collect();
    assert_eq!(open, BTreeSet::from(OPEN));
}

#[test]
fn the_other_tests_ask_every_route_too() {
    let of_routes: BTreeSet<_> = guarded()
        .map(|route| {
            let path = route
                .path
                .replace("{session}", "{s}")
                .replace("{gid}", "{g}")
                .replace("{jid}", "{m}")
                .replace("{id}", "{k}");
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            (route.method, path, route.capability.unwrap().as_str())
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
