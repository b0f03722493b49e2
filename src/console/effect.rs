//! Effects: all that the console can request from its runtime.

use crate::api::{AuditEntry, Capability, EpochMillis, PasskeyAnswer, PutSchedule, SettingsPatch};
use crate::batch::{Control, Plan};
use crate::client::Secret;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::notebook::NotebookChange;
use crate::sheet::{Layout, SheetFormat, SheetGroup};
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
    /// Read the links of these groups, paced; answered by `Msg::LinksStep` and in the end by `Reply::Links`.
    AskLinks {
        id: RequestId,
        groups: Vec<GroupKey>,
    },
    /// Write a print sheet; answered by `Reply::SheetSaved`.
    SaveSheet {
        id: RequestId,
        order: SheetOrder,
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
    /// What the batch engine is to do on the gateway of this profile; it reports by `Msg::Batch`.
    Batch {
        profile: usize,
        command: BatchCommand,
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

/// What the batch engine is to do. One batch runs at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchCommand {
    /// Report the batches of this gateway that were not finished.
    Look,
    /// Begin a run; `run` is its number, which its reports bear.
    Start { run: u64, plan: Plan },
    /// Go on with the journal of this id, as a run of its own.
    Resume { run: u64, id: String },
    /// Give the rest of the journal of this id up.
    GiveUp(String),
    /// Pause, stop or go on with the batch that runs.
    Control(Control),
}

/// A print sheet to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetOrder {
    /// Becomes the name of the file, or of the folder of pictures.
    pub title: String,
    pub groups: Vec<SheetGroup>,
    pub layout: Layout,
    pub format: SheetFormat,
    /// The day on which the links were read.
    pub made: String,
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
    /// Change members by their JIDs: one, or several that are added.
    ChangeMembers {
        group: GroupKey,
        change: MemberChange,
        members: Vec<String>,
    },
    /// Create a group with these people, given by their JIDs.
    CreateGroup {
        session: String,
        name: String,
        members: Vec<String>,
    },
    /// Join a group by the code of its invite link.
    JoinGroup {
        session: String,
        code: String,
    },
    LeaveGroup(GroupKey),
    Update {
        group: GroupKey,
        patch: SettingsPatch,
    },
    /// The opening hours of a group.
    Schedule(GroupKey),
    /// Set the opening hours of a group, or remove them.
    SetSchedule {
        group: GroupKey,
        schedule: Option<PutSchedule>,
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
                | Self::ChangeMembers { .. }
                | Self::CreateGroup { .. }
                | Self::JoinGroup { .. }
                | Self::LeaveGroup(_)
                | Self::Settle { .. }
                | Self::Update { .. }
                | Self::SetSchedule { .. }
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
                | Self::ChangeMembers { .. }
                | Self::CreateGroup { .. }
                | Self::JoinGroup { .. }
                | Self::LeaveGroup(_)
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
            Self::ResetInvite(_)
            | Self::Settle { .. }
            | Self::ChangeMembers { .. }
            | Self::CreateGroup { .. }
            | Self::JoinGroup { .. }
            | Self::LeaveGroup(_)
            | Self::Update { .. }
            | Self::Schedule(_)
            | Self::SetSchedule { .. } => Capability::Send,
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
            | Self::LeaveGroup(key)
            | Self::ChangeMembers { group: key, .. }
            | Self::Schedule(key)
            | Self::SetSchedule { group: key, .. }
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
            | Self::CreateGroup { session, .. }
            | Self::JoinGroup { session, .. }
            | Self::Groups { session } => Some(session),
            _ => self.group().map(|key| key.session.as_str()),
        }
    }
}

/// A change of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberChange {
    Add,
    Remove,
    Promote,
    Demote,
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
