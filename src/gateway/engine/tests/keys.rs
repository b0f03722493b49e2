//! Which keys can be created, and what the audit log records of it.

use super::*;
use crate::api::{ApiKey, AuditOutcome, Capability, CreateKey, LABEL_MAX, RotateKey};
use crate::gateway::Error;
use crate::gateway::auth;
use crate::gateway::engine::keys::KEYS_MAX;
use crate::gateway::store::rows::StoredKey;

fn body(capabilities: &[Capability]) -> CreateKey {
    CreateKey {
        label: None,
        capabilities: capabilities.to_vec(),
        expires_at: None,
    }
}

fn manager(desk: &Desk) -> Caller {
    Caller {
        capabilities: [Capability::Manage].into_iter().collect(),
        ..desk.caller.clone()
    }
}

#[tokio::test]
async fn the_audit_log_bounds_a_refused_key_as_an_accepted_one() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let wanted = CreateKey {
        label: Some("é".repeat(1_000_000)),
        capabilities: vec![Capability::Read; 100_000],
        expires_at: None,
    };
    let refused = desk.engine.create_key(&desk.caller, wanted).await;
    assert!(matches!(refused, Err(Error::Validation(_))));
    let entry = desk.audit().await.remove(0);
    assert!(matches!(entry.outcome, AuditOutcome::Failed(_)));
    let new = entry.new.unwrap();
    let label = new["label"].as_str().unwrap();
    assert_eq!(label, "é".repeat(LABEL_MAX));
    assert_eq!(new["capabilities"], serde_json::json!(["read"]));
}

#[tokio::test]
async fn a_missing_capability_takes_precedence_over_an_invalid_request() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let manager = manager(&desk);
    let lacks_send = |error: &Error| matches!(error, Error::MissingCapability(Capability::Send));
    for wrong in [
        CreateKey {
            label: Some("x".repeat(LABEL_MAX + 1)),
            ..body(&[Capability::Send])
        },
        CreateKey {
            expires_at: Some(1),
            ..body(&[Capability::Send])
        },
    ] {
        let refused = desk.engine.create_key(&manager, wrong).await.unwrap_err();
        assert!(lacks_send(&refused), "{refused:?}");
    }
    let made = desk
        .engine
        .create_key(&desk.caller, body(&[Capability::Send]));
    let id = made.await.unwrap().key.id;
    let endless = RotateKey {
        overlap_seconds: Some(u32::MAX),
    };
    let refused = desk.engine.rotate_key(&manager, &id, endless).await;
    assert!(lacks_send(&refused.unwrap_err()));
}

#[tokio::test]
async fn the_number_of_keys_of_an_organization_is_limited() {
    let desk = idle(Worlds::default(), Vec::new()).await;
    let fill = |number: usize| StoredKey {
        organization: organization("acme"),
        hash: auth::hash(&number.to_string()),
        previous: None,
        key: ApiKey {
            id: format!("key {number}"),
            label: None,
            capabilities: vec![Capability::Read],
            disabled: true,
            created_at: 1,
            expires_at: None,
            last_used_at: None,
        },
    };
    let store = desk.engine.inner.store.clone();
    let filled = store.write(move |w| (0..KEYS_MAX).try_for_each(|n| w.rows.insert_key(&fill(n))));
    filled.await.unwrap();
    let create = async |caller: &Caller| {
        let made = desk.engine.create_key(caller, body(&[Capability::Read]));
        made.await
    };
    let refused = create(&desk.caller).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}");
    let message = refused.to_string();
    assert!(
        message.contains(&KEYS_MAX.to_string()) && message.contains("delete"),
        "{message}"
    );
    let entry = desk.audit().await.remove(0);
    assert_eq!(entry.outcome, AuditOutcome::Failed("conflict".to_owned()));
    // Other organizations have their own limit, and a deleted key frees a slot.
    create(&caller("other")).await.unwrap();
    desk.engine.delete_key(&desk.caller, "key 7").await.unwrap();
    create(&desk.caller).await.unwrap();
    create(&desk.caller).await.unwrap_err();
}
