//! Connecting, resuming and linking a phone.

use super::desk::{Desk, Kind, NEW, SUPPORT};
use crate::support::passkey::{assertion, challenge_of};
use groupdesk::api::PasskeyRequest;
use groupdesk::gateway::whatsapp::{DriverError, DriverEvent, Identity};
use std::time::Duration;

over_both_drivers!(
    a_linked_session_connects_and_reports_its_identity,
    without_a_connection_every_call_fails,
    a_session_connects_again_after_a_restart,
    a_disconnected_session_stays_linked,
    the_second_qr_code_can_be_scanned,
    a_pairing_code_is_accepted_at_the_second_attempt,
    unscanned_codes_expire,
    a_pairing_can_be_cancelled_and_started_again,
    a_linked_session_gets_no_pairing_code,
    an_invalid_number_gets_no_pairing_code,
    a_passkey_is_asked_for_after_the_scan,
    a_passkey_is_asked_for_after_the_pairing_code,
    the_passkey_outlives_the_qr_codes,
    an_unanswered_passkey_expires,
    an_answer_that_nothing_asked_for_is_refused,
    logging_out_removes_the_keys,
    erasing_removes_all_files,
);

/// The parts of an identity that a driver knows after a restart too.
fn names(identity: &Identity) -> [&str; 3] {
    [
        &identity.phone_number,
        identity.jid.as_str(),
        identity.lid.as_str(),
    ]
}

async fn a_linked_session_connects_and_reports_its_identity(kind: Kind) {
    let mut desk = Desk::of(kind, SUPPORT).await;
    let connected = desk.connect().await;
    assert_eq!(names(&connected), names(&desk.identity()));
    // Connecting again changes nothing.
    desk.driver.connect().await.unwrap();
    assert!(!desk.driver.joined_groups().await.unwrap().is_empty());
}

async fn without_a_connection_every_call_fails(kind: Kind) {
    let desk = Desk::of(kind, SUPPORT).await;
    let group = desk.group("Weekend Volunteers");
    let not_connected = DriverError::NotConnected;
    assert_eq!(
        desk.driver.joined_groups().await,
        Err(not_connected.clone())
    );
    assert_eq!(desk.driver.group(&group).await, Err(not_connected.clone()));
    assert_eq!(desk.driver.invite(&group).await, Err(not_connected));
}

async fn a_session_connects_again_after_a_restart(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    desk.reopen();
    let connected = desk.connect().await;
    assert_eq!(names(&connected), names(&desk.identity()));
}

async fn a_disconnected_session_stays_linked(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    desk.driver.disconnect().await;
    desk.driver.disconnect().await;
    assert_eq!(
        desk.driver.joined_groups().await,
        Err(DriverError::NotConnected)
    );
    desk.connect().await;
    assert!(!desk.driver.joined_groups().await.unwrap().is_empty());
}

async fn linked(desk: &mut Desk) -> Identity {
    let paired = desk
        .until("link", |event| match event {
            DriverEvent::Paired(identity) => Some(identity),
            _ => None,
        })
        .await;
    let connected = desk.until_connected().await;
    assert_eq!(names(&connected), names(&paired));
    assert_eq!(paired.lid, desk.me());
    paired
}

async fn the_second_qr_code_can_be_scanned(kind: Kind) {
    let mut desk = Desk::hurried(kind, NEW).await;
    desk.driver.connect().await.unwrap();
    let first = desk.qr_code().await;
    let second = desk.qr_code().await;
    assert_ne!(first, second);
    desk.scan(&second);
    let paired = linked(&mut desk).await;
    assert_eq!(paired.platform.as_deref(), Some("iphone"));
    desk.driver.joined_groups().await.unwrap();

    desk.reopen();
    desk.connect().await;
}

async fn a_pairing_code_is_accepted_at_the_second_attempt(kind: Kind) {
    let mut desk = Desk::of(kind, NEW).await;
    let code = desk.driver.pair_with_code("447700900953").await.unwrap();
    assert_eq!(code.len(), 8);
    let wrong: String = code.chars().rev().collect();
    assert!(!desk.type_code(&wrong).await);
    assert!(desk.type_code(&code).await);
    let paired = linked(&mut desk).await;
    assert_eq!(paired.phone_number, "447700900953");
}

/// Answers the passkey step until the phone is linked.
async fn linked_by_passkey(desk: &mut Desk, request: &PasskeyRequest) -> Identity {
    let stale = assertion("AAAA");
    let refused = desk.driver.answer_passkey(&stale).await;
    assert!(
        matches!(refused, Err(DriverError::Refused(_))),
        "{refused:?}"
    );
    let answer = assertion(challenge_of(request).as_str());
    desk.driver.answer_passkey(&answer).await.unwrap();
    let (ours, theirs) = desk.passkey_codes().await;
    assert_eq!(ours.len(), 8, "{ours}");
    assert_eq!(Some(ours), theirs);
    let arrived = desk.world.passkey_assertion(&desk.account.session);
    assert_eq!(arrived, Some(answer));
    desk.driver.confirm_passkey().await.unwrap();
    linked(desk).await
}

async fn a_passkey_is_asked_for_after_the_scan(kind: Kind) {
    let mut desk = Desk::of(kind, NEW).await;
    desk.world.require_passkey(&desk.account.session);
    desk.driver.connect().await.unwrap();
    let code = desk.qr_code().await;
    desk.scan(&code);
    let request = desk.passkey_request().await;
    linked_by_passkey(&mut desk, &request).await;
    desk.driver.joined_groups().await.unwrap();
}

