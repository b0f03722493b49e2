//! Gateways that are unreachable, rate limited, silent, or not gateways.

use super::stub::{Answer, Stub};
use super::{Ran, program};
use serde_json::{Value, json};

pub(super) const GROUP: &str = "GET /sessions/s1/groups/1@g.us";
pub(super) const INVITE: &str = "/sessions/s1/groups/1@g.us/invite";

pub(super) fn on(url: &str, arguments: &[&str]) -> Ran {
    let output = program()
        .env("GROUPDESK_KEY", "wa_stub")
        .args(["--gateway", url])
        .args(arguments)
        .output();
    output.expect("the binary starts").into()
}

pub(super) fn error(code: &str) -> Value {
    json!({ "error": { "code": code, "message": "so it is" } })
}

pub(super) fn link(code: &str) -> Answer {
    Answer::Json(
        200,
        json!({ "invite": format!("https://chat.whatsapp.com/{code}") }),
    )
}

/// One connected session with one group, and the answers of `answer`.
pub(super) fn stub(answer: impl Fn(&str, &[String]) -> Answer + Send + 'static) -> Stub {
    Stub::start(move |request, earlier| {
        let request = request.replace("%40", "@");
        let group = json!({ "groupJid": "1@g.us", "subject": "Choir", "isAnnounce": false });
        match request.as_str() {
            "GET /sessions" => {
                let session = json!({ "id": "s1", "status": "working" });
                Answer::Json(200, json!({ "data": [session] }))
            }
            // The test's own list, or the one group.
            "GET /sessions/s1/groups" => match answer(&request, earlier) {
                Answer::Json(200, list) if list["data"].is_array() => Answer::Json(200, list),
                _ => Answer::Json(200, json!({ "data": [group] })),
            },
            GROUP if !earlier.iter().any(|one| one.starts_with("PATCH")) => {
                Answer::Json(200, group)
            }
            request => answer(request, earlier),
        }
    })
}

#[test]
fn a_closed_port_is_reported() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let ran = on(&url, &["sessions", "--json"]);
    assert_eq!(ran.code, 9, "{}", ran.err);
    assert_eq!(ran.error()["code"], "gateway_away");
    let ran = on(&url, &["sessions"]);
    assert!(
        ran.err
            .starts_with("groupdesk: the gateway cannot be reached"),
        "{}",
        ran.err
    );
}

#[test]
fn every_refusal_has_its_exit_code() {
    for (answer, code, word) in [
        (Answer::Json(401, error("unauthorized")), 5, "not_allowed"),
        (Answer::Json(403, error("forbidden")), 5, "not_allowed"),
        (Answer::Html, 9, "gateway_away"),
        (Answer::Json(500, error("internal")), 1, "failed"),
    ] {
        let once = std::sync::Mutex::new(Some(answer));
        let stub = Stub::start(move |_, _| {
            let answer = once.lock().expect("no test panics with it").take();
            answer.unwrap_or(Answer::Nothing)
        });
        let ran = on(&stub.url, &["sessions", "--json"]);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert_eq!(ran.error()["code"], word);
        assert!(ran.out.is_empty());
    }
}

#[test]
fn a_rate_limit_reports_how_long_to_wait() {
    let stub = stub(|_, _| Answer::Pause(1, error("rate_limited")));
    let ran = on(&stub.url, &["invite", "get", "1@g.us", "--json"]);
    assert_eq!(ran.code, 8, "{}", ran.err);
    assert_eq!(ran.error()["retryAfterSeconds"], 1);
}

#[test]
fn a_gateway_without_an_audit_log_is_reported() {
    let stub = stub(|_, _| Answer::Json(404, error("not_found")));
    let ran = on(&stub.url, &["audit", "--csv"]);
    assert_eq!(ran.code, 13);
    assert!(ran.err.contains("no audit log"), "{}", ran.err);
}

#[test]
fn sessions_that_cannot_be_listed_are_configured_by_id() {
    let answer = |request: &str, _: &[String]| match request {
        "GET /sessions/s1" => Answer::Json(200, json!({ "id": "s1", "status": "working" })),
        "GET /sessions/s1/groups" => Answer::Json(200, json!({ "data": null })),
        _ => Answer::Json(403, error("forbidden")),
    };
    let stub = Stub::start(answer);
    let refused = on(&stub.url, &["groups"]);
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("--session"), "{}", refused.err);
    let named = on(&stub.url, &["groups", "--session", "s1", "--json"]);
    assert_eq!(named.json(), json!({ "groups": [] }));
}

