//! Tests that every database engine has to pass.
//!
//! A new engine implements [`Engine`] and is added to `contract!`; every test below then runs on it
//! too.

mod groups;
mod jobs;
mod keys;
mod logs;
mod memory;
mod people;
mod requests;
mod schedules;
mod sessions;

use super::context::SessionContext;
use super::listing::ListCache;
use super::tables::{Database, Rows};
use super::{Store, StoreError, Write, sqlite};
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
        phone: None,
        is_me: number == 1,
        joined_via: None,
    }
}

/// A group with the account as its admin and two members.
fn group(number: u32) -> GroupSnapshot {
    GroupSnapshot {
        subject: format!("Group {number}"),
        description: "what it is for".to_owned(),
        owner: Some(MemberJid::parse("3@lid").unwrap()),
        announce: true,
        created_at: Some(1_500_000_000_000),
        members: vec![
            member(1, MemberRole::Admin),
            member(2, MemberRole::Member),
            member(3, MemberRole::Superadmin),
        ],
        ..GroupSnapshot::new(jid(number))
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
            a_failing_or_panicking_job_affects_no_other
            uncommitted_writes_are_not_read
            writes_survive_reopening
            ids_grow_across_openings
            one_store_at_a_time
            a_failed_job_publishes_nothing
            failed_commits_are_detected_and_recovered;
        sessions:
            a_session_is_inserted_once
            an_update_writes_the_session_s_state
            only_the_owner_renames_a_session
            deleting_a_session_deletes_its_groups_and_members
            another_organization_s_session_is_not_written;
        groups:
            groups_are_listed_by_jid_in_pages
            a_group_reads_back_as_written
            another_organization_s_rows_are_not_read
            a_group_needs_its_session
            updates_move_forward
            each_setting_is_written_alone
            groups_of_a_community_name_it_and_count_their_members
            members_come_change_and_go
            a_superadmin_keeps_their_role
            a_group_that_was_left_is_stored_but_not_joined
            only_differences_are_published;
        people:
            members_have_the_names_and_numbers_that_are_known
            a_number_that_is_no_longer_reported_is_kept
            how_members_came_is_published_and_kept
            members_are_found_within_organizations
            a_deleted_session_s_people_are_gone;
        requests:
            requests_are_counted_once_they_were_listed
            requests_are_listed_within_organizations_oldest_first
            groups_whose_requests_are_due_are_found
            requests_that_come_and_go_are_published
            a_list_settles_what_it_lacks
            more_requests_than_are_kept_are_dropped;
        keys:
            a_key_reads_back_as_created
            a_rotated_key_keeps_its_former_secret_for_the_overlap
            keys_are_disabled_used_and_deleted
            keys_are_listed_by_organization;
        logs:
            the_audit_log_is_read_backwards
            entries_are_chained_in_the_order_of_their_ids
            old_audit_entries_are_removed_and_the_chain_goes_on
            audit_entries_are_found_by_what_they_are_about
            a_page_of_the_audit_log_leads_to_the_next
            events_are_replayed_in_order
            old_events_are_swept;
        schedules:
            a_schedule_reads_back_as_written
            a_deleted_session_s_schedules_are_gone;
    }
}
