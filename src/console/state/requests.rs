//! Requests under way, what each is for, and what is to be done later.

use super::form::EditForm;
use super::unconfirmed::Unclear;
use crate::api::{EpochMillis, SessionStatus};
use crate::console::effect::{Call, Effect};
use crate::console::failure::Failure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Key;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What runs: requests under way and wishes for later. Only `update` looks inside.
#[derive(Default)]
pub(in crate::console) struct Runs {
    last_id: u64,
    flights: BTreeMap<RequestId, Flight>,
    /// Reads to repeat once their running answer is there, because it may already be old.
    again: Vec<Call>,
    /// The effects of the update under way.
    pub(in crate::console) wishes: Vec<Effect>,
    pub(in crate::console) due: Due,
    /// The last `Wake` that was asked for and has not come.
    pub(in crate::console) woken: Option<EpochMillis>,
    pub(in crate::console) stream: Stream,
    /// The gateway says that it is not ready: its stream may be open and bring nothing.
    pub(in crate::console) unready: bool,
    /// Until when events that cannot be read make nothing more be read again, and no link be doubted.
    pub(in crate::console) reread_after: Option<EpochMillis>,
    pub(in crate::console) doubt_after: Option<EpochMillis>,
    /// Since when, how often asked in vain, and why the gateway counts as away.
    pub(in crate::console) away: Option<(EpochMillis, u32, Failure)>,
    /// The list of sessions is not allowed: the configured ones are asked for one by one.
    pub(in crate::console) by_id: bool,
    /// The status of a session as last heard as an event, and which request was the newest then.
    /// Answers to that request and older ones may hold an older status.
    pub(in crate::console) status_heard: BTreeMap<String, (u64, SessionStatus)>,
    /// Which request was the newest when something was last heard of a group.
    pub(in crate::console) group_heard: HashMap<GroupKey, u64>,
    /// Forms that were left while their saves ran: they come back when those fail.
    pub(in crate::console) left_forms: BTreeMap<GroupKey, Box<EditForm>>,
    /// Row and screen size when the cursor was last brought into sight: the wheel may move the view
    /// away from it until either changes.
    pub(in crate::console) shown_group: Option<(usize, (u16, u16))>,
    pub(in crate::console) shown_session: Option<(usize, (u16, u16))>,
    /// New links told by the stream while our own reset of a group's link was under way: when the
    /// answer is another one, nobody knows which of the two came last. `None` = told without the link.
    pub(in crate::console) reset_heard: BTreeMap<GroupKey, Option<String>>,
    /// Changes whose answer was lost.
    pub(in crate::console) unclear: Unclear,
    /// Reads that failed and are tried again at that time.
    pub(in crate::console) pauses: BTreeMap<RequestId, EpochMillis>,
    /// Listings of which some rows could not be read, and how many.
    unreadable: Vec<(Call, usize)>,
    /// The last link reset by ourselves, while its echo may still come, without the link.
    pub(in crate::console) own_reset: Option<(GroupKey, EpochMillis)>,
    /// The group whose reset is under way and whose echo, without the link, has come already.
    pub(in crate::console) echo_heard: Option<GroupKey>,
    /// Sessions whose pairing was left: they are being put back as they were.
    pub(in crate::console) put_back: BTreeSet<String>,
    /// Until when characters belong to a paste that is being ignored.
    pub(in crate::console) paste_until: Option<EpochMillis>,
    /// When a character was last typed into a form that was being saved.
    pub(in crate::console) typed_in_vain: Option<EpochMillis>,
    /// The last key that was pressed.
    pub(in crate::console) last_key: Option<Key>,
}

