//! Sessions with injected faults.

use super::*;
use crate::api::{Setting, SettingField};
use crate::gateway::whatsapp::DriverError;
use tokio::time::Instant;

const GROUP: &str = "Weekend Volunteers";

#[tokio::test]
async fn without_a_connection_every_call_fails() {
    let world = world();
    let support = Session::open(&world, "Support line");
    let group = named(&world, GROUP);
    let driver = &support.driver;
    let error = Err(DriverError::NotConnected);
    assert_eq!(driver.joined_groups().await, error.clone().map(|()| vec![]));
    assert_eq!(driver.set(&group, &Setting::Announce(true)).await, error);
    assert_eq!(driver.leave(&group).await, error);
}

#[tokio::test(start_paused = true)]
async fn latency_and_timeouts_delay_the_answer() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let slow = Duration::from_secs(3);
    world.misbehave(support.id(), Fault::Latency(slow));
    let begun = Instant::now();
    assert!(support.driver.invite(&group).await.is_ok());
    assert!(begun.elapsed() >= slow);
    world.misbehave(support.id(), Fault::Timeout { calls: 1 });
    let begun = Instant::now();
    let invite = support.driver.invite(&group).await;
    assert_eq!(invite, Err(DriverError::Timeout));
    assert!(begun.elapsed() >= CALL_LIMIT);
    world.misbehave(support.id(), Fault::Latency(CALL_LIMIT * 2));
    let invite = support.driver.invite(&group).await;
    assert_eq!(invite, Err(DriverError::Timeout));
    world.clear_faults(support.id());
    let begun = Instant::now();
    assert!(support.driver.invite(&group).await.is_ok());
    assert!(begun.elapsed().is_zero());
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_lost_after_the_change() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let before = support.driver.invite(&group).await.unwrap();
    world.misbehave_on(support.id(), DriverCall::ResetInvite, Fault::LostAnswer);
    let reset = support.driver.reset_invite(&group).await;
    assert_eq!(reset, Err(DriverError::Timeout));
    assert_ne!(support.driver.invite(&group).await, Ok(before));
}

#[tokio::test]
async fn rate_limits_and_failures_affect_only_the_next_calls() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let retry_after = Duration::from_secs(30);
    let strange = DriverError::Other {
        code: Some(503),
        message: "strange".to_owned(),
    };
    let limit = Fault::RateLimit {
        calls: 2,
        retry_after,
    };
    world.misbehave(support.id(), limit);
    world.misbehave(support.id(), Fault::Fail(strange.clone()));
    let limited = DriverError::RateLimited { retry_after };
    for error in [limited.clone(), limited, strange] {
        assert_eq!(support.driver.invite(&group).await, Err(error));
    }
    assert!(support.driver.invite(&group).await.is_ok());
}

#[tokio::test]
async fn a_fault_can_be_for_one_kind_of_call() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let fault = Fault::Fail(DriverError::Timeout);
    world.misbehave_on(support.id(), DriverCall::Set, fault);
    assert!(support.driver.invite(&group).await.is_ok());
    let set = support.driver.set(&group, &Setting::Locked(true)).await;
    assert_eq!(set, Err(DriverError::Timeout));
}

#[tokio::test]
async fn one_setting_can_be_refused() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let fault = Fault::RefuseSetting {
        field: SettingField::Announce,
        error: DriverError::NotAdmin,
    };
    world.misbehave(support.id(), fault);
    for _ in 0..2 {
        let refused = support.driver.set(&group, &Setting::Announce(false)).await;
        assert_eq!(refused, Err(DriverError::NotAdmin));
        let set = support.driver.set(&group, &Setting::Locked(true)).await;
        assert_eq!(set, Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_connection_is_restored() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let back_after = Some(Duration::from_secs(5));
    world.misbehave(support.id(), Fault::Drop { back_after });
    assert_eq!(support.next().await, DriverEvent::ConnectionLost);
    let invite = support.driver.invite(&group).await;
    assert_eq!(invite, Err(DriverError::NotConnected));
    assert_eq!(support.next().await, DriverEvent::Connecting);
    assert!(matches!(support.next().await, DriverEvent::Connected(_)));
    assert!(support.driver.invite(&group).await.is_ok());

    world.misbehave(support.id(), Fault::Drop { back_after: None });
    assert_eq!(support.next().await, DriverEvent::ConnectionLost);
    world.reconnect(support.id());
    support.until_connected().await;
    assert!(world.is_connected(support.id()));
}

#[tokio::test]
async fn a_connection_can_drop_during_a_call() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    let fault = Fault::DropDuringCall { back_after: None };
    world.misbehave(support.id(), fault);
    let set = support.driver.set(&group, &Setting::Locked(true)).await;
    assert_eq!(set, Err(DriverError::ConnectionLost));
    assert_eq!(support.next().await, DriverEvent::ConnectionLost);
    world.reconnect(support.id());
    support.until_connected().await;
    assert!(!support.driver.group(&group).await.unwrap().locked);
}

#[tokio::test(start_paused = true)]
async fn a_call_in_flight_fails_when_the_connection_drops() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    world.misbehave(support.id(), Fault::Latency(Duration::from_secs(9)));
    let (invite, ()) = tokio::join!(support.driver.invite(&group), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.drop_connection(support.id(), None);
    });
    assert_eq!(invite, Err(DriverError::ConnectionLost));
}

#[tokio::test]
async fn a_panic_stays_within_its_call() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, GROUP);
    world.misbehave(support.id(), Fault::Panic);
    let (driver, asked) = (Arc::clone(&support.driver), group.clone());
    let call = tokio::spawn(async move { driver.invite(&asked).await });
    assert!(call.await.unwrap_err().is_panic());
    assert!(support.driver.invite(&group).await.is_ok());
}

#[tokio::test]
async fn phones_can_unlink_replace_and_be_banned() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    world.phone().replace(support.id());
    assert!(matches!(support.next().await, DriverEvent::Failed { .. }));
    support.driver.connect().await.unwrap();
    support.until_connected().await;
    world.phone().unlink(support.id());
    assert!(matches!(
        support.next().await,
        DriverEvent::LoggedOut { .. }
    ));
    support.driver.connect().await.unwrap();
    assert!(matches!(support.next().await, DriverEvent::QrCode { .. }));
    assert!(world.scan(support.id()));
    support.until_connected().await;
    world.phone().ban(support.id());
    for _ in 0..2 {
        assert!(matches!(support.next().await, DriverEvent::Failed { .. }));
        support.driver.connect().await.unwrap();
    }
}
