//! The stages of the passkey step.

use crate::api::PasskeyRequest;

/// How far the step is.
#[derive(Clone)]
pub(super) enum PasskeyStage {
    Asked(PasskeyRequest),
    /// The assertion is on its way, or WhatsApp has it and its code is awaited.
    Sent(PasskeyRequest),
    Compare(PasskeyRequest, String),
    /// The confirmation is on its way, or WhatsApp has it.
    Confirmed(PasskeyRequest, String),
}

impl PasskeyStage {
    pub(super) fn request(&self) -> &PasskeyRequest {
        match self {
            Self::Asked(request)
            | Self::Sent(request)
            | Self::Compare(request, _)
            | Self::Confirmed(request, _) => request,
        }
    }
}
