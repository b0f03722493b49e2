//! The state of the console, and values derived from the whole of it.

use super::batch::BatchRun;
use super::card::Card;
use super::copy_as::CopyText;
use super::counter::{Counter, CounterLock, CounterOptions, CounterPhase};
use super::failures::FailureRecord;
use super::flood::Floods;
use super::groups::Groups;
use super::layer::Layer;
use super::link_list::LinkList;
use super::profiles::Profile;
use super::requests::Requests;
use super::sessions::Sessions;
use super::toasts::Toast;
use super::undo::Undo;
use crate::api::{Capability, EpochMillis, Session};
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::console::keymap::{KeyContext, Keymap};
use crate::console::msg::OpenBatch;
use crate::console::theme::Theme;

/// The three panes of the wide screen; a narrow one shows only the focused pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    Sessions,
    Groups,
    Group,
}

/// How the console receives changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    /// Neither an answer nor an event has arrived yet.
    Connecting,
    /// Events arrive on the stream.
    Live,
    /// No realtime: the console polls.
    Polling { reason: String },
    /// The gateway does not answer.
    Away {
        since: EpochMillis,
        failure: CallFailure,
    },
}

/// Options of the start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The header's name of the gateway: a profile, `demo`, `this machine`.
    pub gateway_name: String,
    /// Use these session ids when the gateway does not let us list them.
    pub session_ids: Vec<String>,
    /// The gateways to switch between, and the current one.
    pub profiles: Vec<Profile>,
    pub here: usize,
    pub mouse: bool,
    pub counter: CounterOptions,
    /// The texts in which a link can be copied; the first one is the bare link.
    pub copy: Vec<CopyText>,
    pub theme: Theme,
    pub keymap: Keymap,
    /// For times of day.
    pub zone: jiff::tz::TimeZone,
}

impl Options {
    /// The position of the demo among the profiles.
    #[must_use]
    pub(crate) fn demo(&self) -> Option<usize> {
        self.profiles.iter().position(|profile| profile.is_demo)
    }
}

/// The whole state.
pub struct State {
    pub options: Options,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The time of the last message.
    pub now: EpochMillis,
    pub connection: Connection,
    pub sessions: Sessions,
    pub groups: Groups,
    pub focus: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// The group whose card is shown: the selected one, or the opened one.
    pub card: Option<Card>,
    /// Dialogs over the screen; the last one gets the input.
    pub layers: Vec<Layer>,
    pub toasts: Vec<Toast>,
    /// Links that are being read to be copied.
    pub(crate) link_list: Option<LinkList>,
    /// The batch that runs, or one that has ended and was not looked at yet.
    pub(crate) batch: Option<BatchRun>,
    /// Runs of batches that have begun; the last one's number.
    pub(crate) batches_begun: u64,
    /// Batches of this gateway that were not finished, oldest first.
    pub(crate) unfinished: Vec<OpenBatch>,
    /// Many joins by link.
    pub(crate) floods: Floods,
    /// Saves that can be undone.
    pub undo: Undo,
    /// What has failed and was shown, newest first.
    pub failures: Vec<FailureRecord>,
    /// Whether whole blocks draw the QR code.
    pub whole_blocks: bool,
    /// Capabilities that the gateway has refused us; actions that need them are dimmed.
    pub lacking: Vec<Capability>,
    pub(crate) requests: Requests,
}

