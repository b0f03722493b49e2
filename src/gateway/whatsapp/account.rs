//! Accounts: which session a driver is for, and who it is linked to.

use super::group::GroupSnapshot;
use crate::gateway::domain::{MemberJid, OrganizationId, SessionId};

/// Which session a driver is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub session: SessionId,
    pub organization: OrganizationId,
}

/// The identity of an account, known once it is paired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Digits of the E.164 number.
    pub phone_number: String,
    pub jid: MemberJid,
    pub lid: MemberJid,
    pub business_name: Option<String>,
    pub platform: Option<String>,
}

/// A session of a sandbox world.
#[derive(Debug, Clone)]
pub struct SeedSession {
    pub account: Account,
    pub label: Option<String>,
    /// The identity of the account, if a phone is linked.
    pub identity: Option<Identity>,
    /// Whether the session should be running.
    pub start: bool,
    /// Groups that were stored in an earlier life of the session.
    pub groups: Vec<GroupSnapshot>,
}
