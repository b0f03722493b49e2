//! The passkey step, from the request to the linked phone, with every refusal.

use super::*;
use crate::api::{LinkStep, PASSKEY_MAX, PasskeyAnswer, PasskeyRequest, PasskeyStep};
use crate::console::layout::pairing_parts;
use crate::console::state::{Passkey, PasskeyStage};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

const CHALLENGE: &str = "AQIDBA";
const SIGNATURE: &str = "MEUCIQDqasecrets";

fn asks_passkey() -> Session {
    Session {
        link_step: Some(LinkStep::Passkey),
        status_reason: Some("WhatsApp asks for the account's passkey".to_owned()),
        ..unlinked("new", SessionStatus::ScanQrCode)
    }
}

fn request(challenge: &str) -> PasskeyRequest {
    let json = json!({"challenge": challenge, "timeout": 600_000, "rpId": "whatsapp.com"});
    PasskeyRequest::parse(&json.to_string()).unwrap()
}

fn asked(challenge: &str) -> Reply {
    Reply::Passkey(Ok(PasskeyStep {
        request: Some(request(challenge)),
        code: None,
    }))
}

fn to_compare(code: &str) -> Reply {
    Reply::Passkey(Ok(PasskeyStep {
        request: None,
        code: Some(code.to_owned()),
    }))
}

/// What a browser prints for this challenge, on several lines.
fn printed(challenge: &str) -> String {
    let client = json!({"type": "webauthn.get", "challenge": challenge, "origin": "https://web.whatsapp.com"});
    let answer = json!({
        "id": "c2lnbmVk", "rawId": "c2lnbmVk", "type": "public-key",
        "response": {
            "clientDataJSON": BASE64_URL_SAFE_NO_PAD.encode(client.to_string()),
            "authenticatorData": "AAEC", "signature": SIGNATURE, "userHandle": null,
        },
    });
    serde_json::to_string_pretty(&answer).unwrap()
}

fn step_call() -> Call {
    Call::Passkey("new".to_owned())
}

fn over() -> CallFailure {
    CallFailure {
        status: Some(404),
        ..refused("not_found", FailureKind::Other)
    }
}

impl Harness {
    /// WhatsApp asks for the passkey, and the request is shown.
    fn asked_passkey(size: (u16, u16)) -> Self {
        let mut desk = Self::with_code(size);
        desk.hear("WhatsApp asks for the account's passkey");
        // The one that was sent before the event may be older.
        while desk.is_asked(&session_call()) {
            desk.answer(&session_call(), Reply::Session(Ok(asks_passkey())));
        }
        desk.answer(&step_call(), asked(CHALLENGE));
        desk
    }

    /// The answer is pasted.
    fn pasted(size: (u16, u16)) -> Self {
        let mut desk = Self::asked_passkey(size);
        desk.press("Enter");
        desk.send(Msg::Paste(printed(CHALLENGE)));
        desk
    }

    /// The answer is in flight.
    fn sending(size: (u16, u16)) -> Self {
        let mut desk = Self::pasted(size);
        desk.press("Enter");
        desk
    }

    /// The code is shown.
    fn comparing(size: (u16, u16)) -> Self {
        let mut desk = Self::sending(size);
        desk.answer_change(Reply::PasskeyAnswered(Ok(())));
        desk.read_step(&to_compare("KX7R2WMB"));
        desk
    }

    fn hear(&mut self, reason: &str) {
        let payload = json!({"status": "scan_qr_code", "reason": reason});
        self.event(EventKind::SessionStatus, "new", payload);
    }

    /// Answers all reads of the step.
    #[track_caller]
    fn read_step(&mut self, reply: &Reply) {
        assert!(self.is_asked(&step_call()), "{:?}", self.asked);
        while self.is_asked(&step_call()) {
            self.answer(&step_call(), reply.clone());
        }
    }

    fn fail_change(&mut self, failure: CallFailure) {
        self.answer_change(Reply::PasskeyAnswered(Err(failure)));
    }

    #[track_caller]
    fn passkey(&self) -> &Passkey {
        self.pairing().passkey.as_ref().expect("the passkey step")
    }

    #[track_caller]
    fn press_button(&mut self, button: ButtonId) {
        for _ in 0..8 {
            if self.pairing().focus == FieldOrButton::Button(button) {
                return self.press("Enter");
            }
            self.press("Tab");
        }
        panic!("{button:?} cannot be reached");
    }

