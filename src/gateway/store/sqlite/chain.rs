//! The hash chain of entries that an earlier version logged without one.

use super::audit_row::{COLUMNS, entry};
use crate::api::audit_chain::FIRST;
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::hash;
use rusqlite::{Connection, params};

/// Rows that are in memory at a time.
const ROWS: u32 = 1_000;

/// Writes the hashes of all entries, oldest first.
pub(super) fn compute(conn: &Connection) -> Result<(), StoreError> {
    let mut read = conn.prepare(&format!(
        "SELECT {COLUMNS} FROM audit WHERE (organization, id) > (?1, ?2)
         ORDER BY organization, id LIMIT ?3"
    ))?;
    let mut write =
        conn.prepare("UPDATE audit SET hash = ?3 WHERE organization = ?1 AND id = ?2")?;
    let (mut organization, mut id) = (String::new(), String::new());
    let mut previous = FIRST.to_owned();
    loop {
        let rows = read.query_map(params![organization, id, ROWS], entry)?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Ok(());
        }
        for entry in rows {
            let owner = entry.organization_id.clone().unwrap_or_default();
            if owner != organization {
                FIRST.clone_into(&mut previous);
                organization = owner;
            }
            previous = hash(&entry, &previous)?;
            write.execute(params![organization, entry.id, previous])?;
            id = entry.id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::{migrate_to, open_writer};
    use super::*;
    use crate::api::AuditEntry;

    fn all(conn: &Connection) -> Vec<AuditEntry> {
        let sql = format!("SELECT {COLUMNS} FROM audit ORDER BY organization, id");
        let mut query = conn.prepare(&sql).unwrap();
        let rows = query.query_map([], entry).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn entries_of_earlier_versions_are_chained_and_lose_their_links() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.db");
        let conn = migrate_to(&path, 6);
        for (organization, count) in [("acme", 2_500_i64), ("other", 3)] {
            for number in 0..count {
                let id = ulid::Ulid::from_parts(number as u64, 1).to_string();
                let action = match number {
                    1 => "group.invite.reset",
                    _ => "group.update",
                };
                conn.execute(
                    "INSERT INTO audit (organization, id, at, actor, action, session, group_jid, old, new, outcome)
                     VALUES (?1, ?2, ?3, 'key:1', ?4, 's1', NULL, ?5, '{\"b\":1,\"a\":\"\u{e9}\"}', 'ok')",
                    params![
                        organization,
                        id,
                        number,
                        action,
                        r#"{"invite":"https://chat.whatsapp.com/secret"}"#,
                    ],
                )
                .unwrap();
            }
        }
        drop(conn);
        let conn = open_writer(&path, None).unwrap();
        let mut entries = all(&conn);
        assert_eq!(entries.len(), 2_503);
        assert_eq!((&entries[1].old, &entries[1].new), (&None, &None));
        let others = entries.split_off(2_500);
        for chain in [entries, others] {
            let mut previous = FIRST.to_owned();
            for entry in chain {
                assert_eq!(entry.hash, Some(hash(&entry, &previous).unwrap()));
                previous = entry.hash.unwrap();
            }
        }
    }
}
