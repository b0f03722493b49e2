//! What is stored, beside what WhatsApp tells.

use super::StoreError;
use super::changes::{Scope, count};
use super::columns::session_role;
use super::members::{StoredMember, load_members};
use crate::api::{EpochMillis, SessionRole};
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::GroupSnapshot;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;

/// A group's row, without its members.
pub(super) struct Stored {
    pub number: i64,
    pub subject: String,
    pub description: String,
    pub owner: Option<String>,
    pub announce: bool,
    pub locked: bool,
    pub created_at: Option<EpochMillis>,
    pub my_role: SessionRole,
}

/// What a sync has to write.
pub struct Differences {
    /// The groups that are not stored, or stored otherwise.
    pub changed: Vec<GroupSnapshot>,
    /// The stored groups that the account is no longer in.
    pub gone: Vec<GroupJid>,
    /// Nothing was stored yet: everything is new.
    pub first: bool,
}

/// Compares `fresh`, all groups that the account is in, with what is stored.
///
/// # Errors
/// The database refuses.
pub fn differences(
    conn: &Connection,
    scope: &Scope,
    fresh: Vec<GroupSnapshot>,
) -> Result<Differences, StoreError> {
    if count(conn, scope)? == 0 {
        return Ok(Differences {
            changed: fresh,
            gone: Vec::new(),
            first: true,
        });
    }
    let known: HashSet<String> = fresh.iter().map(|group| group.jid.to_string()).collect();
    let mut changed = Vec::new();
    for group in fresh {
        let same = match load(conn, scope, &group.jid)? {
            None => false,
            Some(stored) => {
                same_info(&stored, &group) && {
                    let members = load_members(conn, stored.number)?;
                    members.len() == group.members.len()
                        && group.members.iter().all(|member| {
                            members
                                .get(member.lid.as_str())
                                .is_some_and(|stored| *stored == StoredMember::from(member))
                        })
                }
            }
        };
        if !same {
            changed.push(group);
        }
    }
    let mut query = conn.prepare_cached(
        "SELECT g.jid FROM groups g JOIN sessions s ON s.id = g.session
         WHERE s.organization = ? AND g.session = ? AND g.my_role <> 'none'",
    )?;
    let stored = query.query_map(
        [scope.organization.as_str(), scope.session.as_str()],
        |row| row.get::<_, String>(0),
    )?;
    let mut gone = Vec::new();
    for jid in stored {
        let jid = jid?;
        if let (false, Ok(jid)) = (known.contains(&jid), GroupJid::parse(&jid)) {
            gone.push(jid);
        }
    }
    Ok(Differences {
        changed,
        gone,
        first: false,
    })
}

/// A group's row, when it is stored.
pub(super) fn load(
    conn: &Connection,
    scope: &Scope,
    jid: &GroupJid,
) -> Result<Option<Stored>, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT g.number, g.subject, g.description, g.owner, g.announce, g.locked,
                 g.created_at_wa, g.my_role
             FROM groups g JOIN sessions s ON s.id = g.session
             WHERE s.organization = ? AND g.session = ? AND g.jid = ?",
        )?
        .query_row(
            [
                scope.organization.as_str(),
                scope.session.as_str(),
                jid.as_str(),
            ],
            |row| {
                let role: String = row.get(7)?;
                Ok(Stored {
                    number: row.get(0)?,
                    subject: row.get(1)?,
                    description: row.get(2)?,
                    owner: row.get(3)?,
                    announce: row.get(4)?,
                    locked: row.get(5)?,
                    created_at: row.get(6)?,
                    my_role: session_role(&role),
                })
            },
        )
        .optional()?)
}

/// Whether everything but the members is as it was.
pub(super) fn same_info(stored: &Stored, group: &GroupSnapshot) -> bool {
    stored.subject == group.subject
        && stored.description == group.description
        && stored.owner.as_deref() == group.owner.as_ref().map(MemberJid::as_str)
        && stored.announce == group.announce
        && stored.locked == group.locked
        && stored.created_at == group.created_at
}
