//! Tests that every database engine has to pass.
//!
//! A new engine implements [`Engine`] and is added to `contract!`; every test below then runs on it
//! too.

mod groups;
mod jobs;
mod keys;
mod logs;
mod memory;
mod sessions;

use super::changes::SessionContext;
use super::listing::ListCache;
use super::{Database, Rows, Store, StoreError, Write, sqlite};
use crate::api::{MemberRole, Session};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use crate::gateway::hub::Hub;
use crate::gateway::metrics::StoreTimes;
use crate::gateway::whatsapp::{GroupSnapshot, Member};
use std::sync::Arc;

/// A database that outlives who opens it.
trait Engine {
    fn open(&self) -> anyhow::Result<Database>;
}

/// A file in a directory of its own.
struct OnDisk(tempfile::TempDir);

impl Default for OnDisk {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Engine for OnDisk {
    fn open(&self) -> anyhow::Result<Database> {
        sqlite::open(&self.0.path().join("desk.db"))
    }
}

/// An open store on an engine.
pub(crate) struct TestStore {
    pub store: Store,
    pub hub: Arc<Hub>,
    engine: Box<dyn Engine>,
}

impl TestStore {
    fn on(engine: impl Engine + 'static) -> Self {
        let hub = Arc::new(Hub::default());
        let database = engine.open().unwrap();
        Self {
            store: Store::open(database, Arc::clone(&hub), StoreTimes::default()).unwrap(),
            hub,
            engine: Box::new(engine),
        }
    }

    /// Writes, and expects it to succeed.
    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Rows) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let written = self.store.write(move |w: &mut Write<'_>| job(w.rows)).await;
        written.unwrap()
    }

    /// A session of an organization.
    async fn session(&self, organization: &OrganizationId, id: &SessionId) {
        let (organization, row) = (organization.clone(), row(id));
        let new = self
            .write(move |rows| {
                rows.put_organization(&organization, 1)?;
                rows.insert_session(&organization, &row, true)
            })
            .await;
        assert!(new);
    }
}

/// A store on SQLite.
pub(crate) fn store() -> TestStore {
    TestStore::on(OnDisk::default())
}

pub(crate) fn organization(name: &str) -> OrganizationId {
    OrganizationId::parse(name).unwrap()
}

pub(crate) fn session(number: u128) -> SessionId {
    SessionId::parse(&ulid::Ulid::from(number).to_string()).unwrap()
}

fn row(id: &SessionId) -> Session {
    Session {
        id: id.to_string(),
        ..Session::default()
    }
}

fn jid(number: u32) -> GroupJid {
    GroupJid::parse(&format!("12036300000000{number:04}@g.us")).unwrap()
}

fn member(number: u32, role: MemberRole) -> Member {
    Member {
        lid: MemberJid::parse(&format!("{number}@lid")).unwrap(),
        role,
        is_me: number == 1,
    }
}

/// A group with the account as its admin and two members.
fn group(number: u32) -> GroupSnapshot {
    GroupSnapshot {
        jid: jid(number),
        subject: format!("Group {number}"),
        description: "what it is for".to_owned(),
        owner: Some(MemberJid::parse("3@lid").unwrap()),
        announce: true,
        locked: false,
        created_at: Some(1_500_000_000_000),
        members: vec![
            member(1, MemberRole::Admin),
            member(2, MemberRole::Member),
            member(3, MemberRole::Superadmin),
        ],
    }
}

fn scope(organization: OrganizationId, session: SessionId) -> SessionContext {
    SessionContext {
        organization,
        session,
        me: None,
        cache: Arc::new(ListCache::default()),
        silent: false,
    }
}

/// Puts every question to every engine. A question that is not named here is dead code, which the lints
/// refuse.
macro_rules! contract {
    ($($engine:ident = $open:expr;)+ => $questions:tt) => {
        $(contract!(@engine $engine $open; $questions);)+
    };
    (@engine $engine:ident $open:expr; { $($file:ident: $($question:ident)+;)+ }) => {
        mod $engine {
            use super::*;
            $(mod $file {
                use super::*;
                $(#[tokio::test]
                async fn $question() {
                    super::super::$file::$question(TestStore::on($open)).await;
                })+
            })+
        }
    };
}

contract! {
    on_sqlite = OnDisk::default();
    in_memory = memory::InMemory::default();
    => {
        jobs:
            a_failing_or_panicking_job_takes_nobody_with_it
            nobody_reads_what_is_not_committed
            what_was_written_is_there_after_reopening
            ids_grow_across_openings
            one_store_at_a_time
            a_failed_job_is_not_told
            what_cannot_be_committed_is_noticed_and_made_up_for;
        sessions:
            a_session_is_inserted_once
            an_update_writes_what_changes_in_a_life
            a_new_name_is_its_own_organizations_to_give
            deleting_takes_groups_and_members_along
            nobody_writes_for_another_organization;
        groups:
            groups_are_listed_by_jid_in_pages
            a_group_reads_back_as_it_was_told
            what_is_another_organizations_is_not_there
            a_group_needs_its_session
            updates_move_forward
            each_setting_is_written_alone
            members_come_change_and_go
            a_superadmin_keeps_their_role
            a_group_that_was_left_is_stored_but_not_joined
            only_differences_are_told;
        keys:
            a_key_reads_back_as_it_was_made
            a_rotated_key_keeps_its_former_secret_for_as_long_as_was_said
            keys_are_disabled_used_and_deleted
            keys_are_listed_by_organization;
        logs:
            the_audit_log_is_read_backwards
            audit_entries_are_found_by_what_they_are_about
            a_page_of_the_audit_log_leads_to_the_next
            events_are_replayed_in_order
            old_events_are_swept;
    }
}
