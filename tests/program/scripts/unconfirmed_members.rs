//! Lost answers to changes of members, and to the creation of a group: looked up, never sent twice.

use super::faults::{error, on, stub};
use super::stub::Answer;
use serde_json::{Value, json};

const MEMBERS: &str = "GET /sessions/s1/groups/1@g.us/members";
const ADD: &str = "POST /sessions/s1/groups/1@g.us/members";
const CREATE: &str = "POST /sessions/s1/groups";

fn member(number: &str) -> Value {
    json!({ "lid": format!("{number}@s.whatsapp.net"), "phoneNumber": number, "role": "member" })
}

fn list(rows: &[Value]) -> Answer {
    Answer::Json(200, json!({ "data": rows }))
}

#[test]
fn a_lost_add_is_looked_up() {
    for (there, code, outcome) in [
        (&["447700900123", "447700900124"][..], 0, "applied"),
        (&["447700900123"], 10, "unknown"),
        (&["447700900199"], 14, "unknown"),
    ] {
        let rows: Vec<_> = there.iter().map(|number| member(number)).collect();
        let gateway = stub(move |request, _| match request {
            MEMBERS => list(&rows),
            _ => Answer::Json(503, error("gateway_unavailable")),
        });
        let ran = on(
            &gateway.url,
            &[
                "members",
                "add",
                "1@g.us",
                "+447700900123",
                "+447700900124",
                "--json",
            ],
        );
        assert_eq!(ran.code, code, "{}", ran.err);
        let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(answer["members"][1]["outcome"], outcome, "{answer}");
        let sent = gateway.count(&ADD.replace('@', "%40"));
        assert_eq!(sent, 1, "nobody is added twice");
    }
}

#[test]
fn a_call_that_is_refused_as_a_whole_is_refused_for_everyone() {
    let refusal = json!({ "error": {
        "code": "forbidden", "message": "no", "details": { "reason": "not_admin" },
    } });
    let gateway = stub(move |request, _| match request {
        MEMBERS => list(&[]),
        _ => Answer::Json(403, refusal.clone()),
    });
    let add = ["members", "add", "1@g.us", "+447700900123", "+447700900124"];
    let ran = on(&gateway.url, &[&add[..], &["--json"]].concat());
    assert_eq!(ran.code, 6, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    for member in answer["members"].as_array().expect("members") {
        assert_eq!(member["outcome"], "refused", "{answer}");
        let why = member["message"].as_str().expect("a reason");
        assert!(why.contains("not an admin"), "{answer}");
    }
}

#[test]
fn a_lost_removal_is_looked_up_and_ends_the_command() {
    let gateway = stub(move |request, _| match request {
        MEMBERS => list(&[member("447700900123"), member("447700900124")]),
        _ => Answer::Json(500, error("internal")),
    });
    let ran = on(
        &gateway.url,
        &[
            "members",
            "remove",
            "1@g.us",
            "447700900123",
            "447700900124",
            "--yes",
            "--json",
        ],
    );
    assert_eq!(ran.code, 14, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(answer["members"][0]["outcome"], "unknown");
    assert_eq!(answer["members"][1]["outcome"], "not_tried");
}

#[test]
fn a_lost_creation_is_looked_up_in_the_list_of_groups() {
    let old = json!({ "groupJid": "1@g.us", "subject": "Choir" });
    for made in [true, false] {
        let old = old.clone();
        let gateway = stub(move |request, earlier| {
            let sent = earlier.iter().any(|one| one == CREATE);
            match request {
                "GET /sessions/s1/groups" if sent && made => list(&[
                    old.clone(),
                    json!({ "groupJid": "2@g.us", "subject": "Choir" }),
                ]),
                "GET /sessions/s1/groups" => list(std::slice::from_ref(&old)),
                _ => Answer::Nothing,
            }
        });
        let ran = on(&gateway.url, &["group", "create", "Choir", "--json"]);
        let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(gateway.count(CREATE), 1, "no second group");
        if made {
            assert_eq!(ran.code, 0, "{}", ran.err);
            assert_eq!(answer["groupJid"], "2@g.us");
        } else {
            assert_eq!(ran.code, 14, "{}", ran.err);
            assert_eq!(answer["created"], "unknown");
        }
    }
}
