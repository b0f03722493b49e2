//! How sessions end, which data stays, and how pending commands are answered.

use super::fake::identity;
use super::*;
use crate::gateway::session::limits;
use crate::gateway::whatsapp::{DriverEvent, Retry};
use crate::gateway::{Error, SessionAction};

fn failed(reason: &str, retry: Retry) -> DriverEvent {
    DriverEvent::Failed {
        reason: reason.to_owned(),
        retry,
    }
}

fn details(error: &Error) -> serde_json::Value {
    serde_json::to_value(error.to_object()).unwrap()["details"].take()
}

#[tokio::test]
async fn a_session_is_unlinked_before_it_is_disconnected() {
    let desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().calls.clear();
    desk.engine
        .delete_session(&desk.caller, &owned)
        .await
        .unwrap();
    let calls = world.lock().unwrap().calls.clone();
    let when = |call: &str| calls.iter().position(|made| made == call);
    assert!(when("log_out") < when("erase"), "{calls:?}");
    assert!(
        when("disconnect").is_none_or(|at| Some(at) > when("log_out")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn the_driver_s_logout_reason_is_published() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    let reason = "the phone still lists this device";
    world.lock().unwrap().farewell = Some(reason.to_owned());
    let view = desk
        .engine
        .act(&desk.caller, &owned, SessionAction::Logout)
        .await
        .unwrap();
    assert_eq!(view.status_reason.as_deref(), Some(reason));
    let event = desk.status(SessionStatus::LoggedOut).await;
    assert_eq!(event.payload["reason"], reason);
}

#[tokio::test]
async fn an_offered_code_means_that_no_phone_is_linked() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let stop = SessionAction::Stop;
    desk.engine.act(&desk.caller, &owned, stop).await.unwrap();
    assert!(owned.view().wa_jid.is_some());
    // The session's keys were removed.
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().paired = false;
    let start = SessionAction::Start;
    desk.engine.act(&desk.caller, &owned, start).await.unwrap();
    desk.status(SessionStatus::ScanQrCode).await;
    desk.engine.qr(&desk.caller, &owned).await.unwrap();
    let code = desk
        .engine
        .pairing_code(&desk.caller, &owned, "628123456789");
    code.await.unwrap();
    desk.engine.close().await;

    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let view = engine.list_sessions(&desk.caller).unwrap().remove(0);
    assert_eq!(view.wa_jid, None);
    assert!(view.phone_number.is_some(), "the last number is kept");
    engine.close().await;
}

#[tokio::test]
async fn a_session_that_takes_long_to_start_gets_a_reason_and_keeps_trying() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.worlds
        .send(owned.id.as_str(), DriverEvent::ConnectionLost);
    desk.status(SessionStatus::Starting).await;
    // A further attempt is not published.
    pass(limits::STARTING * 3 / 4).await;
    desk.worlds
        .send(owned.id.as_str(), DriverEvent::ConnectionLost);
    pass(limits::STARTING / 2).await;
    let event = desk.status(SessionStatus::Starting).await;
    let reason = event.payload["reason"].as_str().unwrap();
    assert!(reason.contains("still trying"), "{reason}");
    desk.worlds
        .send(owned.id.as_str(), DriverEvent::ConnectionLost);
    desk.worlds
        .send(owned.id.as_str(), DriverEvent::Connected(identity()));
    let event = desk.next("session.status").await;
    assert_eq!(event.payload["status"], "working");
    assert_eq!(owned.view().status_reason, None);
}

#[tokio::test]
async fn a_manual_failure_is_not_retried_after_a_restart() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let event = failed("replaced by another device", Retry::Manual);
    desk.worlds.send(owned.id.as_str(), event);
    desk.status(SessionStatus::Failed).await;
    desk.engine.close().await;
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().calls.clear();

    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let owned = engine
        .find_session(&desk.caller, session(1).as_str())
        .unwrap();
    let view = owned.view();
    assert_eq!(view.status, SessionStatus::Failed);
    let reason = view.status_reason.as_deref();
    assert_eq!(reason, Some("replaced by another device"));
    // Every command is read after the time at which it would have begun to connect.
    let start = SessionAction::Start;
    assert_eq!(world.lock().unwrap().calls, [""; 0]);
    engine.act(&desk.caller, &owned, start).await.unwrap();

    // Other failures may be temporary.
    desk.worlds
        .send(owned.id.as_str(), failed("code 418", Retry::OnRestart));
    let stopped = |view: &crate::api::Session| view.status == SessionStatus::Failed;
    while !stopped(&owned.view()) {
        tokio::task::yield_now().await;
    }
    engine.close().await;
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let view = engine.list_sessions(&desk.caller).unwrap().remove(0);
    assert_ne!(view.status, SessionStatus::Failed);
    engine.close().await;
}

