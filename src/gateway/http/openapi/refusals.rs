//! The possible errors of an operation. They are real [`Error`] values, so codes, messages and
//! details are those that a caller gets.

use super::examples::MEMBER;
use super::operation::{Operation, Query, Reach, Tag};
use crate::api::{Capability, ErrorObject, PartialUpdate, SessionStatus, SettingField};
use crate::gateway::budget::{BudgetKind, Spent};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::engine::check_query;
use crate::gateway::error::Limit;
use crate::gateway::http::respond;
use crate::gateway::store::StoreError;
use crate::gateway::whatsapp::DriverError;
use crate::gateway::{Error, Page};
use std::collections::BTreeMap;
use std::time::Duration;

/// A wait for the examples.
const WAIT: Duration = Duration::from_secs(30);

/// Every refusal of an operation, by the name of its example. `capability` is what its route needs.
pub(super) fn of(
    operation: &Operation,
    capability: Option<Capability>,
) -> BTreeMap<&'static str, ErrorObject> {
    let own = operation.refusals.iter();
    let own = own.map(|(name, error)| (*name, error.to_object()));
    let general = general(operation, capability).into_iter();
    let general = general.map(|(name, error)| (name, error.to_object()));
    general.chain(own).collect()
}

/// The errors that follow from the route, the path, the query, the body and the reach.
fn general(operation: &Operation, capability: Option<Capability>) -> Vec<(&'static str, Error)> {
    let limit = |limit| Error::TooManyRequests { limit, wait: WAIT };
    let mut all = vec![
        ("head_too_large", respond::no_request(431)),
        ("too_many_connections", Error::TooManyConnections),
        ("internal", Error::Internal(anyhow::anyhow!("not shown"))),
    ];
    if let Some(capability) = capability {
        all.push(("unauthorized", Error::Unauthorized));
        all.push((lacking(capability), Error::MissingCapability(capability)));
        all.push(("too_many_requests", limit(Limit::Caller)));
        all.push((
            "too_many_requests_of_the_organization",
            limit(Limit::Organization),
        ));
        all.push(too_many_under_way());
        all.push(("draining", Error::Draining));
    }
    if capability.is_some() && changes_something(operation) {
        all.push(("store_unavailable", store_unavailable()));
    }
    for parameter in operation.parameters() {
        all.extend(of_parameter(parameter));
    }
    all.extend(operation.query.iter().filter_map(|query| of_query(*query)));
    if operation.body.is_some() {
        let not_an_object = Error::field("", "the body must be a JSON object");
        all.push(("not_an_object", not_an_object));
        all.push(("too_many_bytes_of_bodies", limit(Limit::Bodies)));
    }
    if operation.reach > Reach::Stored {
        all.push(("session_limit", limit(Limit::Session)));
        all.push(("too_many_waiting", limit(Limit::Waiting)));
        all.push(("busy", Error::Busy));
        all.push(("failed_session", failed_session()));
        if changes_something(operation) {
            all.push(("change_not_stored", change_not_stored()));
        }
        let driver = driver_errors().into_iter();
        all.extend(
            driver
                .filter(|error| reaches(error) <= operation.reach)
                .map(|error| (error.kind(), error.into())),
        );
    }
    all
}

/// Whether what it does is recorded. A ticket is not; asking for a code begins to link a phone.
fn changes_something(operation: &Operation) -> bool {
    match operation.method {
        "GET" => operation.id == "getQrCode",
        _ => operation.tag != Tag::Realtime,
    }
}

/// A full disk, before anything was done.
pub(super) fn store_unavailable() -> Error {
    Error::StoreUnavailable(StoreError::Unwritable("the disk is full".into()))
}

/// A full disk, after WhatsApp had made a new link.
fn change_not_stored() -> Error {
    Error::NotStored {
        applied: vec!["invite".to_owned()],
        not_attempted: Vec::new(),
        cause: StoreError::Unwritable("the disk is full".into()),
    }
}

/// A session that ended with a reason: the same error as for a stopped session, with the reason.
fn failed_session() -> Error {
    Error::NotConnected {
        status: SessionStatus::Failed,
        reason: Some("replaced by another device that took over this link".to_owned()),
    }
}

fn lacking(capability: Capability) -> &'static str {
    match capability {
        Capability::Read => "lacks_read",
        Capability::Send => "lacks_send",
        Capability::Manage => "lacks_manage",
        Capability::Events => "lacks_events",
    }
}

fn of_parameter(name: &str) -> Option<(&'static str, Error)> {
    match name {
        "session" => Some(("no_such_session", Error::NotFound("session"))),
        "gid" => Some(("malformed_gid", malformed("gid", GroupJid::parse("")))),
        "code" => Some(("malformed_code", malformed("code", InviteCode::parse("")))),
        "jid" => Some(("malformed_jid", malformed("jid", MemberJid::parse("")))),
        _ => None,
    }
}

