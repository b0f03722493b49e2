//! Every refusal that a call can meet, and what it means.

use super::desk::{Desk, Kind};
use groupdesk::api::Setting;
use groupdesk::gateway::domain::InviteCode;
use groupdesk::gateway::whatsapp::sandbox::{Call, Fault};
use groupdesk::gateway::whatsapp::{DriverError, MemberChange};
use std::time::Duration;

over_both_drivers!(
    a_code_about_a_group_has_its_meaning,
    a_code_about_a_link_has_its_meaning,
    a_rate_limit_says_how_long,
);

fn other(code: u16) -> DriverError {
    DriverError::Other {
        code: Some(code),
        message: String::new(),
    }
}

fn conflict() -> DriverError {
    DriverError::Conflict(String::new())
}

/// An error without its words, which are the driver's own.
fn bare(error: DriverError) -> DriverError {
    match error {
        DriverError::Refused(_) => DriverError::Refused(String::new()),
        DriverError::Conflict(_) => DriverError::Conflict(String::new()),
        DriverError::Other { code, .. } => DriverError::Other {
            code,
            message: String::new(),
        },
        error => error,
    }
}

async fn a_code_about_a_group_has_its_meaning(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    // What a code means for reading and leaving, which every member may, and for the rest.
    for (code, for_members, for_admins) in [
        (401, DriverError::NotInGroup, DriverError::NotAdmin),
        // WhatsApp says this to plain members too; the account is in the group, so it is one.
        (403, DriverError::NotInGroup, DriverError::NotAdmin),
        (404, DriverError::NoSuchGroup, DriverError::NoSuchGroup),
        (409, conflict(), conflict()),
        (410, DriverError::NoSuchGroup, DriverError::NoSuchGroup),
        (500, other(500), other(500)),
    ] {
        desk.refuse(Call::Group, code, &for_members);
        let failed = desk.driver.group(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_members, "{code} for a group");

        desk.refuse(Call::Leave, code, &for_members);
        let failed = desk.driver.leave(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_members, "{code} for leaving");

        desk.refuse(Call::Set, code, &for_admins);
        let failed = desk.driver.set(&group, &Setting::Announce(false)).await;
        assert_eq!(
            bare(failed.unwrap_err()),
            for_admins,
            "{code} for a setting"
        );

        desk.refuse(Call::Invite, code, &for_admins);
        let failed = desk.driver.invite(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_admins, "{code} for a link");

        desk.refuse(Call::ResetInvite, code, &for_admins);
        let failed = desk.driver.reset_invite(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_admins, "{code} for a reset");

        desk.refuse(Call::Requests, code, &for_admins);
        let failed = desk.driver.membership_requests(&group).await;
        assert_eq!(bare(failed.unwrap_err()), for_admins, "{code} for requests");

        desk.refuse(Call::ChangeMembers, code, &for_admins);
        let people = desk.world.outsiders(&group, 1);
        let add = desk
            .driver
            .change_members(&group, MemberChange::Add, &people);
        let failed = add.await.unwrap_err();
        assert_eq!(bare(failed), for_admins, "{code} for members");
    }
    desk.refuse(Call::JoinedGroups, 500, &other(500));
    let failed = desk.driver.joined_groups().await.unwrap_err();
    assert_eq!(bare(failed), other(500));
    desk.driver.group(&group).await.unwrap();
}

async fn a_code_about_a_link_has_its_meaning(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let link = InviteCode::parse("AbCdEf1234567890XyZ123").unwrap();
    for (code, meaning) in [
        (401, DriverError::Refused(String::new())),
        (404, DriverError::DeadInvite),
        (406, DriverError::DeadInvite),
        (410, DriverError::DeadInvite),
        (419, DriverError::Refused(String::new())),
        (500, other(500)),
    ] {
        desk.refuse(Call::Join, code, &meaning);
        let failed = desk.driver.join(&link).await.unwrap_err();
        assert_eq!(bare(failed), meaning, "{code}");
    }
}

async fn a_rate_limit_says_how_long(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let limit = DriverError::RateLimited {
        retry_after: Duration::from_secs(17),
    };
    let session = &desk.account.session;
    let calls = [Call::Invite, Call::Group, Call::JoinedGroups];
    for call in calls {
        let fault = Fault::Fail(limit.clone());
        desk.world.misbehave_on(session, call, fault);
    }
    assert_eq!(desk.driver.invite(&group).await, Err(limit.clone()));
    assert_eq!(desk.driver.group(&group).await, Err(limit.clone()));
    assert_eq!(desk.driver.joined_groups().await, Err(limit));
}
