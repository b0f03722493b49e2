//! Removing old entries of the audit log.

use super::*;
use crate::api::{AuditAction, AuditOutcome, CreateSession, TrimAudit, audit_chain};
use crate::gateway::clock;
use crate::gateway::store::rows::{AuditRow, hash};
use ulid::Ulid;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A desk with an entry of each of the last 20 days, and one of now.
async fn old_desk() -> Desk {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let now = clock::now();
    let written = desk.engine.inner.store.write(move |w| {
        let row = AuditRow {
            organization: organization("acme"),
            actor: "key:old".to_owned(),
            action: AuditAction::KeyCreate,
            session: None,
            group: None,
            old: None,
            new: None,
            outcome: AuditOutcome::Ok,
        };
        let mut previous = audit_chain::FIRST.to_owned();
        for days in (1..=20).rev() {
            let at = now - days * DAY;
            let id = Ulid::from_parts(at.unsigned_abs(), 7);
            let entry = row.chained(id, at, &previous)?;
            w.rows.insert_audit(&row.organization, &entry)?;
            previous = entry.hash.unwrap();
        }
        Ok(())
    });
    written.await.unwrap();
    desk.engine
        .create_session(&desk.caller, CreateSession::default())
        .await
        .unwrap();
    desk
}

#[tokio::test]
async fn old_entries_are_removed_and_the_removal_is_logged() {
    let desk = old_desk().await;
    let before = clock::now() - 10 * DAY - DAY / 2;
    let trim = TrimAudit { before };
    let trimmed = desk.engine.trim_audit(&desk.caller, trim).await.unwrap();
    assert_eq!(trimmed.removed, 10);
    let entries = desk.audit().await;
    assert_eq!(entries.len(), 12);
    assert_eq!(entries[0].action, AuditAction::AuditTrim);
    assert_eq!(entries[0].actor, "key:test");
    let new = entries[0].new.as_ref().unwrap();
    assert_eq!(new["before"], before);
    assert_eq!(new["lastId"], *trimmed.last_id.as_ref().unwrap());
    // The first entry that is left is chained on the one that the removal names.
    let mut previous = new["lastHash"].as_str().unwrap().to_owned();
    for entry in entries.iter().rev() {
        previous = hash(entry, &previous).unwrap();
        assert_eq!(entry.hash.as_deref(), Some(previous.as_str()));
    }
    let head = desk.engine.audit_head(&desk.caller).await.unwrap();
    assert_eq!(head.id.as_ref(), Some(&entries[0].id));
    assert_eq!(head.hash, previous);
    // There is nothing left to remove, so nothing is logged.
    let again = desk.engine.trim_audit(&desk.caller, trim).await.unwrap();
    assert_eq!((again.removed, again.last_id), (0, None));
    assert_eq!(desk.audit().await.len(), 12);
}

#[tokio::test]
async fn recent_entries_and_those_of_others_are_kept() {
    let desk = old_desk().await;
    for before in [clock::now() - 6 * DAY, clock::now() + DAY, -1] {
        let refused = desk.engine.trim_audit(&desk.caller, TrimAudit { before });
        assert!(refused.await.is_err(), "{before}");
    }
    let before = clock::now() - 8 * DAY;
    let stranger = caller("other");
    let trimmed = desk.engine.trim_audit(&stranger, TrimAudit { before });
    assert_eq!(trimmed.await.unwrap().removed, 0);
    assert_eq!(desk.audit().await.len(), 21);
    let head = desk.engine.audit_head(&stranger).await.unwrap();
    assert_eq!((head.id, head.hash.as_str()), (None, audit_chain::FIRST));
}
