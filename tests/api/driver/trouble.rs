//! Broken connections and failed logins.

use super::desk::{Desk, Kind, SUPPORT, limits};
use crate::loopback::LoginFailure;
use groupdesk::gateway::whatsapp::live::Limits;
use groupdesk::gateway::whatsapp::sandbox::{DriverCall, Fault};
use groupdesk::gateway::whatsapp::{DriverError, Retry};
use std::time::Duration;

over_both_drivers!(
    a_call_without_an_answer_times_out,
    a_change_whose_answer_was_lost_was_made,
    a_call_on_a_connection_that_is_gone_fails,
    a_dropped_connection_is_restored,
    a_call_during_which_the_connection_drops_fails,
    an_unlinked_session_reports_so_and_can_be_linked_again,
    a_session_that_was_unlinked_while_disconnected_reports_so,
    a_replaced_session_fails_and_can_connect_again,
    a_banned_account_fails,
    an_outdated_client_fails,
    a_locked_account_is_unlinked,
    a_login_refused_for_another_reason_fails,
);

async fn a_call_without_an_answer_times_out(kind: Kind) {
    let desk = Desk::impatient(kind).await;
    let group = desk.group("Weekend Volunteers");
    let session = &desk.account.session;
    desk.world.misbehave(session, Fault::Timeout { calls: 1 });
    assert_eq!(desk.driver.invite(&group).await, Err(DriverError::Timeout));
    desk.driver.invite(&group).await.unwrap();
}

async fn a_change_whose_answer_was_lost_was_made(kind: Kind) {
    let desk = Desk::impatient(kind).await;
    let group = desk.group("Weekend Volunteers");
    let before = desk.driver.invite(&group).await.unwrap();
    let session = &desk.account.session;
    desk.world
        .misbehave_on(session, DriverCall::ResetInvite, Fault::LostAnswer);
    assert_eq!(
        desk.driver.reset_invite(&group).await,
        Err(DriverError::Timeout)
    );
    assert_ne!(desk.driver.invite(&group).await.unwrap(), before);
}

async fn a_call_on_a_connection_that_is_gone_fails(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let session = &desk.account.session;
    desk.world
        .misbehave(session, Fault::Drop { back_after: None });
    // Whether the driver has noticed the loss yet depends on timing.
    let asked = desk.driver.invite(&group).await;
    let gone = [DriverError::NotConnected, DriverError::ConnectionLost];
    assert!(asked.is_err_and(|error| gone.contains(&error)));
}

async fn a_dropped_connection_is_restored(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let session = desk.account.session.clone();
    desk.world
        .misbehave(&session, Fault::Drop { back_after: None });
    desk.until_lost().await;
    assert_eq!(
        desk.driver.invite(&group).await,
        Err(DriverError::NotConnected)
    );
    desk.world.reconnect(&session);
    desk.until_connected().await;
    desk.driver.invite(&group).await.unwrap();
}

async fn a_call_during_which_the_connection_drops_fails(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let drop = Fault::DropDuringCall {
        back_after: Some(Duration::from_millis(10)),
    };
    desk.world.misbehave(&desk.account.session, drop);
    assert_eq!(
        desk.driver.invite(&group).await,
        Err(DriverError::ConnectionLost)
    );
    desk.until_lost().await;
    desk.until_connected().await;
    desk.driver.invite(&group).await.unwrap();
}

async fn an_unlinked_session_reports_so_and_can_be_linked_again(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    desk.world.phone().unlink(&desk.account.session);
    let reason = desk.logged_out().await;
    assert!(reason.contains("unlinked"), "{reason}");
    let group = desk.group("Weekend Volunteers");
    let asked = desk.driver.invite(&group).await;
    assert_eq!(asked, Err(DriverError::NotConnected));

    desk.driver.disconnect().await;
    assert_eq!(desk.files(), 0);
    desk.blank_keys().await;
    desk.driver.connect().await.unwrap();
    let code = desk.qr_code().await;
    desk.scan(&code);
    desk.until_connected().await;
    desk.driver.invite(&group).await.unwrap();
}

async fn a_session_that_was_unlinked_while_disconnected_reports_so(kind: Kind) {
    let mut desk = Desk::of(kind, SUPPORT).await;
    desk.fail_login(LoginFailure::Unlinked);
    desk.driver.connect().await.unwrap();
    let reason = desk.logged_out().await;
    assert!(reason.contains("unlinked"), "{reason}");
}

