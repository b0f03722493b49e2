//! The groups of a connected account: each route must succeed for permitted callers, so it gets the group and
//! the people that it needs.

use super::{Principal, Reach, Whose, ask_with, body, guarded, is_live, path, shape};
use crate::contract::table::NO_GROUP;
use crate::support::{Ask, Gateway, Key};
use groupdesk::gateway::http::RouteInfo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A group, and the person in the request.
struct Case {
    group: String,
    person: String,
    invite: Option<String>,
}

/// A fresh group that the connected account runs, with one more member and with an invite link; or one
/// with a pending join request, for the routes that decide on requests.
async fn ours(gateway: &Gateway, route: &RouteInfo) -> Case {
    let of_those_who_wait = ["/members:approve", "/requests/{jid}/"];
    if of_those_who_wait
        .iter()
        .any(|part| route.path.contains(part))
    {
        return with_a_pending_request(gateway).await;
    }
    let known = gateway.world.group_named("Weekend Volunteers").unwrap();
    let mut people = gateway.world.outsiders(&known, 2).into_iter();
    let mut next = || people.next().unwrap().to_string();
    let (member, outsider) = (next(), next());
    let path = format!("{}/groups", gateway.support());
    let body = json!({ "name": "Fresh", "participants": [member] });
    let made = gateway.post(&path, body).await.ok(201);
    let group = made["groupJid"].as_str().unwrap().to_owned();
    let adds = (route.method, route.path.ends_with("/members")) == ("POST", true);
    let person = if adds { outsider } else { member };
    let link = gateway.get(&format!("{path}/{group}/invite")).await.ok(200);
    Case {
        group,
        person,
        invite: link["invite"].as_str().map(str::to_owned),
    }
}

/// The other organization's account asks to join, after leaving if it is a member.
async fn with_a_pending_request(gateway: &Gateway) -> Case {
    let name = "ועד הבית – הרצל 12";
    let (group, path) = (gateway.group(name), gateway.support_group(name));
    let person = gateway.identity("Front desk").lid.to_string();
    gateway
        .delete(&format!("{path}/members/{person}"))
        .await
        .ok(204);
    let link = gateway.get(&format!("{path}/invite")).await.ok(200);
    let desk = gateway.session("Front desk");
    let join = Ask::post(&format!("/api/v1/sessions/{desk}/groups:join")).key(Key::Other);
    let waits = join.json(&link).to(gateway).await.ok(202);
    assert_eq!(waits["pending"], true, "{waits}");
    let waiting = gateway.get(&format!("{path}/requests")).await.ok(200);
    assert!(waiting.to_string().contains(&person), "{waiting}");
    Case {
        group,
        person,
        invite: None,
    }
}

/// Expected results of a route with groups: for a group that the connected account administers, for one of
/// another organization, and for a missing one.
pub(super) async fn check(gateway: &Gateway, who: &Principal) {
    let session = gateway.session("Support line");
    let groups = guarded().filter(|route| route.path.contains("{session}/groups"));
    for route in groups {
        let live = is_live(&route);
        let mut absent = BTreeSet::new();
        for whose in [Whose::Ours, Whose::Theirs, Whose::Nobodys] {
            let ours = ours(gateway, &route).await;
            let group = match whose {
                Whose::Ours => ours.group,
                Whose::Theirs => gateway.group("Cleaning Crew"),
                Whose::Nobodys => NO_GROUP.to_owned(),
            };
            if whose != Whose::Ours && !route.path.contains("{gid}") {
                continue;
            }
            let mut body = body(&route);
            if let Some(body) = &mut body {
                for (field, value) in [
                    ("participants", Some(json!([ours.person]))),
                    ("invite", ours.invite.map(Value::from)),
                ] {
                    if let (Some(old), Some(value)) = (body.get_mut(field), value) {
                        *old = value;
                    }
                }
            }
            let things = BTreeMap::from([
                ("session", session.clone()),
                ("gid", group),
                ("jid", ours.person),
            ]);
            let path = path(&route, &things);
            let case = format!("{} {} of {whose:?} by {}", route.method, path, who.name);
            let reply = ask_with(&route, &path, &who.bearer, body).to(gateway).await;
            let capability = route.capability.unwrap();
            if !who.may.contains(&capability) {
                let details = reply.error(403, "forbidden");
                assert_eq!(details["capability"], capability.as_str(), "{case}");
            } else if who.reach == Reach::Nothing || whose != Whose::Ours && !live {
                absent.insert(shape(&reply));
                reply.error(404, "not_found");
            } else if whose == Whose::Ours {
                assert!(reply.status < 300, "{case}: {}", reply.text);
            } else {
                // Which other groups exist is known only to WhatsApp.
                let (status, code, reason) = match whose {
                    Whose::Nobodys => (404, "not_found", "no_such_group"),
                    _ => (403, "forbidden", "not_in_group"),
                };
                let details = reply.error(status, code);
                assert_eq!(details["reason"], reason, "{case}");
            }
        }
        assert!(absent.len() <= 1, "{}: {absent:?}", route.path);
    }
}