#[test]
fn a_reset_without_an_answer_is_looked_up_and_never_sent_twice() {
    let delete = format!("DELETE {INVITE}");
    // The reset was made, but its answer is lost.
    let made = stub(|request, earlier| {
        let reset = earlier.iter().any(|one| one.starts_with("DELETE"));
        match request.split(' ').next() {
            Some("DELETE") => Answer::Nothing,
            _ => link(if reset { "new-link" } else { "old-link" }),
        }
    });
    let ran = on(&made.url, &["invite", "reset", "1@g.us", "--yes"]);
    assert!(ran.err.contains("the link is a new one now"), "{}", ran.err);
    assert_eq!(ran.ok(), "https://chat.whatsapp.com/new-link\n");

    let not_made = stub(|request, _| match request.split(' ').next() {
        Some("DELETE") => Answer::Nothing,
        _ => link("old-link"),
    });
    let ran = on(&not_made.url, &["invite", "reset", "1@g.us", "--yes"]);
    assert_eq!(ran.code, 9, "{}", ran.err);
    assert!(ran.err.contains("the old link still lives"), "{}", ran.err);

    let dark = stub(|request, earlier| {
        if request.starts_with("DELETE") || earlier.iter().any(|one| one.starts_with("DELETE")) {
            Answer::Nothing
        } else {
            link("old-link")
        }
    });
    let ran = on(&dark.url, &["invite", "reset", "1@g.us", "--yes", "--json"]);
    assert_eq!(ran.code, 14, "{}", ran.err);
    assert_eq!(
        ran.error()["previous"],
        "https://chat.whatsapp.com/old-link"
    );

    for stub in [made, not_made, dark] {
        let sent = stub.count(&delete) + stub.count(&delete.replace('@', "%40"));
        assert_eq!(sent, 1);
    }
}

#[test]
fn settings_without_an_answer_are_looked_up() {
    let after = |announce: bool| {
        stub(move |request, _| match request {
            GROUP => Answer::Json(
                200,
                json!({ "groupJid": "1@g.us", "subject": "Chorus", "isAnnounce": announce }),
            ),
            _ => Answer::Nothing,
        })
    };
    let set = [
        "group",
        "set",
        "1@g.us",
        "--subject",
        "Chorus",
        "--announce",
        "on",
    ];
    let ran = on(&after(true).url, &set);
    assert!(ran.err.contains("as it should be now"), "{}", ran.err);
    assert_eq!(
        ran.ok(),
        "SETTING   OUTCOME\nsubject   applied\nannounce  applied\n"
    );
    let ran = on(&after(false).url, &set);
    assert_eq!(ran.code, 10, "{}", ran.err);
    assert_eq!(
        ran.out,
        "SETTING   OUTCOME\nsubject   applied\nannounce  unknown\n"
    );
    let none = ["group", "set", "1@g.us", "--announce", "on", "--json"];
    let ran = on(&after(false).url, &none);
    assert_eq!(ran.code, 14, "{}", ran.err);
    assert_eq!(ran.error()["cause"], "gateway_away");
}

#[test]
fn after_a_refusal_of_the_whole_request_no_setting_was_tried() {
    let set = [
        "group",
        "set",
        "1@g.us",
        "--subject",
        "Chorus",
        "--announce",
        "on",
    ];
    let limited = stub(|_, _| Answer::Pause(1, error("rate_limited")));
    let ran = on(&limited.url, &set);
    assert_eq!(ran.code, 8, "{}", ran.err);
    assert_eq!(
        ran.out,
        "SETTING   OUTCOME\nsubject   not tried\nannounce  not tried\n"
    );
    assert_eq!(limited.count("PATCH /sessions/s1/groups/1%40g.us"), 1);

    let broken = stub(|request, _| match request {
        GROUP => Answer::Json(
            200,
            json!({ "groupJid": "1@g.us", "subject": "Chorus", "isAnnounce": false }),
        ),
        _ => Answer::Json(500, error("internal")),
    });
    let ran = on(&broken.url, &set);
    assert_eq!(ran.code, 10, "{}", ran.err);
    assert_eq!(
        ran.out,
        "SETTING   OUTCOME\nsubject   applied\nannounce  unknown\n"
    );
    assert!(ran.err.contains("no admin of the group"), "{}", ran.err);
}

