//! Changes whose outcome is unknown, because their answer was lost or proves nothing.

use crate::api::SettingsPatch;
use crate::console::effect::{Call, SessionAction};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use std::collections::{BTreeMap, BTreeSet};

/// The changes whose outcome is not known.
#[derive(Default)]
pub(crate) struct Unconfirmed {
    pub(crate) updates: BTreeMap<GroupKey, LostUpdate>,
    pub(crate) resets: BTreeMap<GroupKey, LostReset>,
    /// By session.
    pub(crate) actions: BTreeMap<String, LostAction>,
    pub(crate) creation: Option<LostCreation>,
    /// The sessions that existed before one was added.
    pub(crate) before_create: BTreeSet<String>,
    /// The old links of resets in flight, if known.
    pub(crate) old_links: BTreeMap<GroupKey, Option<String>>,
}

pub(crate) struct LostUpdate {
    pub(crate) patch: SettingsPatch,
    /// What the gateway said instead of an answer, if it said anything.
    pub(crate) said: Option<CallFailure>,
    /// The newest request when the answer was lost: only later ones show the outcome.
    pub(crate) after: u64,
}

pub(crate) struct LostReset {
    /// The link before, where it was known.
    pub(crate) old: Option<String>,
    /// What the gateway said instead of an answer, if it said anything.
    pub(crate) said: Option<CallFailure>,
    /// The look-up failed; the next one waits for a sign that it may succeed.
    pub(crate) resting: bool,
}

/// An action without a known outcome.
pub(crate) struct LostAction {
    pub(crate) action: SessionAction,
    pub(crate) said: Option<CallFailure>,
    /// The newest request when the answer was lost.
    pub(crate) after: u64,
}

/// A session that may have been added.
pub(crate) struct LostCreation {
    pub(crate) request: RequestId,
    pub(crate) label: Option<String>,
    pub(crate) said: Option<CallFailure>,
    /// The newest request when the answer was lost.
    pub(crate) after: u64,
}

impl Unconfirmed {
    /// Groups whose link may have been reset.
    pub(crate) fn open_resets(&self) -> impl Iterator<Item = &GroupKey> {
        self.resets.keys()
    }

    /// Whether the answer to this read is needed even when the group's card is closed.
    pub(crate) fn needs(&self, call: &Call) -> bool {
        match call {
            Call::Invite(key) => self.resets.contains_key(key),
            _ => false,
        }
    }
}

/// The failure as the gateway sent it; `None` if the answer was lost.
fn said(failure: CallFailure) -> Option<CallFailure> {
    let by_gateway = failure
        .status
        .is_some_and(|status| !(502..=504).contains(&status));
    by_gateway.then_some(CallFailure {
        unconfirmed: false,
        ..failure
    })
}

impl LostUpdate {
    /// Of a save that failed so, when `newest` was the newest request.
    pub(crate) fn new(patch: SettingsPatch, failure: CallFailure, newest: u64) -> Self {
        Self {
            patch,
            said: said(failure),
            after: newest,
        }
    }
}

impl LostReset {
    /// Of a reset that failed so; `old` is the link before it.
    pub(crate) fn new(old: Option<String>, failure: CallFailure) -> Self {
        Self {
            old,
            said: said(failure),
            resting: false,
        }
    }
}

impl LostAction {
    /// Of an action that failed so, when `newest` was the newest request.
    pub(crate) fn new(action: SessionAction, failure: CallFailure, newest: u64) -> Self {
        Self {
            action,
            said: said(failure),
            after: newest,
        }
    }
}

impl LostCreation {
    /// Of a request that failed so, when `newest` was the newest one.
    pub(crate) fn new(
        request: RequestId,
        label: Option<String>,
        failure: CallFailure,
        newest: u64,
    ) -> Self {
        Self {
            request,
            label,
            said: said(failure),
            after: newest,
        }
    }
}
