//! The layers over the screen: dialogs, the help, the full-screen code.

use super::batch_before::BatchBefore;
use super::batch_menu::BatchMenu;
use super::batch_progress::BatchProgress;
use super::batch_resume::BatchResume;
use super::check::CheckDialog;
use super::columns::ColumnsDialog;
use super::confirm::ConfirmDialog;
use super::copy_as::CopyAs;
use super::counter::Counter;
use super::flood::FloodDialog;
use super::form::EditForm;
use super::help::HelpDialog;
use super::history::HistoryDialog;
use super::hours::HoursDialog;
use super::inbox::InboxDialog;
use super::leave_group::LeaveGroupDialog;
use super::new_gateway::NewGatewayDialog;
use super::new_group::NewGroupDialog;
use super::note::NoteDialog;
use super::pairing::Pairing;
use super::palette::Palette;
use super::profiles::ProfilesDialog;
use super::rename::RenameDialog;
use super::reset::ResetDialog;
use super::roster::RosterDialog;
use super::sheet::SheetDialog;

/// One layer over the screen.
// There are only ever a few of them, so their size does not matter.
#[allow(clippy::large_enum_variant)]
pub enum Layer {
    Help(HelpDialog),
    Form(Box<EditForm>),
    Reset(ResetDialog),
    /// "Add an account".
    Pairing(Box<Pairing>),
    Confirm(ConfirmDialog),
    Rename(Box<RenameDialog>),
    /// A group's note and tags.
    Note(Box<NoteDialog>),
    /// A group's opening hours.
    Hours(Box<HoursDialog>),
    /// "Why can't people join?"
    Check(Box<CheckDialog>),
    /// Create a group, or join one.
    NewGroup(Box<NewGroupDialog>),
    LeaveGroup(Box<LeaveGroupDialog>),
    /// Many people joined a group by its link.
    Flood(FloodDialog),
    /// The members of a group.
    Roster(Box<RosterDialog>),
    Profiles(ProfilesDialog),
    Palette(Palette),
    Columns(ColumnsDialog),
    CopyAs(CopyAs),
    /// What can be done with the marked groups.
    BatchMenu(BatchMenu),
    /// What a batch will do.
    BatchBefore(Box<BatchBefore>),
    /// The batch that runs.
    BatchProgress(BatchProgress),
    /// A batch that was not finished.
    BatchResume(BatchResume),
    /// "Print sheet".
    Sheet(Box<SheetDialog>),
    History(HistoryDialog),
    /// The people who ask to join.
    Inbox(Box<InboxDialog>),
    /// "Add a gateway".
    NewGateway(Box<NewGatewayDialog>),
    /// The QR code of the card's link and the group's name, filling the screen.
    Qr,
    /// The code for a visitor, with keys and mouse locked.
    Counter(Counter),
    /// What has failed, newest first.
    Failures {
        scroll: usize,
    },
}
