//! Time limits of minutes and hours. The clock is advanced by the test, for both sides of the
//! connection, and runs normally in between.

use super::loopback::LoginFailure;
use super::{Desk, SUPPORT, pass, seconds};
use crate::api::SessionStatus;
use crate::gateway::session::limits;
use std::time::Duration;

#[tokio::test]
async fn a_login_without_an_answer_is_reported_and_retried() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    let support = desk.session(SUPPORT).id;
    // The server takes every further call and says nothing.
    desk.world.drop_connection(&support, None);
    desk.until(SUPPORT, SessionStatus::Starting, false).await;
    pass(limits::STARTING).await;
    let told = desk.until(SUPPORT, SessionStatus::Starting, true).await;
    assert_eq!(told, "no connection to WhatsApp within 60 s; still trying");
    desk.world.reconnect(&support);
    desk.working(SUPPORT).await;
}

#[tokio::test]
async fn a_lost_server_is_reported() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.server.stop();
    desk.until(SUPPORT, SessionStatus::Starting, false).await;
    pass(limits::STARTING).await;
    let told = desk.until(SUPPORT, SessionStatus::Starting, true).await;
    assert!(told.contains("still trying"), "{told}");
}

#[tokio::test]
async fn a_ban_is_over_when_it_is_over() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    let banned = LoginFailure::Banned { seconds: 3_600 };
    desk.server.fail_login(&support, banned);
    desk.start(SUPPORT).await;
    let told = desk.until(SUPPORT, SessionStatus::Failed, true).await;
    assert!(told.contains("it is started again by itself"), "{told}");
    pass(Duration::from_hours(1) + limits::AFTER_BAN + limits::BAN_SPREAD).await;
    desk.working(SUPPORT).await;
}

#[tokio::test]
async fn a_suspended_computer_loses_no_connection() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    let support = desk.session(SUPPORT);
    let group = desk.world.group_named("Weekend Volunteers").unwrap();
    for _ in 0..3 {
        pass(Duration::from_mins(10)).await;
        seconds(2).await;
        assert_eq!(support.view().status, SessionStatus::Working);
        desk.engine.invite(&support, &group).await.unwrap();
    }
    assert_eq!(desk.server.dials(&support.id), 1);
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_found_within_90_seconds() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    let support = desk.session(SUPPORT).id;
    desk.server.freeze(&support).unwrap();
    // The check runs once a second.
    seconds(92).await;
    // The dial itself takes real time.
    let dialled = async {
        while desk.server.dials(&support) < 2 {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), dialled).await;
    assert!(in_time.is_ok(), "the silence was not found");
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&support), 2);
}
