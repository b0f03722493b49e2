//! Messages: everything that can happen to the console.

use crate::api::{
    EpochMillis, FoundMember, Group, GroupInfo, GroupMember, GroupSchedule, InvitePreview,
    JoinedGroup, MembershipRequest, PairingCode, PasskeyStep, PendingRequest, QrCode, Session,
};
use crate::batch::{Ended, Outcome, Report, Target};
use crate::client::realtime::RealtimeEvent;
use crate::console::effect::{Call, GatewayFault, GroupHistory, SavedQr};
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::console::notebook::Notebook;
use crate::console::theme::Background;
use crate::links::Step;
use crossterm::event::{KeyEvent, MouseEvent};
use std::path::PathBuf;

/// A message, handled together with its time.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "one message is handled at a time"
)]
pub enum Msg {
    Key(KeyEvent),
    /// Keys that came in one read of the terminal.
    Keys(Vec<KeyEvent>),
    Paste(String),
    Mouse(MouseEvent),
    Resize {
        columns: u16,
        rows: u16,
    },
    /// The terminal has reported how bright its background is.
    Background(Background),
    /// Time has passed: an [`crate::console::effect::Effect::Wake`] is due.
    Tick,
    /// The answer to an effect that carried this id.
    Reply(RequestId, Reply),
    Realtime(RealtimeEvent),
    /// A read failed and will be retried.
    Pause(RequestId, Pause),
    /// The batch engine reports.
    Batch(BatchNews),
    /// This many rows of a listing cannot be read; the others follow as its reply.
    Unreadable(RequestId, usize),
    /// How far the links of many groups are.
    LinksStep(RequestId, Step),
}

/// What the batch engine reports.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchNews {
    /// Batches of this gateway that were not finished, oldest first; sent once when the desk starts there.
    Unfinished(Vec<OpenBatch>),
    /// The rest of the journal of this id was given up, or could not be; the reason is a sentence.
    GivenUp(String, Result<(), String>),
    /// About the run with this number, as in [`BatchCommand::Start`](super::effect::BatchCommand::Start).
    Run(u64, RunNews),
}

/// What a run of a batch reports.
#[derive(Debug, Clone, PartialEq)]
pub enum RunNews {
    /// It runs, with its journal: a new one, or one that goes on.
    Started(OpenBatch),
    Report(Report),
    Ended(Ended),
    /// It could not be started; the reason is a sentence.
    Failed(String),
}

/// A batch with its rows in the order of its plan.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenBatch {
    /// The id of its journal; empty before it has one.
    pub id: String,
    /// As in "reset the invite link".
    pub change: String,
    pub started_at: EpochMillis,
    pub rows: Vec<OpenRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OpenRow {
    pub target: Target,
    /// `None` while it is not known.
    pub outcome: Option<Outcome>,
    /// It was under way when the desk ended.
    pub in_doubt: bool,
}

/// Why and until when a read waits for its next attempt.
#[derive(Debug, Clone)]
pub struct Pause {
    pub failure: CallFailure,
    pub until: EpochMillis,
}