/// When something is to be done.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::console) struct Due {
    /// Read what the card lacks.
    pub(in crate::console) dwell: Option<EpochMillis>,
    /// Ask for the sessions.
    pub(in crate::console) sessions: Option<EpochMillis>,
    /// Ask for the groups in scope.
    pub(in crate::console) groups: Option<EpochMillis>,
    /// Rank the filtered rows anew.
    pub(in crate::console) rank: Option<EpochMillis>,
    /// Ask whether the gateway is ready.
    pub(in crate::console) ready: Option<EpochMillis>,
    /// Read everything again, because of an event that could not be read.
    pub(in crate::console) unreadable: Option<EpochMillis>,
    /// Not before that the shown link is checked again: the last check was refused for its rate.
    pub(in crate::console) link_check: Option<EpochMillis>,
}

/// What was last heard of the realtime stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::console) enum Stream {
    #[default]
    Silent,
    Live,
    Down(String),
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::console) enum Flight {
    Call(Call),
    Copy(Copied),
    SaveQr,
    /// At the gateway of this profile.
    Knock(usize),
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) enum Copied {
    /// The link of the group with this name.
    Link(String),
    Failure,
}

impl Runs {
    /// Those of another place: nothing runs, and no number is used twice.
    pub(in crate::console) fn after(earlier: &Self) -> Self {
        Self {
            last_id: earlier.last_id,
            ..Self::default()
        }
    }

