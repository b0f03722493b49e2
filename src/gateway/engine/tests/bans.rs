//! Temporary bans: how long a session waits, and what happens afterwards.

use super::fake::Fault;
use super::*;
use crate::api::EpochMillis;
use crate::gateway::session::limits::{AFTER_BAN, BAN_SPREAD, SHORTEST_BAN};
use crate::gateway::whatsapp::{DriverError, DriverEvent, Retry};
use crate::gateway::{SessionAction, clock};

const HOUR: Duration = Duration::from_hours(1);
/// By then a session whose ban is over has begun to connect.
const BY_THEN: Duration = AFTER_BAN.saturating_add(BAN_SPREAD);

fn banned(wait: Duration) -> DriverEvent {
    DriverEvent::Failed {
        reason: format!("banned for {} s", wait.as_secs()),
        retry: Retry::After(clock::now() + millis(wait)),
    }
}

fn millis(span: Duration) -> EpochMillis {
    span.as_millis().try_into().unwrap()
}

/// How often a session has connected.
fn connects(worlds: &Worlds, owned: &OwnedSession) -> usize {
    let world = worlds.of(owned.id.as_str());
    let world = world.lock().unwrap();
    world.calls.iter().filter(|call| *call == "connect").count()
}

/// Its status, once everything that is due has begun.
async fn status_now(owned: &OwnedSession) -> SessionStatus {
    // The no-op command is answered first, and everything that is due follows at once.
    owned.handle.pair(&owned.lease).await.unwrap_err();
    owned.view().status
}

/// A desk whose session has just been banned.
async fn banned_desk(wait: Duration) -> Desk {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.worlds
        .of(owned.id.as_str())
        .lock()
        .unwrap()
        .calls
        .clear();
    desk.worlds.send(owned.id.as_str(), banned(wait));
    desk.status(SessionStatus::Failed).await;
    desk
}

/// Another engine on the data of one that was closed.
async fn reopened(desk: &Desk, connect: bool) -> Engine {
    let config = Config {
        connect,
        ..config(&desk.directory.path().join("desk.db"), &desk.worlds)
    };
    Engine::open(config).await.unwrap()
}

fn found(desk: &Desk, engine: &Engine) -> OwnedSession {
    engine
        .find_session(&desk.caller, session(1).as_str())
        .unwrap()
}

#[tokio::test]
async fn a_session_starts_automatically_after_its_ban() {
    let mut desk = banned_desk(3 * HOUR).await;
    let owned = desk.session(1);
    pass(3 * HOUR).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    assert_eq!(
        owned.view().status_reason.as_deref(),
        Some("banned for 10800 s")
    );
    pass(BY_THEN).await;
    desk.status(SessionStatus::Starting).await;
    desk.status(SessionStatus::Working).await;
    assert_eq!(owned.view().status_reason, None);
    pass(24 * HOUR).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Working);
    assert_eq!(connects(&desk.worlds, &owned), 1);
}

#[tokio::test]
async fn a_second_ban_waits_for_the_new_end() {
    let mut desk = banned_desk(HOUR).await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().turned_away = Some(banned(5 * HOUR));
    pass(HOUR + BY_THEN).await;
    let again = desk.status(SessionStatus::Failed).await;
    assert_eq!(again.payload["reason"], "banned for 18000 s");
    // The wall clock has not moved: the new end is counted from now.
    pass(5 * HOUR).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 1);
    pass(BY_THEN).await;
    desk.status(SessionStatus::Working).await;
    assert_eq!(connects(&desk.worlds, &owned), 2);
}

#[tokio::test]
async fn a_ban_that_is_already_over_causes_no_reconnect_loop() {
    let desk = banned_desk(Duration::ZERO).await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    for attempts in 0..3 {
        world.lock().unwrap().turned_away = Some(banned(Duration::ZERO));
        pass(SHORTEST_BAN).await;
        assert_eq!(status_now(&owned).await, SessionStatus::Failed);
        assert_eq!(connects(&desk.worlds, &owned), attempts);
        pass(BY_THEN).await;
        while owned.view().status != SessionStatus::Failed
            || world.lock().unwrap().turned_away.is_some()
        {
            tokio::task::yield_now().await;
        }
        assert_eq!(connects(&desk.worlds, &owned), attempts + 1);
    }
}

