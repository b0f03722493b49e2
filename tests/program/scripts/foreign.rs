//! Foreign gateways: the recorded answers of the public one.

use super::faults::{link, on};
use super::stub::{Answer, Stub};
use serde_json::{Value, json};

const ONE: &str = "01KAYV5M3T0000000000000MA1";
const TWO: &str = "01KAYV5M3T0000000000000VO2";
const CHESS: &str = "120363000000007919@g.us";
const CODE: &str = "RecordedCode00000001";

fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::Json(
        status,
        json!({ "error": { "code": code, "message": message } }),
    )
}

fn chess() -> Value {
    json!({ "groupJid": CHESS, "subject": "Chess Club", "isAnnounce": false, "updatedAt": 1_795_709_524_202_i64 })
}

/// Two sessions, the first of which has the group. The endpoint of one group ignores the session.
fn gateway(lists_sessions: bool) -> Stub {
    Stub::start(move |request, _| {
        let request = request.replace("%40", "@");
        let (one, two) = (
            format!("/sessions/{ONE}/groups"),
            format!("/sessions/{TWO}/groups"),
        );
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path {
            "/sessions" if lists_sessions => {
                let row = |id: &str| json!({ "id": id, "status": "working" });
                Answer::Json(200, json!({ "data": [row(ONE), row(TWO)] }))
            }
            path if path == one => Answer::Json(200, json!({ "data": [chess()] })),
            path if path == two => Answer::Json(200, json!({ "data": [] })),
            path if path == format!("{one}/{CHESS}") || path == format!("{two}/{CHESS}") => {
                Answer::Json(200, chess())
            }
            path if path == format!("{one}/{CHESS}/invite") => link(CODE),
            path if path.ends_with("/invite") => refused(404, "not_found", "session not found"),
            _ => refused(403, "forbidden", "missing required capability: manage"),
        }
    })
}

#[test]
fn a_group_id_is_only_found_where_a_session_lists_it() {
    let gateway = gateway(true);
    let ran = on(&gateway.url, &["invite", "get", CHESS]);
    assert_eq!(
        ran.ok(),
        format!("https://chat.whatsapp.com/{CODE}\n"),
        "only the first session lists it"
    );
    let ran = on(&gateway.url, &["invite", "get", CHESS, "--session", TWO]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("no group is called"), "{}", ran.err);
}

#[test]
fn a_key_that_may_not_read_sessions_reaches_a_session_by_id() {
    let gateway = gateway(false);
    let ran = on(&gateway.url, &["invite", "get", CHESS, "--session", ONE]);
    assert_eq!(ran.ok(), format!("https://chat.whatsapp.com/{CODE}\n"));
    let ran = on(&gateway.url, &["groups", "--session", ONE, "--json"]);
    assert_eq!(ran.json()["groups"][0]["groupJid"], CHESS);
}

#[test]
fn a_session_that_its_engine_lost_is_not_reported_as_not_found() {
    let gateway = Stub::start(|request, _| {
        let request = request.replace("%40", "@");
        match request.as_str() {
            "GET /sessions" => Answer::Json(
                200,
                json!({ "data": [{ "id": ONE, "status": "working", "label": "Main line" }] }),
            ),
            request if request.ends_with("/invite") => {
                refused(404, "not_found", "session not found")
            }
            request if request.ends_with("/groups") => {
                Answer::Json(200, json!({ "data": [chess()] }))
            }
            _ => Answer::Json(200, chess()),
        }
    });
    let ran = on(&gateway.url, &["invite", "get", "Chess Club", "--json"]);
    assert_eq!(ran.code, 7, "{}", ran.err);
    let message = ran.error()["message"].to_string();
    assert!(message.contains("engine"), "{message}");
    assert!(!message.contains("not found"), "{message}");
}
