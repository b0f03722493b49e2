//! How often the list of all groups is asked for, and what shows that it was.

use super::super::run::Phase;
use super::pass;
use super::{Desk, SUPPORT};
use crate::api::{SessionRole, SessionStatus};
use crate::gateway::domain::GroupJid;
use std::time::Duration;

/// Between two lists of an account.
const INTERVAL: Duration = Duration::from_mins(10);

impl Desk {
    async fn drops(&mut self) {
        let support = self.session(SUPPORT).id;
        self.world.drop_connection(&support, None);
        self.until(SUPPORT, SessionStatus::Starting, false).await;
        self.world.reconnect(&support);
        self.working(SUPPORT).await;
    }

    fn lists(&self) -> usize {
        self.server.imports(&self.session(SUPPORT).id)
    }

    /// Waits until so many lists were asked for and what they said is stored.
    pub(super) async fn until_listed(&mut self, lists: usize) {
        let enough = async {
            while self.lists() < lists || self.insider(SUPPORT).is_list_due() {
                tokio::task::yield_now().await;
            }
        };
        let enough = tokio::time::timeout(super::PATIENCE, enough).await;
        enough.unwrap_or_else(|_| panic!("{} lists", self.lists()));
        assert_eq!(self.lists(), lists);
        // A call waits until the list is stored.
        let group = self.world.group_named("Weekend Volunteers").unwrap();
        let support = self.session(SUPPORT);
        self.engine.invite(&support, &group).await.unwrap();
    }

    async fn role(&self, group: &GroupJid) -> SessionRole {
        let support = self.session(SUPPORT);
        let group = self.engine.get_group(&support, group).await.unwrap();
        group.my_role.unwrap()
    }
}

#[tokio::test]
async fn twenty_drops_in_two_minutes_cause_at_most_two_lists() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.until_listed(1).await;
    let run = desk.insider(SUPPORT).run().unwrap();
    for _ in 0..20 {
        // Without the library's pauses between dials, which grow.
        let (_, client) = desk.insider(SUPPORT).connected().unwrap();
        let lost = run.until(|phase| *phase != Phase::Connected);
        tokio::join!(lost, client.reconnect_immediately());
        run.until(|phase| *phase == Phase::Connected).await;
        desk.working(SUPPORT).await;
        pass(Duration::from_secs(6)).await;
    }
    assert_eq!(desk.lists(), 1);
    pass(INTERVAL).await;
    desk.drops().await;
    assert_eq!(desk.lists(), 1, "a short drop needs none at any time");
}

#[tokio::test]
async fn a_list_that_is_due_too_soon_is_asked_for_later() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.until_listed(1).await;
    let support = desk.session(SUPPORT).id;
    // More reasons than lists.
    for _ in 0..5 {
        desk.server.say_stale(&support).unwrap();
        while !desk.insider(SUPPORT).is_list_due() {
            tokio::task::yield_now().await;
        }
        desk.drops().await;
    }
    assert_eq!(desk.lists(), 1);
    pass(INTERVAL).await;
    desk.until_listed(2).await;
}

#[tokio::test]
async fn a_long_drop_ends_with_a_list() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.until_listed(1).await;
    let support = desk.session(SUPPORT).id;
    desk.world.drop_connection(&support, None);
    desk.until(SUPPORT, SessionStatus::Starting, false).await;
    pass(INTERVAL).await;
    desk.world.reconnect(&support);
    desk.working(SUPPORT).await;
    desk.until_listed(2).await;
}

/// The role changes without a notification of the usual kind.
#[tokio::test]
async fn a_linked_promotion_brings_the_role_up_to_date() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.until_listed(1).await;
    let support = desk.session(SUPPORT).id;
    let group = desk.world.group_named("School Volleyball").unwrap();
    assert_eq!(desk.role(&group).await, SessionRole::Member);
    let me = desk.world.phone().jid(&support).unwrap();
    desk.world
        .act(|rules| rules.promote_silently(&group, &me))
        .unwrap();
    let promoted = super::loopback::Push::Tagged("linked_group_promote", vec![me]);
    desk.server.push(&support, &group, promoted).unwrap();
    let told = async {
        while desk.role(&group).await != SessionRole::Admin {
            desk.events.next().await.unwrap();
        }
    };
    tokio::time::timeout(super::PATIENCE, told).await.unwrap();
    assert_eq!(desk.lists(), 1);
}