#[test]
fn an_invalid_link_is_not_written() {
    let stub = stub(|_, _| Answer::Json(200, json!({ "invite": "javascript:alert(1)\u{1b}[2J" })));
    let ran = on(&stub.url, &["invite", "get", "1@g.us"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.is_empty() && ran.err.contains("not a link"),
        "{}",
        ran.err
    );
}

#[test]
fn a_503_without_a_reason_is_looked_up_like_a_lost_answer() {
    let away = || Answer::Json(503, error("gateway_unavailable"));
    let reset = stub(move |request, earlier| {
        let made = earlier.iter().any(|one| one.starts_with("DELETE"));
        match request.split(' ').next() {
            Some("DELETE") => away(),
            _ => link(if made { "new-link" } else { "old-link" }),
        }
    });
    let ran = on(&reset.url, &["invite", "reset", "1@g.us", "--yes"]);
    assert_eq!(ran.ok(), "https://chat.whatsapp.com/new-link\n");
    let set = stub(move |request, _| match request {
        GROUP => Answer::Json(
            200,
            json!({ "groupJid": "1@g.us", "subject": "Choir", "isAnnounce": true }),
        ),
        _ => away(),
    });
    let ran = on(&set.url, &["group", "set", "1@g.us", "--announce", "on"]);
    assert_eq!(ran.ok(), "SETTING   OUTCOME\nannounce  applied\n");
}

#[test]
fn a_log_with_repeated_cursors_is_aborted() {
    let page = |cursor: &str| Answer::Json(200, json!({ "data": [], "nextCursor": cursor }));
    let stub = stub(move |request, _| {
        page(if request.contains("cursor=a") {
            "b"
        } else {
            "a"
        })
    });
    let ran = on(&stub.url, &["audit", "--json"]);
    assert_eq!(ran.code, 9, "{}", ran.err);
    assert!(ran.err.contains("does not end"), "{}", ran.err);
}

#[test]
fn invalid_keys_are_not_written() {
    let key = |id: &str| {
        json!({
            "id": id, "label": "Night", "capabilities": ["read"], "disabled": false, "createdAt": 1,
        })
    };
    for (id, secret) in [
        ("k\u{1b}[2J", "wa_secret"),
        ("k1", "wa_\u{1b}]0;owned"),
        ("k1", ""),
    ] {
        let stub = stub(move |request, _| {
            if request == "GET /keys" {
                return Answer::Json(200, json!({ "data": [key(id)] }));
            }
            let mut made = key(id);
            made["secret"] = json!(secret);
            Answer::Json(201, made)
        });
        for command in [
            &["keys", "create", "--capabilities", "read"][..],
            &["keys", "rotate", "Night", "--yes"],
        ] {
            let ran = on(&stub.url, command);
            assert_eq!(ran.code, 1, "{command:?} {id:?} {secret:?}");
            assert!(ran.out.is_empty(), "{:?}", ran.out);
            assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
        }
    }
}

#[test]
fn unreadable_rows_are_skipped_and_counted() {
    let stub = Stub::start(|request, _| match request {
        "GET /sessions" => {
            let session = json!({ "id": "s1", "status": "working" });
            Answer::Json(200, json!({ "data": [session] }))
        }
        "GET /sessions/s1/groups" => Answer::Json(
            200,
            json!({ "data": [
                { "id": 2200, "groupJid": "1@g.us", "subject": "Choir", "participantCount": "9" },
                { "id": 2201, "groupJid": null },
                7,
            ] }),
        ),
        "GET /keys" => Answer::Json(
            200,
            json!({ "data": [
                { "id": 5, "label": "Night", "capabilities": ["read", "billing"], "disabled": false },
                { "label": "without an id" },
            ] }),
        ),
        _ => Answer::Json(404, error("not_found")),
    });
    let groups = on(&stub.url, &["groups"]);
    assert!(
        groups.err.contains("2 groups could not be read"),
        "{}",
        groups.err
    );
    assert!(groups.ok().contains("Choir"));
    let groups = on(&stub.url, &["groups", "--json"]).json();
    assert_eq!(groups["groups"].as_array().expect("rows").len(), 1);
    assert_eq!(groups["groups"][0]["id"], "2200");
    let keys = on(&stub.url, &["keys", "list"]);
    assert!(keys.err.contains("1 key could not be read"), "{}", keys.err);
    assert!(keys.ok().contains("read,billing"));
}
