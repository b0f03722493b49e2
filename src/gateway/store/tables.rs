//! The interface of a database engine: connections, and reading and writing rows on them.
//!
//! The rules are above it and the same for every engine: when a job is committed and published
//! ([`writer`](super::writer)), how WhatsApp's changes are applied ([`changes`](super::changes)),
//! how ids grow. An engine implements tables and transactions only. Calls block: they run on the
//! writer's thread or off the async threads. `contract/` tests what an engine must get right.

use super::error::StoreError;
use super::people::Wanted;
use super::rows::{
    AuditFilter, Logged, StoredGroup, StoredKey, StoredMember, StoredSchedule, StoredSession,
};
use crate::api::{
    ApiKey, AuditEntry, EpochMillis, FoundMember, Group, GroupMember, MemberRole, PendingRequest,
    Session, Setting,
};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, PhoneNumber, SessionId};
use crate::gateway::hub::Published;
use crate::gateway::scope::Scope;
use crate::gateway::whatsapp::{GroupSnapshot, Member, MembershipRequest, Named};
use std::collections::{BTreeMap, HashMap};
use ulid::Ulid;

type Outcome<T> = Result<T, StoreError>;

/// A database, opened.
pub(crate) struct Database {
    /// The one connection that everything is written on.
    pub writer: Box<dyn Transactions>,
    pub readers: Box<dyn Readers>,
}

/// Opens connections that only read.
pub(crate) trait Readers: Send + Sync {
    /// # Errors
    /// The engine cannot be reached.
    fn open(&self) -> Outcome<Box<dyn Read + Send>>;
}

/// Reading sessions and the organizations that own them.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadSessions {
    /// Every organization that is known.
    fn organizations(&self) -> Outcome<Vec<OrganizationId>>;

    /// Every session of every organization by id: what the engine starts with.
    fn sessions(&self) -> Outcome<Vec<StoredSession>>;
}

/// Reading groups and their members.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadGroups {
    /// A session's groups after `after` by JID, at most `limit`; all of them without a limit.
    fn groups(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        after: Option<&GroupJid>,
        limit: Option<u32>,
    ) -> Outcome<Vec<Group>>;

    fn group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<Group>>;

    /// A group's members by LID; `None` when the group is not stored.
    fn members(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<Vec<GroupMember>>>;

    /// A group's row for comparison with WhatsApp's state.
    fn stored_group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<StoredGroup>>;

    /// The groups of a session that its account is in.
    fn joined(&self, organization: &OrganizationId, session: &SessionId) -> Outcome<Vec<GroupJid>>;

    /// The number of groups of a session, including those that the account has left.
    fn count_groups(&self, organization: &OrganizationId, session: &SessionId) -> Outcome<u64>;

    /// A group's members by LID; `group` is a [`StoredGroup::number`].
    fn stored_members(&self, group: i64) -> Outcome<HashMap<String, StoredMember>>;
}

/// Reading what is known of people.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadPeople {
    /// What somebody is called with this JID and number, from the best source.
    fn name(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &str,
        phone: Option<PhoneNumber>,
    ) -> Outcome<Option<String>>;

    /// Members that fit, at most `limit`: of one organization after the other, by session, group and
    /// LID.
    fn find_members(
        &self,
        organizations: &[OrganizationId],
        wanted: &Wanted,
        limit: usize,
    ) -> Outcome<Vec<FoundMember>>;
}

/// Reading requests to join.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadRequests {
    /// Requests to join groups of which the session's account is an admin, with the names that are known, at
    /// most `limit`: of one organization after the other, the oldest first, those without a time last.
    fn requests(
        &self,
        organizations: &[OrganizationId],
        limit: usize,
    ) -> Outcome<Vec<PendingRequest>>;

    /// A group's requests by JID; `group` is a [`StoredGroup::number`].
    fn stored_requests(&self, group: i64) -> Outcome<BTreeMap<String, MembershipRequest>>;

    /// The groups of a session that ask their admins, of which its account is one, and whose requests were
    /// not listed since `since`: the least recently listed first.
    fn unlisted_requests(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        since: EpochMillis,
    ) -> Outcome<Vec<GroupJid>>;
}