#[tokio::test]
async fn a_session_that_failed_manually_can_be_stopped() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.worlds.send(
        owned.id.as_str(),
        failed("WhatsApp has banned it", Retry::Manual),
    );
    desk.status(SessionStatus::Failed).await;
    desk.engine.close().await;
    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let owned = engine
        .find_session(&desk.caller, session(1).as_str())
        .unwrap();
    let stop = SessionAction::Stop;
    let view = engine.act(&desk.caller, &owned, stop).await.unwrap();
    assert_eq!(view.status, SessionStatus::Stopped);
    engine.close().await;
}

#[tokio::test]
async fn a_call_of_a_failed_session_reports_the_reason() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.worlds.send(
        owned.id.as_str(),
        failed("replaced by another device", Retry::Manual),
    );
    desk.status(SessionStatus::Failed).await;
    let refused = desk.engine.invite(&owned, &jid(1)).await.unwrap_err();
    assert_eq!(refused.code().status(), 501);
    assert_eq!(
        details(&refused),
        serde_json::json!({
            "reason": "not_connected",
            "status": "failed",
            "statusReason": "replaced by another device",
        })
    );
}

#[tokio::test]
async fn waiting_for_a_turn_times_out() {
    let desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().calls.clear();
    let turn = owned.handle.turn(0).await.unwrap();
    let group = jid(1);
    let invite = desk.engine.invite(&owned, &group);
    tokio::pin!(invite);
    assert!(futures_util::poll!(&mut invite).is_pending());
    pass(limits::TURN + Duration::from_millis(1)).await;
    let refused = invite.await.unwrap_err();
    drop(turn);
    assert_eq!(refused.code().status(), 503);
    assert_eq!(details(&refused)["reason"], "busy");
    assert_eq!(world.lock().unwrap().calls, [""; 0]);
    desk.engine.invite(&owned, &group).await.unwrap();
}

#[tokio::test]
async fn unread_commands_are_answered_when_the_session_ends() {
    let desk = desk().await;
    let owned = desk.session(1);
    let delete = owned.handle.delete(|_| Ok(()), &owned.lease);
    tokio::pin!(delete);
    assert!(futures_util::poll!(&mut delete).is_pending());
    let behind = owned.handle.act(SessionAction::Stop, &owned.lease);
    tokio::pin!(behind);
    assert!(futures_util::poll!(&mut behind).is_pending());
    delete.await.unwrap();
    assert!(matches!(behind.await, Err(Error::NotFound("session"))));
    let late = owned.handle.act(SessionAction::Stop, &owned.lease).await;
    assert!(matches!(late, Err(Error::NotFound("session"))));

    let desk = super::desk().await;
    let owned = desk.session(1);
    let close = owned.handle.close();
    tokio::pin!(close);
    assert!(futures_util::poll!(&mut close).is_pending());
    let behind = owned.handle.act(SessionAction::Stop, &owned.lease);
    tokio::pin!(behind);
    assert!(futures_util::poll!(&mut behind).is_pending());
    close.await;
    assert!(matches!(behind.await, Err(Error::Draining)));
}

#[tokio::test]
async fn a_spent_pairing_code_is_reported_until_the_next_one() {
    let mut desk = idle(Worlds::default(), vec![seeded(1, false)]).await;
    let owned = desk.session(1);
    let code = desk
        .engine
        .pairing_code(&desk.caller, &owned, "628123456789");
    code.await.unwrap();
    let spent = DriverEvent::CodeSpent {
        reason: "ask for a new one".to_owned(),
    };
    desk.worlds.send(owned.id.as_str(), spent);
    let rotated = DriverEvent::QrCode {
        code: "2@the-next".to_owned(),
        expires_at: i64::MAX,
    };
    desk.worlds.send(owned.id.as_str(), rotated);
    let event = loop {
        let event = desk.status(SessionStatus::ScanQrCode).await;
        if event.payload["reason"].is_string() {
            break event;
        }
    };
    assert_eq!(event.payload["reason"], "ask for a new one");
    while desk.next("auth.qr").await.payload["code"] != "2@the-next" {}
    let reason = owned.view().status_reason;
    assert_eq!(reason.as_deref(), Some("ask for a new one"));
    let code = desk
        .engine
        .pairing_code(&desk.caller, &owned, "628123456789");
    code.await.unwrap();
    let event = desk.status(SessionStatus::ScanQrCode).await;
    assert!(event.payload["reason"].is_null());
}