    /// The calls under way.
    pub(in crate::console) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.flights.values().filter_map(|flight| match flight {
            Flight::Call(call) => Some(call),
            _ => None,
        })
    }

    /// Remembers how many rows of a listing could not be read. Whether that is another number than before.
    pub(in crate::console) fn note_unreadable(&mut self, call: &Call, rows: usize) -> bool {
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
    pub(in crate::console) fn find(&self, wanted: impl Fn(&Call) -> bool) -> Option<RequestId> {
        self.flights.iter().find_map(|(id, flight)| match flight {
            Flight::Call(call) if wanted(call) => Some(*id),
            _ => None,
        })
    }

    /// What a request under way calls.
    pub(in crate::console) fn call_of(&self, id: RequestId) -> Option<&Call> {
        match self.flights.get(&id)? {
            Flight::Call(call) => Some(call),
            _ => None,
        }
    }

    /// When a read that failed is tried again.
    pub(in crate::console) fn pause_of(&self, id: RequestId) -> Option<EpochMillis> {
        self.pauses.get(&id).copied()
    }

    /// When the next thing that failed is tried again, be it a read or the whole gateway.
    pub(in crate::console) fn next_attempt(&self) -> Option<EpochMillis> {
        match self.away {
            Some(_) => self.due.sessions,
            None => self.pauses.values().min().copied(),
        }
    }

    /// Whether a change is on its way.
    pub(in crate::console) fn is_changing(&self) -> bool {
        self.calls().any(Call::changes)
    }

    /// Our own reset was answered: one echo of it may come late, unless it has come already.
    pub(in crate::console) fn await_echo(&mut self, key: &GroupKey, now: EpochMillis) {
        let has_come = self.echo_heard.take().is_some_and(|heard| heard == *key);
        self.own_reset = (!has_come).then(|| (key.clone(), now));
    }

    /// The number of the newest request.
    pub(in crate::console) fn newest(&self) -> u64 {
        self.last_id
    }

    /// Takes in that a request was answered; `None` when nobody waits for it any more.
    pub(in crate::console) fn land(&mut self, id: RequestId) -> Option<Flight> {
        self.pauses.remove(&id);
        self.flights.remove(&id)
    }

    /// The answer was none: it is still waited for.
    pub(in crate::console) fn keep_waiting(&mut self, id: RequestId, flight: Flight) {
        self.flights.insert(id, flight);
    }

    pub(in crate::console) fn issue(&mut self, flight: Flight) -> RequestId {
        self.last_id += 1;
        let id = RequestId(self.last_id);
        self.flights.insert(id, flight);
        id
    }

    fn call(&mut self, call: Call) -> RequestId {
        let id = self.issue(Flight::Call(call.clone()));
        self.wishes.push(Effect::Call { id, call });
        id
    }

    /// Asks anew, and no longer waits for the answer to the earlier request.
    pub(in crate::console) fn repeat(&mut self, earlier: RequestId, call: Call) -> RequestId {
        self.land(earlier);
        self.wishes.push(Effect::Cancel(earlier));
        self.call(call)
    }

    /// Whether an answered read is to be repeated; it is forgotten by asking.
    pub(in crate::console) fn take_again(&mut self, call: &Call) -> bool {
        let position = self.again.iter().position(|waiting| waiting == call);
        position.map(|at| self.again.swap_remove(at)).is_some()
    }

    /// Stops waiting for reads. Changes are never taken back.
    pub(in crate::console) fn cancel(&mut self, unwanted: impl Fn(&Call) -> bool) {
        let ids: Vec<_> = self
            .flights
            .iter()
            .filter(|(_, flight)| match flight {
                Flight::Call(call) => !call.changes() && unwanted(call),
                _ => false,
            })
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.land(id);
            self.wishes.push(Effect::Cancel(id));
        }
        self.again.retain(|call| !unwanted(call));
    }

    /// Reads, unless the same read is under way already.
    pub(in crate::console) fn read(&mut self, call: Call) -> RequestId {
        debug_assert!(!call.changes());
        match self.find(|running| *running == call) {
            Some(id) => id,
            None => self.call(call),
        }
    }

    /// Reads what has just changed: an answer that is on its way may be too old, so it is followed
    /// by another one.
    pub(in crate::console) fn read_again(&mut self, call: Call) {
        if self.is_running(&call) {
            if !self.again.contains(&call) {
                self.again.push(call);
            }
        } else {
            self.call(call);
        }
    }

    /// Changes something, unless a change of the same kind is under way there: then `None`.
    pub(in crate::console) fn change(&mut self, call: Call) -> Option<RequestId> {
        debug_assert!(call.changes());
        let taken = self.find(|running| collide(running, &call)).is_some();
        (!taken).then(|| self.call(call))
    }

    /// Whether this very call is under way.
    pub(in crate::console) fn is_running(&self, call: &Call) -> bool {
        self.calls().any(|running| running == call)
    }

    /// Our own reset of this group's link, if it is under way.
    pub(in crate::console) fn reset_of(&self, key: &GroupKey) -> Option<RequestId> {
        self.find(|call| matches!(call, Call::ResetInvite(group) if group == key))
    }

    /// Whether our own reset of this group's link is under way.
    pub(in crate::console) fn is_being_reset(&self, key: &GroupKey) -> bool {
        self.reset_of(key).is_some()
    }

    /// The requests that carry reads which wait for their next attempt, and those reads.
    pub(in crate::console) fn paused(&self, now: EpochMillis) -> Vec<(RequestId, Call)> {
        let waits = |id: &RequestId| self.pauses.get(id).is_some_and(|until| *until > now);
        (self.flights.iter())
            .filter_map(|(id, flight)| match flight {
                Flight::Call(call) if waits(id) => Some((*id, call.clone())),
                _ => None,
            })
            .collect()
    }
}

/// Whether two changes must not run side by side.
fn collide(first: &Call, second: &Call) -> bool {
    match (first, second) {
        (Call::Act { session, .. }, Call::Act { session: other, .. }) => session == other,
        (Call::CreateSession { .. }, Call::CreateSession { .. }) => true,
        (Call::RenameSession { session, .. }, Call::RenameSession { session: other, .. })
        | (Call::DeleteSession(session), Call::DeleteSession(other))
        | (Call::PairingCode { session, .. }, Call::PairingCode { session: other, .. }) => {
            session == other
        }
        (Call::ResetInvite(key), Call::ResetInvite(other)) => key == other,
        (Call::Update { group, .. }, Call::Update { group: other, .. }) => group == other,
        _ => false,
    }
}
