//! Answers and faults that were not recorded, only described in the public gateway's documentation.
//!
//! The stub does none of this until a test asks for it.

/// What a live call of a session brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Live {
    /// What was recorded: 500 where the row says `working`, 404 `session not found` for the others.
    #[default]
    Recorded,
    /// Described: its client is connected, so PATCH is 204 and the invite calls are 200.
    Connected,
    /// Described: its engine knows it as unpaired, 501.
    Unpaired,
}

/// What is wrong with the gateway as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    #[default]
    None,
    /// Described: its Redis is away. The stream pings and brings nothing; `/readyz` is 503.
    RedisAway,
    /// Described: its database is away while the key is still cached: 404 `session not found` for
    /// everything; `/readyz` is 503.
    DatabaseAway,
    /// Described: its database is away and the key is no longer cached: 401 for good keys; `/readyz` is 503.
    DatabaseAwayAndKeysForgotten,
}

impl Fault {
    pub fn is_ready(self) -> bool {
        self == Self::None
    }
}

/// Which of the described answers the stub gives.
#[derive(Debug, Clone, Default)]
pub struct Described {
    pub fault: Fault,
    /// Described: the status that asking for a ticket brings, where there is no realtime.
    pub no_realtime: Option<u16>,
    /// Described: `POST /sessions` makes the row and answers 500.
    pub creating_fails: bool,
    /// Described: a PATCH shows in stored reads at once, with a newer `updatedAt`. The real gateway's rows
    /// are not updated by a PATCH.
    pub rows_follow: bool,
}
