//! What the console knows. Only `update` changes it; `view` and `layout` read it.

mod card;
mod form;
mod groups;
mod overlay;
mod sessions;

pub use card::{Blank, Card, Invite, Members};
pub use form::{EditForm, FieldOutcome, FormFocus, FormPhase, Settings};
pub use groups::{Entry, Groups, Sort};
pub use overlay::{
    ButtonId, ConfirmDialog, HelpOverlay, Layer, Question, ResetDialog, ResetPhase, Toast,
    ToastKind,
};
pub use sessions::{Scope, Sessions};

use super::failure::Failure;
use super::keymap::Keymap;
use super::theme::Theme;
use crate::api::{Capability, EpochMillis};

/// One group as one session sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey {
    pub session: String,
    pub jid: String,
}

/// The three panes of the wide screen; on a narrow one only the focused one is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    Sessions,
    Groups,
    Group,
}

/// How the console hears of changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// Nothing has been heard yet.
    Connecting,
    /// Events arrive by themselves.
    Live,
    /// No realtime: the console asks again and again.
    Polling { reason: String },
    /// The gateway does not answer at all.
    Away {
        since: EpochMillis,
        failure: Failure,
    },
}

/// What stays the same while the console runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// The header's word for where one is: `demo`, a gateway's host name, or empty.
    pub place_name: String,
    /// Use these session ids when the gateway does not let us list them.
    pub session_ids: Vec<String>,
    pub mouse: bool,
    pub theme: Theme,
    pub keymap: Keymap,
    /// For times of day.
    pub zone: jiff::tz::TimeZone,
}

/// The whole of it.
pub struct State {
    pub options: Options,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The time of the last [`super::msg::Msg::Clock`].
    pub now: EpochMillis,
    pub link: Link,
    pub sessions: Sessions,
    pub groups: Groups,
    pub focus: Pane,
    /// The group whose card is shown: the selected one, or the opened one.
    pub card: Option<Card>,
    /// What lies over the screen; the last one gets the input.
    pub layers: Vec<Layer>,
    pub toasts: Vec<Toast>,
    /// The newest failure, for "show the last error in full".
    pub last_failure: Option<Failure>,
    /// Whether whole blocks draw the QR code.
    pub whole_blocks: bool,
    /// Capabilities that the gateway has refused us; what needs them is greyed out.
    pub lacking: Vec<Capability>,
    pub(super) runs: super::update::Runs,
}
