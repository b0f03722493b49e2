//! Which error takes precedence when several apply: 401, 403 (capability), 404 (session), 400, 501, 404
//! (group), 403 (not an admin). The first three are in `table.rs`.

use crate::contract::table::{NO_GROUP, NO_MEMBER, NO_SESSION, endpoints};
use crate::support::Gateway;

#[tokio::test]
async fn a_missing_session_takes_precedence_over_an_invalid_request() {
    let gateway = Gateway::start().await;
    for endpoint in endpoints().iter().filter(|e| e.has_session()) {
        endpoint
            .ask(NO_SESSION, "no-jid", "no-jid")
            .text("not json")
            .to(&gateway)
            .await
            .error(404, "not_found");
    }
}

#[tokio::test]
async fn an_invalid_gid_takes_precedence_over_a_session_that_is_not_connected() {
    let gateway = Gateway::start().await;
    for session in ["Support line", "New phone"] {
        let session = gateway.session(session);
        for endpoint in endpoints().iter().filter(|e| e.has_group()) {
            for gid in [
                "no-jid",
                "628123456789@s.whatsapp.net",
                "1@g.us%20",
                "%00@g.us",
                "1:2@g.us",
                "1%2F2@g.us",
                "%FF",
                "%zz@g.us",
                "%",
            ] {
                let fields = endpoint
                    .ask(&session, gid, NO_MEMBER)
                    .to(&gateway)
                    .await
                    .invalid();
                assert_eq!(fields, ["gid"], "{} {gid}", endpoint.name());
            }
        }
    }
}

#[tokio::test]
async fn an_invalid_body_takes_precedence_over_a_session_that_is_not_connected() {
    let gateway = Gateway::start().await;
    let session = gateway.session("New phone");
    for endpoint in endpoints().iter().filter(|e| e.live && e.body.is_some()) {
        endpoint
            .ask(&session, NO_GROUP, NO_MEMBER)
            .text("{}")
            .to(&gateway)
            .await
            .invalid();
    }
}

#[tokio::test]
async fn a_session_that_is_not_connected_takes_precedence_over_a_missing_group() {
    let gateway = Gateway::start().await;
    let session = gateway.session("New phone");
    for endpoint in endpoints().iter().filter(|e| e.live) {
        let details = endpoint
            .ask(&session, NO_GROUP, NO_MEMBER)
            .to(&gateway)
            .await
            .error(501, "not_implemented");
        assert_eq!(details["reason"], "not_connected", "{}", endpoint.name());
    }
}

#[tokio::test]
async fn a_connected_session_without_the_group_answers_404() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    for endpoint in endpoints().iter().filter(|e| e.has_group()) {
        endpoint
            .ask(&session, NO_GROUP, NO_MEMBER)
            .to(&gateway)
            .await
            .error(404, "not_found");
    }
}

#[tokio::test]
async fn a_group_of_another_account_is_not_found() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    // The account is in none of these: another session's group, another organization's group.
    for name in ["Leads – Europe", "Clinic Staff Rota"] {
        let group = gateway.group(name);
        for path in ["", "/members"] {
            let at = |group: &str| format!("/api/v1/sessions/{session}/groups/{group}{path}");
            let theirs = gateway.get(&at(&group)).await;
            let none = gateway.get(&at(NO_GROUP)).await;
            assert_eq!(theirs.text, none.text);
            theirs.error(404, "not_found");
        }
    }
}
