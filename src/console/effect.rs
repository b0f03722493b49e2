//! Effects: all that the console can request from its runtime.

use crate::api::{AuditEntry, Capability, EpochMillis, PasskeyAnswer, SettingsPatch};
use crate::client::Secret;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::notebook::NotebookChange;
use std::collections::BTreeMap;
use std::path::PathBuf;

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
        /// The title, which becomes part of the file name.
        title: String,
    },
    /// Read the notebook of the gateway of a profile, and apply a change to it if there is one; answered by
    /// `Reply::Notebook`.
    Notebook {
        id: RequestId,
        profile: usize,
        change: Option<NotebookChange>,
    },
    /// Check whether a profile's gateway accepts our credentials; answered by `Reply::Connected`. `token` is
    /// what the user typed for it.
    Connect {
        id: RequestId,
        profile: usize,
        token: Option<Secret>,
    },
    /// Check a gateway that has no profile yet, and save it as one; answered by `Reply::Added`. `profile` is
    /// its position among the profiles from then on.
    AddGateway {
        id: RequestId,
        gateway: NewGateway,
        profile: usize,
    },
    /// Leave this gateway for the one that this request has connected to: its requests and its
    /// realtime end, what follows goes to the new one.
    SwitchGateway(RequestId),
    /// Send a `Msg::Tick` at this time.
    Wake(EpochMillis),
    /// Suspend the process as Ctrl-Z does in other programs.
    Suspend,
    Quit,
}

/// A gateway as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGateway {
    pub name: String,
    pub address: String,
    pub token: Secret,
}

/// What is typed of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayField {
    Name,
    Address,
    Token,
}

/// Why a gateway was not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayFault {
    /// What is to be corrected.
    pub field: GatewayField,
    /// A sentence without secrets.
    pub reason: String,
}

/// A call of the gateway's contract.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    Sessions,
    /// Whether the gateway calls itself ready.
    Ready,
    /// One session, where the list is not allowed.
    Session(String),
    Act {
        session: String,
        action: SessionAction,
    },
    /// Add a session and begin to pair.
    CreateSession {
        label: Option<String>,
    },
    DeleteSession(String),
    /// Give a session another name; an empty one takes it away.
    RenameSession {
        session: String,
        label: String,
    },
    /// The QR code to scan; starts pairing if it has not started.
    PairingQr(String),
    /// A pairing code for the phone with this number (digits of E.164).
    PairingCode {
        session: String,
        phone: String,
    },
    /// What the passkey step of linking a phone asks for now.
    Passkey(String),
    /// Answer the passkey step. The answer is a secret.
    AnswerPasskey {
        session: String,
        answer: PasskeyAnswer,
    },
    Groups {
        session: String,
    },
    Group(GroupKey),
    Members(GroupKey),
    /// Members of all groups whose name or number contains this text.
    FindMembers(String),
    /// What the gateway has recorded about a group.
    History(GroupKey),
    Invite(GroupKey),
    /// The requests to join that wait for an admin.
    Requests(GroupKey),
    /// Those of all groups, as the gateway has stored them.
    AllRequests,
    /// Let a person in who asks to join, or reject the request.
    Settle {
        group: GroupKey,
        person: String,
        approve: bool,
    },
    /// Where an invite code leads.
    Preview {
        session: String,
        code: String,
    },
    ResetInvite(GroupKey),
    Update {
        group: GroupKey,
        patch: SettingsPatch,
    },
}

impl Call {
    /// Whether it changes something: then it is neither repeated nor cancelled.
    #[must_use]
    pub(crate) fn changes(&self) -> bool {
        matches!(
            self,
            Self::Act { .. }
                | Self::CreateSession { .. }
                | Self::DeleteSession(_)
                | Self::RenameSession { .. }
                | Self::PairingCode { .. }
                | Self::AnswerPasskey { .. }
                | Self::ResetInvite(_)
                | Self::Settle { .. }
                | Self::Update { .. }
        )
    }

    /// Whether WhatsApp itself must answer, so that the session must be connected.
    #[must_use]
    pub(crate) fn is_live(&self) -> bool {
        matches!(
            self,
            Self::Invite(_)
                | Self::Requests(_)
                | Self::Preview { .. }
                | Self::ResetInvite(_)
                | Self::Settle { .. }
                | Self::Update { .. }
        )
    }

    /// What the caller must be allowed to do. The list of sessions needs `manage` at the public
    /// gateway, where ours is content with `read`.
    #[must_use]
    pub(crate) fn capability(&self) -> Capability {
        match self {
            Self::Sessions
            | Self::Act { .. }
            | Self::CreateSession { .. }
            | Self::DeleteSession(_)
            | Self::RenameSession { .. }
            | Self::PairingQr(_)
            | Self::PairingCode { .. }
            | Self::Passkey(_)
            | Self::AnswerPasskey { .. }
            | Self::History(_) => Capability::Manage,
            Self::Ready
            | Self::Session(_)
            | Self::Groups { .. }
            | Self::Group(_)
            | Self::Members(_)
            | Self::FindMembers(_)
            | Self::Invite(_)
            | Self::Requests(_)
            | Self::AllRequests
            | Self::Preview { .. } => Capability::Read,
            Self::ResetInvite(_) | Self::Settle { .. } | Self::Update { .. } => Capability::Send,
        }
    }

    /// The group it is about.
    #[must_use]
    pub(crate) fn group(&self) -> Option<&GroupKey> {
        match self {
            Self::Group(key)
            | Self::Members(key)
            | Self::History(key)
            | Self::Invite(key)
            | Self::Requests(key)
            | Self::ResetInvite(key)
            | Self::Settle { group: key, .. }
            | Self::Update { group: key, .. } => Some(key),
            _ => None,
        }
    }

    /// The session it is about.
    #[must_use]
    pub(crate) fn session(&self) -> Option<&str> {
        match self {
            Self::Session(session)
            | Self::Act { session, .. }
            | Self::DeleteSession(session)
            | Self::RenameSession { session, .. }
            | Self::PairingQr(session)
            | Self::PairingCode { session, .. }
            | Self::Passkey(session)
            | Self::AnswerPasskey { session, .. }
            | Self::Preview { session, .. }
            | Self::Groups { session } => Some(session),
            _ => self.group().map(|key| key.session.as_str()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionAction {
    Start,
    Stop,
    Restart,
    Logout,
}

impl SessionAction {
    /// What is being done: `starting`.
    #[must_use]
    pub(crate) fn doing(self) -> &'static str {
        match self {
            Self::Start => "starting",
            Self::Stop => "stopping",
            Self::Restart => "restarting",
            Self::Logout => "logging out",
        }
    }
}

/// What the gateway has recorded about a group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupHistory {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// The labels of api-keys, by their ids.
    pub labels: BTreeMap<String, String>,
    /// Whether there are older entries.
    pub more: bool,
}

/// Where a QR code was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQr {
    pub png: PathBuf,
    pub svg: PathBuf,
}