/// Reading api-keys.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadKeys {
    /// The organizations' keys by id, oldest first.
    fn api_keys(&self, organizations: &[OrganizationId]) -> Outcome<Vec<ApiKey>>;

    /// A key of any organization; the caller checks its scope.
    fn key(&self, id: &str) -> Outcome<Option<StoredKey>>;

    /// Every organization's keys: what authentication starts with.
    fn keys(&self) -> Outcome<Vec<StoredKey>>;
}

/// Reading the audit log and the events log.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadLogs {
    /// The organizations' audit log, newest first, at most `filter.limit` entries.
    fn audit(
        &self,
        organizations: &[OrganizationId],
        filter: &AuditFilter,
    ) -> Outcome<Vec<AuditEntry>>;

    /// The organizations' events after `since`, oldest first, at most `limit`.
    fn events(
        &self,
        organizations: &[OrganizationId],
        since: Ulid,
        limit: u32,
    ) -> Outcome<Vec<Logged>>;

    /// The largest id that an event or an audit entry has.
    fn last_id(&self) -> Outcome<Ulid>;
}

/// Reading opening hours.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait ReadSchedules {
    /// Every organization's, by session and group.
    fn schedules(&self) -> Outcome<Vec<StoredSchedule>>;
}

/// Reading rows. Callers name the organizations, in any order; rows of other organizations are not
/// returned. Every method fails when the engine does.
pub(crate) trait Read:
    ReadSessions + ReadGroups + ReadPeople + ReadRequests + ReadKeys + ReadLogs + ReadSchedules
{
}

impl<T: ReadSessions + ReadGroups + ReadPeople + ReadRequests + ReadKeys + ReadLogs + ReadSchedules>
    Read for T
{
}

/// Writing sessions and the organizations that own them.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WriteSessions {
    /// Inserts an organization unless it exists.
    fn put_organization(&mut self, organization: &OrganizationId, now: EpochMillis) -> Outcome<()>;

    /// Inserts a session of an existing organization; `false` when it exists already (it is then
    /// unchanged).
    fn insert_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
    ) -> Outcome<bool>;

    /// Writes what changes in a session's life: desired state, status, identity, times.
    fn update_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
        not_before: Option<EpochMillis>,
    ) -> Outcome<()>;

    /// Gives a session another name.
    fn rename_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        label: Option<&str>,
        at: EpochMillis,
    ) -> Outcome<()>;

    /// Deletes a session with its groups, members and people.
    fn delete_session(&mut self, organization: &OrganizationId, session: &SessionId)
    -> Outcome<()>;
}

/// Writing groups and their members.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WriteGroups {
    /// Inserts a group with its members, first seen at `at`; `false` when its session is gone.
    fn insert_group(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        id: Ulid,
        group: &GroupSnapshot,
        at: EpochMillis,
    ) -> Outcome<bool>;

    /// Writes everything but the members. A group's `updatedAt` moves forward with every change: to
    /// `at`, or by a millisecond where `at` is not later.
    fn update_group(&mut self, group: i64, fresh: &GroupSnapshot, at: EpochMillis) -> Outcome<()>;

    /// Writes one setting; `updatedAt` as in [`update_group`](Self::update_group).
    fn set_setting(&mut self, group: i64, setting: &Setting, at: EpochMillis) -> Outcome<()>;

    /// Inserts members or overwrites their role and number, seen at `at`. A number that is known is
    /// kept where the member comes without one, and so is how the member came.
    fn put_members(
        &mut self,
        group: i64,
        members: &mut dyn Iterator<Item = &Member>,
        at: EpochMillis,
    ) -> Outcome<()>;

    /// Whether there was such a member.
    fn delete_member(&mut self, group: i64, lid: &str) -> Outcome<bool>;

    /// Sets the role of a member, except of a superadmin. Returns whether it changed.
    fn set_role(&mut self, group: i64, lid: &str, role: &MemberRole) -> Outcome<bool>;

    /// Updates the member count and own role in a group's row. Returns whether they changed.
    fn refresh_member_summary(&mut self, group: i64) -> Outcome<bool>;
}

/// Writing what is known of people.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WritePeople {
    /// Writes what people are called. Nothing when the session is gone.
    fn put_names(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        people: &[Named],
    ) -> Outcome<()>;
}

