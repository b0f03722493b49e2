//! Changes that may have been made although the gateway failed: they are looked up, and reported as not made
//! only with proof.

use super::faults::{GROUP, INVITE, error, link, on, stub};
use super::stub::Answer;
use serde_json::json;

const OLD: &str = "OldCode0000000000001";
const NEW: &str = "NewCode0000000000002";
const RESET: [&str; 4] = ["invite", "reset", "1@g.us", "--yes"];

fn internal() -> Answer {
    Answer::Json(500, error("internal"))
}

fn no_link() -> Answer {
    Answer::Json(200, json!({ "invite": "https://evil.test/login" }))
}

fn address(code: &str) -> String {
    format!("https://chat.whatsapp.com/{code}")
}

#[test]
fn a_reset_with_an_internal_error_is_looked_up() {
    for answer in [internal as fn() -> Answer, no_link] {
        let made = stub(move |request, earlier| {
            let reset = earlier.iter().any(|one| one.starts_with("DELETE"));
            match request.split(' ').next() {
                Some("DELETE") => answer(),
                _ => link(if reset { NEW } else { OLD }),
            }
        });
        let ran = on(&made.url, &RESET);
        assert_eq!(ran.out.trim_end(), address(NEW), "{}", ran.err);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let sent = made.count(&format!("DELETE {}", INVITE.replace('@', "%40")));
        assert_eq!(sent, 1, "a second reset would kill a second link");
    }
}

#[test]
fn a_reset_is_reported_as_not_made_only_if_the_old_link_is_still_valid() {
    let not_made = stub(|request, _| match request.split(' ').next() {
        Some("DELETE") => internal(),
        _ => link(OLD),
    });
    let ran = on(&not_made.url, &RESET);
    assert_eq!(ran.code, 9, "{}", ran.err);
    assert!(ran.err.contains("the old link still lives"), "{}", ran.err);

    let dark = stub(|request, earlier| {
        let reset = earlier.iter().any(|one| one.starts_with("DELETE"));
        match request.split(' ').next() {
            Some("DELETE") => internal(),
            _ if reset => internal(),
            _ => link(OLD),
        }
    });
    let ran = on(&dark.url, &["invite", "reset", "1@g.us", "--yes", "--json"]);
    assert_eq!(ran.code, 14, "{}", ran.err);
    assert_eq!(ran.error()["code"], "outcome_unknown");
    assert_eq!(ran.error()["previous"], address(OLD));
    assert!(ran.out.is_empty());
}

#[test]
fn one_setting_is_looked_up_too() {
    let after = |announce: bool| {
        stub(move |request, _| match request {
            GROUP => Answer::Json(
                200,
                json!({ "groupJid": "1@g.us", "subject": "Choir", "isAnnounce": announce }),
            ),
            _ => internal(),
        })
    };
    let set = ["group", "set", "1@g.us", "--announce", "on"];
    let ran = on(&after(true).url, &set);
    assert_eq!(ran.ok(), "SETTING   OUTCOME\nannounce  applied\n");
    let ran = on(&after(false).url, &set);
    assert_eq!(ran.code, 14, "{}", ran.err);
    assert_eq!(ran.out, "SETTING   OUTCOME\nannounce  unknown\n");
}
