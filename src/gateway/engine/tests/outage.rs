//! A store that is not writable for a while, as on a full disk.

use super::*;
use crate::api::{AuditAction, AuditOutcome, SettingsPatch};
use crate::gateway::Error;
use crate::gateway::domain::{InviteCode, MemberJid};
use crate::gateway::engine::outage::RETRY;
use crate::gateway::session::SessionAction;
use crate::gateway::store::BELIEVED;
use crate::gateway::whatsapp::MemberChange;
use serde_json::{Value, json};

fn rename() -> SettingsPatch {
    SettingsPatch {
        subject: Some("Renamed".to_owned()),
        ..SettingsPatch::default()
    }
}

/// `details` of a change that was made but not stored.
fn not_stored<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Value {
    let error = outcome.unwrap_err().to_object();
    assert_eq!(error.code.status(), 500, "{error:?}");
    json!(error.details)
}

fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err().to_object();
    assert_eq!(error.code.status(), 503, "{error:?}");
    assert_eq!(error.details["reason"], "store_unavailable");
}

impl Desk {
    /// The disk is full, which the gateway has not noticed yet: a probe succeeded a moment ago.
    async fn fill_disk(&self) {
        let store = &self.engine.inner.store;
        let fill = store.write(|w| {
            w.rows.fill_disk(true);
            Ok(())
        });
        fill.await.unwrap();
        self.engine.check_ready().unwrap();
    }

