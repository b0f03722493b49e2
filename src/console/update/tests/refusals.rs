//! Refusals and their messages, each with the next step.

use super::*;
use crate::api::ErrorObject;
use crate::console::failure::FailureContext;

fn answer(status: u16, error: Value, retry_after: Option<u64>) -> CallFailure {
    let error: ErrorObject = serde_json::from_value(error).unwrap();
    CallFailure::from_api(status, &error, Some("req-7".to_owned()), retry_after)
}

#[test]
fn the_reason_takes_precedence_over_the_code() {
    let lacks = FailureKind::MissingCapability {
        capability: "send".to_owned(),
    };
    let limited = FailureKind::RateLimited { wait: Some(9) };
    for (status, code, details, kind) in [
        (501, "not_implemented", json!({}), FailureKind::Offline),
        (
            503,
            "gateway_unavailable",
            json!({"reason": "timeout"}),
            FailureKind::Offline,
        ),
        (
            503,
            "gateway_unavailable",
            json!({"reason": "connection_lost"}),
            FailureKind::Offline,
        ),
        (
            503,
            "gateway_unavailable",
            json!({"reason": "draining"}),
            FailureKind::GatewayAway,
        ),
        (
            503,
            "gateway_unavailable",
            json!({}),
            FailureKind::GatewayAway,
        ),
        (
            403,
            "forbidden",
            json!({"reason": "not_admin"}),
            FailureKind::NotAdmin,
        ),
        (
            403,
            "forbidden",
            json!({"reason": "not_in_group"}),
            FailureKind::NotInGroup,
        ),
        (403, "forbidden", json!({"capability": "send"}), lacks),
        (403, "forbidden", json!({}), FailureKind::NotAdmin),
        (
            403,
            "forbidden",
            json!({"reason": "refused"}),
            FailureKind::Other,
        ),
        (429, "rate_limited", json!({}), limited.clone()),
        (
            429,
            "rate_limited",
            json!({"reason": "rate_limited", "limit": "session"}),
            limited.clone(),
        ),
        (
            429,
            "rate_limited",
            json!({"reason": "rate_limited", "limit": "connects"}),
            FailureKind::TooManyConnects { wait: Some(9) },
        ),
        (403, "forbidden", json!({"reason": "rate_limited"}), limited),
        (404, "not_found", json!({}), FailureKind::Other),
        (418, "teapot", json!({"reason": "tea"}), FailureKind::Other),
    ] {
        let error = json!({"code": code, "message": "m", "details": details});
        assert_eq!(
            answer(status, error, Some(9)).kind,
            kind,
            "{status} {details}"
        );
    }
}

#[test]
fn a_403_means_not_an_admin_only_for_calls_to_whatsapp() {
    let key = key_of("a", "1");
    let plain = || failure(FailureKind::NotAdmin);
    assert_eq!(
        plain().of_call(&Call::ResetInvite(key.clone())).kind,
        FailureKind::NotAdmin
    );
    assert_eq!(
        plain().of_call(&Call::Members(key)).kind,
        FailureKind::MissingCapability {
            capability: "read".to_owned()
        }
    );
}

#[test]
fn each_message_names_the_next_step() {
    let context = FailureContext {
        session: Some("Desk a".to_owned()),
        admins: vec!["Ana".to_owned(), "Ben".to_owned(), "7@lid".to_owned()],
        state: None,
    };
    let lacks = FailureKind::MissingCapability {
        capability: "send".to_owned(),
    };
    for (kind, words) in [
        (FailureKind::Offline, "Desk a is not connected"),
        (FailureKind::NotAdmin, "Ask Ana, Ben or 7@lid"),
        (FailureKind::NotInGroup, "not in the group"),
        (FailureKind::RateLimited { wait: Some(12) }, "retry in 12 s"),
        (FailureKind::RateLimited { wait: None }, "retry in a minute"),
        (
            FailureKind::TooManyConnects { wait: Some(40) },
            "Desk a has reached its limit of starts: WhatsApp bans accounts that connect too often. Wait 40 s",
        ),
        (lacks, "`send`"),
        (FailureKind::GatewayAway, "does not answer"),
        (FailureKind::Other, "no (request req-1)"),
    ] {
        let sentence = failure(kind).sentence(&context);
        assert!(sentence.contains(words), "{sentence}");
    }
}

#[test]
fn the_advice_depends_on_why_a_session_is_not_connected() {
    for (status, jid, words) in [
        ("starting", true, "Wait until it is connected"),
        ("logged_out", true, "Link one under Sessions"),
        ("scan_qr_code", false, "Link one under Sessions"),
        ("stopped", true, "Start it under Sessions"),
        ("failed", true, "Start it under Sessions"),
    ] {
        let mut desk = Harness::opened(WIDE);
        if !jid {
            desk.state.sessions.rows[0].wa_jid = None;
        }
        desk.status("a", status);
        desk.press("y");
        assert!(desk.toast().contains(words), "{status}: {}", desk.toast());
    }
}

#[test]
fn messages_from_the_gateway_are_cleaned() {
    let error = json!({"code": "x\u{1b}y", "message": "a\u{1b}[2Jb\u{202e}", "details": {"errors": [{"field": "f\u{7}", "message": "m\u{7}"}]}});
    let failure = answer(400, error, None);
    let text = failure.in_full(&FailureContext::default());
    assert!(
        text.chars().all(|c| c == '\n' || !c.is_control()),
        "{text:?}"
    );
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn the_not_an_admin_message_names_the_admins_to_ask() {
    let mut desk = Harness::opened(WIDE);
    desk.press("y");
    desk.event(
        EventKind::GroupParticipant,
        "a",
        json!({"groupJid": "1@g.us", "demote": ["a@lid"]}),
    );
    desk.press("y");
    assert!(
        desk.toast().contains("Ask 7 (name unknown) or Ana"),
        "{}",
        desk.toast()
    );
}

#[test]
fn a_link_without_an_answer_is_requested_again_later() {
    let mut desk = Harness::opened(WIDE);
    let call = Call::Invite(key_of("a", "1"));
    desk.press("r");
    let away = failure(FailureKind::GatewayAway);
    desk.answer(&call, Reply::Invite(Err(away)));
    let sessions = [
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Stopped),
    ];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    desk.wait(1_000);
    assert!(!desk.is_asked(&call), "not at once");
    desk.wait(5_000);
    desk.answer(&call, Reply::Invite(Ok(LINK.to_owned())));
    assert_eq!(desk.shown(), Some(LINK));
}
