//! Rows of api-keys: hashes, never secrets.

use super::sessions;
use crate::api::{ApiKey, Capabilities, Capability, EpochMillis};
use crate::gateway::domain::OrganizationId;
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::StoredKey;
use rusqlite::{Connection, Row, params};

const COLUMNS: &str = "id, label, capabilities, disabled, created_at, expires_at, last_used_at, \
                       organization, hash, previous_hash, previous_until";

pub(super) fn insert(conn: &Connection, key: &StoredKey) -> Result<(), StoreError> {
    let words: Vec<&str> = key.key.capabilities.iter().map(|c| c.as_str()).collect();
    sessions::put_organization(conn, &key.organization, key.key.created_at)?;
    conn.execute(
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

pub(super) fn get(conn: &Connection, id: &str) -> Result<Option<StoredKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE id = ?");
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query([id])?;
    match rows.next()? {
        Some(row) => Ok(stored_key(row)?),
        None => Ok(None),
    }
}

pub(super) fn delete(conn: &Connection, id: &str) -> Result<(), StoreError> {
    conn.execute("DELETE FROM api_keys WHERE id = ?", [id])?;
    Ok(())
}

pub(super) fn replace_secret(
    conn: &Connection,
    id: &str,
    hash: &[u8; 32],
    previous_until: Option<EpochMillis>,
) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE api_keys SET previous_hash = iif(?1 IS NULL, NULL, hash), previous_until = ?1, hash = ?2
         WHERE id = ?3",
        params![previous_until, hash, id],
    )?;
    Ok(())
}

pub(super) fn set_disabled(conn: &Connection, id: &str, disabled: bool) -> Result<(), StoreError> {
    conn.execute(
        "UPDATE api_keys SET disabled = ? WHERE id = ?",
        params![disabled, id],
    )?;
    Ok(())
}

pub(super) fn set_last_used(
    conn: &Connection,
    uses: &[(String, EpochMillis)],
) -> Result<(), StoreError> {
    let mut update = conn.prepare_cached("UPDATE api_keys SET last_used_at = ? WHERE id = ?")?;
    for (id, at) in uses {
        update.execute(params![at, id])?;
    }
    Ok(())
}

pub(super) fn list(
    conn: &Connection,
    organizations: &[OrganizationId],
) -> Result<Vec<ApiKey>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE organization = ?");
    let mut query = conn.prepare_cached(&sql)?;
    let mut keys = Vec::new();
    for organization in organizations {
        for key in query.query_map([organization.as_str()], api_key)? {
            keys.push(key?);
        }
    }
    keys.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(keys)
}

pub(super) fn load_all(conn: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    let mut query = conn.prepare(&format!("SELECT {COLUMNS} FROM api_keys"))?;
    let mut rows = query.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.extend(stored_key(row)?);
    }
    Ok(keys)
}

/// `None` for a key of an organization that cannot be one.
fn stored_key(row: &Row<'_>) -> rusqlite::Result<Option<StoredKey>> {
    let key = api_key(row)?;
    let organization: String = row.get(7)?;
    let Ok(organization) = OrganizationId::parse(&organization) else {
        tracing::warn!(key = key.id, "skipped a key of a malformed organization");
        return Ok(None);
    };
    let previous: (Option<[u8; 32]>, Option<EpochMillis>) = (row.get(9)?, row.get(10)?);
    Ok(Some(StoredKey {
        organization,
        hash: row.get(8)?,
        previous: previous.0.zip(previous.1),
        key,
    }))
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
        last_used_at: row.get(6)?,
    })
}