    /// There is free space again, and the engine has noticed.
    async fn make_room(&self) {
        let store = &self.engine.inner.store;
        let empty = store.write(|w| {
            w.rows.fill_disk(false);
            Ok(())
        });
        // Its own transaction is the last to fail.
        empty.await.unwrap_err();
        let mut faults = store.watch();
        let recovered = async {
            while faults.borrow_and_update().is_some() {
                pass(RETRY).await;
                let _ = tokio::time::timeout(Duration::from_millis(50), faults.changed()).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(10), recovered)
            .await
            .expect("the engine tries again");
        self.engine.check_ready().unwrap();
    }

    fn calls(&self, name: &str) -> usize {
        let world = self.worlds.of(session(1).as_str());
        let world = world.lock().unwrap();
        world.calls.iter().filter(|call| *call == name).count()
    }
}

#[tokio::test]
async fn no_change_is_made_that_could_not_be_recorded() {
    let desk = desk().await;
    let (owned, group) = (desk.session(1), jid(1));
    desk.fill_disk().await;
    pass(BELIEVED).await;
    let (engine, caller) = (&desk.engine, &desk.caller);
    assert_refused(engine.reset_invite(caller, &owned, &group).await);
    assert_refused(engine.update_group(caller, &owned, &group, rename()).await);
    assert_refused(engine.leave(caller, &owned, &group).await);
    assert_refused(engine.create_group(caller, &owned, "New", vec![]).await);
    let member = vec![MemberJid::parse("333@lid").unwrap()];
    let add = MemberChange::Add;
    assert_refused(
        engine
            .change_members(caller, &owned, &group, add, member)
            .await,
    );
    for action in [SessionAction::Restart, SessionAction::Logout] {
        assert_refused(engine.act(caller, &owned, action).await);
    }
    assert_refused(engine.delete_session(caller, &owned).await);
    for call in [
        "reset_invite",
        "subject",
        "leave",
        "create",
        "change_members",
        "log_out",
    ] {
        assert_eq!(desk.calls(call), 0, "{call}");
    }
    assert_refused(engine.check_ready());
    // A read needs no writable store.
    engine.invite(&owned, &group).await.unwrap();

    desk.make_room().await;
    let engine = &desk.engine;
    engine
        .update_group(&desk.caller, &owned, &group, rename())
        .await
        .unwrap();
    let entries = desk.audit().await;
    let updates = entries
        .iter()
        .filter(|entry| entry.action == AuditAction::GroupUpdate);
    assert_eq!(updates.count(), 1, "refusals are not recorded in the store");
}

#[tokio::test]
async fn changes_made_before_an_outage_is_detected_are_recorded_later() {
    let mut desk = desk().await;
    let (owned, group) = (desk.session(1), jid(1));
    desk.fill_disk().await;
    let outcome = desk.engine.reset_invite(&desk.caller, &owned, &group).await;
    assert_eq!(
        not_stored(outcome),
        json!({ "reason": "not_stored", "applied": ["invite"] })
    );
    for _ in 0..2 {
        assert_refused(desk.engine.reset_invite(&desk.caller, &owned, &group).await);
    }
    assert_eq!(desk.calls("reset_invite"), 1);
    let link = desk.engine.invite(&owned, &group).await.unwrap();
    // Meanwhile an admin renames the group, and that cannot be stored either.
    let subject = "Renamed meanwhile".to_owned();
    let world = desk.worlds.of(owned.id.as_str());
    world
        .lock()
        .unwrap()
        .groups
        .get_mut(group.as_str())
        .unwrap()
        .subject = subject.clone();
    let event = groups::elsewhere(1, GroupChange::Setting(Setting::Subject(subject.clone())));
    desk.worlds.send(owned.id.as_str(), event);

    desk.make_room().await;
    assert_eq!(desk.next("group.update").await.payload["subject"], subject);
    desk.status(SessionStatus::Working).await;
    let stored = desk.engine.get_group(&owned, &group).await.unwrap();
    assert_eq!(stored.subject, Some(subject));
    let entries = desk.audit().await;
    let mut resets = entries
        .iter()
        .filter(|entry| entry.action == AuditAction::InviteReset);
    let reset = resets.next().unwrap();
    assert_eq!(reset.outcome, AuditOutcome::Ok);
    let text = serde_json::to_string(reset).unwrap();
    assert!(!text.contains(&link.invite), "{text}");
    assert!(resets.next().is_none());
    desk.engine
        .reset_invite(&desk.caller, &owned, &group)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_patch_stops_at_the_first_field_that_could_not_be_stored() {
    let desk = desk().await;
    let owned = desk.session(1);
    desk.fill_disk().await;
    let patch = SettingsPatch {
        announce: Some(true),
        ..rename()
    };
    let outcome = desk
        .engine
        .update_group(&desk.caller, &owned, &jid(1), patch)
        .await;
    assert_eq!(
        not_stored(outcome),
        json!({ "reason": "not_stored", "applied": ["subject"], "notAttempted": ["announce"] })
    );
    assert_eq!(desk.calls("announce"), 0);
    desk.make_room().await;
    let entry = desk.audit().await.remove(0);
    assert_eq!(entry.outcome, AuditOutcome::Failed("not_stored".to_owned()));
    let new = entry.new.unwrap();
    assert_eq!(new["applied"], json!(["subject"]));
    assert_eq!(new["notAttempted"], json!(["announce"]));
}

#[tokio::test]
async fn every_kind_of_change_reports_that_it_was_applied() {
    for (change, applied) in [
        ("update", "subject"),
        ("leave", "leave"),
        ("join", "join"),
        ("create", "create"),
        ("add", "333@lid"),
        ("reject", "333@lid"),
        ("stop", "stop"),
    ] {
        let desk = desk().await;
        let (owned, group) = (desk.session(1), jid(1));
        let (engine, caller) = (&desk.engine, &desk.caller);
        let members = |change| {
            let member = vec![MemberJid::parse("333@lid").unwrap()];
            engine.change_members(caller, &owned, &group, change, member)
        };
        desk.fill_disk().await;
        let outcome = match change {
            "update" => engine.update_group(caller, &owned, &group, rename()).await,
            "leave" => engine.leave(caller, &owned, &group).await,
            "join" => {
                let code = InviteCode::parse("AbCdEf1234567890XyZ12").unwrap();
                engine.join(caller, &owned, &code).await.map(drop)
            }
            "create" => engine
                .create_group(caller, &owned, "New", vec![])
                .await
                .map(drop),
            "add" => members(MemberChange::Add).await,
            "reject" => members(MemberChange::Reject).await,
            // An account can be stopped even if the record is lost.
            _ => engine
                .act(caller, &owned, SessionAction::Stop)
                .await
                .map(drop),
        };
        let details = not_stored(outcome);
        assert_eq!(details["applied"], json!([applied]), "{change}");
        desk.make_room().await;
        assert_eq!(desk.audit().await[0].outcome, AuditOutcome::Ok, "{change}");
    }
}

#[tokio::test]
async fn a_session_s_state_is_stored_after_an_outage() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.fill_disk().await;
    let stopped = desk
        .engine
        .act(&desk.caller, &owned, SessionAction::Stop)
        .await;
    not_stored(stopped);
    assert_eq!(owned.view().status, SessionStatus::Stopped);
    desk.make_room().await;
    let stored = async |desk: &Desk| {
        let store = &desk.engine.inner.store;
        let session = store.read(|rows| rows.sessions()).await.unwrap().remove(0);
        (session.session.status, session.should_run)
    };
    // The session's task handles the stop after the engine's call has returned.
    desk.engine
        .act(&desk.caller, &owned, SessionAction::Stop)
        .await
        .unwrap();
    assert_eq!(stored(&desk).await, (SessionStatus::Stopped, false));
    desk.engine
        .act(&desk.caller, &owned, SessionAction::Start)
        .await
        .unwrap();
    desk.status(SessionStatus::Working).await;
}
