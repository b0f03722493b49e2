//! What the console knows. Only `update` changes it; `view` and `layout` read it.

mod card;
mod confirmed;
mod failures;
mod form;
mod groups;
mod overlay;
mod pairing;
mod profiles;
mod rename;
mod sessions;

pub use card::{Blank, Card, Invite, Members};
pub use failures::FailureRecord;
pub use form::{EditForm, FieldOutcome, FormFocus, FormPhase, Settings};
pub use groups::{Entry, Groups, Hidden, Sort};
pub use overlay::{
    ButtonId, ConfirmDialog, HelpOverlay, Layer, Leaving, Question, ResetDialog, ResetPhase, Toast,
    ToastKind,
};
pub use pairing::{
    Linked, NAME_MAX, PairField, PairFocus, PairStep, Pairing, Secret, Shown, Trouble, Way,
    is_linked, is_unlinked, phone_digits,
};
pub use profiles::{Profile, SwitchStep, Switcher};
pub use rename::{RenameDialog, RenamePhase};
pub use sessions::{Scope, Sessions, is_own, number};
pub(in crate::console) use sessions::{name as session_name, person};

use super::effect::{Call, RequestId};
use super::failure::{Failure, FailureKind, SessionState, Told};
use super::keymap::Keymap;
use super::theme::Theme;
use super::words;
use crate::api::{Capability, EpochMillis, Session};
use crate::names::fit;
use crate::text::{self, clean_line};

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
    /// The header's word for where one is: a profile, `demo`, `this machine`.
    pub place_name: String,
    /// Use these session ids when the gateway does not let us list them.
    pub session_ids: Vec<String>,
    /// The gateways that one can go to, and which of them is this one.
    pub profiles: Vec<Profile>,
    pub here: usize,
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
    /// What has failed and was shown, newest first.
    pub failures: Vec<FailureRecord>,
    /// Whether whole blocks draw the QR code.
    pub whole_blocks: bool,
    /// Capabilities that the gateway has refused us; what needs them is greyed out.
    pub lacking: Vec<Capability>,
    pub(super) runs: super::update::Runs,
}

