//! The layers over the screen: dialogs, the help, the full-screen code.

use super::check::CheckDialog;
use super::columns::ColumnsDialog;
use super::confirm::ConfirmDialog;
use super::copy_as::CopyAs;
use super::counter::Counter;
use super::form::EditForm;
use super::help::HelpDialog;
use super::history::HistoryDialog;
use super::inbox::InboxDialog;
use super::new_gateway::NewGatewayDialog;
use super::note::NoteDialog;
use super::pairing::Pairing;
use super::palette::Palette;
use super::profiles::ProfilesDialog;
use super::rename::RenameDialog;
use super::reset::ResetDialog;

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
    /// "Why can't people join?"
    Check(Box<CheckDialog>),
    Profiles(ProfilesDialog),
    Palette(Palette),
    Columns(ColumnsDialog),
    CopyAs(CopyAs),
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
