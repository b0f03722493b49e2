//! Short messages in the corner, and failures told through them.

use super::super::effect::Call;
use super::super::failure::{Failure, FailureKind};
use super::super::state::{GroupKey, State, Toast, ToastKind};
use crate::api::Capability;

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

    pub(super) fn bad(&mut self, text: impl Into<String>) {
        self.toast(ToastKind::Bad, text);
    }

    /// Remembers a failure and draws what follows from its kind, without a word to the user.
    pub(super) fn failed(&mut self, call: &Call, failure: Failure) -> Failure {
        let failure = failure.of_call(call);
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
        self.last_failure = Some(failure.clone());
        failure
    }

    /// Says a failure: what was tried, and the sentence.
    pub(super) fn tell(&mut self, tried: &str, failure: &Failure, group: Option<&GroupKey>) {
        let sentence = self.sentence(failure, group);
        self.bad(format!("{tried}: {sentence}"));
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
