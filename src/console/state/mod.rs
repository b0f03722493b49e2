//! What the console knows. Only `update` changes it; `view` and `layout` read it.
//!
//! One file per screen or dialog holds its data. `app` puts them together; `names`, `sentences`,
//! `invite` and `failure_log` read off the whole state.

mod app;
mod button;
mod card;
mod confirm;
mod confirmed;
mod failure_log;
mod failures;
mod form;
mod groups;
mod help;
mod invite;
mod layer;
mod names;
mod pairing;
mod profiles;
mod rename;
mod requests;
mod reset;
mod sentences;
mod sessions;
mod toasts;
mod unconfirmed;

pub use app::{Link, Options, Pane, State};
pub use button::ButtonId;
pub use card::{Blank, Card, Invite, Members};
pub use confirm::{ConfirmDialog, Leaving, Question};
pub use failures::FailureRecord;
pub use form::{EditForm, FieldOutcome, FormFocus, FormPhase, Settings};
pub use groups::{Entry, Groups, Hidden, Sort};
pub use help::HelpOverlay;
pub use layer::Layer;
pub use pairing::{
    Linked, NAME_MAX, PairField, PairFocus, PairStep, Pairing, Secret, Shown, Trouble, Way,
    phone_digits,
};
pub use profiles::{Profile, SwitchStep, Switcher};
pub use rename::{RenameDialog, RenamePhase};
pub(in crate::console) use requests::{Copied, Flight, Runs, Stream};
pub use reset::{ResetDialog, ResetPhase};
pub use sessions::{Scope, Sessions};
pub use toasts::{Toast, ToastKind};
pub(in crate::console) use unconfirmed::{LostAction, LostCreation, LostReset, LostUpdate};
