//! The end of a pairing, with success or failure.

use super::*;

#[test]
fn a_scan_leads_directly_to_the_groups() {
    let mut desk = Harness::with_code(BROAD);
    let payload = json!({"jid": "6281234567890:7@s.whatsapp.net"});
    desk.event(EventKind::AuthCode, "new", payload);
    assert!(matches!(desk.pairing().step, PairingStep::Linked(_)));
    assert!(desk.screen().contains("✔ +62 812-3456-7890 is linked."));
    assert!(desk.code().is_none());
    assert_eq!(desk.state.focus, Pane::Groups);
    desk.status("new", "working");
    desk.list("new", vec![group("8", "Market")]);
    assert!(desk.screen().contains("1 group so far"));
    desk.wait(1_500);
    desk.list("new", vec![group("8", "Market"), group("9", "Neighbours")]);
    assert!(desk.screen().contains("2 groups so far"));
    desk.wait(1_500);
    desk.list("new", vec![group("8", "Market"), group("9", "Neighbours")]);
    desk.wait(1_500);
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.toast(), "+62 812-3456-7890 is linked: 2 groups");
    assert_eq!(desk.names(), ["Market", "Neighbours"]);
}

#[test]
fn the_status_working_completes_pairing_without_an_event() {
    let mut desk = Harness::with_code(BROAD);
    desk.lose_realtime();
    desk.wait(5_000);
    let rows = vec![
        session("a", SessionStatus::Working),
        Session {
            phone_number: Some("12025550123".to_owned()),
            ..unlinked("new", SessionStatus::Working)
        },
    ];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert!(desk.screen().contains("+1 202-555-0123 is linked"));
}

#[test]
fn a_failed_pairing_shows_its_reason_and_a_next_step() {
    let mut desk = Harness::with_code(BROAD);
    let payload = json!({"status": "failed", "reason": "pairing \u{1b}expired"});
    desk.event(EventKind::SessionStatus, "new", payload);
    let screen = desk.screen();
    assert!(screen.contains("expired") && screen.contains("[ Try again ]"));
    desk.press("Esc");
    assert!(matches!(desk.pairing().step, PairingStep::AskLeave(None)));
}

#[test]
fn an_already_linked_phone_ends_the_pairing() {
    let mut desk = Harness::added(BROAD);
    let conflict = refused("conflict", FailureKind::Other);
    desk.answer(&qr_call(), Reply::PairingQr(Err(conflict)));
    assert_eq!(*desk.trouble(), PairingError::Paired);
    assert!(desk.screen().contains("linked to this account already"));
    desk.status("new", "working");
    assert!(matches!(desk.pairing().step, PairingStep::Linked(_)));
}

#[test]
fn a_rate_limited_pairing_can_be_retried_after_the_wait() {
    for (kind, words) in [
        (FailureKind::RateLimited { wait: Some(30) }, "retry in 30 s"),
        (FailureKind::TooManyConnects { wait: Some(30) }, "Wait 30 s"),
    ] {
        throttled(kind, words);
    }
}

fn throttled(kind: FailureKind, words: &str) {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Tab");
    desk.type_text(PHONE);
    desk.press("Enter");
    let limited = refused("rate_limited", kind);
    desk.answer(&code_call(), Reply::PairingCode(Err(limited)));
    assert!(desk.screen().contains(words));
    assert!(desk.screen().contains("[ Try again in 30 s ]"));
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Close));
    desk.wait(30_000);
    assert!(desk.screen().contains("[ Try again ]"));
    desk.press("Left");
    desk.press("Enter");
    assert_eq!(desk.pairing().step, PairingStep::Link);
}

#[test]
fn a_missing_capability_is_named_and_disables_pairing() {
    let mut desk = Harness::adding(BROAD);
    desk.press("Enter");
    let forbidden = failure(FailureKind::MissingCapability {
        capability: "manage".to_owned(),
    });
    desk.answer_change(Reply::SessionCreated(Err(forbidden)));
    assert!(desk.screen().contains("lacks the capability `manage`"));
    assert!(desk.state.lacks(Capability::Manage));
    desk.press("Esc");
    desk.press("a");
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("manage"));
}

