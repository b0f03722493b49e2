//! The phone keeps ringing: a device is unavailable whatever the library says at a login.

use super::super::presence::{DAY, PULSE};
use super::loopback::Presence;
use super::{Desk, PATIENCE, SUPPORT, pass};
use crate::api::SessionStatus;
use crate::gateway::domain::SessionId;
use std::time::Duration;
use tokio::sync::watch;

type Told = watch::Receiver<Vec<Presence>>;

/// Waits until the device was available so many times and is not any more.
async fn until_quiet(told: &mut Told, times: usize) {
    let is_quiet = |told: &Vec<Presence>| {
        let available = told.iter().filter(|one| **one == Presence::Available);
        available.count() == times && told.last() == Some(&Presence::Unavailable)
    };
    let waited = tokio::time::timeout(PATIENCE, told.wait_for(is_quiet)).await;
    let heard = waited.is_ok_and(|heard| heard.is_ok());
    assert!(heard, "{:?}", *told.borrow());
}

async fn until_available(told: &mut Told) {
    let is_available = |told: &Vec<Presence>| told.last() == Some(&Presence::Available);
    let waited = tokio::time::timeout(PATIENCE, told.wait_for(is_available)).await;
    let heard = waited.is_ok_and(|heard| heard.is_ok());
    assert!(heard, "{:?}", *told.borrow());
}

/// Logs in for the first time; the presences that the server has seen end unavailable.
async fn logged_in(desk: &mut Desk) -> (SessionId, Told) {
    let support = desk.session(SUPPORT).id;
    let mut told = desk.server.presences(&support).unwrap();
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    until_quiet(&mut told, 1).await;
    (support, told)
}

#[tokio::test]
async fn each_login_and_each_new_name_ends_unavailable() {
    let mut desk = Desk::new(|_| ()).await;
    let (support, mut told) = logged_in(&mut desk).await;

    desk.world.drop_connection(&support, None);
    desk.until(SUPPORT, SessionStatus::Starting, false).await;
    desk.world.reconnect(&support);
    desk.working(SUPPORT).await;
    until_quiet(&mut told, 2).await;

    desk.server.push_name(&support, "Ann").unwrap();
    until_quiet(&mut told, 3).await;
}

#[tokio::test]
async fn a_fresh_link_is_unavailable_as_soon_as_it_has_a_name() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    desk.link_afresh(SUPPORT).await;
    let mut told = desk.server.presences(&support).unwrap();
    desk.start(SUPPORT).await;
    desk.until_app_state(SUPPORT).await;
    desk.working(SUPPORT).await;
    // Without a name, the library sends no presence at all.
    assert_eq!(*told.borrow(), []);
    desk.server.push_name(&support, "Ann").unwrap();
    until_quiet(&mut told, 1).await;
}

#[tokio::test]
async fn one_short_pulse_a_day_keeps_the_link() {
    let mut desk = Desk::new(|_| ()).await;
    let (support, mut told) = logged_in(&mut desk).await;
    for day in 2..4 {
        pass(DAY).await;
        until_available(&mut told).await;
        pass(PULSE).await;
        until_quiet(&mut told, day).await;
    }
    assert_eq!(desk.server.dials(&support), 1);
}

#[tokio::test]
async fn who_wants_to_appear_online_does() {
    let mut desk = Desk::new(|live| live.options.appear_online = true).await;
    let support = desk.session(SUPPORT);
    let mut told = desk.server.presences(&support.id).unwrap();
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    until_available(&mut told).await;
    pass(Duration::from_secs(10)).await;
    // What was sent before this call has arrived when it is answered.
    let group = desk.world.group_named("Weekend Volunteers").unwrap();
    desk.engine.invite(&support, &group).await.unwrap();
    assert_eq!(*told.borrow(), [Presence::Available]);
}