fn of_query(query: Query) -> Option<(&'static str, Error)> {
    let page = |limit: Option<u32>, cursor: Option<&str>| Page {
        limit,
        cursor: cursor.map(str::to_owned),
    };
    match query {
        Query::Limit => Some(("limit_out_of_range", page(Some(0), None).limit().err()?)),
        Query::Cursor => {
            let after = page(None, Some("?")).after(|_| None::<()>);
            Some(("no_such_cursor", after.err()?))
        }
        Query::Group => Some(("malformed_group", malformed("group", GroupJid::parse("")))),
        Query::Members => Some(("query_too_short", check_query("").err()?)),
        Query::Session | Query::Ticket => None,
    }
}

fn malformed<T>(name: &str, parsed: Result<T, crate::gateway::domain::Malformed>) -> Error {
    match parsed {
        Err(fault) => Error::malformed(name, fault),
        Ok(_) => Error::field(name, "is malformed"),
    }
}

/// A refused add, with WhatsApp's offer.
pub(super) fn private_invite() -> DriverError {
    let (person, code) = (
        MemberJid::parse(MEMBER),
        InviteCode::parse("AbCdEf1234567890XyZ12"),
    );
    match (person, code) {
        (Ok(person), Ok(code)) => DriverError::PrivateInvite {
            person,
            code,
            expires_at: 1_795_171_200_000,
        },
        _ => DriverError::NotAdmin,
    }
}

/// One of each.
pub(super) fn driver_errors() -> Vec<DriverError> {
    vec![
        DriverError::NotConnected,
        DriverError::NotAdmin,
        DriverError::NotInGroup,
        DriverError::NoSuchGroup,
        DriverError::DeadInvite,
        DriverError::Refused("the community that this group belongs to owns this setting".into()),
        private_invite(),
        DriverError::Conflict("already a member of this group".into()),
        DriverError::RateLimited { retry_after: WAIT },
        DriverError::Paced { retry_after: WAIT },
        DriverError::ConnectionLost,
        DriverError::Timeout,
        DriverError::AlreadyPaired,
        DriverError::Other {
            code: Some(479),
            message: "WhatsApp answered with the error 479".into(),
        },
    ]
}

/// The reach from which an operation can return it. Errors of single operations are listed in their
/// rows.
pub(super) fn reaches(error: &DriverError) -> Reach {
    match error {
        DriverError::NotConnected
        | DriverError::Conflict(_)
        | DriverError::RateLimited { .. }
        | DriverError::Paced { .. }
        | DriverError::ConnectionLost
        | DriverError::Timeout
        | DriverError::Other { .. } => Reach::Account,
        DriverError::NotInGroup | DriverError::NoSuchGroup | DriverError::Refused(_) => {
            Reach::Group
        }
        DriverError::NotAdmin => Reach::Admin,
        DriverError::PrivateInvite { .. }
        | DriverError::DeadInvite
        | DriverError::AlreadyPaired => Reach::Named,
    }
}

/// A row's own refusal.
pub(super) fn driver(error: DriverError) -> (&'static str, Error) {
    (error.kind(), error.into())
}

/// A PATCH that stopped at its second field.
pub(super) fn partial() -> (&'static str, Error) {
    let error = Error::Partial {
        progress: PartialUpdate {
            applied: vec![SettingField::Subject],
            failed: SettingField::Announce,
            not_attempted: vec![SettingField::Locked],
        },
        source: DriverError::NotAdmin,
    };
    ("partly_applied", error)
}

/// Two members, one of whom was refused.
pub(super) fn some_members() -> (&'static str, Error) {
    let parsed = |jid| MemberJid::parse(jid).ok();
    let failed = parsed("123456789012345@lid").map(|jid| {
        (
            jid,
            DriverError::Refused(
                "this person's privacy settings do not let others add them".into(),
            ),
        )
    });
    let error = Error::Members {
        applied: parsed(MEMBER).into_iter().collect(),
        failed: failed.into_iter().collect(),
    };
    ("partly_refused", error)
}

/// A session that came and went too often.
pub(super) fn too_many_connects() -> (&'static str, Error) {
    let error = Error::TooManyRequests {
        limit: Limit::Connects,
        wait: WAIT,
    };
    ("too_many_connects", error)
}

/// What would get the account restricted.
pub(super) fn spent_budget(kind: BudgetKind) -> (&'static str, Error) {
    let (name, most) = match kind {
        BudgetKind::Create => ("no_create_left", 5),
        BudgetKind::Join => ("no_join_left", 5),
        BudgetKind::Add => ("no_add_left", 20),
        BudgetKind::Reset => ("no_reset_left", 20),
    };
    (name, Spent::example(kind, most).into())
}

/// The error for too many unused tickets.
pub(super) fn unused_tickets() -> (&'static str, Error) {
    let error = Error::TooManyRequests {
        limit: Limit::Tickets,
        wait: WAIT,
    };
    ("too_many_tickets", error)
}

/// A request or a stream more than a caller may have at a time.
pub(super) fn too_many_under_way() -> (&'static str, Error) {
    let error = Error::TooManyRequests {
        limit: Limit::UnderWay,
        wait: Duration::from_secs(1),
    };
    ("too_many_under_way", error)
}

/// A stored group that is not there.
pub(super) fn no_stored_group() -> (&'static str, Error) {
    ("not_stored", Error::NotFound("group"))
}
