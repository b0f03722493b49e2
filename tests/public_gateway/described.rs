//! Answers and faults that were not recorded, only described in the public gateway's documentation.
//!
//! The stub does none of this until a test asks for it.

/// The outcome of a session's live calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Live {
    /// Recorded: 500 where the row says `working`, 404 `session not found` for the others.
    #[default]
    Recorded,
    /// Described: its client is connected, so PATCH is 204 and the invite calls are 200.
    Connected,
    /// Described: its engine knows it as unpaired, 501.
    Unpaired,
}

/// A fault of the whole gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    #[default]
    None,
    /// Described: its Redis is unavailable. The stream pings and delivers nothing; `/readyz` is 503.
    RedisAway,
    /// Described: its database is unavailable while the key is still cached: 404 `session not found` for
    /// everything; `/readyz` is 503.
    DatabaseAway,
    /// Described: its database is unavailable and the key is no longer cached: 401 for valid keys; `/readyz` is
    /// 503.
    DatabaseAwayAndKeysForgotten,
}

impl Fault {
    pub fn is_ready(self) -> bool {
        self == Self::None
    }
}

/// The described answers that the stub gives.
#[derive(Debug, Clone, Default)]
pub struct Described {
    pub fault: Fault,
    /// Described: the status of a ticket request where there is no realtime.
    pub no_realtime: Option<u16>,
    /// Described: `POST /sessions` creates the row and answers 500.
    pub creating_fails: bool,
    /// Described: a PATCH appears in stored reads at once, with a newer `updatedAt`. The real gateway's rows
    /// are not updated by a PATCH.
    pub rows_follow: bool,
}
