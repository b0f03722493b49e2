//! Rows of people: their names and numbers, and finding members by them.

use super::connection::Sqlite;
use crate::api::FoundMember;
use crate::gateway::domain::{OrganizationId, PhoneNumber, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::people::Wanted;
use crate::gateway::store::tables::{ReadPeople, WritePeople};
use crate::gateway::whatsapp::Named;
use rusqlite::{OptionalExtension, Row, params};

/// A number in a row.
pub(super) fn phone(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<PhoneNumber>> {
    let number: Option<i64> = row.get(column)?;
    Ok(number.and_then(PhoneNumber::from_i64))
}

/// The name of the member `m`, known by LID or by number, from the best source.
pub(super) fn name_of_member(session: &str) -> String {
    format!(
        "(SELECT p.name FROM people p
          WHERE p.session = {session} AND p.jid IN (m.lid, m.phone || '@s.whatsapp.net')
          ORDER BY p.source DESC, substr(p.jid, -4) = '@lid' DESC LIMIT 1)"
    )
}

impl ReadPeople for Sqlite {
    fn name(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &str,
        phone: Option<PhoneNumber>,
    ) -> Result<Option<String>, StoreError> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT {} FROM sessions s, (SELECT ?3 AS lid, ?4 AS phone) m
             WHERE s.organization = ?1 AND s.id = ?2",
            name_of_member("s.id")
        ))?;
        let phone = phone.map(PhoneNumber::to_i64);
        let row = params![organization.as_str(), session.as_str(), jid, phone];
        Ok(query.query_row(row, |row| row.get(0)).optional()?.flatten())
    }

    fn find_members(
        &self,
        organizations: &[OrganizationId],
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<FoundMember>, StoreError> {
        // CROSS JOIN keeps the order of the loops, which is that of the answer. The text is compared
        // here: SQLite ignores case in ASCII only.
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT g.session, g.jid, m.lid, m.phone, {} FROM sessions s
             CROSS JOIN groups g ON g.session = s.id
             CROSS JOIN members m ON m.group_number = g.number
             WHERE s.organization = ? ORDER BY s.id, g.jid, m.lid",
            name_of_member("s.id")
        ))?;
        let mut found = Vec::new();
        for organization in organizations {
            let mut rows = query.query([organization.as_str()])?;
            while found.len() < limit
                && let Some(row) = rows.next()?
            {
                let lid = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
                let phone = phone(row, 3)?;
                let name: Option<&str> = row
                    .get_ref(4)?
                    .as_str_or_null()
                    .map_err(rusqlite::Error::from)?;
                if wanted.fits(lid, name, phone) {
                    found.push(FoundMember {
                        session_id: row.get(0)?,
                        group_jid: row.get(1)?,
                        lid: lid.to_owned(),
                        name: name.map(str::to_owned),
                        phone_number: phone.map(|phone| phone.to_string()),
                    });
                }
            }
        }
        Ok(found)
    }
}

impl WritePeople for Sqlite {
    fn put_names(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        people: &[Named],
    ) -> Result<(), StoreError> {
        let mut put = self.conn.prepare_cached(
            "INSERT INTO people (session, jid, name, source)
             SELECT s.id, ?3, ?4, ?5 FROM sessions s WHERE s.organization = ?1 AND s.id = ?2
             ON CONFLICT DO UPDATE SET name = ?4, source = ?5
             WHERE source <= ?5 AND (name, source) <> (?4, ?5)",
        )?;
        for named in people {
            put.execute(params![
                organization.as_str(),
                session.as_str(),
                named.person.as_str(),
                named.name,
                named.source.rank(),
            ])?;
        }
        Ok(())
    }
}
