//! Names of people that the server mentions in passing.

use super::{Desk, PATIENCE, SUPPORT};
use crate::api::{GroupMember, MemberRole};
use crate::gateway::domain::{GroupJid, MemberJid};

impl Desk {
    async fn member(&self, group: &GroupJid, lid: &MemberJid) -> GroupMember {
        let members = self
            .engine
            .list_members(&self.session(SUPPORT), group)
            .await;
        let mut members = members.unwrap().data.into_iter();
        members.find(|member| member.lid == lid.as_str()).unwrap()
    }

    /// Waits until a member has the name that the world knows.
    async fn until_named(&self, group: &GroupJid, lid: &MemberJid) {
        let name = self.world.name_of(lid);
        assert!(name.is_some());
        let named = async {
            while self.member(group, lid).await.name != name {
                tokio::task::yield_now().await;
            }
        };
        let named = tokio::time::timeout(PATIENCE, named).await;
        named.expect("the member gets a name");
    }

    /// Members of the group who have a name and are not the session's account.
    fn strangers(&self, group: &GroupJid) -> Vec<MemberJid> {
        let me = self.session(SUPPORT).view().wa_lid;
        let members = self.world.look_at(group).unwrap().members.into_iter();
        members
            .map(|member| member.lid)
            .filter(|lid| me.as_deref() != Some(lid.as_str()) && self.world.name_of(lid).is_some())
            .collect()
    }
}

#[tokio::test]
async fn whoever_writes_gets_a_name() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.until_listed(1).await;
    let group = desk.world.group_named("Weekend Volunteers").unwrap();
    let strangers = desk.strangers(&group);
    assert_eq!(desk.member(&group, &strangers[0]).await.name, None);
    let support = desk.session(SUPPORT).id;
    let written = desk.server.write(&support, &group, &strangers[0], "Hello");
    written.await.unwrap();
    desk.until_named(&group, &strangers[0]).await;
    assert_eq!(desk.member(&group, &strangers[1]).await.name, None);
}

#[tokio::test]
async fn whoever_changes_a_group_gets_a_name() {
    let mut desk = Desk::new(|_| ()).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.until_listed(1).await;
    // The world lets another admin act, the owner first: a group whose owner has a name.
    let groups = [
        "Weekend Volunteers",
        "School Volleyball",
        "Community Announcements",
    ]
    .map(|name| {
        let group = desk.world.group_named(name).unwrap();
        let mut members = desk.world.look_at(&group).unwrap().members.into_iter();
        let owner = members.find(|member| member.role == MemberRole::Superadmin);
        (group, owner.unwrap().lid)
    });
    let is_named = |lid| desk.world.name_of(lid).is_some();
    let mut candidates = groups.iter();
    let (group, owner) = candidates.find(|(_, owner)| is_named(owner)).unwrap();
    desk.world.phone().rename(group, "Another name").unwrap();
    desk.until_named(group, owner).await;
}
