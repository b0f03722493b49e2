//! Short messages in the corner.

use crate::api::EpochMillis;

/// A short message in the corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub kind: ToastKind,
    pub text: String,
    pub until: EpochMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastKind {
    Good,
    Note,
    Bad,
}
