//! The audit log's rows.

use crate::api::{AuditAction, AuditEntry, AuditOutcome, EpochMillis};
use crate::gateway::domain::OrganizationId;
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::{AuditFilter, AuditRow};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use ulid::Ulid;

pub(super) fn insert(
    conn: &Connection,
    id: Ulid,
    at: EpochMillis,
    entry: &AuditRow,
) -> Result<(), StoreError> {
    let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    conn
        .prepare_cached(
            "INSERT INTO audit (organization, id, at, actor, action, session, group_jid, old, new, outcome)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            entry.organization.as_str(),
            id.to_string(),
            at,
            entry.actor,
            word(&entry.action)?,
            entry.session,
            entry.group,
            text(&entry.old),
            text(&entry.new),
            word(&entry.outcome)?,
        ])?;
    Ok(())
}

pub(super) fn list(
    conn: &Connection,
    organizations: &[OrganizationId],
    filter: &AuditFilter,
) -> Result<Vec<AuditEntry>, StoreError> {
    // Each filter has an index of its own, so the text of the query follows the filters given.
    let mut sql = String::from(
        "SELECT id, at, actor, action, session, group_jid, old, new, outcome FROM audit
         WHERE organization = ?1 AND id < ?2",
    );
    sql.push_str(match filter.session {
        Some(_) => " AND session = ?3",
        None => " AND ?3 IS NULL",
    });
    sql.push_str(match filter.group {
        Some(_) => " AND group_jid = ?4",
        None => " AND ?4 IS NULL",
    });
    sql.push_str(" ORDER BY id DESC LIMIT ?5");
    // One character above every ULID.
    let before = filter
        .before
        .map_or_else(|| "~".to_owned(), |id| id.to_string());
    let mut query = conn.prepare_cached(&sql)?;
    let mut data = Vec::new();
    for organization in organizations {
        let rows = query.query_map(
            params![
                organization.as_str(),
                before,
                filter.session,
                filter.group,
                filter.limit
            ],
            entry,
        )?;
        for row in rows {
            data.push(row?);
        }
    }
    data.sort_by(|one, other| other.id.cmp(&one.id));
    data.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
    Ok(data)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
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
    })
}

/// The word of a unit-like enum on the wire.
fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(match serde_json::to_value(value)? {
        Value::String(word) => word,
        other => other.to_string(),
    })
}