#[test]
fn pairing_continues_when_the_gateway_is_back() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Right");
    desk.press("Enter");
    let away = failure(FailureKind::GatewayAway);
    desk.answer(&session_call(), Reply::Session(Err(away)));
    assert!(matches!(desk.state.connection, Connection::Away { .. }));
    assert_eq!(*desk.trouble(), PairingError::Away);
    assert!(desk.code().is_none());
    desk.wait(1_000);
    desk.relist(SessionStatus::ScanQrCode);
    assert_eq!(desk.pairing().step, PairingStep::Link);
    assert!(desk.is_asked(&qr_call()));
}

#[test]
fn the_removal_of_the_session_is_reported() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("F1");
    desk.lose_realtime();
    desk.wait(5_000);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert_eq!(*desk.trouble(), PairingError::Gone);
    desk.press("Esc");
    desk.press("Esc");
    assert!(
        desk.state.layers.is_empty(),
        "there is no session left to ask about"
    );
}

#[test]
fn an_unlinked_session_is_linked_again_with_enter_start_or_the_add_key() {
    for key in ["Enter", "s", "a"] {
        let mut desk = Harness::ready(BROAD);
        desk.press("BackTab");
        desk.status("b", "logged_out");
        desk.press("End");
        desk.press(key);
        assert_eq!(desk.pairing().session.as_deref(), Some("b"));
        assert!(desk.is_asked(&Call::PairingQr("b".to_owned())));
        assert!(!desk.pairing().created);
        desk.press("Esc");
        assert!(
            desk.state.layers.is_empty(),
            "no session was added, so leaving asks nothing"
        );
        let back = Call::Act {
            session: "b".to_owned(),
            action: SessionAction::Logout,
        };
        assert_eq!(desk.change(), back, "the session was logged out before");
        assert_eq!(desk.asked.len(), 1);
    }
}

#[test]
fn leaving_restores_the_sessions_status_or_reports_what_remains() {
    for (status, action, word) in [
        (
            "logged_out",
            Some(SessionAction::Logout),
            "logged out, as before",
        ),
        ("stopped", Some(SessionAction::Stop), "stopped, as before"),
        ("scan_qr_code", None, ""),
    ] {
        for works in [true, false] {
            let mut desk = Harness::ready(BROAD);
            desk.press("BackTab");
            let b = desk
                .state
                .sessions
                .rows
                .iter_mut()
                .find(|row| row.id == "b");
            b.unwrap().wa_jid = None;
            desk.status("b", status);
            desk.press("End");
            desk.press("Enter");
            desk.status("b", "scan_qr_code");
            desk.press("Esc");
            assert!(desk.state.layers.is_empty());
            let Some(action) = action else {
                assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
                continue;
            };
            let session = "b".to_owned();
            assert_eq!(desk.change(), Call::Act { session, action });
            let answer = if works {
                let row = unlinked("b", SessionStatus::from(status));
                Ok(row)
            } else {
                Err(failure(FailureKind::Other))
            };
            desk.answer_change(Reply::SessionActed(answer));
            let word = if works {
                word
            } else {
                "still waits for a phone"
            };
            assert!(desk.toast().contains(word), "{}", desk.toast());
        }
    }
}

#[test]
fn every_step_can_be_left_with_the_keyboard() {
    let steps: [fn() -> Harness; 4] = [
        || Harness::adding(NARROW),
        || Harness::added(NARROW),
        || Harness::with_code(BROAD),
        || Harness::typed(BROAD),
    ];
    for step in steps {
        let mut desk = step();
        let buttons = pairing_buttons(&desk.state, desk.pairing());
        assert!(buttons.iter().any(|button| button.id == ButtonId::Cancel));
        desk.press("Esc");
        desk.press("Esc");
        assert!(desk.state.layers.is_empty());
    }
}
