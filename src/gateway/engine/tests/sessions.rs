//! The life cycle of sessions, and keys.

use super::fake::{self, Fault, identity};
use super::*;
use crate::api::{AuditAction, Capability, CreateKey, CreateSession, ErrorCode, LinkStep, Missed};
use crate::gateway::whatsapp::{DriverError, DriverEvent};
use crate::gateway::{Error, SessionAction};
use futures_util::poll;
use serde_json::json;
use std::pin::pin;
use std::time::Instant;

#[tokio::test]
async fn sessions_connect_staggered_without_waiting_for_each_other() {
    let worlds = Worlds::default();
    let numbers = 1..=4_u128;
    let world = |number: u128| worlds.of(session(number).as_str());
    // The first session never connects.
    let hangs = world(1);
    hangs.lock().unwrap().faults.insert("connect", Fault::Hang);
    let begin = Instant::now();
    let seed = numbers.clone().map(|number| seeded(number, true)).collect();
    let desk = idle(worlds.clone(), seed).await;
    let dialled = |number| world(number).lock().unwrap().dialled;
    for number in numbers.clone() {
        while dialled(number).is_none() {
            tokio::task::yield_now().await;
        }
    }
    let stagger = desk.worlds.backend().stagger();
    for (before, number) in (0..).zip(numbers) {
        // A timer may be late, but never early.
        let after = dialled(number).unwrap() - begin;
        assert!(after >= stagger * before, "session {number}: {after:?}");
    }
}

#[tokio::test]
async fn stopping_cancels_a_call_that_hangs() {
    let desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().faults.insert("invite", Fault::Hang);
    let group = jid(1);
    let invite = desk.engine.invite(&owned, &group);
    tokio::pin!(invite);
    assert!(futures_util::poll!(&mut invite).is_pending());
    let group = jid(2);
    let behind = desk.engine.invite(&owned, &group);
    tokio::pin!(behind);
    assert!(futures_util::poll!(&mut behind).is_pending());
    for _ in 0..2 {
        let stopped = desk
            .engine
            .act(&desk.caller, &owned, SessionAction::Stop)
            .await
            .unwrap();
        assert_eq!(stopped.status, SessionStatus::Stopped);
    }
    let error = invite.await.unwrap_err();
    assert!(matches!(error, Error::Driver(DriverError::ConnectionLost)));
    let error = behind.await.unwrap_err();
    assert!(matches!(
        error,
        Error::NotConnected {
            status: SessionStatus::Stopped,
            reason: None
        }
    ));
}

#[tokio::test]
async fn the_progress_of_a_backlog_is_published_and_not_logged() {
    let worlds = Worlds::default();
    let id = session(1);
    let world = worlds.of(id.as_str());
    world.lock().unwrap().turned_away = Some(DriverEvent::Connecting);
    let mut desk = idle(worlds, vec![seeded(1, false)]).await;
    let owned = desk.session(1);
    let start = desk.engine.act(&desk.caller, &owned, SessionAction::Start);
    start.await.unwrap();
    let first = desk.status(SessionStatus::Starting).await;
    let delayed = DriverEvent::Delayed {
        reason: "no version".to_owned(),
    };
    desk.worlds.send(id.as_str(), delayed);
    desk.status(SessionStatus::Starting).await;
    let (total, done) = (Some(2_000), 1_200);
    world.lock().unwrap().missed = Some(Missed { total, done });
    desk.worlds.send(id.as_str(), DriverEvent::CatchingUp);
    let mut told = desk.status(SessionStatus::Starting).await;
    // It is connected now, so what delayed it is over.
    assert_eq!(told.payload.get("reason"), None);
    if told.payload.get("missed").is_none() {
        told = desk.status(SessionStatus::Starting).await;
    }
    assert_eq!(told.payload["linkStep"], "catching_up");
    assert_eq!(
        told.payload["missed"],
        json!({"total": 2_000, "done": 1_200})
    );
    let view = desk.session(1).view();
    assert_eq!(view.link_step, Some(LinkStep::CatchingUp));
    assert_eq!(view.missed, Some(Missed { total, done }));

    desk.worlds
        .send(id.as_str(), DriverEvent::Connected(identity()));
    let over = desk.status(SessionStatus::Working).await;
    assert_eq!(over.payload, json!({ "status": "working" }));
    // A driver that reports it later than it should changes nothing.
    desk.worlds.send(id.as_str(), DriverEvent::CatchingUp);
    assert_eq!(desk.session(1).view().missed, None);
    let again = TicketRequest {
        since: Some(first.id),
        ..TicketRequest::default()
    };
    let ticket = desk.engine.issue_ticket(&desk.caller, again).unwrap();
    desk.events = desk.engine.redeem_ticket(&ticket).unwrap();
    loop {
        let logged = desk.next("session.status").await;
        assert_eq!(logged.payload.get("missed"), None);
        if logged.payload["status"] == "working" {
            break;
        }
    }
}

