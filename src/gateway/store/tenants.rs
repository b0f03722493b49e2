//! The organizations that the store knows.
//!
//! A query names the organizations it reads for, one after the other, by their own index. For almost
//! every caller that is one; only a platform-wide caller reads for all of them.

use super::StoreError;
use crate::gateway::auth::Scope;
use crate::gateway::domain::OrganizationId;
use rusqlite::Connection;

/// The organizations in a scope.
///
/// # Errors
/// The database refuses.
pub fn within(conn: &Connection, scope: &Scope) -> Result<Vec<OrganizationId>, StoreError> {
    match scope {
        Scope::Nothing => Ok(Vec::new()),
        Scope::Organization(own) => Ok(vec![own.clone()]),
        Scope::Platform { .. } => {
            let mut query = conn.prepare_cached("SELECT id FROM organizations ORDER BY id")?;
            let ids = query.query_map([], |row| row.get::<_, String>(0))?;
            let mut organizations = Vec::new();
            for id in ids {
                organizations.extend(OrganizationId::parse(&id?));
            }
            Ok(organizations)
        }
    }
}
