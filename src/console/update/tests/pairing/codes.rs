//! QR codes and pairing codes.

use super::*;

#[test]
fn the_qr_code_rotates_and_counts_down() {
    let mut desk = Harness::with_code(BROAD);
    assert_eq!(desk.code(), Some(text(1).as_str()));
    assert!(desk.screen().contains("Next code in 60 s"));
    desk.wait(45_000);
    assert!(desk.screen().contains("Next code in 15 s"));
    let payload = json!({"code": text(2), "expiresAt": desk.state.now + 20_000});
    desk.event(EventKind::AuthQr, "new", payload);
    assert_eq!(desk.code(), Some(text(2).as_str()));
    assert!(desk.screen().contains("Next code in 20 s"));
    let other = json!({"code": text(3)});
    desk.event(EventKind::AuthQr, "b", other);
    assert_eq!(
        desk.code(),
        Some(text(2).as_str()),
        "another session's code"
    );
}

#[test]
fn without_realtime_the_code_is_polled_but_an_ended_pairing_is_not_restarted() {
    let mut desk = Harness::added(BROAD);
    desk.lose_realtime();
    let not_ready = refused("not_found", FailureKind::Other);
    desk.answer(&qr_call(), Reply::PairingQr(Err(not_ready)));
    assert_eq!(desk.pairing().step, PairingStep::Link);
    desk.wait(2_000);
    assert!(!desk.is_asked(&qr_call()));
    let waits = unlinked("new", SessionStatus::ScanQrCode);
    desk.answer(&session_call(), Reply::Session(Ok(waits)));
    let reply = qr(&desk, 1, 20);
    desk.answer(&qr_call(), reply);
    desk.wait(20_500);
    let mut ended = unlinked("new", SessionStatus::Failed);
    ended.status_reason = Some("nobody scanned".to_owned());
    desk.answer(&session_call(), Reply::Session(Ok(ended)));
    assert!(!desk.is_asked(&qr_call()));
    assert!(
        matches!(desk.trouble(), PairingError::Ended { reason: Some(reason), .. } if reason == "nobody scanned")
    );
    assert!(desk.code().is_none());
    assert!(desk.screen().contains("nobody scanned"));
    desk.press("Enter");
    assert!(desk.is_asked(&qr_call()), "Try again");
    assert_eq!(
        desk.pairing().step,
        PairingStep::Link,
        "the earlier end does not end this pairing"
    );
}

#[test]
fn a_small_window_offers_the_pairing_code_and_a_larger_one_the_qr_code_again() {
    let mut desk = Harness::with_code(NARROW);
    assert_eq!(
        pairing_method(&desk.state, desk.pairing()),
        LinkMethod::Code
    );
    assert!(desk.screen().contains("needs 16 more rows"));
    assert!(desk.pairing().focus.is_field());
    let (columns, rows) = (80, 40);
    desk.send(Msg::Resize { columns, rows });
    assert_eq!(pairing_method(&desk.state, desk.pairing()), LinkMethod::Qr);
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Swap));
    let (columns, rows) = NARROW;
    desk.send(Msg::Resize { columns, rows });
    desk.type_text("62");
    let (columns, rows) = BROAD;
    desk.send(Msg::Resize { columns, rows });
    assert_eq!(
        pairing_method(&desk.state, desk.pairing()),
        LinkMethod::Code,
        "a number being typed is not discarded"
    );
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(pairing_method(&desk.state, desk.pairing()), LinkMethod::Qr);
}

#[test]
fn a_number_is_checked_before_it_is_sent() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Tab");
    desk.type_text("0812");
    desk.press("Enter");
    assert!(desk.asked.is_empty());
    assert!(
        desk.screen()
            .contains("country code, such as 62, not with 0")
    );
    for _ in 0..4 {
        desk.press("Backspace");
    }
    desk.type_text(PHONE);
    desk.press("Enter");
    desk.press("Enter");
    assert_eq!(desk.change(), code_call());
}

#[test]
fn the_pairing_code_is_shown_with_its_age_and_can_be_renewed() {
    let mut desk = Harness::typed(BROAD);
    assert!(desk.screen().contains("ABCD-1234"));
    assert!(desk.screen().contains("it is 0 s old"));
    desk.wait(65_000);
    assert!(desk.screen().contains("it is 65 s old"));
    desk.wait(120_000);
    assert!(desk.screen().contains("has run out, most likely"));
    desk.press("Enter");
    assert_eq!(desk.change(), code_call());
    assert!(!desk.screen().contains("ABCD-1234"));
    desk.answer_change(Reply::PairingCode(Ok(PairingCode {
        code: "WXYZ5678".to_owned(),
    })));
    assert!(desk.screen().contains("WXYZ-5678"));
}

#[test]
fn codes_leave_the_screen_and_the_state_when_the_overlay_closes() {
    for mut desk in [Harness::with_code(BROAD), Harness::typed(BROAD)] {
        desk.press("Esc");
        assert!(!desk.screen().contains("ABCD-1234"));
        assert!(!desk.screen().contains("▄▄▄▄▄"), "the QR code");
        desk.press("Enter");
        assert!(desk.state.layers.is_empty());
        assert!(
            desk.state
                .toasts
                .iter()
                .all(|toast| !toast.text.contains("2@"))
        );
        let late = json!({"code": text(9)});
        desk.event(EventKind::AuthQr, "new", late);
        assert!(desk.state.layers.is_empty());
    }
}

/// A number is typed with spaces. If its field disappears meanwhile, a space must not press a button.
#[test]
fn spaces_of_a_number_press_no_button() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Tab");
    desk.type_text("+62 812");
    desk.event(
        EventKind::SessionStatus,
        "new",
        json!({"status": "failed", "reason": "nobody scanned"}),
    );
    assert!(matches!(desk.trouble(), PairingError::Ended { .. }));
    desk.asked.clear();
    desk.type_text(" 3456 7890 ");
    assert!(matches!(desk.trouble(), PairingError::Ended { .. }));
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
    desk.press("Tab");
    desk.press("BackTab");
    desk.press("Space");
    assert_eq!(desk.pairing().step, PairingStep::Link, "Try again");
}
