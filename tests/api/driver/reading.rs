//! What a session reads of its groups.

use super::desk::{Desk, Kind, in_seconds};
use crate::loopback::Oddity;
use groupdesk::gateway::domain::GroupJid;
use groupdesk::gateway::whatsapp::DriverError;
use tokio::sync::mpsc::unbounded_channel;

over_both_drivers!(
    every_group_is_read_with_its_members,
    a_single_group_is_read_with_all_fields,
    groups_of_others_are_not_read,
);

async fn every_group_is_read_with_its_members(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let groups = desk.driver.joined_groups().await.unwrap();
    assert!(groups.len() > 30);
    for mut group in groups {
        let truth = desk.truth(&group.jid);
        if group.is_partial() {
            // The account is added to what WhatsApp lists.
            assert!(group.members.iter().any(|member| member.is_me));
            group.members.retain(|member| member.role.is_admin());
        }
        assert_eq!(in_seconds(group), truth);
    }
}

async fn a_single_group_is_read_with_all_fields(kind: Kind) {
    let desk = Desk::connected(kind).await;
    for name in [
        "Weekend Volunteers",
        "متطوعون · Vol. Cairo",
        "Neighbourhood Watch (North)",
    ] {
        let group = desk.group(name);
        let read = desk.driver.group(&group).await.unwrap();
        assert_eq!(in_seconds(read), desk.truth(&group));
    }
}

async fn groups_of_others_are_not_read(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let nowhere = GroupJid::parse("120363000000000001@g.us").unwrap();
    let gone = desk.driver.group(&nowhere).await;
    assert_eq!(gone, Err(DriverError::NoSuchGroup));

    let group = desk.group("Chess Club ♟️");
    desk.driver.leave(&group).await.unwrap();
    assert_eq!(
        desk.driver.group(&group).await,
        Err(DriverError::NotInGroup)
    );
    assert_eq!(
        desk.driver.invite(&group).await,
        Err(DriverError::NotInGroup)
    );
}

/// Only the wire has groups that cannot be read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_group_that_cannot_be_read_hides_no_other() {
    let desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("Weekend Volunteers");
    let all = desk.driver.joined_groups().await.unwrap().len();
    for oddity in Oddity::ALL {
        desk.server().make_odd(&group, Some(oddity));
        let (found, mut groups) = unbounded_channel();
        let unread = desk.driver.list_groups(found).await.unwrap();
        let mut read = Vec::new();
        while let Ok(group) = groups.try_recv() {
            read.push(group.jid);
        }
        assert_eq!(read.len(), all - 1, "{oddity:?}");
        assert!(!read.contains(&group), "{oddity:?}");
        let [one] = unread.as_slice() else {
            panic!("{oddity:?}: {unread:?}");
        };
        let named = (oddity != Oddity::Nameless).then(|| group.clone());
        assert_eq!(one.jid, named, "{oddity:?}");
        assert!(!one.why.is_empty(), "{oddity:?}");
    }
    desk.server().make_odd(&group, None);
    assert_eq!(desk.driver.joined_groups().await.unwrap().len(), all);
}