impl State {
    /// How many requests are under way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.runs.calls().count()
    }

    /// Seconds until the next attempt of something that failed and is tried again by itself.
    #[must_use]
    pub fn next_attempt(&self) -> Option<i64> {
        self.seconds_until(self.runs.next_attempt()?)
    }

    /// Seconds until a read that failed is tried again.
    #[must_use]
    pub fn attempt_of(&self, id: RequestId) -> Option<i64> {
        self.seconds_until(self.runs.pause_of(id)?)
    }

    fn seconds_until(&self, time: EpochMillis) -> Option<i64> {
        let left = time - self.now;
        (left > 0).then_some((left + 999) / 1_000)
    }

    /// Whether this very call is under way.
    #[must_use]
    pub fn is_running(&self, call: &Call) -> bool {
        self.runs.calls().any(|running| running == call)
    }

    /// Whether the session is connected to WhatsApp.
    #[must_use]
    pub fn is_connected(&self, session: &str) -> bool {
        self.sessions
            .get(session)
            .is_some_and(|session| session.status.is_connected())
    }

    /// Whether the gateway has refused us a capability.
    #[must_use]
    pub fn lacks(&self, capability: Capability) -> bool {
        self.lacking.contains(&capability)
    }

    /// How many groups a session has: those that were read, until then what the gateway counts.
    #[must_use]
    pub fn group_count(&self, session: &Session) -> Option<usize> {
        let told = || {
            session
                .group_count
                .and_then(|count| usize::try_from(count).ok())
        };
        self.groups.count_of(&session.id).or_else(told)
    }

    /// How many groups all sessions have. Those that were read count once, whoever sees them; of other
    /// sessions there is only what the gateway counts.
    #[must_use]
    pub fn groups_everywhere(&self) -> usize {
        let unread = self.sessions.rows.iter();
        let unread = unread.filter(|session| self.groups.count_of(&session.id).is_none());
        let told = unread.filter_map(|session| self.group_count(session));
        self.groups.everywhere + told.sum::<usize>()
    }

    /// The name by which people know a session: its label, its number, or its id. Cleaned.
    #[must_use]
    pub fn session_name(&self, id: &str) -> String {
        match self.sessions.get(id) {
            Some(session) => sessions::name(session),
            None => clean_line(id).into_owned(),
        }
    }

    /// A group's name with the account through which it is reached, in at most so many columns: several
    /// groups may bear one name. The longer one of the two gives way.
    #[must_use]
    pub fn name_through(&self, name: &str, session: &str, columns: usize) -> String {
        const LINK: &str = " · through ";
        let account = self.session_name(session);
        let room = columns.saturating_sub(text::width(LINK));
        let (left, right) = (text::width(name), text::width(&account));
        let for_name = left.min(room.saturating_sub(right.min(room / 2)));
        let account = fit(&account, room.saturating_sub(for_name)).shown;
        format!("{}{LINK}{account}", fit(name, for_name).shown)
    }

    /// A failure's sentence with its next step, for the given group where there is one.
    #[must_use]
    pub fn sentence(&self, failure: &Failure, group: Option<&GroupKey>) -> String {
        failure.sentence(&self.told(group))
    }

    /// Why there are no sessions, with what else can be done about it.
    #[must_use]
    pub fn sessions_sentence(&self, failure: &Failure) -> String {
        match &failure.kind {
            FailureKind::MissingCapability { capability }
                if self.options.session_ids.is_empty() =>
            {
                format!(
                    "Your key lacks the capability `{}`, which listing the sessions needs here. Write the sessions' ids into the configuration, under `sessions`, or ask for another key.",
                    clean_line(capability)
                )
            }
            _ => self.sentence(failure, None),
        }
    }

    /// Why no link is shown, as a sentence with its next step.
    #[must_use]
    pub fn blank_sentence(&self, key: &GroupKey, blank: &Blank) -> String {
        let told = self.told(Some(key));
        match blank {
            Blank::Reset => {
                let seen = self.reset_seen(key);
                let seen = seen.map(|seen| format!(" at {seen}")).unwrap_or_default();
                format!(
                    "The link was reset{seen}, so the old one is dead. The new one is asked for."
                )
            }
            Blank::SessionLeft(_) => FailureKind::Offline.sentence(&told),
            Blank::NotAdmin => FailureKind::NotAdmin.sentence(&told),
            Blank::NotInGroup => FailureKind::NotInGroup.sentence(&told),
            Blank::GatewayAway => FailureKind::GatewayAway.sentence(&told),
            Blank::Failed(failure) => failure.sentence(&told),
        }
    }

    /// When a group's link was reset while one looked at it, and by whom: `12:03 by +62 812-3456-7890`.
    #[must_use]
    pub fn reset_seen(&self, key: &GroupKey) -> Option<String> {
        let card = self.card.as_ref().filter(|card| card.key == *key)?;
        let (at, by) = card.reset_seen.as_ref()?;
        let clock = words::clock(*at, &self.options.zone);
        Some(match by {
            Some(by) => format!("{clock} by {}", words::account(by)),
            None => clock,
        })
    }

    /// What sentences about a group may name.
    pub(in crate::console) fn told(&self, group: Option<&GroupKey>) -> Told {
        let Some(key) = group else {
            return Told::default();
        };
        let admins = self
            .card
            .iter()
            .filter(|card| card.key == *key)
            .flat_map(Card::loaded_members)
            .filter(|member| member.role.is_admin())
            .map(|member| match member.tag.as_deref().map(str::trim) {
                Some(tag) if !tag.is_empty() => clean_line(tag).into_owned(),
                _ => words::account(&member.lid),
            });
        Told {
            session: Some(self.session_name(&key.session)),
            admins: admins.take(3).collect(),
            state: self.sessions.get(&key.session).and_then(SessionState::of),
        }
    }
}