    /// The words of the screen without the breaks of its lines.
    fn words(&self) -> String {
        let screen = self.screen().replace(['│', '"'], " ");
        screen.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn click_on(&mut self, column: u16, row: u16) {
        self.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }
}

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

impl Harness {
    fn relisted(&mut self, new: Session) {
        self.send(Msg::Realtime(RealtimeEvent::Connected));
        let rows = vec![session("a", SessionStatus::Working), new];
        while self.is_asked(&Call::Sessions) {
            let reply = Reply::Sessions(Ok(rows.clone()));
            self.answer(&Call::Sessions, reply);
        }
    }
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

#[test]
fn codes_that_differ_end_the_pairing() {
    let mut desk = Harness::comparing(BROAD);
    desk.press_button(ButtonId::Discard);
    let stop = Call::Act {
        session: "new".to_owned(),
        action: SessionAction::Stop,
    };
    assert_eq!(desk.change(), stop);
    assert_eq!(*desk.trouble(), PairingError::CodesDiffer);
    assert!(desk.screen().contains("The codes differ"));
    let stopped = unlinked("new", SessionStatus::Stopped);
    desk.answer(&stop, Reply::SessionActed(Ok(stopped)));
    assert_eq!(*desk.trouble(), PairingError::CodesDiffer);
    desk.press_button(ButtonId::Next);
    assert!(desk.is_asked(&qr_call()), "Try again");
}

#[test]
fn an_answer_that_whatsapp_refuses_is_asked_for_again() {
    // At once, by the answer to the call.
    let mut desk = Harness::sending(NARROW);
    desk.fail_change(CallFailure {
        status: Some(403),
        message: "WhatsApp did not accept the passkey's answer (400)".to_owned(),
        ..refused("forbidden", FailureKind::Other)
    });
    assert!(desk.screen().contains("did not accept"));
    assert!(desk.passkey().answer.is_empty());
    desk.read_step(&asked(CHALLENGE));
    assert!(desk.screen().contains("did not accept"), "the reason stays");
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Copy));
    // Later, by an event.
    let mut desk = Harness::sending(NARROW);
    desk.answer_change(Reply::PasskeyAnswered(Ok(())));
    desk.read_step(&Reply::Passkey(Ok(PasskeyStep::default())));
    desk.hear("WhatsApp did not accept the passkey's answer (\u{1b}400)");
    desk.read_step(&asked(CHALLENGE));
    let screen = desk.screen();
    assert!(screen.contains("did not accept"), "{screen}");
    assert!(!screen.contains('\u{1b}'));
}

#[test]
fn an_answer_that_was_not_delivered_is_kept() {
    for (failure, words) in [
        (failure(FailureKind::GatewayAway), "gateway does not answer"),
        (
            failure(FailureKind::MissingCapability {
                capability: "manage".to_owned(),
            }),
            "lacks the capability",
        ),
        (
            failure(FailureKind::RateLimited { wait: Some(5) }),
            "retry in 5 s",
        ),
        (
            CallFailure {
                status: Some(401),
                message: "the token is not valid".to_owned(),
                ..refused("unauthorized", FailureKind::Other)
            },
            "token is not valid",
        ),
    ] {
        let mut desk = Harness::sending(NARROW);
        desk.fail_change(failure);
        desk.read_step(&asked(CHALLENGE));
        let screen = desk.words();
        assert!(screen.contains(words), "{words}: {screen}");
        assert!(screen.contains("Enter sends it"), "{words}: {screen}");
        desk.press("Enter");
        assert!(
            matches!(desk.change(), Call::AnswerPasskey { .. }),
            "{words}"
        );
    }
}

#[test]
fn an_unconfirmed_answer_is_looked_up() {
    let lost = || CallFailure {
        unconfirmed: true,
        ..failure(FailureKind::GatewayAway)
    };
    let mut desk = Harness::sending(NARROW);
    desk.fail_change(lost());
    assert!(desk.screen().contains("not known"));
    desk.read_step(&asked(CHALLENGE));
    assert!(desk.screen().contains("did not arrive"));
    desk.press("Enter");
    desk.fail_change(lost());
    desk.read_step(&to_compare("KX7R2WMB"));
    assert!(desk.screen().contains("KX7R-2WMB"));
    desk.press_button(ButtonId::Confirm);
    desk.fail_change(lost());
    assert!(desk.screen().contains("not known"));
    assert_eq!(
        desk.pairing().focus,
        FieldOrButton::Button(ButtonId::Cancel)
    );
    desk.read_step(&to_compare("KX7R2WMB"));
    assert!(
        desk.screen().contains("not known"),
        "the code is there in both cases"
    );
    desk.press_button(ButtonId::Confirm);
    desk.fail_change(CallFailure {
        status: Some(409),
        ..refused("conflict", FailureKind::Other)
    });
    assert_eq!(
        desk.passkey().stage,
        PasskeyStage::Linking,
        "it had arrived"
    );
}

