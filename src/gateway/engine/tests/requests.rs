//! Requests to join: stored from look-ups and pushes, settled with the audit entry.

use super::fake::{self, Fault};
use super::{Desk, caller, desk, jid, pass};
use crate::api::{AuditAction, AuditOutcome, PendingRequest, Setting};
use crate::gateway::domain::MemberJid;
use crate::gateway::session::limits;
use crate::gateway::whatsapp::{
    DriverError, DriverEvent, GroupChange, GroupEvent, MemberChange, MembershipRequest,
};
use serde_json::json;
use std::time::Duration;

fn request(lid: &str) -> MembershipRequest {
    MembershipRequest {
        person: MemberJid::parse(lid).unwrap(),
        phone: None,
        at: Some(8),
    }
}

impl Desk {
    fn push(&self, group: u64, change: GroupChange) {
        let event = GroupEvent {
            group: jid(group),
            by: None,
            at: 9,
            change,
        };
        let session = self.session(1);
        self.worlds
            .send(session.id.as_str(), DriverEvent::Group(event));
    }

    async fn waiting(&self) -> Vec<String> {
        let all = self.engine.all_requests(&self.caller).await.unwrap();
        let all = all
            .data
            .into_iter()
            .map(|request: PendingRequest| request.jid);
        all.collect()
    }

    fn listed(&self) -> usize {
        let world = self.worlds.of(self.session(1).id.as_str());
        let world = world.lock().unwrap();
        let calls = world.calls.iter();
        calls.filter(|call| *call == "membership_requests").count()
    }

    async fn settle(&self, change: MemberChange, lid: &str) -> Result<(), crate::gateway::Error> {
        let person = vec![MemberJid::parse(lid).unwrap()];
        self.engine
            .change_members(&self.caller, &self.session(1), &jid(1), change, person)
            .await
    }
}

#[tokio::test]
async fn requests_are_known_from_pushes_and_settled_with_the_audit_entry() {
    let mut desk = desk().await;
    desk.push(
        1,
        GroupChange::Asked(vec![request("7@lid"), request("8@lid")]),
    );
    for lid in ["7@lid", "8@lid"] {
        let event = desk.next("group.request").await.payload;
        assert_eq!(event["jid"], lid);
        assert_eq!(event.get("outcome"), None);
    }
    assert_eq!(desk.waiting().await, ["7@lid", "8@lid"]);
    let strangers = desk.engine.all_requests(&caller("other")).await.unwrap();
    assert_eq!(strangers.data, []);

    desk.settle(MemberChange::Reject, "8@lid").await.unwrap();
    let event = desk.next("group.request").await.payload;
    assert_eq!(
        (&event["jid"], &event["outcome"]),
        (&json!("8@lid"), &json!("rejected"))
    );
    assert_eq!(desk.waiting().await, ["7@lid"]);
    desk.settle(MemberChange::Approve, "7@lid").await.unwrap();
    let event = desk.next("group.request").await.payload;
    assert_eq!(
        (&event["jid"], &event["outcome"]),
        (&json!("7@lid"), &json!("approved"))
    );
    assert_eq!(desk.waiting().await, Vec::<String>::new());
    let audit = desk.audit().await;
    for (entry, action) in audit
        .iter()
        .zip([AuditAction::MembersApprove, AuditAction::MembersReject])
    {
        assert_eq!(
            (&entry.action, &entry.outcome),
            (&action, &AuditOutcome::Ok)
        );
    }
}

#[tokio::test]
async fn an_approval_is_stored_though_the_group_cannot_be_read_after_it() {
    let mut desk = desk().await;
    desk.push(1, GroupChange::Asked(vec![request("7@lid")]));
    desk.next("group.request").await;
    let world = desk.worlds.of(desk.session(1).id.as_str());
    world
        .lock()
        .unwrap()
        .faults
        .insert("group", Fault::Error(DriverError::Timeout));
    desk.settle(MemberChange::Approve, "7@lid").await.unwrap();
    assert_eq!(desk.waiting().await, Vec::<String>::new());
    let entry = desk.audit().await.remove(0);
    assert_eq!(entry.action, AuditAction::MembersApprove);
}

