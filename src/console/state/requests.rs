//! Requests in flight, the purpose of each, and what is scheduled.

use super::form::EditForm;
use super::unconfirmed::Unconfirmed;
use crate::api::{EpochMillis, SessionStatus};
use crate::console::effect::{Call, Effect};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Key;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Requests in flight, the effects of the current update, and what is scheduled. Only `update` changes it.
#[derive(Default)]
pub(crate) struct Requests {
    last_id: u64,
    in_flight: BTreeMap<RequestId, InFlight>,
    /// Reads to repeat once their answer has arrived, because it may be stale.
    again: Vec<Call>,
    /// The effects of the current update.
    pub(crate) effects: Vec<Effect>,
    pub(crate) due: Due,
    /// The last requested `Wake` that has not arrived.
    pub(crate) wake_requested: Option<EpochMillis>,
    pub(crate) stream: Stream,
    /// The gateway reports that it is not ready: its stream may be open without events.
    pub(crate) not_ready: bool,
    /// Until when unreadable events trigger no further reads and no check of a link.
    pub(crate) next_reread: Option<EpochMillis>,
    pub(crate) next_recheck: Option<EpochMillis>,
    /// Since when, after how many attempts, and why the gateway counts as unreachable.
    pub(crate) away: Option<(EpochMillis, u32, CallFailure)>,
    /// The list of sessions is refused: the configured ones are read one by one.
    pub(crate) sessions_by_id: bool,
    /// The status in the last event of a session, and which request was the newest then.
    /// Answers to that request and older ones may hold an older status.
    pub(crate) status_events: BTreeMap<String, (u64, SessionStatus)>,
    /// Which request was the newest when the last event of a group came.
    pub(crate) group_events: HashMap<GroupKey, u64>,
    /// Forms that were left during their saves: they reopen when those fail.
    pub(crate) background_forms: BTreeMap<GroupKey, Box<EditForm>>,
    /// Row and screen size when the cursor was last brought into sight: the wheel may move the view
    /// away from it until either changes.
    pub(crate) shown_group: Option<(usize, (u16, u16))>,
    pub(crate) shown_session: Option<(usize, (u16, u16))>,
    /// New links in events that came while our own reset of a group's link was in flight: when the answer is
    /// another one, their order is unknown. `None` = the event had no link.
    pub(crate) reset_events: BTreeMap<GroupKey, Option<String>>,
    /// Changes whose answer was lost.
    pub(crate) unconfirmed: Unconfirmed,
    /// Reads that failed and are tried again at that time.
    pub(crate) pauses: BTreeMap<RequestId, EpochMillis>,
    /// Listings of which some rows could not be read, and how many.
    unreadable: Vec<(Call, usize)>,
    /// The last link reset by ourselves, while its echo may still come, without the link.
    pub(crate) expected_echo: Option<(GroupKey, EpochMillis)>,
    /// The group whose reset is in flight and whose echo, without the link, has arrived already.
    pub(crate) echo_received: Option<GroupKey>,
    /// Sessions whose pairing was left: their former status is being restored.
    pub(crate) restore_status: BTreeSet<String>,
    /// Until when characters belong to a paste that is being ignored.
    pub(crate) paste_until: Option<EpochMillis>,
    /// When a character was last typed into a form that was being saved.
    pub(crate) typed_while_saving: Option<EpochMillis>,
    /// The gateway has no audit log.
    pub(crate) no_history: bool,
    /// The gateway has no opening hours.
    pub(crate) no_hours: bool,
    /// The gateway has answered with opening hours.
    pub(crate) has_hours: bool,
    /// The gateway has no list of all requests to join.
    pub(crate) no_request_list: bool,
    /// The gateway does not report requests to join at all.
    pub(crate) no_inbox: bool,
    /// The last key that was pressed.
    pub(crate) last_key: Option<Key>,
}

/// When something is to be done.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Due {
    /// Read what the card lacks.
    pub(crate) dwell: Option<EpochMillis>,
    /// Read the sessions.
    pub(crate) sessions: Option<EpochMillis>,
    /// Read the groups in scope.
    pub(crate) groups: Option<EpochMillis>,
    /// Write down how the list is left.
    pub(crate) place: Option<EpochMillis>,
    /// Ask the gateway for people that match the filter.
    pub(crate) people: Option<EpochMillis>,
    /// Rank the filtered rows again.
    pub(crate) rank: Option<EpochMillis>,
    /// Ask whether the gateway is ready.
    pub(crate) ready: Option<EpochMillis>,
    /// Read everything again, because of an unreadable event.
    pub(crate) unreadable: Option<EpochMillis>,
    /// Settle the next person of the inbox, or read the next group of it.
    pub(crate) inbox: Option<EpochMillis>,
    /// The shown link is not checked before this time: the last check was rate limited.
    pub(crate) link_check: Option<EpochMillis>,
}

