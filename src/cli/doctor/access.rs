//! Whether the gateway accepts the token, and which capabilities it has. Every request is harmless:
//! it reads, or it names a session that does not exist.

use super::report::{Check, Report};
use crate::api::{Capability, SettingsPatch, TicketRequest};
use crate::client::{AuditFilter, Client, ClientError};
use crate::config::Profile;

/// A session that no gateway has.
const NO_SESSION: &str = "00000000000000000000000000";
/// A group that no session knows.
const NO_GROUP: &str = "0@g.us";

/// Sends the token. Returns the known sessions, or `None` if the token is not accepted.
pub(super) async fn check(
    client: &Client,
    profile: &Profile,
    report: &mut Report,
) -> std::io::Result<Option<Vec<String>>> {
    let (check, sessions) = match client.list_sessions().await {
        Ok(sessions) => (
            listed(sessions.rows.len(), sessions.unreadable),
            sessions
                .rows
                .into_iter()
                .map(|session| session.id)
                .collect(),
        ),
        Err(error) => (refused(&error, profile), profile.sessions.clone()),
    };
    let is_let_in = report.add(check)?;
    Ok(is_let_in.then_some(sessions))
}

fn listed(sessions: usize, unreadable: usize) -> Check {
    let seen = match sessions {
        1 => "the token is accepted; it sees 1 session".to_owned(),
        count => format!("the token is accepted; it sees {count} sessions"),
    };
    if unreadable == 0 {
        return Check::ok("access", seen);
    }
    Check::warn(
        "access",
        "sessions_left_out",
        format!("{seen}; {unreadable} more cannot be read and are left out"),
        "tell the gateway's operator",
    )
}

fn refused(error: &ClientError, profile: &Profile) -> Check {
    match error {
        ClientError::Api { status: 401, .. } => Check::fail(
            "access",
            "unauthorized",
            "the gateway does not accept this token (401)",
            "it may be revoked, expired, or of another gateway: get a new one from its operator",
        ),
        ClientError::NotReady => Check::fail(
            "access",
            "not_ready",
            error.to_string(),
            "wait a minute, then tell its operator; the token may be valid",
        ),
        ClientError::Api { status: 403, .. } if profile.sessions.is_empty() => Check::warn(
            "access",
            "sessions_not_listed",
            "the token is accepted, but may not list the sessions (403)",
            "write the ids of your sessions into the profile: sessions = [\"...\"]",
        ),
        ClientError::Api { status: 403, .. } => Check::ok(
            "access",
            "the token is accepted; the session ids of the profile are used, as it may not list them",
        ),
        ClientError::Api { status, .. } => Check::fail(
            "access",
            "refused",
            format!("the gateway refuses with status {status}: {error}"),
            "try again in a minute, then tell its operator",
        ),
        ClientError::NotTheContract { .. } => Check::fail(
            "access",
            "not_the_contract",
            error.to_string(),
            "check the url's path: below it must be /api/v1",
        ),
        ClientError::WebPage { .. } => Check::fail(
            "access",
            "web_page",
            error.to_string(),
            "something in front of the gateway answers in its stead: use an address that leads past the login page",
        ),
        error => Check::fail(
            "access",
            "no_answer",
            error.to_string(),
            "the gateway was there a moment ago: try again",
        ),
    }
}

/// Whether a capability is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Has {
    Yes,
    No,
    /// This gateway offers no way to find out.
    Unknown(&'static str),
}

/// Finds out what the token may do.
pub(super) async fn capabilities(client: &Client, report: &mut Report) -> std::io::Result<()> {
    // A group, not a session: some gateways ask for `manage` there.
    let read = asked(
        &client.get_group(NO_SESSION, NO_GROUP).await,
        Capability::Read,
    );
    report.add(capability_check("capability.read", Capability::Read, read))?;
    // An empty change of a group that does not exist: refused by the capability, or else as unknown.
    let patch = SettingsPatch::default();
    let answer = client.update_settings(NO_SESSION, NO_GROUP, &patch).await;
    let send = asked(&answer, Capability::Send);
    report.add(capability_check("capability.send", Capability::Send, send))?;
    let manage = manage(client).await;
    report.add(capability_check(
        "capability.manage",
        Capability::Manage,
        manage,
    ))?;
    let events = match client.ticket(&TicketRequest::default()).await {
        Err(error) if matches!(error.status(), Some(404 | 501 | 503)) => {
            Has::Unknown("this gateway has no realtime")
        }
        answer => asked(&answer, Capability::Events),
    };
    report.add(capability_check(
        "capability.events",
        Capability::Events,
        events,
    ))?;
    Ok(())
}

/// The audit log needs `manage`; a gateway without one needs it for the list of sessions.
async fn manage(client: &Client) -> Has {
    let one = AuditFilter {
        limit: Some(1),
        ..AuditFilter::default()
    };
    match client.audit(&one).await {
        Err(error) if matches!(error.status(), Some(404 | 405 | 501)) => {
            asked(&client.list_sessions().await, Capability::Manage)
        }
        answer => asked(&answer, Capability::Manage),
    }
}

/// The capability is checked first, so every other error means that it is granted. An error about
/// another capability says nothing about this one.
fn asked<T>(answer: &Result<T, ClientError>, capability: Capability) -> Has {
    match answer {
        Ok(_) => Has::Yes,
        Err(ClientError::Api {
            status: 403, error, ..
        }) => match error.capability() {
            Some(named) if named != capability.as_str() => {
                Has::Unknown("the gateway asks for another capability there")
            }
            _ => Has::No,
        },
        Err(ClientError::Api {
            status: 400 | 404 | 409 | 501,
            ..
        }) => Has::Yes,
        Err(_) => Has::Unknown("the gateway gives no clear answer"),
    }
}

fn capability_check(check: &'static str, capability: Capability, has: Has) -> Check {
    let (what, code) = match capability {
        Capability::Read => ("sessions, groups and links can be looked at", "lacks_read"),
        Capability::Send => ("settings and links can be changed", "lacks_send"),
        Capability::Manage => ("sessions can be added and started", "lacks_manage"),
        Capability::Events => ("live updates", "lacks_events"),
    };
    let name = capability.as_str();
    match has {
        Has::Yes => Check::ok(check, format!("`{name}`: {what}")),
        Has::Unknown(why) => Check::skip(check, format!("`{name}`: {why}")),
        Has::No => {
            let seen = format!("token lacks capability {name}");
            let todo =
                format!("if you need it ({what}), ask the gateway's operator for a token with it");
            if capability == Capability::Read {
                Check::fail(check, code, seen, todo)
            } else {
                Check::warn(check, code, seen, todo)
            }
        }
    }
}