#[tokio::test]
async fn a_panic_ends_one_session_only() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().faults.insert("invite", Fault::Panic);
    desk.engine.invite(&owned, &jid(1)).await.unwrap_err();
    let failed = desk.status(SessionStatus::Failed).await;
    assert!(failed.payload["reason"].as_str().unwrap().contains("fault"));
    world.lock().unwrap().faults.clear();
    desk.engine
        .act(&desk.caller, &owned, SessionAction::Start)
        .await
        .unwrap();
    desk.status(SessionStatus::Working).await;
    desk.engine.invite(&owned, &jid(1)).await.unwrap();
}

#[tokio::test]
async fn a_session_that_hangs_at_start_blocks_no_other() {
    let worlds = Worlds::default();
    for (number, fault) in [(1, Some(Fault::Hang)), (2, Some(Fault::Panic)), (3, None)] {
        let world = worlds.of(session(number).as_str());
        let mut world = world.lock().unwrap();
        world.paired = true;
        world.faults.extend(fault.map(|fault| ("connect", fault)));
    }
    let seed = (1..=3).map(|number| seeded(number, true)).collect();
    let mut desk = idle(worlds, seed).await;
    let working = desk.status(SessionStatus::Working).await;
    assert_eq!(working.session, session(3).as_str());
    let stopped = desk
        .engine
        .act(&desk.caller, &desk.session(1), SessionAction::Stop)
        .await
        .unwrap();
    assert_eq!(stopped.status, SessionStatus::Stopped);
}

#[tokio::test]
async fn pairing_by_qr_keeps_the_code_out_of_the_log() {
    let mut desk = idle(Worlds::default(), vec![seeded(1, false)]).await;
    let owned = desk.session(1);
    let begun = desk.engine.qr(&desk.caller, &owned).await;
    if begun.is_err() {
        assert!(matches!(begun, Err(Error::NotFound("qr code"))));
        assert_eq!(
            desk.next("auth.qr").await.payload["code"],
            "2@pairing-secret"
        );
    }
    let qr = desk.engine.qr(&desk.caller, &owned).await.unwrap();
    assert_eq!(qr.code, "2@pairing-secret");
    let bytes = std::fs::read(desk.directory.path().join("desk.db-wal")).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("pairing-secret"));

    let code = desk
        .engine
        .pairing_code(&desk.caller, &owned, "628123456789");
    assert_eq!(code.await.unwrap().code, "ABCD1234");
    for phone in ["+628123456789", "0812345678", "123456", "1234567890123456"] {
        let refused = desk.engine.pairing_code(&desk.caller, &owned, phone).await;
        assert!(matches!(refused, Err(Error::Validation(_))), "{phone}");
    }

    desk.worlds
        .send(owned.id.as_str(), DriverEvent::Paired(identity()));
    desk.worlds
        .send(owned.id.as_str(), DriverEvent::Connected(identity()));
    assert_eq!(desk.next("auth.code").await.payload["lid"], "111@lid");
    desk.status(SessionStatus::Working).await;
    let paired = desk.engine.qr(&desk.caller, &owned).await;
    assert!(matches!(
        paired,
        Err(Error::Driver(DriverError::AlreadyPaired))
    ));
    let me = owned.me();
    assert!(me.connected);
    assert_eq!(me.phone_number.as_deref(), Some("628123456789"));
}

