//! Rows of api-keys: hashes, never secrets.

use super::connection::Sqlite;
use super::sessions;
use crate::api::{ApiKey, Capabilities, Capability, EpochMillis};
use crate::gateway::domain::OrganizationId;
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::StoredKey;
use crate::gateway::store::tables::{ReadKeys, WriteKeys};
use rusqlite::{Row, params};

const COLUMNS: &str = "id, label, capabilities, disabled, created_at, expires_at, last_used_at, \
                       organization, hash, previous_hash, previous_until";

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

impl ReadKeys for Sqlite {
    fn api_keys(&self, organizations: &[OrganizationId]) -> Result<Vec<ApiKey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE organization = ?");
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut keys = Vec::new();
        for organization in organizations {
            for key in query.query_map([organization.as_str()], api_key)? {
                keys.push(key?);
            }
        }
        keys.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(keys)
    }

    fn key(&self, id: &str) -> Result<Option<StoredKey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE id = ?");
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut rows = query.query([id])?;
        match rows.next()? {
            Some(row) => Ok(stored_key(row)?),
            None => Ok(None),
        }
    }

    fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let mut query = self
            .conn
            .prepare(&format!("SELECT {COLUMNS} FROM api_keys"))?;
        let mut rows = query.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.extend(stored_key(row)?);
        }
        Ok(keys)
    }
}

impl WriteKeys for Sqlite {
    fn insert_key(&mut self, key: &StoredKey) -> Result<(), StoreError> {
        let words: Vec<&str> = key.key.capabilities.iter().map(|c| c.as_str()).collect();
        sessions::put_organization(&self.conn, &key.organization, key.key.created_at)?;
        self.conn.execute(
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

    fn replace_secret(
        &mut self,
        id: &str,
        hash: &[u8; 32],
        previous_until: Option<EpochMillis>,
    ) -> Result<(), StoreError> {
        self.conn.execute(
            "UPDATE api_keys SET previous_hash = iif(?1 IS NULL, NULL, hash), previous_until = ?1, hash = ?2
             WHERE id = ?3",
            params![previous_until, hash, id],
        )?;
        Ok(())
    }

    fn set_disabled(&mut self, id: &str, disabled: bool) -> Result<(), StoreError> {
        self.conn.execute(
            "UPDATE api_keys SET disabled = ? WHERE id = ?",
            params![disabled, id],
        )?;
        Ok(())
    }

    fn set_last_used(&mut self, uses: &[(String, EpochMillis)]) -> Result<(), StoreError> {
        let mut update = self
            .conn
            .prepare_cached("UPDATE api_keys SET last_used_at = ? WHERE id = ?")?;
        for (id, at) in uses {
            update.execute(params![at, id])?;
        }
        Ok(())
    }

    fn delete_key(&mut self, id: &str) -> Result<(), StoreError> {
        self.conn
            .execute("DELETE FROM api_keys WHERE id = ?", [id])?;
        Ok(())
    }
}
