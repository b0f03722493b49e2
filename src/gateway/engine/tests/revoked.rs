//! Callers whose credentials are revoked while they wait.

use super::fake::Fault;
use super::*;
use crate::api::{
    AuditOutcome, Capability, CreateKey, CreateSession, PutSchedule, RotateKey, SettingsPatch,
    TrimAudit, UpdateKey,
};
use crate::gateway::session::limits;
use crate::gateway::{Error, SessionAction};
use futures_util::{FutureExt as _, poll};
use std::pin::pin;

fn body() -> CreateKey {
    CreateKey {
        label: None,
        capabilities: vec![Capability::Read],
        expires_at: None,
    }
}

#[tokio::test]
async fn a_key_is_not_changed_after_the_credentials_are_revoked() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let made = desk.engine.create_key(&desk.caller, body()).await.unwrap();
    let (engine, id) = (&desk.engine, made.key.id.as_str());
    let caller = Caller {
        lease: Lease::default(),
        ..desk.caller.clone()
    };
    let turn = desk.engine.inner.key_changes.lock().await;
    let changes = [
        engine
            .create_key(&caller, body())
            .map(|it| it.map(drop))
            .boxed(),
        engine
            .rotate_key(&caller, id, RotateKey::default())
            .map(|it| it.map(drop))
            .boxed(),
        engine
            .update_key(&caller, id, UpdateKey { disabled: true })
            .map(|it| it.map(drop))
            .boxed(),
        engine.delete_key(&caller, id).boxed(),
    ];
    let mut changes = futures_util::future::join_all(changes);
    assert!(poll!(&mut changes).is_pending());
    caller.lease.end();
    drop(turn);
    for outcome in changes.await {
        assert!(matches!(outcome, Err(Error::Unauthorized)), "{outcome:?}");
    }
    let keys = desk.engine.list_keys(&desk.caller).await.unwrap();
    assert_eq!(keys, [made.key]);
    assert!(desk.engine.authenticate(&made.secret).is_some());
    // Each refused attempt is an audit entry.
    let log = desk.audit().await;
    let refused = AuditOutcome::Failed("unauthorized".to_owned());
    assert_eq!(
        log.iter().filter(|entry| entry.outcome == refused).count(),
        4
    );
}

#[tokio::test]
async fn a_queued_call_ends_when_its_credentials_expire() {
    let mut desk = desk().await;
    let ours = desk.session(1);
    let lease = Lease::default();
    desk.caller.lease = lease.clone();
    let theirs = desk.session(1);
    let turn = ours.handle.turn(0).await.unwrap();
    let patch = SettingsPatch {
        subject: Some("Taken over".to_owned()),
        ..SettingsPatch::default()
    };
    let group = jid(1);
    let mut changing = pin!(
        desk.engine
            .update_group(&desk.caller, &theirs, &group, patch)
    );
    let mut reading = pin!(desk.engine.invite(&theirs, &group));
    assert!(poll!(&mut changing).is_pending() && poll!(&mut reading).is_pending());
    lease.end();
    // Although its turn has not come.
    let both = async { tokio::join!(changing, reading) };
    let (changed, read) = tokio::time::timeout(Duration::from_secs(10), both)
        .await
        .unwrap();
    assert!(matches!(changed, Err(Error::Unauthorized)), "{changed:?}");
    assert!(matches!(read, Err(Error::Unauthorized)), "{read:?}");
    drop(turn);
    let refused = desk.engine.invite(&theirs, &group).await;
    assert!(matches!(refused, Err(Error::Unauthorized)));
    desk.engine.invite(&ours, &group).await.unwrap();
    let calls = desk
        .worlds
        .of(ours.id.as_str())
        .lock()
        .unwrap()
        .calls
        .clone();
    assert_eq!(calls.iter().filter(|call| *call == "invite").count(), 1);
    assert!(!calls.contains(&"subject".to_owned()), "{calls:?}");
}

