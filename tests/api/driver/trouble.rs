//! Connections that break, and logins that fail.

use super::desk::{Desk, Kind, SUPPORT, limits};
use crate::loopback::LoginFailure;
use groupdesk::gateway::whatsapp::live::Limits;
use groupdesk::gateway::whatsapp::sandbox::{DriverCall, Fault};
use groupdesk::gateway::whatsapp::{DriverError, Retry};
use std::time::Duration;

over_both_drivers!(
    an_answer_that_never_comes_is_not_waited_for_for_ever,
    a_change_whose_answer_got_lost_has_happened,
    a_call_on_a_connection_that_is_gone_fails,
    a_dropped_connection_comes_back,
    a_call_during_which_the_connection_drops_fails,
    an_unlinked_session_says_so_and_can_be_linked_again,
    a_session_that_was_unlinked_while_away_finds_out,
    a_replaced_session_fails_and_can_take_its_place_back,
    a_banned_account_fails,
    a_client_that_is_too_old_fails,
    a_locked_account_is_unlinked,
    a_login_that_is_refused_for_other_reasons_fails,
);

async fn an_answer_that_never_comes_is_not_waited_for_for_ever(kind: Kind) {
    let desk = Desk::impatient(kind).await;
    let group = desk.group("Weekend Volunteers");
    let session = &desk.account.session;
    desk.world.misbehave(session, Fault::Timeout { calls: 1 });
    assert_eq!(desk.driver.invite(&group).await, Err(DriverError::Timeout));
    desk.driver.invite(&group).await.unwrap();
}

async fn a_change_whose_answer_got_lost_has_happened(kind: Kind) {
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
    // Whether the driver has noticed yet is a matter of luck.
    let asked = desk.driver.invite(&group).await;
    let gone = [DriverError::NotConnected, DriverError::ConnectionLost];
    assert!(asked.is_err_and(|error| gone.contains(&error)));
}

async fn a_dropped_connection_comes_back(kind: Kind) {
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

async fn an_unlinked_session_says_so_and_can_be_linked_again(kind: Kind) {
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

async fn a_session_that_was_unlinked_while_away_finds_out(kind: Kind) {
    let mut desk = Desk::of(kind, SUPPORT).await;
    desk.fail_login(LoginFailure::Unlinked);
    desk.driver.connect().await.unwrap();
    let reason = desk.logged_out().await;
    assert!(reason.contains("unlinked"), "{reason}");
}

async fn a_replaced_session_fails_and_can_take_its_place_back(kind: Kind) {
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

/// The reason for which a login fails that does.
async fn failed_login(kind: Kind, failure: LoginFailure) -> String {
    let mut desk = Desk::of(kind, SUPPORT).await;
    desk.fail_login(failure);
    desk.driver.connect().await.unwrap();
    let reason = desk.failure().await;
    // Whoever tries again later gets in.
    desk.connect().await;
    reason
}

async fn a_client_that_is_too_old_fails(kind: Kind) {
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

async fn a_login_that_is_refused_for_other_reasons_fails(kind: Kind) {
    for failure in [
        LoginFailure::Banned { seconds: 3_600 },
        LoginFailure::Code(409),
        LoginFailure::Code(418),
    ] {
        let reason = failed_login(kind, failure).await;
        assert!(reason.contains("WhatsApp"), "{reason}");
    }
}

/// Only WhatsApp's own word says until when.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_says_when_it_may_be_tried_again() {
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

/// The library tries again by itself where the sandbox has nothing to try.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_busy_is_tried_again() {
    for code in [500, 503] {
        let mut desk = Desk::of(Kind::Wire, SUPPORT).await;
        desk.fail_login(LoginFailure::Code(code));
        desk.connect().await;
    }
}

/// Only a real connection can be dead without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_died_without_a_word_is_noticed_and_replaced() {
    let mut desk = Desk::hurried(Kind::Wire, SUPPORT).await;
    desk.connect().await;
    desk.freeze();
    desk.until_lost().await;
    desk.until_connected().await;
    desk.driver.joined_groups().await.unwrap();
}

/// The library would find out after most of a minute; the limit is the driver's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_brings_nothing_counts_as_lost() {
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

/// The handshake is done, and then nothing comes: neither success nor refusal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_not_answered_is_tried_again() {
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
