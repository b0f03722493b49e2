//! Every step that succeeds.

use super::*;

#[test]
fn an_event_with_a_reason_leads_to_the_passkey_step() {
    let mut desk = Harness::with_code(BROAD);
    desk.hear("WhatsApp asks for the account's passkey");
    assert!(desk.is_asked(&session_call()));
    while desk.is_asked(&session_call()) {
        desk.answer(&session_call(), Reply::Session(Ok(asks_passkey())));
    }
    assert!(desk.code().is_none(), "the QR code is of no use any more");
    assert!(desk.screen().contains("Passkey · Front desk"));
    assert_eq!(desk.passkey().stage, PasskeyStage::Reading);
    desk.answer(&step_call(), asked(CHALLENGE));
    let screen = desk.screen();
    for words in ["web.whatsapp.com", "about 10 minutes", "[ Copy the line ]"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Copy));
}

#[test]
fn without_realtime_the_list_leads_to_the_step_and_the_step_is_polled() {
    let mut desk = Harness::with_code(BROAD);
    desk.lose_realtime();
    let rows = vec![session("a", SessionStatus::Working), asks_passkey()];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    desk.answer(&step_call(), asked(CHALLENGE));
    desk.wait(2_000);
    assert!(desk.is_asked(&step_call()));
    assert!(
        !desk.is_asked(&qr_call()),
        "that would begin another pairing"
    );
}

#[test]
fn a_gateway_without_the_step_is_asked_nothing_new() {
    let mut desk = Harness::with_code(BROAD);
    desk.status("new", "scan_qr_code");
    assert!(!desk.is_asked(&session_call()) && !desk.is_asked(&step_call()));
    desk.relisted(unlinked("new", SessionStatus::ScanQrCode));
    assert!(desk.pairing().passkey.is_none());
    assert_eq!(desk.code(), Some(text(1).as_str()));
}

#[test]
fn opening_a_session_that_waits_for_its_passkey_leads_to_the_step_at_once() {
    let mut desk = Harness::ready(BROAD);
    desk.relisted(asks_passkey());
    desk.press("BackTab");
    desk.press("End");
    desk.press("Enter");
    assert!(!desk.is_asked(&qr_call()));
    desk.answer(&step_call(), asked(CHALLENGE));
    assert_eq!(desk.passkey().stage, PasskeyStage::Asked);
}

#[test]
fn the_line_and_the_request_are_copied_by_key_and_by_mouse() {
    let mut desk = Harness::asked_passkey(NARROW);
    let line = request(CHALLENGE).browser_line();
    desk.press("Enter");
    assert_eq!(desk.copied(), Some(line.as_str()));
    assert!(desk.pairing().focus.is_field(), "the answer is pasted next");
    desk.press("Tab");
    desk.others.clear();
    desk.press("y");
    assert_eq!(desk.copied(), Some(line.as_str()));
    desk.press_button(ButtonId::CopyRequest);
    assert_eq!(desk.copied(), Some(request(CHALLENGE).to_json().as_str()));

    let mut desk = Harness::asked_passkey(NARROW);
    let Some(screen) = crate::console::layout::screen(&desk.state) else {
        panic!("large enough");
    };
    let parts = pairing_parts(&desk.state, &screen, desk.pairing());
    let (_, field) = parts.field.expect("a field");
    let buttons = parts.dialog.buttons;
    let button = buttons.iter().find(|it| it.id == ButtonId::Copy).unwrap();
    desk.click_on(field.x + 12, field.y);
    assert!(desk.pairing().focus.is_field());
    desk.click_on(button.area.x + 1, button.area.y);
    assert_eq!(desk.copied(), Some(line.as_str()));
    // The footer's word, while the focus is on a button.
    desk.press("Tab");
    desk.others.clear();
    desk.click_on(3, NARROW.1 - 1);
    assert_eq!(desk.copied(), Some(line.as_str()));
}

#[test]
fn an_answer_on_several_lines_is_checked_and_sent_by_enter() {
    let mut desk = Harness::pasted(NARROW);
    let screen = desk.screen();
    assert!(screen.contains("Enter sends it"), "{screen}");
    assert!(screen.contains("characters, not shown"), "{screen}");
    assert!(!screen.contains(SIGNATURE) && !screen.contains("c2lnbmVk"));
    desk.press("Enter");
    let Call::AnswerPasskey { session, answer } = desk.change() else {
        panic!("no answer is sent");
    };
    assert_eq!(session, "new");
    let PasskeyAnswer::Assertion(assertion) = &answer else {
        panic!("an assertion");
    };
    assert_eq!(assertion.response.signature, SIGNATURE);
    assert!(!format!("{:?}", desk.asked).contains(SIGNATURE));
    assert!(desk.screen().contains("Sending the answer"));
    desk.answer_change(Reply::PasskeyAnswered(Ok(())));
    assert!(
        desk.passkey().answer.is_empty(),
        "kept no longer than needed"
    );
    assert!(desk.screen().contains("Waiting for its code"));
}