/// Writing requests to join.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WriteRequests {
    /// Inserts a request, or adds what it did not say before: the number, the time.
    fn put_request(&mut self, group: i64, request: &MembershipRequest) -> Outcome<()>;

    /// Deletes the request of a person, who may be named by the JID of the number. Returns it, if there was
    /// one.
    fn delete_request(
        &mut self,
        group: i64,
        person: &MemberJid,
    ) -> Outcome<Option<MembershipRequest>>;

    /// Writes when a group's requests were listed last; with `None` how many there are is not known.
    fn set_requests_listed(&mut self, group: i64, at: Option<EpochMillis>) -> Outcome<()>;

    /// Moves a group's `updatedAt` by a millisecond.
    fn touch_group(&mut self, group: i64) -> Outcome<()>;
}

/// Writing api-keys.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WriteKeys {
    fn insert_key(&mut self, key: &StoredKey) -> Outcome<()>;

    /// Replaces the secret of a key; the former one stays valid until `previous_until`, if given.
    fn replace_secret(
        &mut self,
        id: &str,
        hash: &[u8; 32],
        previous_until: Option<EpochMillis>,
    ) -> Outcome<()>;

    fn set_disabled(&mut self, id: &str, disabled: bool) -> Outcome<()>;

    /// Stores when keys were last used.
    fn set_last_used(&mut self, uses: &[(String, EpochMillis)]) -> Outcome<()>;

    fn delete_key(&mut self, id: &str) -> Outcome<()>;
}

/// Writing the audit log and the events log.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WriteLogs {
    /// Adds an entry with its hash, after all others of the organization.
    fn insert_audit(&mut self, organization: &OrganizationId, entry: &AuditEntry) -> Outcome<()>;

    /// Removes the organization's audit entries up to `last`, that one included. Returns how many
    /// there were.
    fn remove_audit(&mut self, organization: &OrganizationId, last: Ulid) -> Outcome<u64>;

    fn insert_event(&mut self, event: &Published) -> Outcome<()>;

    /// Drops an organization's events but the newest `keep`.
    fn sweep_events(&mut self, organization: &OrganizationId, keep: u32) -> Outcome<()>;
}

/// Writing opening hours.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait WriteSchedules {
    /// Inserts or replaces a group's; `false` when its session is gone.
    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Outcome<bool>;

    /// Whether there was one.
    fn delete_schedule(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        group: &GroupJid,
    ) -> Outcome<bool>;
}

/// Writing rows, inside a transaction that the caller commits.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait Rows:
    Read
    + WriteSessions
    + WriteGroups
    + WritePeople
    + WriteRequests
    + WriteKeys
    + WriteLogs
    + WriteSchedules
{
    /// Writes about as much as a change of a group does, to test whether that is possible. The row
    /// is never read.
    fn probe(&mut self) -> Outcome<()>;

    /// From the next transaction on, commits fail as on a full disk, or succeed again.
    #[cfg(test)]
    fn fill_disk(&mut self, is_full: bool);
}

/// The writing connection: transactions with one savepoint at a time.
#[allow(clippy::missing_errors_doc)]
pub(crate) trait Transactions: Rows + Send {
    fn begin(&mut self) -> Outcome<()>;

    /// When this returns, what was written is on the disk, a power cut included.
    fn commit(&mut self) -> Outcome<()>;

    /// Called after a commit that added to the events or audit log, with the newest id in them. An
    /// engine that could lose its last commits unnoticed records it elsewhere.
    fn committed(&mut self, _last: Ulid) {}

    /// Undoes the transaction, if one is open.
    fn roll_back(&mut self);

    fn savepoint(&mut self) -> Outcome<()>;

    /// Keeps what was written since the savepoint.
    fn release(&mut self) -> Outcome<()>;

    /// Rolls back to the savepoint. Fails if the engine has rolled back the whole transaction (on a
    /// full disk, for example).
    fn undo(&mut self) -> Outcome<()>;

    /// Closes the connection and releases the lock on the database.
    fn close(self: Box<Self>) -> Outcome<()>;
}

/// The organizations in a scope.
///
/// A query names the organizations it reads for. For almost every caller that is one; only a
/// platform-wide caller reads for all of them.
///
/// # Errors
/// The database refuses.
pub(crate) fn within(rows: &dyn Read, scope: &Scope) -> Outcome<Vec<OrganizationId>> {
    match scope {
        Scope::Nothing => Ok(Vec::new()),
        Scope::Organization(own) => Ok(vec![own.clone()]),
        Scope::Platform { .. } => rows.organizations(),
    }
}
