//! Answers that prove nothing while an account is added: the sessions are looked up, and a next step is
//! offered.

use super::*;
use crate::api::ErrorObject;

fn recorded(status: u16, code: &str, message: &str) -> CallFailure {
    let error: ErrorObject =
        serde_json::from_value(json!({"code": code, "message": message})).unwrap();
    CallFailure::from(crate::client::ClientError::Api {
        status,
        error,
        request_id: None,
        retry_after: None,
    })
}

fn internal() -> CallFailure {
    recorded(500, "internal", "internal server error")
}

fn not_found() -> CallFailure {
    recorded(404, "not_found", "session not found")
}

/// The request to add the account failed with an internal error.
fn failed() -> Harness {
    let mut desk = Harness::adding(BROAD);
    desk.type_text("Front desk");
    desk.press("Enter");
    desk.answer(&created(), Reply::SessionCreated(Err(internal())));
    desk
}

fn list(desk: &mut Harness, more: &[Session]) {
    let known = [
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Stopped),
    ];
    let rows = known.into_iter().chain(more.iter().cloned());
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows.collect())));
}

#[test]
fn an_account_that_was_added_despite_the_error_is_found_and_linked() {
    let mut desk = failed();
    assert!(!desk.screen().contains("not added"), "{}", desk.screen());
    list(&mut desk, &[unlinked("new", SessionStatus::ScanQrCode)]);
    assert_eq!(desk.pairing().session.as_deref(), Some("new"));
    assert_eq!(desk.pairing().step, PairingStep::Link);
    assert!(desk.is_asked(&qr_call()));
    assert!(desk.pairing().created, "leaving asks whether to keep it");
    assert!(
        desk.toast().contains("added all the same"),
        "{}",
        desk.toast()
    );
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
}

#[test]
fn a_list_without_the_account_is_reported_and_adding_can_be_retried() {
    let mut desk = failed();
    let mut other = unlinked("other", SessionStatus::ScanQrCode);
    other.label = Some("Somebody else's".to_owned());
    list(&mut desk, &[other]);
    let screen = desk.screen();
    assert!(screen.contains("no new account"), "{screen}");
    assert!(screen.contains("internal server error"), "{screen}");
    desk.press("Enter");
    assert_eq!(desk.pairing().step, PairingStep::Label);
}

#[test]
fn without_the_list_the_outcome_stays_open() {
    let mut desk = failed();
    desk.answer(&Call::Sessions, Reply::Sessions(Err(internal())));
    let screen = desk.screen();
    assert!(screen.contains("is not known"), "{screen}");
    assert!(screen.contains("look among"), "{screen}");
}

#[test]
fn after_leaving_the_outcome_is_reported_too() {
    let mut desk = Harness::adding(BROAD);
    desk.type_text("Front desk");
    desk.press("Enter");
    desk.press("Esc");
    desk.answer(&created(), Reply::SessionCreated(Err(internal())));
    list(&mut desk, &[unlinked("new", SessionStatus::ScanQrCode)]);
    assert!(desk.state.layers.is_empty());
    assert!(
        desk.toast().contains("Front desk was added"),
        "{}",
        desk.toast()
    );
}

#[test]
fn waiting_for_a_code_ends_after_the_limit() {
    let mut desk = Harness::added(BROAD);
    desk.answer(&qr_call(), Reply::PairingQr(Err(not_found())));
    for _ in 0..40 {
        if matches!(desk.pairing().step, PairingStep::Failed(_)) {
            break;
        }
        desk.wait(1_000);
        if desk.is_asked(&session_call()) {
            let row = unlinked("new", SessionStatus::ScanQrCode);
            desk.answer(&session_call(), Reply::Session(Ok(row)));
        }
        if desk.is_asked(&qr_call()) {
            desk.answer(&qr_call(), Reply::PairingQr(Err(not_found())));
        }
    }
    let screen = desk.screen();
    assert!(screen.contains("gives no code"), "{screen}");
    assert!(screen.contains("[ Try again ]"), "{screen}");
    assert!(screen.contains("[ Start it ]"), "{screen}");
    // A late code is still shown.
    let code = json!({"code": text(1), "expiresAt": desk.state.now + 20_000});
    desk.event(EventKind::AuthQr, "new", code);
    assert_eq!(desk.code(), Some(text(1).as_str()));
}

#[test]
fn an_unstarted_session_can_be_started_with_one_key() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Tab");
    desk.type_text(PHONE);
    desk.press("Enter");
    desk.answer(&code_call(), Reply::PairingCode(Err(not_found())));
    let screen = desk.screen();
    assert!(screen.contains("lists the account"), "{screen}");
    assert!(!screen.contains("was removed"), "{screen}");
    while desk.pairing().focus != FieldOrButton::Button(ButtonId::Start) {
        desk.press("Right");
    }
    desk.press("Enter");
    let start = Call::Act {
        session: "new".to_owned(),
        action: SessionAction::Start,
    };
    desk.answer(&start, Reply::SessionActed(Err(not_found())));
    assert!(
        desk.toast().contains("engine does not have it"),
        "{}",
        desk.toast()
    );
}

#[test]
fn an_unlinked_account_is_not_reported_as_linked() {
    let mut desk = Harness::ready(BROAD);
    desk.press("BackTab");
    desk.status("b", "logged_out");
    desk.press("End");
    desk.press("a");
    let call = Call::PairingQr("b".to_owned());
    let paired = recorded(409, "conflict", "session is already paired");
    desk.answer(&call, Reply::PairingQr(Err(paired)));
    let screen = desk.screen();
    assert!(
        !screen.contains("linked to this account already"),
        "{screen}"
    );
    assert!(screen.contains("lists the account as unlinked"), "{screen}");
    assert!(screen.contains("[ Start it ]"), "{screen}");
}

#[test]
fn an_unconfirmed_removal_is_looked_up() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    let call = Call::DeleteSession("new".to_owned());
    desk.answer(&call, Reply::SessionDeleted(Err(internal())));
    let screen = desk.screen();
    assert!(screen.contains("is not known"), "{screen}");
    assert!(!screen.contains("Not removed"), "{screen}");
    list(&mut desk, &[]);
    assert_eq!(*desk.trouble(), PairingError::Gone);
}
