//! Api-keys: hashes, never secrets.

use super::{StoreError, Write};
use crate::api::{ApiKey, Capabilities, Capability};
use crate::gateway::domain::OrganizationId;
use rusqlite::{Connection, Row, params};

/// A key with what authentication needs.
pub struct StoredKey {
    pub organization: OrganizationId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    pub key: ApiKey,
}

const COLUMNS: &str =
    "id, label, capabilities, disabled, created_at, expires_at, organization, hash";

/// # Errors
/// The database refuses.
pub fn insert(w: &Write<'_>, key: &StoredKey) -> Result<(), StoreError> {
    let words: Vec<&str> = key.key.capabilities.iter().map(|c| c.as_str()).collect();
    w.conn.execute(
        "INSERT OR IGNORE INTO organizations (id, created_at) VALUES (?, ?)",
        params![key.organization.as_str(), key.key.created_at],
    )?;
    w.conn.execute(
        "INSERT INTO api_keys (id, organization, hash, label, capabilities, disabled, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            key.key.id,
            key.organization.as_str(),
            key.hash,
            key.key.label,
            words.join(" "),
            key.key.disabled,
            key.key.created_at,
            key.key.expires_at,
        ],
    )?;
    Ok(())
}

/// Deletes the organization's key; `false` when it has none of that id.
///
/// # Errors
/// The database refuses.
pub fn delete(w: &Write<'_>, organization: &OrganizationId, id: &str) -> Result<bool, StoreError> {
    let gone = w.conn.execute(
        "DELETE FROM api_keys WHERE organization = ? AND id = ?",
        [organization.as_str(), id],
    )?;
    Ok(gone > 0)
}

/// The organization's keys, oldest first.
///
/// # Errors
/// The database refuses.
pub fn list(conn: &Connection, organization: &OrganizationId) -> Result<Vec<ApiKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE organization = ? ORDER BY id");
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([organization.as_str()], api_key)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every organization's keys: what authentication starts with.
///
/// # Errors
/// The database refuses.
pub fn load_all(conn: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    let mut query = conn.prepare(&format!("SELECT {COLUMNS} FROM api_keys"))?;
    let rows = query.query_map([], |row| {
        Ok((
            row.get::<_, String>(6)?,
            row.get::<_, [u8; 32]>(7)?,
            api_key(row)?,
        ))
    })?;
    let mut keys = Vec::new();
    for row in rows {
        let (organization, hash, key) = row?;
        if let Ok(organization) = OrganizationId::parse(&organization) {
            keys.push(StoredKey {
                organization,
                hash,
                key,
            });
        } else {
            tracing::warn!(key = key.id, "skipped a key of a malformed organization");
        }
    }
    Ok(keys)
}

fn api_key(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let words: String = row.get(2)?;
    let capabilities: Capabilities = Capability::ALL
        .into_iter()
        .filter(|capability| words.split(' ').any(|word| word == capability.as_str()))
        .collect();
    Ok(ApiKey {
        id: row.get(0)?,
        label: row.get(1)?,
        capabilities: capabilities.iter().collect(),
        disabled: row.get(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}
