//! Everything that the console can ask the world to do.

use super::state::GroupKey;
use crate::api::{EpochMillis, SettingsPatch};
use std::path::PathBuf;

/// Names an effect, so that its reply finds its way back. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Call the gateway; answered by the reply of the same name.
    Call {
        id: RequestId,
        call: Call,
    },
    /// The answer is no longer wanted: abort the call if it still runs.
    Cancel(RequestId),
    /// Copy to the clipboard; answered by `Reply::Copied`.
    Copy {
        id: RequestId,
        text: String,
    },
    /// Write a QR code as PNG and SVG files; answered by `Reply::QrSaved`.
    SaveQr {
        id: RequestId,
        text: String,
        /// What the code leads to: becomes part of the file name.
        title: String,
    },
    /// Send a `Msg::Clock` at this time. Only the earliest wish of an update is kept by the runtime.
    Wake(EpochMillis),
    /// Put the process to sleep as Ctrl-Z does in other programs.
    Suspend,
    Quit,
}

/// A call of the gateway's contract.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    Sessions,
    Act {
        session: String,
        action: SessionAction,
    },
    Groups {
        session: String,
    },
    Group(GroupKey),
    Members(GroupKey),
    Invite(GroupKey),
    ResetInvite(GroupKey),
    Update {
        group: GroupKey,
        patch: SettingsPatch,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionAction {
    Start,
    Stop,
    Restart,
    Logout,
}

/// Where a QR code was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQr {
    pub png: PathBuf,
    pub svg: PathBuf,
}
