//! A second engine, in memory: it makes the tests state what SQLite does implicitly.

mod people;
mod read;
mod requests;
mod rows;
mod schedules;

use super::Engine;
use crate::api::{AuditEntry, EpochMillis, Group, Session, SessionRole};
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::{Logged, StoredKey, StoredMember, StoredSchedule};
use crate::gateway::store::tables::{Database, Read, Readers, Transactions};
use crate::gateway::whatsapp::{MembershipRequest, Named};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use ulid::Ulid;

type Outcome<T> = Result<T, StoreError>;

#[derive(Clone, Default)]
struct Tables {
    organizations: BTreeSet<OrganizationId>,
    sessions: BTreeMap<String, (OrganizationId, Session, bool, Option<EpochMillis>)>,
    /// By session and group.
    schedules: BTreeMap<(String, String), StoredSchedule>,
    /// By session and JID.
    groups: BTreeMap<(String, String), (i64, Group)>,
    /// By group and LID.
    members: BTreeMap<(i64, String), (StoredMember, EpochMillis, EpochMillis)>,
    /// By group and JID.
    requests: BTreeMap<(i64, String), MembershipRequest>,
    /// When the requests of a group were listed.
    requests_listed: BTreeMap<i64, EpochMillis>,
    /// Names by session and JID.
    people: BTreeMap<(String, String), Named>,
    keys: BTreeMap<String, StoredKey>,
    audit: BTreeMap<Ulid, (OrganizationId, AuditEntry)>,
    events: BTreeMap<Ulid, (OrganizationId, Logged)>,
    groups_so_far: i64,
    /// The groups of which WhatsApp lists only some members.
    partial: BTreeSet<i64>,
}

/// What survives a connection.
#[derive(Default)]
pub(super) struct InMemory {
    committed: Arc<Mutex<Tables>>,
    taken: Arc<AtomicBool>,
}

impl Engine for InMemory {
    fn open(&self) -> anyhow::Result<Database> {
        anyhow::ensure!(!self.taken.swap(true, Ordering::SeqCst), "in use");
        let connect = |taken| Memory {
            committed: Arc::clone(&self.committed),
            working: None,
            saved: None,
            is_full: [false; 2],
            taken,
        };
        Ok(Database {
            writer: Box::new(connect(Some(Arc::clone(&self.taken)))),
            readers: Box::new(Elsewhere(Arc::clone(&self.committed))),
        })
    }
}

struct Elsewhere(Arc<Mutex<Tables>>);

impl Readers for Elsewhere {
    fn open(&self) -> Outcome<Box<dyn Read + Send>> {
        Ok(Box::new(Memory {
            committed: Arc::clone(&self.0),
            working: None,
            saved: None,
            is_full: [false; 2],
            taken: None,
        }))
    }
}

struct Memory {
    committed: Arc<Mutex<Tables>>,
    /// The tables as an open transaction sees them.
    working: Option<Tables>,
    saved: Option<Tables>,
    /// Whether commits fail as on a full disk, in this transaction and in the next.
    is_full: [bool; 2],
    taken: Option<Arc<AtomicBool>>,
}

impl Memory {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every answer of the trait may fail"
    )]
    fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> Outcome<T> {
        Ok(match &self.working {
            Some(tables) => look(tables),
            None => look(&self.committed.lock().unwrap()),
        })
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "every answer of the trait may fail"
    )]
    fn change<T>(&mut self, change: impl FnOnce(&mut Tables) -> T) -> Outcome<T> {
        Ok(change(self.working.as_mut().expect("a transaction")))
    }
}

impl Tables {
    fn owns(&self, organization: &OrganizationId, session: &SessionId) -> bool {
        let session = self.sessions.get(session.as_str());
        session.is_some_and(|(owner, ..)| owner == organization)
    }

    fn groups_of<'a>(
        &'a self,
        organization: &OrganizationId,
        session: &SessionId,
    ) -> impl Iterator<Item = &'a (i64, Group)> + use<'a> {
        let owned = self.owns(organization, session);
        let (all, session) = (self.groups.iter(), session.to_string());
        all.filter(move |((of, _), _)| owned && *of == session)
            .map(|(_, group)| group)
    }

    fn find(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Option<&(i64, Group)> {
        self.groups_of(organization, session)
            .find(|(_, group)| group.group_jid == jid.as_str())
    }

    /// The group with the subject of its community and the number of its requests.
    fn with_others(&self, session: &SessionId, (number, group): &(i64, Group)) -> Group {
        let community = group.community_jid.as_ref();
        let found = community
            .and_then(|jid| self.groups.get(&(session.to_string(), jid.clone())))
            .and_then(|(_, community)| community.subject.clone());
        Group {
            community_subject: found,
            pending_requests: self
                .requests_listed
                .get(number)
                .map(|_| self.requests_of(*number).count() as u32),
            ..group.clone()
        }
    }

    fn by_number(&mut self, number: i64) -> Option<&mut Group> {
        let mut groups = self.groups.values_mut();
        let found = groups.find(|(of, _)| *of == number);
        found.map(|(_, group)| group)
    }

    fn members_of(&self, number: i64) -> impl Iterator<Item = (&str, &StoredMember)> {
        let all = self.members.iter();
        all.filter(move |((of, _), _)| *of == number)
            .map(|((_, lid), (member, ..))| (lid.as_str(), member))
    }
}

fn is_in(group: &Group) -> bool {
    group.my_role != Some(SessionRole::None)
}

impl Transactions for Memory {
    fn begin(&mut self) -> Outcome<()> {
        self.is_full[0] = self.is_full[1];
        self.working = Some(self.committed.lock().unwrap().clone());
        Ok(())
    }

    fn commit(&mut self) -> Outcome<()> {
        if self.is_full[0] {
            return Err(StoreError::Unwritable("full".into()));
        }
        *self.committed.lock().unwrap() = self.working.take().expect("a transaction");
        Ok(())
    }

    fn roll_back(&mut self) {
        self.working = None;
    }

    fn savepoint(&mut self) -> Outcome<()> {
        self.saved.clone_from(&self.working);
        Ok(())
    }

    fn release(&mut self) -> Outcome<()> {
        self.saved = None;
        Ok(())
    }

    fn undo(&mut self) -> Outcome<()> {
        self.working = self.saved.take();
        Ok(())
    }

    fn close(self: Box<Self>) -> Outcome<()> {
        if let Some(taken) = self.taken {
            taken.store(false, Ordering::SeqCst);
        }
        Ok(())
    }
}