impl State {
    /// Whether the filter of the members is typed.
    #[must_use]
    pub(crate) fn is_finding_member(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.find.typing)
    }

    /// The state before any answer of the gateway.
    #[must_use]
    pub(crate) fn new(options: Options, size: (u16, u16), now: EpochMillis) -> Self {
        Self {
            options,
            size,
            now,
            connection: Connection::Connecting,
            sessions: Sessions::default(),
            groups: Groups::default(),
            focus: Pane::Sessions,
            zoomed: false,
            card: None,
            layers: Vec::new(),
            toasts: Vec::new(),
            link_list: None,
            batch: None,
            batches_begun: 0,
            unfinished: Vec::new(),
            floods: Floods::default(),
            undo: Undo::default(),
            failures: Vec::new(),
            whole_blocks: false,
            lacking: Vec::new(),
            requests: Requests::default(),
        }
    }

    /// Where keys go now, for the footer.
    #[must_use]
    pub(crate) fn key_context(&self) -> KeyContext {
        if matches!(self.layers.last(), Some(Layer::Qr)) {
            return KeyContext::Qr;
        }
        match self.focus {
            Pane::Sessions => KeyContext::Sessions,
            Pane::Groups => KeyContext::Groups,
            Pane::Group => KeyContext::Group,
        }
    }

    /// The counter whose lock holds: it gets all input, whatever layer lies above it.
    #[must_use]
    pub(crate) fn locked_counter(&self) -> Option<(&Counter, &CounterLock)> {
        self.layers.iter().find_map(|layer| match layer {
            Layer::Counter(counter) => match &counter.phase {
                CounterPhase::Locked(lock) => Some((counter, lock)),
                CounterPhase::Choosing { .. } => None,
            },
            _ => None,
        })
    }

    #[must_use]
    pub(crate) fn is_locked(&self) -> bool {
        self.locked_counter().is_some()
    }

    /// How many people may join a group by link within five minutes before the flood alarm; 0 is never.
    #[must_use]
    pub(crate) fn flood_limit(&self) -> usize {
        let profile = self.options.profiles.get(self.options.here);
        profile.map_or(0, |profile| profile.flood_joins)
    }

    /// Whether a batch may still send something.
    #[must_use]
    pub(crate) fn batch_is_running(&self) -> bool {
        self.batch.as_ref().is_some_and(BatchRun::is_running)
    }

    /// How many requests are in flight.
    #[must_use]
    pub(crate) fn waiting(&self) -> usize {
        self.requests.calls().count()
    }

    /// Seconds until the next retry of a read or of the whole gateway.
    #[must_use]
    pub(crate) fn next_attempt(&self) -> Option<i64> {
        self.seconds_until(self.requests.next_attempt()?)
    }

    /// Seconds until a failed read is retried.
    #[must_use]
    pub(crate) fn attempt_of(&self, id: RequestId) -> Option<i64> {
        self.seconds_until(self.requests.pause_of(id)?)
    }

    fn seconds_until(&self, time: EpochMillis) -> Option<i64> {
        let left = time - self.now;
        (left > 0).then_some((left + 999) / 1_000)
    }

    /// Whether the session is connected to WhatsApp.
    #[must_use]
    pub(crate) fn is_connected(&self, session: &str) -> bool {
        self.sessions
            .get(session)
            .is_some_and(|session| session.status.is_connected())
    }

    /// Whether the gateway has refused us a capability.
    #[must_use]
    pub(crate) fn lacks(&self, capability: Capability) -> bool {
        self.lacking.contains(&capability)
    }

    /// Whether the key may read none of the configured sessions.
    #[must_use]
    pub(crate) fn sessions_are_refused(&self) -> bool {
        self.requests.sessions_by_id
            && self.lacks(Capability::Manage)
            && self.sessions.unknown() == self.sessions.rows.len()
    }

    /// How many groups a session has: the loaded ones, until then the gateway's count.
    #[must_use]
    pub(crate) fn group_count(&self, session: &Session) -> Option<usize> {
        let reported = || {
            session
                .group_count
                .and_then(|count| usize::try_from(count).ok())
        };
        self.groups.count_of(&session.id).or_else(reported)
    }

    /// How many groups all sessions have. Loaded groups count once, however many sessions see them; other
    /// sessions count with the gateway's number.
    #[must_use]
    pub(crate) fn groups_everywhere(&self) -> usize {
        let unread = self.sessions.rows.iter();
        let unread = unread.filter(|session| self.groups.count_of(&session.id).is_none());
        let counts = unread.filter_map(|session| self.group_count(session));
        self.groups.everywhere + counts.sum::<usize>()
    }
}