async fn a_passkey_is_asked_for_after_the_pairing_code(kind: Kind) {
    let mut desk = Desk::of(kind, NEW).await;
    let code = desk.driver.pair_with_code("447700900077").await.unwrap();
    assert!(desk.type_code(&code).await);
    let request = desk.passkey_request().await;
    let paired = linked_by_passkey(&mut desk, &request).await;
    assert_eq!(paired.phone_number, "447700900077");
}

/// The codes last 160 s, and WhatsApp leaves ten minutes for the passkey.
async fn the_passkey_outlives_the_qr_codes(kind: Kind) {
    let mut desk = Desk::hurried(kind, NEW).await;
    desk.world.require_passkey(&desk.account.session);
    desk.driver.connect().await.unwrap();
    for _ in 0..5 {
        desk.qr_code().await;
    }
    let last = desk.qr_code().await;
    desk.scan(&last);
    let request = desk.passkey_request().await;
    desk.quiet_for(Duration::from_mins(1)).await;
    linked_by_passkey(&mut desk, &request).await;
}

async fn an_unanswered_passkey_expires(kind: Kind) {
    let mut desk = Desk::hurried(kind, NEW).await;
    desk.world.require_passkey(&desk.account.session);
    desk.driver.connect().await.unwrap();
    let code = desk.qr_code().await;
    desk.scan(&code);
    desk.passkey_request().await;
    let reason = desk.failure().await;
    assert!(
        reason.contains("passkey") && reason.contains("start"),
        "{reason}"
    );
}

async fn an_answer_that_nothing_asked_for_is_refused(kind: Kind) {
    let mut desk = Desk::of(kind, NEW).await;
    let answer = assertion("AAAA");
    let refused = desk.driver.answer_passkey(&answer).await;
    assert!(
        matches!(refused, Err(DriverError::Refused(_))),
        "{refused:?}"
    );
    desk.driver.connect().await.unwrap();
    desk.qr_code().await;
    let refused = desk.driver.confirm_passkey().await;
    assert!(
        matches!(refused, Err(DriverError::Refused(_))),
        "{refused:?}"
    );
}

async fn unscanned_codes_expire(kind: Kind) {
    let mut desk = Desk::hurried(kind, NEW).await;
    desk.driver.connect().await.unwrap();
    let mut codes = 0;
    let reason = desk
        .until("end", |event| match event {
            DriverEvent::QrCode { .. } => {
                codes += 1;
                None
            }
            DriverEvent::Failed { reason, .. } => Some(reason),
            _ => None,
        })
        .await;
    assert_eq!(codes, 6);
    assert!(reason.contains("expired"), "{reason}");

    desk.driver.connect().await.unwrap();
    let code = desk.qr_code().await;
    desk.scan(&code);
    linked(&mut desk).await;
}

async fn a_pairing_can_be_cancelled_and_started_again(kind: Kind) {
    let mut desk = Desk::of(kind, NEW).await;
    desk.driver.connect().await.unwrap();
    let first = desk.qr_code().await;
    desk.driver.disconnect().await;
    desk.driver.connect().await.unwrap();
    let second = desk.qr_code().await;
    assert_ne!(first, second);
    desk.scan(&second);
    linked(&mut desk).await;
}

async fn a_linked_session_gets_no_pairing_code(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let code = desk.driver.pair_with_code("447700900953").await;
    assert_eq!(code, Err(DriverError::AlreadyPaired));
}

async fn an_invalid_number_gets_no_pairing_code(kind: Kind) {
    let desk = Desk::of(kind, NEW).await;
    let code = desk.driver.pair_with_code("123").await;
    assert!(matches!(code, Err(DriverError::Refused(_))), "{code:?}");
}

async fn logging_out_removes_the_keys(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    desk.driver.log_out().await.unwrap();
    let reason = desk.logged_out().await;
    assert_eq!(reason, "logged out by an operator");
    // The phone does not list it any more.
    assert_eq!(desk.world.person(&desk.account.session), None);
    assert_eq!(
        desk.driver.joined_groups().await,
        Err(DriverError::NotConnected)
    );
    assert_eq!(desk.files(), 0);
    desk.driver.log_out().await.unwrap();
}

async fn erasing_removes_all_files(kind: Kind) {
    let mut desk = Desk::of(kind, NEW).await;
    desk.driver.connect().await.unwrap();
    desk.qr_code().await;
    desk.driver.erase().await.unwrap();
    assert_eq!(desk.files(), 0);
    desk.driver.erase().await.unwrap();
}

/// Only a real WhatsApp can fail to do this.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_that_whatsapp_does_not_confirm_is_reported() {
    let mut desk = Desk::connected(Kind::Wire).await;
    desk.server().refuse_goodbye(&desk.account.session);
    desk.driver.log_out().await.unwrap();
    let reason = desk.logged_out().await;
    assert!(reason.contains("did not confirm"), "{reason}");
    assert!(reason.contains("Linked devices"), "{reason}");
    assert_eq!(desk.files(), 0);
    assert!(desk.world.person(&desk.account.session).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_without_a_connection_reports_what_remains() {
    let mut desk = Desk::of(Kind::Wire, SUPPORT).await;
    desk.driver.log_out().await.unwrap();
    let reason = desk.logged_out().await;
    assert!(reason.contains("still lists this device"), "{reason}");
    assert_eq!(desk.files(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pairing_code_that_whatsapp_revokes_is_reported() {
    let mut desk = Desk::of(Kind::Wire, NEW).await;
    let code = desk.driver.pair_with_code("447700900953").await.unwrap();
    desk.server().take_code_back(&desk.account.session).unwrap();
    let reason = desk.code_spent().await;
    assert!(reason.contains("ask for a new one"), "{reason}");
    let next = desk.driver.pair_with_code("447700900953").await.unwrap();
    assert_ne!(code, next);
}
