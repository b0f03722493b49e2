//! Short messages in the corner, failures among them.

use crate::api::Capability;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::state::{State, Toast, ToastKind};

/// Maximum of toasts: more would hide the panes.
const TOASTS_MAX: usize = 3;

impl State {
    pub(super) fn toast(&mut self, kind: ToastKind, text: impl Into<String>) {
        let seconds = match kind {
            ToastKind::Good => 4,
            ToastKind::Note => 5,
            ToastKind::Bad => 8,
        };
        self.toast_for(kind, text, seconds);
    }

    /// A message that stays for so many seconds.
    pub(super) fn toast_for(&mut self, kind: ToastKind, text: impl Into<String>, seconds: i64) {
        let text = text.into();
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

    /// Shows and records a failure that is not the failure of a call.
    pub(super) fn bad(&mut self, text: impl Into<String>) {
        let text = text.into();
        let (tried, why) = text.split_once(": ").unwrap_or(("Not done", &text));
        self.record(tried.to_owned(), why.to_owned());
        self.toast(ToastKind::Bad, text);
    }

    /// Shows a failure that is recorded already.
    pub(super) fn bad_again(&mut self, text: impl Into<String>) {
        self.toast(ToastKind::Bad, text);
    }

    /// Shows a failure: what was tried, and the sentence.
    pub(super) fn tell(&mut self, tried: &str, failure: &CallFailure, group: Option<&GroupKey>) {
        let sentence = self.sentence(failure, group);
        let open = match failure.kind {
            FailureKind::Other if failure.unconfirmed => " It may have been done all the same.",
            _ => "",
        };
        self.bad_again(format!("{tried}: {sentence}{open}"));
    }

    /// Whether a capability is missing; shows a note if it is.
    pub(super) fn refuses(&mut self, capability: Capability) -> bool {
        if !self.lacks(capability) {
            return false;
        }
        let kind = FailureKind::MissingCapability {
            capability: capability.as_str().to_owned(),
        };
        self.bad(kind.sentence(&crate::console::failure::FailureContext::default()));
        true
    }
}