#[tokio::test]
async fn logging_out_and_deleting_a_session() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let gone = DriverEvent::LoggedOut {
        reason: "removed on the phone".to_owned(),
    };
    desk.worlds.send(owned.id.as_str(), gone);
    let event = desk.status(SessionStatus::LoggedOut).await;
    assert_eq!(event.payload["reason"], "removed on the phone");
    let view = desk
        .engine
        .act(&desk.caller, &owned, SessionAction::Logout)
        .await
        .unwrap();
    assert_eq!(view.status, SessionStatus::LoggedOut);
    assert_eq!(view.wa_jid, None);
    assert_eq!(view.phone_number.as_deref(), Some("628123456789"));
    desk.engine
        .delete_session(&desk.caller, &owned)
        .await
        .unwrap();
    assert!(matches!(
        desk.engine.find_session(&desk.caller, owned.id.as_str()),
        Err(Error::NotFound("session"))
    ));
    let again = desk.engine.delete_session(&desk.caller, &owned).await;
    assert!(matches!(again, Err(Error::NotFound("session"))));
    let actions: Vec<_> = desk.audit().await.into_iter().map(|e| e.action).collect();
    assert_eq!(
        actions,
        [
            AuditAction::SessionDelete,
            AuditAction::SessionDelete,
            AuditAction::SessionLogout,
            AuditAction::SessionStart
        ]
    );
}

#[tokio::test]
async fn sessions_and_keys_survive_a_restart() {
    let mut desk = desk().await;
    let body = CreateSession {
        label: Some("  Second ".to_owned()),
        ..CreateSession::default()
    };
    let second = desk
        .engine
        .create_session(&desk.caller, body)
        .await
        .unwrap();
    assert_eq!(second.label.as_deref(), Some("Second"));
    let body = CreateKey {
        label: None,
        capabilities: vec![Capability::Read],
        expires_at: None,
    };
    let key = desk.engine.create_key(&desk.caller, body).await.unwrap();
    assert!(desk.engine.authenticate(&key.secret).is_some());
    desk.engine.close().await;
    assert!(desk.events.next().await.is_none());
    assert!(desk.engine.check_ready().is_err());
    assert!(matches!(
        desk.engine.list_sessions(&desk.caller),
        Err(Error::Draining)
    ));

    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, vec![seeded(1, false)]).await;
    let sessions = engine.list_sessions(&desk.caller).unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0].group_count, Some(2));
    assert_ne!(
        sessions[0].status,
        SessionStatus::Stopped,
        "a session that should run is not stopped"
    );
    assert_eq!(sessions[1].status, SessionStatus::Stopped);
    let found = engine.authenticate(&key.secret).unwrap();
    assert_eq!(found.capabilities, [Capability::Read].into_iter().collect());
    assert!(matches!(
        engine.delete_key(&caller("other"), &key.key.id).await,
        Err(Error::NotFound("key"))
    ));
    engine.delete_key(&desk.caller, &key.key.id).await.unwrap();
    assert!(engine.authenticate(&key.secret).is_none());
    engine.close().await;
}

#[tokio::test]
async fn closing_disconnects_every_account() {
    let desk = desk().await;
    let world = desk.worlds.of(session(1).as_str());
    let disconnects = || {
        let world = world.lock().unwrap();
        world
            .calls
            .iter()
            .filter(|call| *call == "disconnect")
            .count()
    };
    assert_eq!(disconnects(), 0);
    desk.engine.close().await;
    assert_eq!(disconnects(), 1);
    // No call is made for an account that was disconnected.
    assert_eq!(world.lock().unwrap().calls.last().unwrap(), "disconnect");
}