async fn a_replaced_session_fails_and_can_connect_again(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    desk.world.phone().replace(&desk.account.session);
    let reason = desk.failure().await;
    assert!(reason.contains("replaced"), "{reason}");
    desk.connect().await;
}

async fn a_banned_account_fails(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    desk.world.phone().ban(&desk.account.session);
    let reason = desk.failure().await;
    assert!(reason.contains("banned"), "{reason}");
    desk.driver.connect().await.unwrap();
    let reason = desk.failure().await;
    assert!(reason.contains("banned"), "{reason}");
}

/// The reason of a failing login.
async fn failed_login(kind: Kind, failure: LoginFailure) -> String {
    let mut desk = Desk::of(kind, SUPPORT).await;
    desk.fail_login(failure);
    desk.driver.connect().await.unwrap();
    let reason = desk.failure().await;
    // A later attempt succeeds.
    desk.connect().await;
    reason
}

async fn an_outdated_client_fails(kind: Kind) {
    let reason = failed_login(kind, LoginFailure::Outdated).await;
    assert!(reason.contains("too old"), "{reason}");
}

async fn a_locked_account_is_unlinked(kind: Kind) {
    let mut desk = Desk::of(kind, SUPPORT).await;
    desk.fail_login(LoginFailure::Locked);
    desk.driver.connect().await.unwrap();
    let reason = desk.logged_out().await;
    assert!(reason.contains("locked"), "{reason}");
}

async fn a_login_refused_for_another_reason_fails(kind: Kind) {
    for failure in [
        LoginFailure::Banned { seconds: 3_600 },
        LoginFailure::Code(409),
        LoginFailure::Code(418),
    ] {
        let reason = failed_login(kind, failure).await;
        assert!(reason.contains("WhatsApp"), "{reason}");
    }
}

/// Only WhatsApp reports when a ban ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_reports_when_to_try_again() {
    let now = || jiff::Timestamp::now().as_millisecond();
    let mut desk = Desk::of(Kind::Wire, SUPPORT).await;
    desk.fail_login(LoginFailure::Banned { seconds: 3_600 });
    // WhatsApp counts whole seconds.
    let earliest = now() / 1_000 * 1_000 + 3_600_000;
    desk.driver.connect().await.unwrap();
    let Retry::After(until) = desk.retry().await else {
        panic!("an end of the ban");
    };
    assert!((earliest..=now() + 3_600_000).contains(&until), "{until}");
    for unclear in [LoginFailure::Banned { seconds: 0 }, LoginFailure::Code(402)] {
        desk.fail_login(unclear);
        desk.driver.connect().await.unwrap();
        assert_eq!(desk.retry().await, Retry::Manual);
    }
}

/// The library retries by itself; the sandbox has no such state.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_server_is_tried_again() {
    for code in [500, 503] {
        let mut desk = Desk::of(Kind::Wire, SUPPORT).await;
        desk.fail_login(LoginFailure::Code(code));
        desk.connect().await;
    }
}

/// Only a real connection can die without being closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_died_silently_is_detected_and_replaced() {
    let mut desk = Desk::hurried(Kind::Wire, SUPPORT).await;
    desk.connect().await;
    desk.freeze();
    desk.until_lost().await;
    desk.until_connected().await;
    desk.driver.joined_groups().await.unwrap();
}

/// The library would detect it after most of a minute; this limit is the driver's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_without_any_traffic_counts_as_lost() {
    let mut desk = Desk::limited(Limits {
        silence: Duration::from_secs(2),
        ..limits()
    })
    .await;
    desk.connect().await;
    desk.freeze();
    let group = desk.group("Weekend Volunteers");
    desk.until_lost().await;
    assert_eq!(
        desk.driver.invite(&group).await,
        Err(DriverError::NotConnected)
    );
    desk.until_connected().await;
}

/// After the handshake the server sends neither success nor failure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_without_an_answer_is_tried_again() {
    let mut desk = Desk::limited(Limits {
        connect: Duration::from_secs(2),
        ..limits()
    })
    .await;
    desk.fail_login(LoginFailure::Silence);
    desk.driver.connect().await.unwrap();
    desk.until_lost().await;
    desk.until_connected().await;
}