/// The state of the realtime stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Stream {
    #[default]
    Silent,
    Live,
    Down(String),
}

/// The purpose of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum InFlight {
    Call(Call),
    Copy(CopiedText),
    SaveQr,
    /// The links of many groups.
    Links,
    /// With so many groups.
    SaveSheet(usize),
    Notebook,
    /// At the gateway of this profile.
    Connect(usize),
    AddGateway,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CopiedText {
    /// The link of the group with this name.
    Link(String),
    /// The link of the first name's group, in the text of the second name.
    Filled(String, String),
    /// The links of so many groups.
    List(usize),
    /// What became of each group of a batch.
    Results,
    Failures,
    /// The invite for this person alone.
    PrivateInvite(String),
    /// The line that a browser's console runs.
    PasskeyLine,
    PasskeyRequest,
}

impl Requests {
    /// The requests after a switch: nothing is in flight, and no id is reused.
    pub(crate) fn after(earlier: &Self) -> Self {
        Self {
            last_id: earlier.last_id,
            ..Self::default()
        }
    }

    /// The calls in flight.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.in_flight.values().filter_map(|request| match request {
            InFlight::Call(call) => Some(call),
            _ => None,
        })
    }

    /// Whether the notebook is being read or changed.
    pub(crate) fn is_noting(&self) -> bool {
        let mut requests = self.in_flight.values();
        requests.any(|request| *request == InFlight::Notebook)
    }

    /// Remembers how many rows of a listing could not be read. Whether that is another number than before.
    pub(crate) fn note_unreadable(&mut self, call: &Call, rows: usize) -> bool {
        let before = self
            .unreadable
            .iter()
            .position(|(known, _)| known == call)
            .map_or(0, |at| self.unreadable.swap_remove(at).1);
        if rows > 0 {
            self.unreadable.push((call.clone(), rows));
        }
        before != rows
    }

    /// The request that carries a call of this kind.
    pub(crate) fn find(&self, wanted: impl Fn(&Call) -> bool) -> Option<RequestId> {
        self.in_flight
            .iter()
            .find_map(|(id, request)| match request {
                InFlight::Call(call) if wanted(call) => Some(*id),
                _ => None,
            })
    }

    /// The call of a request in flight.
    pub(crate) fn call_of(&self, id: RequestId) -> Option<&Call> {
        match self.in_flight.get(&id)? {
            InFlight::Call(call) => Some(call),
            _ => None,
        }
    }

    /// When a failed read is retried.
    pub(crate) fn pause_of(&self, id: RequestId) -> Option<EpochMillis> {
        self.pauses.get(&id).copied()
    }

    /// When the next retry is due, of a read or of the whole gateway.
    pub(crate) fn next_attempt(&self) -> Option<EpochMillis> {
        match self.away {
            Some(_) => self.due.sessions,
            None => self.pauses.values().min().copied(),
        }
    }

    /// Whether a change is in flight.
    pub(crate) fn is_changing(&self) -> bool {
        self.calls().any(Call::changes)
    }

    /// Our own reset was answered: one echo of it may come late, unless it has come already.
    pub(crate) fn expect_echo(&mut self, key: &GroupKey, now: EpochMillis) {
        let has_come = self.echo_received.take().is_some_and(|heard| heard == *key);
        self.expected_echo = (!has_come).then(|| (key.clone(), now));
    }

    /// The number of the newest request.
    pub(crate) fn newest(&self) -> u64 {
        self.last_id
    }

    /// Takes a request that was answered; `None` when it was cancelled.
    pub(crate) fn complete(&mut self, id: RequestId) -> Option<InFlight> {
        self.pauses.remove(&id);
        self.in_flight.remove(&id)
    }

    /// Puts a request back whose answer did not match it.
    pub(crate) fn keep_waiting(&mut self, id: RequestId, request: InFlight) {
        self.in_flight.insert(id, request);
    }

    pub(crate) fn issue(&mut self, request: InFlight) -> RequestId {
        self.last_id += 1;
        let id = RequestId(self.last_id);
        self.in_flight.insert(id, request);
        id
    }

    fn call(&mut self, call: Call) -> RequestId {
        let id = self.issue(InFlight::Call(call.clone()));
        self.effects.push(Effect::Call { id, call });
        id
    }

    /// Requests again, and drops the answer to the earlier request.
    pub(crate) fn repeat(&mut self, earlier: RequestId, call: Call) -> RequestId {
        self.complete(earlier);
        self.effects.push(Effect::Cancel(earlier));
        self.call(call)
    }

    /// Whether an answered read is to be repeated; asking clears the mark.
    pub(crate) fn take_repeat(&mut self, call: &Call) -> bool {
        let position = self.again.iter().position(|waiting| waiting == call);
        position.map(|at| self.again.swap_remove(at)).is_some()
    }

    /// Cancels reads. Changes are never cancelled.
    pub(crate) fn cancel(&mut self, unwanted: impl Fn(&Call) -> bool) {
        let ids: Vec<_> = self
            .in_flight
            .iter()
            .filter(|(_, request)| match request {
                InFlight::Call(call) => !call.changes() && unwanted(call),
                _ => false,
            })
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.complete(id);
            self.effects.push(Effect::Cancel(id));
        }
        self.again.retain(|call| !unwanted(call));
    }

    /// Reads, unless the same read is in flight.
    pub(crate) fn read(&mut self, call: Call) -> RequestId {
        debug_assert!(!call.changes());
        match self.find(|running| *running == call) {
            Some(id) => id,
            None => self.call(call),
        }
    }

    /// Reads what has just changed: an answer in flight may be stale, so another read follows it.
    pub(crate) fn read_again(&mut self, call: Call) {
        if self.is_running(&call) {
            if !self.again.contains(&call) {
                self.again.push(call);
            }
        } else {
            self.call(call);
        }
    }

    /// Changes something, unless a change of the same kind is in flight there: then `None`.
    pub(crate) fn change(&mut self, call: Call) -> Option<RequestId> {
        debug_assert!(call.changes());
        let taken = self.find(|running| collide(running, &call)).is_some();
        (!taken).then(|| self.call(call))
    }

    /// Whether this call is in flight.
    pub(crate) fn is_running(&self, call: &Call) -> bool {
        self.calls().any(|running| running == call)
    }

    /// The request of our own reset of this group's link, if it is in flight.
    pub(crate) fn running_reset(&self, key: &GroupKey) -> Option<RequestId> {
        self.find(|call| matches!(call, Call::ResetInvite(group) if group == key))
    }

    /// Whether our own reset of this group's link is in flight.
    pub(crate) fn is_being_reset(&self, key: &GroupKey) -> bool {
        self.running_reset(key).is_some()
    }

    /// The requests that carry reads which wait for their next attempt, and those reads.
    pub(crate) fn paused(&self, now: EpochMillis) -> Vec<(RequestId, Call)> {
        let waits = |id: &RequestId| self.pauses.get(id).is_some_and(|until| *until > now);
        (self.in_flight.iter())
            .filter_map(|(id, request)| match request {
                InFlight::Call(call) if waits(id) => Some((*id, call.clone())),
                _ => None,
            })
            .collect()
    }
}

