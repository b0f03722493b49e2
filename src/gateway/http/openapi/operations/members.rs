//! `/sessions/{session}/groups/{gid}/members` and `/requests`

use super::super::examples;
use super::super::operation::{Operation, Query, Reach, Tag};
use super::super::refusals::{driver, no_stored_group, private_invite, some_members, spent_budget};
use crate::api::Participants;
use crate::gateway::budget::BudgetKind;

pub(super) fn operations() -> Vec<Operation> {
    let row = |method, path, id, summary| Operation::new(Tag::Members, method, path, id, summary);
    let request =
        |method, path, id, summary| Operation::new(Tag::Requests, method, path, id, summary);
    let several = || Participants {
        participants: vec![examples::MEMBER.to_owned()],
    };
    vec![
        row("GET", "/api/v1/sessions/{session}/groups/{gid}/members", "listMembers", "List the members of a group")
            .about("By LID, from the store.")
            .gives(200, "The members.", &examples::page(examples::member()))
            .refuses([no_stored_group()])
            .offers("jid", "/data/0/lid"),
        row("GET", "/api/v1/members", "findMembers", "Find members of all groups")
            .about("By name, number or LID, from the store: at most 200, by session, group and LID. An extension.")
            .query(&[Query::Members])
            .gives(200, "The members.", &examples::page(examples::found_member())),
        row("POST", "/api/v1/sessions/{session}/groups/{gid}/members", "addMembers", "Add members")
            .about("When several are named and some are refused, the code is that of the first refusal, and `details` names both kinds.")
            .takes(&several())
            .becomes(204, "All of them are in the group.")
            .refuses([some_members(), driver(private_invite()), spent_budget(BudgetKind::Add)])
            .reaches(Reach::Admin),
        row("DELETE", "/api/v1/sessions/{session}/groups/{gid}/members/{jid}", "removeMember", "Remove a member")
            .about("May be repeated: who is not in the group is removed already.")
            .becomes(204, "They are not in the group.")
            .reaches(Reach::Admin),
        row("POST", "/api/v1/sessions/{session}/groups/{gid}/members/{jid}/promote", "promoteMember", "Make a member an admin")
            .becomes(204, "They are an admin.")
            .reaches(Reach::Admin),
        row("POST", "/api/v1/sessions/{session}/groups/{gid}/members/{jid}/demote", "demoteMember", "Make an admin a member")
            .becomes(204, "They are a member.")
            .reaches(Reach::Admin),
        row("POST", "/api/v1/sessions/{session}/groups/{gid}/members:approve", "approveMembers", "Let people in who asked to join")
            .about("When several are named and some are refused, the code is that of the first refusal, and `details` names both kinds.")
            .takes(&several())
            .becomes(204, "All of them are in the group.")
            .refuses([some_members()])
            .reaches(Reach::Admin),
        request("GET", "/api/v1/sessions/{session}/groups/{gid}/requests", "listRequests", "List who asked to join")
            .about("Asked of WhatsApp each time.")
            .gives(200, "Who asked.", &examples::page(examples::request()))
            .reaches(Reach::Admin)
            .offers("jid", "/data/0/jid"),
        request("GET", "/api/v1/requests", "listAllRequests", "List who asked to join, of all groups")
            .about("From the store, of groups that the account is an admin of: at most 2,000, the oldest first. The gateway learns of requests from WhatsApp's notifications, and looks those of each group up after a sync, one group every 5 seconds. An extension.")
            .gives(200, "Who asked.", &examples::page(examples::pending_request())),
        request("POST", "/api/v1/sessions/{session}/groups/{gid}/requests/{jid}/approve", "approveRequest", "Approve a request to join")
            .becomes(204, "They are in the group.")
            .reaches(Reach::Admin),
        request("POST", "/api/v1/sessions/{session}/groups/{gid}/requests/{jid}/reject", "rejectRequest", "Reject a request to join")
            .becomes(204, "Their request is gone.")
            .reaches(Reach::Admin),
    ]
}
