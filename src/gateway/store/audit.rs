//! The audit log's rows.

use super::columns::{cursor_after, read_cursor};
use super::{StoreError, Write, sessions};
use crate::api::{AuditAction, AuditEntry, AuditOutcome, List};
use crate::gateway::clock;
use crate::gateway::domain::OrganizationId;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use ulid::Ulid;

/// What is about to be logged; id and time are given when it is written.
pub struct NewEntry {
    pub organization: OrganizationId,
    pub actor: String,
    pub action: AuditAction,
    pub session: Option<String>,
    pub group: Option<String>,
    pub old: Option<Value>,
    pub new: Option<Value>,
    pub outcome: AuditOutcome,
}

/// Which entries to read.
#[derive(Default)]
pub struct Filter {
    pub session: Option<String>,
    pub group: Option<String>,
    /// Only entries older than this one.
    pub before: Option<Ulid>,
    pub limit: u32,
}

/// # Errors
/// The database refuses.
pub fn insert(w: &mut Write<'_>, entry: &NewEntry) -> Result<(), StoreError> {
    let id = w.next_id();
    // A log that no organization is known for could not be found by who reads all of them.
    sessions::ensure_organization(w, &entry.organization, clock::now())?;
    let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    w.conn
        .prepare_cached(
            "INSERT INTO audit (organization, id, at, actor, action, session, group_jid, old, new, outcome)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            entry.organization.as_str(),
            id.to_string(),
            clock::now(),
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

/// The organizations' entries, newest first.
///
/// # Errors
/// The database refuses.
pub fn list(
    conn: &Connection,
    organizations: &[OrganizationId],
    filter: &Filter,
) -> Result<List<AuditEntry>, StoreError> {
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
                i64::from(filter.limit) + 1
            ],
            entry,
        )?;
        for row in rows {
            data.push(row?);
        }
    }
    data.sort_by(|one, other| other.id.cmp(&one.id));
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = data.len() > limit;
    data.truncate(limit);
    let next_cursor = match data.last() {
        Some(last) if more => cursor_after(&last.id),
        _ => String::new(),
    };
    Ok(List { data, next_cursor })
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

/// The entry that a cursor names; `None` for a text that is no cursor of ours.
#[must_use]
pub fn cursor(text: &str) -> Option<Ulid> {
    Ulid::from_string(&read_cursor(text)?).ok()
}

/// The word of a unit-like enum on the wire.
fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(match serde_json::to_value(value)? {
        Value::String(word) => word,
        other => other.to_string(),
    })
}