#[tokio::test]
async fn requests_that_are_not_known_are_looked_up_one_group_after_the_other() {
    let mut desk = desk().await;
    let world = desk.worlds.of(desk.session(1).id.as_str());
    world.lock().unwrap().requests = vec![request("7@lid")];
    for group in [1, 2] {
        desk.push(group, GroupChange::Setting(Setting::JoinApproval(true)));
    }
    desk.so_far().await;
    assert_eq!(desk.listed(), 0);
    pass(limits::REQUESTS_PAUSE + Duration::from_millis(1)).await;
    desk.next("group.request").await;
    assert_eq!(desk.listed(), 1);
    pass(limits::REQUESTS_PAUSE + Duration::from_millis(1)).await;
    desk.next("group.request").await;
    assert_eq!(desk.waiting().await, ["7@lid", "7@lid"]);
    pass(Duration::from_hours(2)).await;
    desk.so_far().await;
    assert_eq!(desk.listed(), 2);
    let (owned, jid) = (desk.session(1), fake::group(1).jid);
    let group = desk.engine.get_group(&owned, &jid).await.unwrap();
    assert_eq!(group.pending_requests, Some(1));
}

impl Desk {
    fn fault(&self, error: Option<DriverError>) {
        let world = self.worlds.of(self.session(1).id.as_str());
        let mut world = world.lock().unwrap();
        match error {
            Some(error) => (world.faults).insert("membership_requests", Fault::Error(error)),
            None => world.faults.remove("membership_requests"),
        };
    }

    /// Lets time pass until the requests were asked for so often. At most `most`.
    async fn until_listed(&self, times: usize, most: Duration) {
        let mut passed = Duration::ZERO;
        while self.listed() < times {
            assert!(passed <= most, "{} of {times}", self.listed());
            pass(limits::REQUESTS_PAUSE).await;
            passed += limits::REQUESTS_PAUSE;
            // The store has a thread of its own, so its answer is waited for.
            drop(self.engine.all_requests(&self.caller).await);
        }
    }
}

#[tokio::test]
async fn requests_that_could_not_be_read_are_looked_up_again() {
    let mut desk = desk().await;
    let world = desk.worlds.of(desk.session(1).id.as_str());
    world.lock().unwrap().requests = vec![request("7@lid")];
    desk.fault(Some(DriverError::Timeout));
    desk.push(1, GroupChange::Setting(Setting::JoinApproval(true)));
    desk.so_far().await;
    desk.until_listed(1, Duration::from_mins(5)).await;
    desk.fault(None);
    desk.until_listed(2, Duration::from_mins(5)).await;
    assert_eq!(desk.next("group.request").await.payload["jid"], "7@lid");
}

#[tokio::test]
async fn requests_that_are_never_answered_are_asked_for_a_few_times() {
    let mut desk = desk().await;
    desk.fault(Some(DriverError::Timeout));
    desk.push(1, GroupChange::Setting(Setting::JoinApproval(true)));
    desk.so_far().await;
    desk.until_listed(4, Duration::from_hours(2)).await;
    for _ in 0..1_000 {
        pass(limits::REQUESTS_PAUSE).await;
    }
    desk.so_far().await;
    assert_eq!(desk.listed(), 4);
    // Whatever happens in the group is a reason to ask once more.
    desk.fault(None);
    desk.push(1, GroupChange::Asked(Vec::new()));
    desk.so_far().await;
    desk.until_listed(5, Duration::from_mins(5)).await;
}

#[tokio::test]
async fn a_refusal_to_list_requests_holds_until_something_happens_in_the_group() {
    let mut desk = desk().await;
    let world = desk.worlds.of(desk.session(1).id.as_str());
    world.lock().unwrap().requests = vec![request("7@lid")];
    desk.fault(Some(DriverError::NotAdmin));
    desk.push(1, GroupChange::Setting(Setting::JoinApproval(true)));
    desk.so_far().await;
    desk.until_listed(1, Duration::from_mins(5)).await;
    for _ in 0..1_000 {
        pass(limits::REQUESTS_PAUSE).await;
    }
    desk.push(2, GroupChange::Setting(Setting::JoinApproval(true)));
    desk.so_far().await;
    desk.until_listed(2, Duration::from_mins(5)).await;
    for _ in 0..1_000 {
        pass(limits::REQUESTS_PAUSE).await;
    }
    assert_eq!(desk.listed(), 2, "of the other group");
    desk.fault(None);
    desk.push(1, GroupChange::Asked(Vec::new()));
    assert_eq!(
        desk.next("group.request").await.payload["groupJid"],
        "1@g.us"
    );
}
