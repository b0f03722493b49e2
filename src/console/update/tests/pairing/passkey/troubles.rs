//! Refusals, lost answers, and steps that end early.

use super::*;

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
fn a_read_that_is_older_than_the_answer_does_not_ask_again() {
    let mut desk = Harness::pasted(NARROW);
    desk.wait(20_000);
    assert!(desk.is_asked(&step_call()), "the step is polled");
    desk.press("Enter");
    desk.answer_change(Reply::PasskeyAnswered(Ok(())));
    desk.answer(&step_call(), asked(CHALLENGE));
    assert_eq!(desk.passkey().stage, PasskeyStage::Sent);
    desk.read_step(&to_compare("KX7R2WMB"));
    assert!(desk.screen().contains("KX7R-2WMB"));
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