/// The answer to an effect.
#[derive(Debug, Clone)]
pub enum Reply {
    Sessions(Result<Vec<Session>, CallFailure>),
    Ready(Result<bool, CallFailure>),
    Session(Result<Session, CallFailure>),
    /// After start, stop, restart or log out.
    SessionActed(Result<Session, CallFailure>),
    SessionCreated(Result<Session, CallFailure>),
    SessionDeleted(Result<(), CallFailure>),
    SessionRenamed(Result<Session, CallFailure>),
    PairingQr(Result<QrCode, CallFailure>),
    PairingCode(Result<PairingCode, CallFailure>),
    Passkey(Result<PasskeyStep, CallFailure>),
    PasskeyAnswered(Result<(), CallFailure>),
    Groups(Result<Vec<Group>, CallFailure>),
    Group(Result<Group, CallFailure>),
    Members(Result<Vec<GroupMember>, CallFailure>),
    FoundMembers(Result<Vec<FoundMember>, CallFailure>),
    History(Result<GroupHistory, CallFailure>),
    /// The link in full.
    Invite(Result<String, CallFailure>),
    Requests(Result<Vec<MembershipRequest>, CallFailure>),
    AllRequests(Result<Vec<PendingRequest>, CallFailure>),
    Settled(Result<(), CallFailure>),
    Preview(Result<InvitePreview, CallFailure>),
    InviteReset(Result<String, CallFailure>),
    MembersChanged(Result<(), CallFailure>),
    GroupCreated(Result<GroupInfo, CallFailure>),
    GroupJoined(Result<JoinedGroup, CallFailure>),
    GroupLeft(Result<(), CallFailure>),
    /// When the gateway answered, by its own clock, where it says so.
    Updated(Result<Option<EpochMillis>, CallFailure>),
    Schedule(Result<GroupSchedule, CallFailure>),
    /// The opening hours after a change of them.
    ScheduleSet(Result<GroupSchedule, CallFailure>),
    /// The notebook as it is now.
    Notebook(Result<Notebook, String>),
    Copied(Result<ClipboardKind, String>),
    QrSaved(Result<SavedQr, String>),
    /// The links of many groups, in the order in which they were asked for.
    Links(Vec<Result<String, CallFailure>>),
    /// Where a print sheet was written.
    SheetSaved(Result<PathBuf, String>),
    /// Whether another gateway accepts our credentials, or why not.
    Connected(Result<(), String>),
    /// Whether a new gateway was checked and saved, or why not.
    Added(Result<(), GatewayFault>),
}

impl Reply {
    /// The answer to a call that failed.
    #[must_use]
    pub(crate) fn refused(call: &Call, failure: CallFailure) -> Self {
        match call {
            Call::Sessions => Self::Sessions(Err(failure)),
            Call::Ready => Self::Ready(Err(failure)),
            Call::Session(_) => Self::Session(Err(failure)),
            Call::Act { .. } => Self::SessionActed(Err(failure)),
            Call::CreateSession { .. } => Self::SessionCreated(Err(failure)),
            Call::DeleteSession(_) => Self::SessionDeleted(Err(failure)),
            Call::RenameSession { .. } => Self::SessionRenamed(Err(failure)),
            Call::PairingQr(_) => Self::PairingQr(Err(failure)),
            Call::PairingCode { .. } => Self::PairingCode(Err(failure)),
            Call::Passkey(_) => Self::Passkey(Err(failure)),
            Call::AnswerPasskey { .. } => Self::PasskeyAnswered(Err(failure)),
            Call::Groups { .. } => Self::Groups(Err(failure)),
            Call::Group(_) => Self::Group(Err(failure)),
            Call::Members(_) => Self::Members(Err(failure)),
            Call::FindMembers(_) => Self::FoundMembers(Err(failure)),
            Call::History(_) => Self::History(Err(failure)),
            Call::Invite(_) => Self::Invite(Err(failure)),
            Call::Requests(_) => Self::Requests(Err(failure)),
            Call::AllRequests => Self::AllRequests(Err(failure)),
            Call::Settle { .. } => Self::Settled(Err(failure)),
            Call::Preview { .. } => Self::Preview(Err(failure)),
            Call::ResetInvite(_) => Self::InviteReset(Err(failure)),
            Call::ChangeMembers { .. } => Self::MembersChanged(Err(failure)),
            Call::CreateGroup { .. } => Self::GroupCreated(Err(failure)),
            Call::JoinGroup { .. } => Self::GroupJoined(Err(failure)),
            Call::LeaveGroup(_) => Self::GroupLeft(Err(failure)),
            Call::Update { .. } => Self::Updated(Err(failure)),
            Call::Schedule(_) => Self::Schedule(Err(failure)),
            Call::SetSchedule { .. } => Self::ScheduleSet(Err(failure)),
        }
    }
}

/// Which clipboard took the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClipboardKind {
    /// The desktop's own.
    System,
    /// tmux's buffer, which tmux also sends on to its terminal.
    Tmux,
    /// The terminal's, asked by an OSC 52 escape sequence, which it does not confirm.
    Terminal,
}
