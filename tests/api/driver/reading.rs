//! What a session reads of its groups.

use super::desk::{Desk, Kind, in_seconds};
use groupdesk::gateway::domain::GroupJid;
use groupdesk::gateway::whatsapp::DriverError;

over_both_drivers!(
    every_group_is_read_with_its_members,
    a_single_group_is_read_with_all_fields,
    groups_of_others_are_not_read,
);

async fn every_group_is_read_with_its_members(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let groups = desk.driver.joined_groups().await.unwrap();
    assert!(groups.len() > 30);
    for group in groups {
        let truth = desk.truth(&group.jid);
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