/// Whether two changes must not run concurrently.
fn collide(first: &Call, second: &Call) -> bool {
    match (first, second) {
        (Call::Act { session, .. }, Call::Act { session: other, .. }) => session == other,
        (Call::CreateSession { .. }, Call::CreateSession { .. }) => true,
        (Call::RenameSession { session, .. }, Call::RenameSession { session: other, .. })
        | (Call::DeleteSession(session), Call::DeleteSession(other))
        | (Call::PairingCode { session, .. }, Call::PairingCode { session: other, .. })
        | (Call::AnswerPasskey { session, .. }, Call::AnswerPasskey { session: other, .. }) => {
            session == other
        }
        (
            Call::Settle { group, person, .. },
            Call::Settle {
                group: other,
                person: also,
                ..
            },
        ) => group == other && person == also,
        (Call::ResetInvite(key), Call::ResetInvite(other))
        | (Call::LeaveGroup(key), Call::LeaveGroup(other)) => key == other,
        (Call::CreateGroup { session, .. }, Call::CreateGroup { session: other, .. })
        | (Call::JoinGroup { session, .. }, Call::JoinGroup { session: other, .. }) => {
            session == other
        }
        (Call::ChangeMembers { group, .. }, Call::ChangeMembers { group: other, .. })
        | (Call::Update { group, .. }, Call::Update { group: other, .. })
        | (Call::SetSchedule { group, .. }, Call::SetSchedule { group: other, .. }) => {
            group == other
        }
        _ => false,
    }
}
