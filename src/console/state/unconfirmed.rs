//! Changes whose outcome is not known, because their answer was lost or proves nothing.

use crate::api::SettingsPatch;
use crate::console::effect::{Call, SessionAction};
use crate::console::failure::Failure;
use crate::console::ids::{GroupKey, RequestId};
use std::collections::{BTreeMap, BTreeSet};

/// What nobody knows the outcome of.
#[derive(Default)]
pub(in crate::console) struct Unclear {
    pub(in crate::console) updates: BTreeMap<GroupKey, LostUpdate>,
    pub(in crate::console) resets: BTreeMap<GroupKey, LostReset>,
    /// By session.
    pub(in crate::console) actions: BTreeMap<String, LostAction>,
    pub(in crate::console) creation: Option<LostCreation>,
    /// The sessions that were there before one was added.
    pub(in crate::console) before_create: BTreeSet<String>,
    /// The links that running resets are to end, where they were known.
    pub(in crate::console) old_links: BTreeMap<GroupKey, Option<String>>,
}

pub(in crate::console) struct LostUpdate {
    pub(in crate::console) patch: SettingsPatch,
    /// What the gateway said instead of an answer, if it said anything.
    pub(in crate::console) said: Option<Failure>,
    /// The newest request when the answer was lost: only later ones tell.
    pub(in crate::console) after: u64,
}

pub(in crate::console) struct LostReset {
    /// The link before, where it was known.
    pub(in crate::console) old: Option<String>,
    /// What the gateway said instead of an answer, if it said anything.
    pub(in crate::console) said: Option<Failure>,
    /// The look-up has failed; another one waits for a sign that it may not.
    pub(in crate::console) resting: bool,
}

/// An action without a known outcome.
pub(in crate::console) struct LostAction {
    pub(in crate::console) action: SessionAction,
    pub(in crate::console) said: Option<Failure>,
    /// The newest request when the answer was lost.
    pub(in crate::console) after: u64,
}

/// A session of which nobody knows whether it was added.
pub(in crate::console) struct LostCreation {
    pub(in crate::console) request: RequestId,
    pub(in crate::console) label: Option<String>,
    pub(in crate::console) said: Option<Failure>,
    /// The newest request when the answer was lost.
    pub(in crate::console) after: u64,
}

impl Unclear {
    /// Groups of which nobody knows yet whether their link was reset.
    pub(in crate::console) fn open_resets(&self) -> impl Iterator<Item = &GroupKey> {
        self.resets.keys()
    }

    /// Whether the answer to this read is needed even when nobody looks at the group any more.
    pub(in crate::console) fn needs(&self, call: &Call) -> bool {
        match call {
            Call::Invite(key) => self.resets.contains_key(key),
            _ => false,
        }
    }
}

/// What the gateway itself said when it failed; nothing where the answer was lost on its way.
fn said(failure: Failure) -> Option<Failure> {
    let by_gateway = failure
        .status
        .is_some_and(|status| !(502..=504).contains(&status));
    by_gateway.then_some(Failure {
        unclear: false,
        ..failure
    })
}

impl LostUpdate {
    /// Of a save that failed so, when `newest` was the newest request.
    pub(in crate::console) fn new(patch: SettingsPatch, failure: Failure, newest: u64) -> Self {
        Self {
            patch,
            said: said(failure),
            after: newest,
        }
    }
}

impl LostReset {
    /// Of a reset that failed so; `old` is the link before it.
    pub(in crate::console) fn new(old: Option<String>, failure: Failure) -> Self {
        Self {
            old,
            said: said(failure),
            resting: false,
        }
    }
}

impl LostAction {
    /// Of an action that failed so, when `newest` was the newest request.
    pub(in crate::console) fn new(action: SessionAction, failure: Failure, newest: u64) -> Self {
        Self {
            action,
            said: said(failure),
            after: newest,
        }
    }
}

impl LostCreation {
    /// Of a request that failed so, when `newest` was the newest one.
    pub(in crate::console) fn new(
        request: RequestId,
        label: Option<String>,
        failure: Failure,
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