#[tokio::test]
async fn a_session_created_during_shutdown_is_closed_too() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let body = CreateSession {
        start: Some(true),
        ..CreateSession::default()
    };
    let mut creating = pin!(desk.engine.create_session(&desk.caller, body));
    let mut closing = pin!(desk.engine.close());
    // The creation was accepted, but closing lists the sessions before it exists.
    assert!(poll!(&mut creating).is_pending());
    assert!(poll!(&mut closing).is_pending());
    let begun = Instant::now();
    let (made, ()) = tokio::join!(creating, closing);
    assert!(begun.elapsed() < super::super::CLOSING);
    let made = made.unwrap();
    // The created session exists for the next engine.
    let database = desk.directory.path().join("desk.db");
    let engine = open(&database, &desk.worlds, Vec::new()).await;
    let sessions = engine.list_sessions(&desk.caller).unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].id, made.id);
    engine.close().await;
}

#[tokio::test]
async fn a_key_grants_at_most_the_capabilities_of_its_creator() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let maker = Caller {
        capabilities: [Capability::Manage].into_iter().collect(),
        ..desk.caller.clone()
    };
    let body = |capabilities: &[Capability], expires_at| CreateKey {
        label: None,
        capabilities: capabilities.to_vec(),
        expires_at,
    };
    let greedy = desk
        .engine
        .create_key(&maker, body(&[Capability::Send], None))
        .await;
    assert!(matches!(
        greedy,
        Err(Error::MissingCapability(Capability::Send))
    ));
    for wrong in [body(&[], None), body(&[Capability::Manage], Some(1))] {
        let refused = desk.engine.create_key(&maker, wrong).await;
        assert!(matches!(refused, Err(Error::Validation(_))));
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_recorded_is_not_made() {
    let desk = desk().await;
    let owned = desk.session(1);
    let body = CreateKey {
        label: None,
        capabilities: vec![Capability::Read],
        expires_at: None,
    };
    let key = desk.engine.create_key(&desk.caller, body).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END";
    // Another connection to the file, like that of an administrator.
    let file = desk.directory.path().join("desk.db");
    let conn = rusqlite::Connection::open(file).unwrap();
    conn.execute_batch(full).unwrap();
    let refused = desk.engine.delete_session(&desk.caller, &owned).await;
    let error = refused.unwrap_err().to_object();
    assert_eq!(error.code, ErrorCode::Internal);
    // The logout had reached WhatsApp before the store refused.
    assert_eq!(error.details["applied"], serde_json::json!(["logout"]));
    desk.engine.get_group(&owned, &jid(1)).await.unwrap();
    let refused = desk.engine.delete_key(&desk.caller, &key.key.id).await;
    assert!(matches!(refused, Err(Error::Internal(_))), "{refused:?}");
    assert!(desk.engine.authenticate(&key.secret).is_some());
    assert_eq!(desk.engine.list_keys(&desk.caller).await.unwrap().len(), 1);
}

#[tokio::test]
async fn groups_reported_before_a_list_failed_are_kept() {
    let worlds = Worlds::default();
    {
        let world = worlds.of(session(1).as_str());
        let mut world = world.lock().unwrap();
        world.paired = true;
        let group = fake::group(1);
        world.groups.insert(group.jid.to_string(), group);
        let error = DriverError::RateLimited {
            retry_after: Duration::from_mins(1),
        };
        world.faults.insert("list_groups", Fault::Error(error));
    }
    let mut desk = idle(worlds, vec![seeded(1, false)]).await;
    let owned = desk.session(1);
    desk.engine
        .act(&desk.caller, &owned, SessionAction::Start)
        .await
        .unwrap();
    // Connected, and then the event that the session's data is stale.
    for _ in 0..2 {
        desk.status(SessionStatus::Working).await;
    }
    assert!(desk.engine.get_group(&owned, &jid(1)).await.is_ok());
    assert_eq!(owned.view().group_count, Some(1));
}
