//! The console's state. Only `update` changes it; `view` and `layout` read it.
//!
//! One file per screen or dialog holds its data. `app` combines them; `names`, `sentences`, `invite`, `check_facts`,
//! `other_account` and `failure_log` derive texts and facts from the whole state.

mod app;
mod batch;
mod batch_before;
mod batch_menu;
mod batch_progress;
mod batch_resume;
mod budget;
mod button;
mod card;
mod check;
mod check_facts;
mod columns;
mod confirm;
mod confirmed;
mod copy_as;
mod counter;
mod failure_log;
mod failures;
mod find;
mod flood;
mod form;
mod groups;
mod help;
mod history;
mod hours;
mod inbox;
mod invite;
mod layer;
mod leave_group;
mod link_list;
mod marked;
mod marks;
mod names;
mod new_gateway;
mod new_group;
mod note;
mod other_account;
mod pairing;
mod palette;
mod passkey;
mod profiles;
mod rename;
mod requests;
mod reset;
mod roster;
mod secret;
mod sentences;
mod sessions;
mod sheet;
mod toasts;
mod unconfirmed;
mod undo;

pub(crate) use app::{Connection, Pane};
pub use app::{Options, State};
pub(crate) use batch::{BatchPhase, BatchRow, BatchRun, tally_words};
pub(crate) use batch_before::{BatchBefore, BatchFocus, BatchKind};
pub(crate) use batch_menu::{BatchEntry, BatchMenu};
pub(crate) use batch_progress::BatchProgress;
pub(crate) use batch_resume::BatchResume;
pub(crate) use button::ButtonId;
pub(crate) use card::{Card, Invite, LinkHidden, Members};
pub(crate) use check::CheckDialog;
pub(crate) use columns::ColumnsDialog;
pub(crate) use confirm::{ConfirmDialog, Leaving, Question};
pub(crate) use copy_as::CopyAs;
pub use copy_as::{COPY_NAME_MAX, CopyText, copy_texts};
pub use counter::CounterOptions;
pub(crate) use counter::{Counter, CounterLock, CounterPhase, PIN_LENGTH, Pin};
#[cfg(test)]
pub(crate) use failures::FailureRecord;
#[cfg(test)]
pub(crate) use find::SeenLinks;
pub(crate) use find::{Line, LinkAnswer, LinkFind, Part, PartHead, PeopleState, Person};
#[cfg(test)]
pub(crate) use flood::Floods;
pub(crate) use flood::{FloodAlarm, FloodDialog};
pub(crate) use form::{EditForm, FieldOutcome, FormFocus, FormPhase, Settings};
pub(crate) use groups::{Entry, GroupColumn, Groups, Sort};
pub(crate) use help::HelpDialog;
pub(crate) use history::{HistoryDialog, HistoryEntry, HistoryPhase};
pub(crate) use hours::{HOURS_TYPED, HoursDialog, HoursFocus, HoursPhase};
pub(crate) use inbox::{
    ASKERS_MAX, Asker, AskerId, AskerOutcome, InboxDialog, InboxRun, InboxSource,
};
pub(crate) use layer::Layer;
pub(crate) use leave_group::{LeaveGroupDialog, LeavePhase};
pub(crate) use link_list::{LinkList, ListForm, ListedLink, ReadingLinks};
pub(crate) use new_gateway::{GatewayFocus, NewGatewayDialog, NewGatewayPhase};
pub(crate) use new_group::{
    NEW_GROUP_TYPED, NewGroupDialog, NewGroupFocus, NewGroupPhase, NewGroupWay,
};
pub(crate) use note::{NoteDialog, NoteFocus};
pub(crate) use pairing::{
    FieldOrButton, LinkMethod, Linked, NAME_MAX, Pairing, PairingError, PairingField, PairingQr,
    PairingStep, phone_digits,
};
pub(crate) use palette::{Palette, PaletteItem};
pub(crate) use passkey::{Passkey, PasskeyStage, PasskeyTrouble};
pub use profiles::Profile;
pub(crate) use profiles::{ProfilesDialog, ProfilesStep};
pub(crate) use rename::{RenameDialog, RenamePhase};
pub(crate) use requests::{CopiedText, InFlight, Requests, Stream};
pub(crate) use reset::{ResetDialog, ResetPhase};
pub(crate) use roster::{
    PersonOutcome, RosterDialog, RosterFocus, RosterLine, RosterPerson, RosterPhase, RosterTask,
    RosterWork, WorkStep, empty_text, refused,
};
pub(crate) use secret::PairingSecret;
pub(crate) use sessions::SessionScope;
#[cfg(test)]
pub(crate) use sessions::Sessions;
pub(crate) use sheet::{SheetDialog, SheetField, SheetFocus, SheetPhase, SheetSource};
pub(crate) use toasts::{Toast, ToastKind};
pub(crate) use unconfirmed::{LostAction, LostCreation, LostReset, LostUpdate};
#[cfg(test)]
pub(crate) use undo::Undo;
pub(crate) use undo::{UndoOffer, values_like};