/// A terminal without bracketed paste sends the text as keys, in several reads.
#[test]
fn an_unmarked_paste_in_parts_is_sent_by_its_last_enter_only() {
    let mut desk = Harness::asked_passkey(NARROW);
    desk.press("Enter");
    let text = printed(CHALLENGE).replace('\n', "\r") + "\r";
    let (first, rest) = text.split_at(text.find("rawId").unwrap() - 3);
    desk.at_once(first);
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
    assert!(desk.screen().contains("only a part of it"));
    desk.at_once(rest);
    assert!(matches!(desk.change(), Call::AnswerPasskey { .. }));
}

#[test]
fn a_second_paste_replaces_the_first() {
    let mut desk = Harness::asked_passkey(NARROW);
    desk.press("Enter");
    desk.send(Msg::Paste(printed("BBBB")));
    assert!(desk.words().contains("answers an earlier request"));
    desk.wait(3_000);
    desk.send(Msg::Paste(printed(CHALLENGE)));
    desk.press("Enter");
    assert!(matches!(desk.change(), Call::AnswerPasskey { .. }));
}

#[test]
fn what_is_no_answer_is_explained_and_not_sent() {
    let long = "x".repeat(PASSKEY_MAX + 5_000);
    let cut = printed(CHALLENGE);
    let cut = &cut[..cut.len() - 20];
    for (pasted, words) in [
        ("", "Paste the text"),
        ("NotAllowedError: timed out", "is not the JSON"),
        (cut, "only a part of it"),
        ("{\"id\":\"AAAA\"}", "no complete answer"),
        (long.as_str(), "more than 32768 bytes"),
        (printed("BBBB").as_str(), "answers an earlier request"),
    ] {
        let mut desk = Harness::asked_passkey(NARROW);
        desk.press("Enter");
        desk.send(Msg::Paste(pasted.to_owned()));
        desk.press("Enter");
        assert!(
            desk.asked.iter().all(|(_, call)| !call.changes()),
            "{words}"
        );
        let screen = desk.words();
        assert!(screen.contains(words), "{words}: {screen}");
        let kept = desk.passkey().answer.len();
        assert!(kept >= pasted.len().min(PASSKEY_MAX) / 2, "{words}: {kept}");
        desk.press("Ctrl-u");
        desk.send(Msg::Paste(printed(CHALLENGE)));
        desk.press("Enter");
        assert!(
            matches!(desk.change(), Call::AnswerPasskey { .. }),
            "{words}"
        );
    }
}

#[test]
fn hostile_text_and_other_keys_do_nothing() {
    let mut desk = Harness::asked_passkey(NARROW);
    for key in ["x", "Q", "D", "Left", "Down", "Up", "Right"] {
        desk.press(key);
    }
    assert!(desk.asked.is_empty() && desk.others.is_empty());
    desk.send(Msg::Paste("\u{1b}[2J\u{202e}\u{7}".repeat(1_000)));
    let screen = desk.screen();
    assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}'));
    desk.press("Backspace");
    desk.press("Ctrl-u");
    assert!(desk.passkey().answer.is_empty());
}

#[test]
fn the_code_is_compared_confirmed_and_leads_to_the_groups() {
    let mut desk = Harness::comparing(NARROW);
    let screen = desk.screen();
    assert!(screen.contains("KX7R-2WMB") && screen.contains("[ They are the same ]"));
    assert_eq!(
        desk.pairing().focus,
        FieldOrButton::Button(ButtonId::Cancel),
        "a second Enter confirms nothing"
    );
    desk.press_button(ButtonId::Confirm);
    let Call::AnswerPasskey { answer, .. } = desk.change() else {
        panic!("no confirmation");
    };
    assert_eq!(answer, PasskeyAnswer::Confirm(true));
    assert!(desk.screen().contains("Confirming"));
    desk.answer_change(Reply::PasskeyAnswered(Ok(())));
    assert!(desk.screen().contains("WhatsApp links the account"));
    desk.read_step(&to_compare("KX7R2WMB"));
    assert_eq!(desk.passkey().stage, PasskeyStage::Linking);
    desk.status("new", "starting");
    desk.read_step(&Reply::Passkey(Err(over())));
    let row = unlinked("new", SessionStatus::Starting);
    desk.answer(&session_call(), Reply::Session(Ok(row)));
    assert_eq!(
        desk.passkey().stage,
        PasskeyStage::Linking,
        "no QR code is awaited"
    );
    let payload = json!({"jid": "6281234567890:7@s.whatsapp.net"});
    desk.event(EventKind::AuthCode, "new", payload);
    assert!(desk.screen().contains("✔ +62 812-3456-7890 is linked."));
    assert!(desk.pairing().passkey.is_none());
}
