//! `/sessions/{session}/groups` and the invite links

use super::super::examples;
use super::super::operation::{Operation, Query, Reach, Tag};
use super::super::refusals::{driver, no_stored_group, partial, spent_budget};
use crate::api::{CreateGroup, JoinGroup, JoinedGroup, SettingsPatch};
use crate::gateway::Error;
use crate::gateway::budget::BudgetKind;
use crate::gateway::whatsapp::DriverError;
use serde_json::json;

pub(super) fn operations() -> Vec<Operation> {
    let row = |method, path, id, summary| Operation::new(Tag::Groups, method, path, id, summary);
    let invite =
        |method, path, id, summary| Operation::new(Tag::Invites, method, path, id, summary);
    vec![
        row("GET", "/api/v1/sessions/{session}/groups", "listGroups", "List the groups of a session")
            .about("By JID, from the store. Without `limit` and `cursor` all of them come in one answer.")
            .query(&[Query::Limit, Query::Cursor])
            .gives(200, "The groups, or a page of them.", &examples::page(examples::group()))
            .offers("gid", "/data/0/groupJid"),
        row("POST", "/api/v1/sessions/{session}/groups", "createGroup", "Create a group")
            .about("The account becomes its superadmin. People whose privacy settings forbid it are not added.")
            .takes(&CreateGroup {
                name: "Weekend Volunteers".to_owned(),
                participants: vec![examples::MEMBER.to_owned()],
            })
            .gives(201, "The new group.", &examples::group_info())
            .refuses([
                spent_budget(BudgetKind::Create),
                ("creation_refused", DriverError::Refused("WhatsApp refused this group".into()).into()),
            ])
            .reaches(Reach::Account)
            .offers("gid", "/groupJid"),
        row("GET", "/api/v1/sessions/{session}/groups/{gid}", "getGroup", "Get a group")
            .about("From the store.")
            .gives(200, "The group.", &examples::group())
            .refuses([no_stored_group()]),
        row("PATCH", "/api/v1/sessions/{session}/groups/{gid}", "updateGroup", "Change a group's settings")
            .about("Any of the four, at least one. All of it is checked before anything is sent. Each field is one WhatsApp operation, in the order subject, description, announce, locked; when one fails, what went before stays applied, and `details` says how far it came. `announce` and `locked` need a group admin; `subject` and `description` need one while the group is locked.")
            .takes(&SettingsPatch {
                subject: Some("Weekend Volunteers 2027".to_owned()),
                announce: Some(true),
                ..SettingsPatch::default()
            })
            .becomes(204, "All of it is applied.")
            .refuses([
                ("invalid_settings", invalid_settings()),
                partial(),
            ])
            .reaches(Reach::Admin),
        row("POST", "/api/v1/sessions/{session}/groups/{gid}:leave", "leaveGroup", "Leave a group")
            .becomes(204, "The account has left.")
            .reaches(Reach::Group),
        invite("GET", "/api/v1/sessions/{session}/groups/{gid}/invite", "getInvite", "Get a group's invite link")
            .about("Asked of WhatsApp each time.")
            .gives(200, "The link that works now.", &examples::invite())
            .reaches(Reach::Admin),
        invite("DELETE", "/api/v1/sessions/{session}/groups/{gid}/invite", "resetInvite", "Reset a group's invite link")
            .about("The old link is dead at once. Asking again makes yet another one: after a lost answer, read the link instead.")
            .gives(200, "The new link.", &examples::invite())
            .refuses([spent_budget(BudgetKind::Reset)])
            .reaches(Reach::Admin),
        invite("GET", "/api/v1/sessions/{session}/invites/{code}", "previewInvite", "See where an invite link leads")
            .about("Asked of WhatsApp each time. The account need not be in the group.")
            .gives(200, "The group.", &examples::preview())
            .refuses([("dead_link", Error::DeadLink)])
            .reaches(Reach::Account),
        invite("POST", "/api/v1/sessions/{session}/groups:join", "joinGroup", "Join a group by its link")
            .about("Where an admin has to approve, the request is sent and waits. An account that is in the group already, or waits already, gets the same answer.")
            .takes(&JoinGroup { invite: examples::invite().invite })
            .gives(200, "The group.", &JoinedGroup { group_jid: examples::GROUP.to_owned(), pending: false })
            .or_gives(202, "An admin has to approve first.", &JoinedGroup { group_jid: examples::GROUP.to_owned(), pending: true })
            .refuses([
                spent_budget(BudgetKind::Join),
                driver(DriverError::DeadInvite),
                ("joining_refused", DriverError::Refused("the group is full".into()).into()),
                driver(DriverError::NoSuchGroup),
            ])
            .reaches(Reach::Account),
    ]
}

/// The errors of a body with several invalid fields.
fn invalid_settings() -> Error {
    match SettingsPatch::parse(&json!({ "subject": " ", "announce": "yes", "colour": "red" })) {
        Err(faults) => Error::Validation(faults),
        Ok(_) => Error::field("subject", "is invalid"),
    }
}
