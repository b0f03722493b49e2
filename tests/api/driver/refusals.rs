//! Every refusal of a call, and its meaning.

use super::desk::{Desk, Kind};
use groupdesk::api::Setting;
use groupdesk::gateway::domain::InviteCode;
use groupdesk::gateway::whatsapp::sandbox::{DriverCall, Fault};
use groupdesk::gateway::whatsapp::{DriverError, MemberChange};
use std::time::Duration;

over_both_drivers!(
    each_code_about_a_group_has_its_meaning,
    each_code_about_a_link_has_its_meaning,
    a_rate_limit_reports_how_long_to_wait,
    each_code_about_a_new_group_has_its_meaning,
    a_restriction_of_the_account_has_an_end,
);

async fn a_restriction_of_the_account_has_an_end(kind: Kind) {
    let desk = Desk::connected(kind).await;
    assert_eq!(desk.driver.restricted_until().await, Ok(None));
    let until = 4_102_444_800_000;
    desk.world.restrict(&desk.account.session, Some(until));
    assert_eq!(desk.driver.restricted_until().await, Ok(Some(until)));
    desk.world.restrict(&desk.account.session, None);
    assert_eq!(desk.driver.restricted_until().await, Ok(None));
    desk.driver.disconnect().await;
    let offline = desk.driver.restricted_until().await;
    assert_eq!(offline, Err(DriverError::NotConnected));
}

fn other(code: u16) -> DriverError {
    DriverError::Other {
        code: Some(code),
        message: String::new(),
    }
}

fn conflict() -> DriverError {
    DriverError::Conflict(String::new())
}

/// An error without its message, which differs between drivers.
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

async fn each_code_about_a_group_has_its_meaning(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    // The meaning of a code for reading and leaving, which every member may do, and for all other calls.
    for (code, for_members, for_admins) in [
        (401, DriverError::NotInGroup, DriverError::NotAdmin),
        // WhatsApp sends this to plain members too; the account is in the group, so it is a member.
        (403, DriverError::NotInGroup, DriverError::NotAdmin),
        (404, DriverError::NoSuchGroup, DriverError::NoSuchGroup),
        (409, conflict(), conflict()),
        (410, DriverError::NoSuchGroup, DriverError::NoSuchGroup),
        (500, other(500), other(500)),
    ] {
        desk.refuse(DriverCall::Group, code, &for_members);
        let failed = desk.driver.group(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_members, "{code} for a group");

        desk.refuse(DriverCall::Leave, code, &for_members);
        let failed = desk.driver.leave(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_members, "{code} for leaving");

        desk.refuse(DriverCall::Set, code, &for_admins);
        let failed = desk.driver.set(&group, &Setting::Announce(false)).await;
        assert_eq!(
            bare(failed.unwrap_err()),
            for_admins,
            "{code} for a setting"
        );

        desk.refuse(DriverCall::Invite, code, &for_admins);
        let failed = desk.driver.invite(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_admins, "{code} for a link");

        desk.refuse(DriverCall::ResetInvite, code, &for_admins);
        let failed = desk.driver.reset_invite(&group).await.unwrap_err();
        assert_eq!(bare(failed), for_admins, "{code} for a reset");

        desk.refuse(DriverCall::Requests, code, &for_admins);
        let failed = desk.driver.membership_requests(&group).await;
        assert_eq!(bare(failed.unwrap_err()), for_admins, "{code} for requests");

        desk.refuse(DriverCall::ChangeMembers, code, &for_admins);
        let people = desk.world.outsiders(&group, 1);
        let add = desk
            .driver
            .change_members(&group, MemberChange::Add, &people);
        let failed = add.await.unwrap_err();
        assert_eq!(bare(failed), for_admins, "{code} for members");
    }
    desk.refuse(DriverCall::JoinedGroups, 500, &other(500));
    let failed = desk.driver.joined_groups().await.unwrap_err();
    assert_eq!(bare(failed), other(500));
    desk.driver.group(&group).await.unwrap();
}

async fn each_code_about_a_link_has_its_meaning(kind: Kind) {
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
        desk.refuse(DriverCall::Join, code, &meaning);
        let failed = desk.driver.join(&link).await.unwrap_err();
        assert_eq!(bare(failed), meaning, "{code}");
    }
}

async fn a_rate_limit_reports_how_long_to_wait(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let limit = DriverError::RateLimited {
        retry_after: Duration::from_secs(17),
    };
    let session = &desk.account.session;
    let calls = [
        DriverCall::Invite,
        DriverCall::Group,
        DriverCall::JoinedGroups,
        DriverCall::ResetInvite,
        DriverCall::Join,
        DriverCall::Leave,
        DriverCall::Create,
        DriverCall::ChangeMembers,
        DriverCall::Requests,
        // One for each setting.
        DriverCall::Set,
        DriverCall::Set,
        DriverCall::Set,
        DriverCall::Set,
    ];
    for call in calls {
        let fault = Fault::Fail(limit.clone());
        desk.world.misbehave_on(session, call, fault);
    }
    let driver = &desk.driver;
    assert_eq!(driver.invite(&group).await, Err(limit.clone()));
    assert_eq!(driver.group(&group).await, Err(limit.clone()));
    assert_eq!(driver.joined_groups().await, Err(limit.clone()));
    assert_eq!(driver.reset_invite(&group).await, Err(limit.clone()));
    let link = InviteCode::parse("AbCdEf1234567890XyZ123").unwrap();
    assert_eq!(driver.join(&link).await, Err(limit.clone()));
    assert_eq!(driver.leave(&group).await, Err(limit.clone()));
    assert_eq!(driver.create("New", &[]).await, Err(limit.clone()));
    let people = desk.world.outsiders(&group, 1);
    let add = driver.change_members(&group, MemberChange::Add, &people);
    assert_eq!(add.await, Err(limit.clone()));
    assert_eq!(driver.membership_requests(&group).await, Err(limit.clone()));
    for setting in [
        Setting::Subject("New".to_owned()),
        Setting::Description("New".to_owned()),
        Setting::Announce(false),
        Setting::Locked(true),
    ] {
        let refused = driver.set(&group, &setting).await;
        assert_eq!(refused, Err(limit.clone()), "{setting:?}");
    }
}

async fn each_code_about_a_new_group_has_its_meaning(kind: Kind) {
    let desk = Desk::connected(kind).await;
    for (code, meaning) in [
        (400, DriverError::Refused(String::new())),
        (406, DriverError::Refused(String::new())),
        (409, conflict()),
        (500, other(500)),
    ] {
        desk.refuse(DriverCall::Create, code, &meaning);
        let failed = desk.driver.create("New", &[]).await.unwrap_err();
        assert_eq!(bare(failed), meaning, "{code}");
    }
}

/// WhatsApp answers 403 to plain members and to outsiders; the call that distinguishes them may fail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_stays_one_if_its_cause_cannot_be_determined() {
    let desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("Weekend Volunteers");
    let session = &desk.account.session;
    let limit = Fault::Fail(DriverError::RateLimited {
        retry_after: Duration::from_secs(17),
    });
    for fault in [limit, Fault::Timeout { calls: 1 }] {
        desk.world.misbehave_on(session, DriverCall::Group, fault);
        desk.refuse(DriverCall::Invite, 403, &DriverError::NotAdmin);
        let refused = desk.driver.invite(&group).await;
        assert_eq!(refused, Err(DriverError::NotAdmin));
    }
}
