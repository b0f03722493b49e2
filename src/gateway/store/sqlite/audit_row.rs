//! A row of the audit log.

use crate::api::{AuditAction, AuditEntry, AuditOutcome};
use rusqlite::Row;
use rusqlite::types::Type;
use serde_json::Value;

/// The columns that [`entry`] reads.
pub(super) const COLUMNS: &str =
    "id, at, actor, action, session, group_jid, old, new, outcome, organization, hash";

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let json = |index: usize| -> rusqlite::Result<Option<Value>> {
        row.get::<_, Option<String>>(index)?
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
            })
    };
    let action: String = row.get(3)?;
    let outcome: String = row.get(8)?;
    Ok(AuditEntry {
        id: row.get(0)?,
        organization_id: row.get(9)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        action: serde_json::from_value(Value::String(action.clone()))
            .unwrap_or(AuditAction::Other(action)),
        session_id: row.get(4)?,
        group_jid: row.get(5)?,
        old: json(6)?,
        new: json(7)?,
        outcome: serde_json::from_value(Value::String(outcome.clone()))
            .unwrap_or(AuditOutcome::Failed(outcome)),
        hash: row.get(10)?,
    })
}
