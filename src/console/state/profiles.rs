//! The gateways that the desk can switch to, and the list to choose one from.

use crate::console::ids::RequestId;

/// A gateway that the desk can switch to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    /// Its address, or a word for it.
    pub address: String,
    /// Use these session ids when the gateway does not let us list them.
    pub session_ids: Vec<String>,
    /// Its token must be typed.
    pub prompts: bool,
    /// The typed token is known and was accepted.
    pub known: bool,
    /// The simulated WhatsApp of this process.
    pub is_demo: bool,
    /// How many people may join a group by link within five minutes before the flood alarm; 0 is never.
    pub flood_joins: usize,
}

impl Profile {
    /// Whether its token must be typed before connecting.
    #[must_use]
    pub(crate) fn asks(&self) -> bool {
        self.prompts && !self.known
    }
}

/// The list of profiles.
pub struct ProfilesDialog {
    /// Position in [`super::Options::profiles`].
    pub cursor: usize,
    pub step: ProfilesStep,
}

/// The steps of a switch.
pub enum ProfilesStep {
    Choosing,
    /// The token is being typed. It is never drawn.
    TypingToken(String),
    /// Waits for the gateway to accept the token.
    Connecting(RequestId),
    /// It refused; the desk stays on its gateway.
    Failed(String),
}
