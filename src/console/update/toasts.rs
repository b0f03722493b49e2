//! Short messages in the corner, and failures told through them.

use super::super::effect::Call;
use super::super::failure::{Failure, FailureKind};
use super::super::state::{Blank, GroupKey, Invite, State, Toast, ToastKind, is_own};
use crate::api::{Capability, MemberRole};

/// More would hide what they speak of.
const TOASTS_MAX: usize = 3;

impl State {
    pub(super) fn toast(&mut self, kind: ToastKind, text: impl Into<String>) {
        let text = text.into();
        let seconds = match kind {
            ToastKind::Good => 4,
            ToastKind::Note => 5,
            ToastKind::Bad => 8,
        };
        self.toasts.retain(|toast| toast.text != text);
        if self.toasts.len() == TOASTS_MAX {
            self.toasts.remove(0);
        }
        self.toasts.push(Toast {
            kind,
            text,
            until: self.now + seconds * 1_000,
        });
    }

    pub(super) fn good(&mut self, text: impl Into<String>) {
        self.toast(ToastKind::Good, text);
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.toast(ToastKind::Note, text);
    }

    /// Tells a failure that no call of its own stands behind.
    pub(super) fn bad(&mut self, text: impl Into<String>) {
        let text = text.into();
        let (tried, why) = text.split_once(": ").unwrap_or(("Not done", &text));
        self.record(tried.to_owned(), why.to_owned());
        self.toast(ToastKind::Bad, text);
    }

    /// Tells a failure that is remembered already.
    pub(super) fn bad_again(&mut self, text: impl Into<String>) {
        self.toast(ToastKind::Bad, text);
    }

    /// Draws what follows from a failure's kind, and remembers it where the screen shows it.
    pub(super) fn failed(&mut self, call: &Call, failure: Failure) -> Failure {
        let mut failure = failure.of_call(call);
        if let Some(key) = call.group().filter(|_| failure.status == Some(500)) {
            failure.kind = self.unexplained(key, call, failure.kind);
        }
        if failure.kind == FailureKind::NoSuchSession
            && call
                .session()
                .is_some_and(|session| self.is_listed(session))
            && !matches!(call, Call::Session(_))
        {
            failure.kind = FailureKind::NotInEngine;
        }
        match &failure.kind {
            FailureKind::MissingCapability { capability } => {
                let known = Capability::ALL
                    .into_iter()
                    .find(|known| known.as_str() == capability);
                if let Some(known) = known.filter(|known| !self.lacks(*known)) {
                    self.lacking.push(known);
                }
            }
            // One call without an answer proves little: the sessions tell whether the gateway is there.
            FailureKind::GatewayAway if *call != Call::Sessions && self.runs.away.is_none() => {
                super::sessions::ask(self);
            }
            _ => {}
        }
        if self.is_shown(call) {
            self.record_call(call, &failure);
        }
        failure
    }

    /// Whether the screen says somewhere that this call failed.
    fn is_shown(&self, call: &Call) -> bool {
        match call {
            // Other groups' reads go on behind the screen.
            Call::Members(key) | Call::Invite(key) => {
                self.card.as_ref().is_some_and(|card| card.key == *key)
            }
            Call::Group(_) => false,
            _ => true,
        }
    }

    /// What a failure without a reason means where an admin's call was made: some gateways have no
    /// other answer for an account that is none.
    fn unexplained(&self, key: &GroupKey, call: &Call, kind: FailureKind) -> FailureKind {
        let told = self
            .groups
            .get(key)
            .and_then(|entry| entry.group.my_role.as_ref());
        if kind != FailureKind::Other || !call.is_live() || told.is_some() {
            return kind;
        }
        match self.role_among_members(key) {
            Some(role) if role.is_admin() => FailureKind::PerhapsOffline,
            Some(_) => FailureKind::NotAdmin,
            None => FailureKind::PerhapsNotAdmin,
        }
    }

    /// Whether the gateway itself has told that there is such a session: in its list, or by its groups.
    fn is_listed(&self, session: &str) -> bool {
        self.groups.loaded.contains(session)
            || (!self.runs.by_id && self.sessions.get(session).is_some())
    }

    /// The members have come, and may explain why there is no link.
    pub(super) fn explain_blank(&mut self, key: &GroupKey) {
        let explained = self.unexplained(key, &Call::Invite(key.clone()), FailureKind::Other);
        let Some(card) = self.card.as_mut().filter(|card| card.key == *key) else {
            return;
        };
        if let Invite::Blank(Blank::Failed(failure)) = &mut card.invite
            && failure.kind == FailureKind::PerhapsNotAdmin
        {
            failure.kind = explained;
        }
    }

    /// The account's own role by the members that were read.
    fn role_among_members(&self, key: &GroupKey) -> Option<&MemberRole> {
        let card = self.card.as_ref().filter(|card| card.key == *key)?;
        let session = self.sessions.get(&key.session)?;
        let mut members = card.loaded_members().iter();
        let own = members.find(|member| is_own(session, &member.lid))?;
        Some(&own.role)
    }

    /// Says a failure: what was tried, and the sentence.
    pub(super) fn tell(&mut self, tried: &str, failure: &Failure, group: Option<&GroupKey>) {
        let sentence = self.sentence(failure, group);
        let open = match failure.kind {
            FailureKind::Other if failure.unclear => " It may have been done all the same.",
            _ => "",
        };
        self.bad_again(format!("{tried}: {sentence}{open}"));
    }

    /// Whether a capability is missing; says so.
    pub(super) fn refuses(&mut self, capability: Capability) -> bool {
        if !self.lacks(capability) {
            return false;
        }
        let kind = FailureKind::MissingCapability {
            capability: capability.as_str().to_owned(),
        };
        self.bad(kind.sentence(&super::super::failure::Told::default()));
        true
    }
}