#[test]
fn an_answer_that_another_desk_gave_is_followed() {
    let mut desk = Harness::sending(NARROW);
    desk.fail_change(CallFailure {
        status: Some(409),
        ..refused("conflict", FailureKind::Other)
    });
    desk.read_step(&to_compare("KX7R2WMB"));
    assert!(desk.screen().contains("KX7R-2WMB"));
    // Without one of ours.
    let mut desk = Harness::pasted(NARROW);
    desk.hear("compare the code");
    desk.read_step(&to_compare("KX7R2WMB"));
    assert!(desk.screen().contains("KX7R-2WMB"));
    assert!(desk.passkey().answer.is_empty());
    desk.press("Enter");
    assert!(
        desk.asked.iter().all(|(_, call)| !call.changes()),
        "an Enter that was meant for the answer confirms nothing"
    );
}

#[test]
fn a_step_that_has_passed_leads_back_to_a_new_code() {
    for status in [404, 410] {
        let mut desk = Harness::sending(NARROW);
        desk.fail_change(CallFailure {
            status: Some(status),
            ..refused(
                if status == 404 { "not_found" } else { "gone" },
                FailureKind::Other,
            )
        });
        let row = unlinked("new", SessionStatus::ScanQrCode);
        while desk.is_asked(&session_call()) {
            desk.answer(&session_call(), Reply::Session(Ok(row.clone())));
        }
        assert!(desk.pairing().passkey.is_none());
        assert!(desk.is_asked(&qr_call()));
        assert!(desk.toast().contains("does not wait for the passkey"));
    }
    let mut desk = Harness::pasted(NARROW);
    let payload = json!({"status": "failed", "reason": "the passkey was not answered in time"});
    desk.event(EventKind::SessionStatus, "new", payload);
    assert!(matches!(desk.trouble(), PairingError::Ended { .. }));
    assert!(desk.screen().contains("not answered in time"));
    assert!(desk.pairing().passkey.is_none(), "the answer is dropped");
}

#[test]
fn an_old_list_does_not_end_the_step() {
    let mut desk = Harness::pasted(NARROW);
    desk.relisted(unlinked("new", SessionStatus::ScanQrCode));
    assert!(desk.passkey().answer.len() > 100);
}

#[test]
fn the_pasted_answer_survives_a_gateway_that_is_away_and_the_question_about_leaving() {
    let mut desk = Harness::pasted(NARROW);
    desk.lose_realtime();
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Err(failure(FailureKind::GatewayAway))),
    );
    let screen = desk.words();
    assert!(screen.contains("is kept"), "{screen}");
    desk.realtime(RealtimeEvent::Connected);
    desk.relisted(asks_passkey());
    desk.press("Esc");
    assert!(matches!(desk.pairing().step, PairingStep::AskLeave(None)));
    desk.press_button(ButtonId::Next);
    assert!(desk.passkey().answer.len() > 100);
    desk.press("Esc");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn late_answers_do_not_reach_another_dialog() {
    let mut desk = Harness::sending(NARROW);
    desk.press("Esc");
    desk.press_button(ButtonId::Keep);
    assert!(desk.state.layers.is_empty());
    assert!(!desk.is_asked(&step_call()), "the read is cancelled");
    desk.press("Enter");
    desk.answer(&step_call(), asked("BBBB"));
    let stage = desk.passkey().stage.clone();
    let change = desk.change();
    desk.answer(&change, Reply::PasskeyAnswered(Ok(())));
    assert_eq!(desk.passkey().stage, stage);
    // A refusal is reported all the same.
    let mut desk = Harness::sending(NARROW);
    desk.press("Esc");
    desk.press_button(ButtonId::Keep);
    desk.fail_change(failure(FailureKind::RateLimited { wait: Some(5) }));
    assert!(desk.toast().contains("passkey step"), "{}", desk.toast());
}

#[test]
fn a_new_request_makes_the_pasted_answer_an_old_one() {
    let mut desk = Harness::pasted(NARROW);
    desk.hear("WhatsApp asks for the account's passkey again");
    desk.read_step(&asked("BBBB"));
    assert!(desk.screen().contains("answers an earlier request"));
    desk.press("Enter");
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
}

#[test]
fn nothing_of_the_answer_is_left_in_the_failures_or_messages() {
    let mut desk = Harness::sending(NARROW);
    desk.fail_change(failure(FailureKind::Other));
    let failures = desk.state.failures_in_full();
    assert!(
        failures.contains("Answer the passkey request"),
        "{failures}"
    );
    assert!(!failures.contains(SIGNATURE));
    let toasts = desk.state.toasts.iter();
    assert!(toasts.clone().all(|toast| !toast.text.contains(SIGNATURE)));
}