#[tokio::test]
async fn a_ban_is_respected_after_a_restart_too() {
    let desk = banned_desk(HOUR).await;
    desk.engine.close().await;
    // An engine that does not connect leaves the ban as it is.
    let engine = reopened(&desk, false).await;
    let owned = found(&desk, &engine);
    pass(2 * HOUR).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    engine.close().await;

    let engine = reopened(&desk, true).await;
    let owned = found(&desk, &engine);
    pass(HOUR).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    let reason = owned.view().status_reason;
    assert_eq!(reason.as_deref(), Some("banned for 3600 s"));
    pass(BY_THEN).await;
    while owned.view().status != SessionStatus::Working {
        tokio::task::yield_now().await;
    }
    assert_eq!(connects(&desk.worlds, &owned), 1);
    engine.close().await;

    // The ban is cleared.
    let engine = reopened(&desk, true).await;
    assert_ne!(found(&desk, &engine).view().status, SessionStatus::Failed);
    engine.close().await;
}

#[tokio::test]
async fn a_ban_that_ended_while_the_engine_was_down_is_ignored() {
    let desk = banned_desk(HOUR).await;
    desk.engine.close().await;
    let file = rusqlite::Connection::open(desk.directory.path().join("desk.db")).unwrap();
    let past = "UPDATE sessions SET not_before = not_before - 2 * 3600 * 1000";
    assert_eq!(file.execute(past, []).unwrap(), 1);
    let engine = reopened(&desk, true).await;
    let owned = found(&desk, &engine);
    assert_eq!(owned.view().status_reason, None);
    while owned.view().status != SessionStatus::Working {
        tokio::task::yield_now().await;
    }
    engine.close().await;
}

#[tokio::test]
async fn an_operator_can_stop_or_start_a_banned_session() {
    // Stopped: it does not connect again, nor after a restart.
    let desk = banned_desk(HOUR).await;
    let owned = desk.session(1);
    let stop = SessionAction::Stop;
    desk.engine.act(&desk.caller, &owned, stop).await.unwrap();
    pass(HOUR + BY_THEN).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Stopped);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    desk.engine.close().await;
    let engine = reopened(&desk, true).await;
    let owned = found(&desk, &engine);
    pass(2 * HOUR).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Stopped);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    engine.close().await;

    // Started: it connects at once, and once.
    let mut desk = banned_desk(HOUR).await;
    let owned = desk.session(1);
    let start = SessionAction::Start;
    desk.engine.act(&desk.caller, &owned, start).await.unwrap();
    desk.status(SessionStatus::Working).await;
    pass(HOUR + BY_THEN).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Working);
    assert_eq!(connects(&desk.worlds, &owned), 1);

    // A failed logout: the ban continues.
    let mut desk = banned_desk(HOUR).await;
    let owned = desk.session(1);
    let fault = Fault::Error(DriverError::ConnectionLost);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().faults.insert("log_out", fault);
    let logout = SessionAction::Logout;
    let refused = desk.engine.act(&desk.caller, &owned, logout).await;
    refused.unwrap_err();
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    pass(HOUR + BY_THEN).await;
    desk.status(SessionStatus::Working).await;
}

#[tokio::test]
async fn a_ban_reported_just_before_shutdown_is_stored() {
    let desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().calls.clear();
    desk.worlds.send(owned.id.as_str(), banned(HOUR));
    desk.engine.close().await;
    let engine = reopened(&desk, true).await;
    let owned = found(&desk, &engine);
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 0);
    engine.close().await;
}

#[tokio::test]
async fn the_start_queue_does_not_start_a_banned_session() {
    // The last in a long queue; a caller starts it at once.
    let last = 500;
    let worlds = Worlds::default();
    let world = worlds.of(session(last).as_str());
    {
        let mut world = world.lock().unwrap();
        world.paired = true;
        world.turned_away = Some(banned(HOUR));
    }
    let seed = (1..=last).map(|number| seeded(number, true)).collect();
    let desk = idle(worlds, seed).await;
    let owned = desk.session(last);
    let start = SessionAction::Start;
    desk.engine.act(&desk.caller, &owned, start).await.unwrap();
    while owned.view().status != SessionStatus::Failed {
        tokio::task::yield_now().await;
    }
    pass(HOUR / 2).await;
    assert_eq!(status_now(&owned).await, SessionStatus::Failed);
    assert_eq!(connects(&desk.worlds, &owned), 1);
}
