//! The list of all groups: what it says of groups that it lacks, and when it is asked for.

use super::fake;
use super::*;
use crate::api::{SessionRole, SessionStatus};
use crate::gateway::session::SessionAction;
use crate::gateway::whatsapp::{DriverEvent, UnreadGroup};
use serde_json::json;

fn unread(number: Option<u64>) -> UnreadGroup {
    UnreadGroup {
        jid: number.map(jid),
        why: "unknown addressing mode".to_owned(),
    }
}

/// A session with fifty groups, connected.
async fn fifty() -> Desk {
    let worlds = Worlds::default();
    {
        let world = worlds.of(session(1).as_str());
        let mut world = world.lock().unwrap();
        world.paired = true;
        for number in 1..=50 {
            let group = fake::group(number);
            world.groups.insert(group.jid.to_string(), group);
        }
    }
    let mut desk = idle(worlds, vec![seeded(1, false)]).await;
    let owned = desk.session(1);
    desk.engine
        .act(&desk.caller, &owned, SessionAction::Start)
        .await
        .unwrap();
    for _ in 0..2 {
        desk.status(SessionStatus::Working).await;
    }
    assert_eq!(owned.view().group_count, Some(50));
    desk
}

impl Desk {
    /// Loses the connection and has it back; waits until the list that follows was read.
    async fn drops(&mut self, unreadable: Option<u64>) {
        let owned = self.session(1);
        let tell = |event| self.worlds.send(owned.id.as_str(), event);
        tell(DriverEvent::ConnectionLost);
        tell(DriverEvent::Connected(identity()));
        let settled = async {
            while owned.view().unreadable_groups != unreadable {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), settled)
            .await
            .expect("the list is read");
        // A call waits until the list is stored.
        self.engine.invite(&owned, &jid(1)).await.unwrap();
    }

    async fn roles(&self) -> Vec<SessionRole> {
        let owned = self.session(1);
        let mut roles = Vec::new();
        for number in 1..=50 {
            let group = self.engine.get_group(&owned, &jid(number)).await.unwrap();
            roles.push(group.my_role.unwrap());
        }
        roles
    }
}

#[tokio::test]
async fn a_group_that_cannot_be_read_stays_as_it_was() {
    let mut desk = fifty().await;
    let owned = desk.session(1);
    let change = |world: &mut fake::World| {
        world.groups.remove(jid(17).as_str());
        world.unread = vec![unread(Some(17))];
    };
    change(&mut desk.worlds.of(owned.id.as_str()).lock().unwrap());
    desk.drops(Some(1)).await;
    assert_eq!(desk.roles().await, vec![SessionRole::Superadmin; 50]);
    let told = desk.so_far().await;
    let left = told
        .iter()
        .filter(|event| event.payload.get("leave").is_some());
    assert_eq!(left.count(), 0, "{told:?}");
    assert_eq!(json!(owned.view())["unreadableGroups"], 1);

    // One without a name may be any of those that are missing; a readable list tells.
    let change = |world: &mut fake::World| {
        world.groups.remove(jid(18).as_str());
        world.unread = vec![unread(None), unread(Some(17))];
    };
    change(&mut desk.worlds.of(owned.id.as_str()).lock().unwrap());
    desk.drops(Some(2)).await;
    assert_eq!(desk.roles().await, vec![SessionRole::Superadmin; 50]);
    desk.worlds
        .of(owned.id.as_str())
        .lock()
        .unwrap()
        .unread
        .clear();
    desk.drops(None).await;
    for _ in 0..2 {
        desk.next("group.participant").await;
    }
    let roles = desk.roles().await;
    let left = roles.iter().filter(|role| **role == SessionRole::None);
    assert_eq!(left.count(), 2);
    assert_eq!(json!(owned.view()).get("unreadableGroups"), None);
}