#[tokio::test]
async fn a_call_queued_for_a_session_is_not_made_after_revocation() {
    let desk = idle(Worlds::default(), vec![seeded(1, true)]).await;
    let ours = desk.session(1);
    let world = desk.worlds.of(ours.id.as_str());
    while world.lock().unwrap().dialled.is_none() {
        tokio::task::yield_now().await;
    }
    let thief = Caller {
        lease: Lease::default(),
        ..desk.caller.clone()
    };
    let theirs = desk.engine.find_session(&thief, ours.id.as_str()).unwrap();
    // The session is busy with a slow stop.
    let hangs = Fault::Hang;
    world.lock().unwrap().faults.insert("disconnect", hangs);
    let stop = SessionAction::Stop;
    let mut stopping = pin!(desk.engine.act(&desk.caller, &ours, stop));
    while !world
        .lock()
        .unwrap()
        .calls
        .contains(&"disconnect".to_owned())
    {
        assert!(poll!(&mut stopping).is_pending());
        tokio::task::yield_now().await;
    }
    let act = |action| {
        let acting = desk.engine.act(&thief, &theirs, action);
        acting.map(|it| it.map(drop)).boxed()
    };
    let waiting = [
        act(SessionAction::Start),
        act(SessionAction::Restart),
        act(SessionAction::Logout),
        desk.engine
            .pairing_code(&thief, &theirs, "628123456789")
            .map(|it| it.map(drop))
            .boxed(),
        desk.engine.delete_session(&thief, &theirs).boxed(),
    ];
    let mut waiting = futures_util::future::join_all(waiting);
    assert!(poll!(&mut waiting).is_pending());
    // All tasks have run then: their commands are queued behind the stop.
    tokio::task::yield_now().await;
    thief.lease.end();
    pass(limits::DISCONNECT).await;
    stopping.await.unwrap();
    for outcome in waiting.await {
        assert!(matches!(outcome, Err(Error::Unauthorized)), "{outcome:?}");
    }
    assert_eq!(ours.view().status, SessionStatus::Stopped);
    let calls = world.lock().unwrap().calls.clone();
    assert_eq!(calls, ["connect", "disconnect"]);
    // Each refused attempt is an audit entry.
    let log = desk.audit().await;
    let refused = AuditOutcome::Failed("unauthorized".to_owned());
    let refused = log.iter().filter(|entry| entry.outcome == refused);
    assert_eq!(refused.count(), 5);
}

#[tokio::test]
async fn opening_hours_are_not_changed_after_the_credentials_are_revoked() {
    let desk = desk().await;
    let (ours, group) = (desk.session(1), jid(1));
    let body = PutSchedule {
        zone: "UTC".to_owned(),
        rules: vec!["daily 08:00-22:00".parse().unwrap()],
    };
    let set = desk
        .engine
        .set_schedule(&desk.caller, &ours, &group, body.clone());
    let set = set.await.unwrap();
    let thief = Caller {
        lease: Lease::default(),
        ..desk.caller.clone()
    };
    let theirs = desk.engine.find_session(&thief, ours.id.as_str()).unwrap();
    let other = PutSchedule {
        zone: "Europe/Berlin".to_owned(),
        ..body
    };
    let changes = desk.engine.inner.schedules.changes.lock().await;
    let waiting = [
        desk.engine
            .set_schedule(&thief, &theirs, &group, other)
            .map(|it| it.map(drop))
            .boxed(),
        desk.engine.clear_schedule(&thief, &theirs, &group).boxed(),
    ];
    let mut waiting = futures_util::future::join_all(waiting);
    assert!(poll!(&mut waiting).is_pending());
    thief.lease.end();
    drop(changes);
    for outcome in waiting.await {
        assert!(matches!(outcome, Err(Error::Unauthorized)), "{outcome:?}");
    }
    let left = desk.engine.schedule(&ours, &group).await.unwrap();
    assert_eq!(left.zone, set.zone);
}

#[tokio::test]
async fn a_queued_write_is_not_made_after_the_credentials_are_revoked() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let thief = Caller {
        lease: Lease::default(),
        ..desk.caller.clone()
    };
    let (release, held) = std::sync::mpsc::channel::<()>();
    let mut holding = pin!(desk.engine.inner.store.write(move |_| {
        let _ = held.recv();
        Ok(())
    }));
    assert!(poll!(&mut holding).is_pending());
    let waiting = [
        desk.engine
            .create_session(&thief, CreateSession::default())
            .map(|it| it.map(drop))
            .boxed(),
        desk.engine
            .trim_audit(&thief, TrimAudit { before: 1 })
            .map(|it| it.map(drop))
            .boxed(),
    ];
    let mut waiting = futures_util::future::join_all(waiting);
    assert!(poll!(&mut waiting).is_pending());
    // Both tasks have run then: their writes are queued.
    tokio::task::yield_now().await;
    thief.lease.end();
    release.send(()).unwrap();
    holding.await.unwrap();
    for outcome in waiting.await {
        assert!(matches!(outcome, Err(Error::Unauthorized)), "{outcome:?}");
    }
    assert!(desk.engine.list_sessions(&desk.caller).unwrap().is_empty());
}

#[tokio::test]
async fn queued_requests_to_join_are_not_read_after_the_credentials_are_revoked() {
    let desk = desk().await;
    let (ours, group) = (desk.session(1), jid(1));
    let thief = Caller {
        lease: Lease::default(),
        ..desk.caller.clone()
    };
    let theirs = desk.engine.find_session(&thief, ours.id.as_str()).unwrap();
    let turn = ours.handle.turn(0).await.unwrap();
    let mut reading = pin!(desk.engine.membership_requests(&theirs, &group));
    assert!(poll!(&mut reading).is_pending());
    thief.lease.end();
    drop(turn);
    let read = reading.await;
    assert!(matches!(read, Err(Error::Unauthorized)), "{read:?}");
    let world = desk.worlds.of(ours.id.as_str());
    let calls = world.lock().unwrap().calls.clone();
    assert!(!calls.contains(&"membership_requests".to_owned()));
}
