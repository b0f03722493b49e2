//! Exit codes. They are stable: a number never changes its meaning.

/// The exit code of a failed command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Any other error.
    Failed,
    /// The command line, or a value in it, cannot be used.
    Usage,
    /// No such group or session.
    NotFound,
    /// Several groups or sessions match.
    Ambiguous,
    /// There is no token, the gateway does not know it, or it lacks a capability.
    NotAllowed,
    /// The account may not do it in this group: it is no admin, or no member.
    NotAdmin,
    /// The session is not connected to WhatsApp.
    NotConnected,
    /// WhatsApp or the gateway asks for a pause.
    RateLimited,
    /// No gateway answers, or it is shutting down.
    GatewayAway,
    /// Some settings were changed, others were not; or some groups have no link for a sheet.
    PartlyApplied,
    /// Another groupdesk works on the data directory.
    InUse,
    /// The action was not confirmed.
    NotConfirmed,
    /// This gateway has nothing of the kind.
    NotOffered,
    /// The answer to a change was lost, and reading the resource did not show the outcome.
    Unknown,
    /// A change was made, and its answer could not be written: a full disk, a closed output, a reader that is gone.
    AnswerLost,
    /// `invite check` found something that keeps people from joining, `sheet check` a dead link, or `audit verify` an
    /// entry that does not fit its hash.
    ProblemFound,
    /// Ended by a signal.
    Interrupted,
}

impl Exit {
    pub const ALL: [Self; 17] = [
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Ambiguous,
        Self::NotAllowed,
        Self::NotAdmin,
        Self::NotConnected,
        Self::RateLimited,
        Self::GatewayAway,
        Self::PartlyApplied,
        Self::InUse,
        Self::NotConfirmed,
        Self::NotOffered,
        Self::Unknown,
        Self::AnswerLost,
        Self::ProblemFound,
        Self::Interrupted,
    ];

    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Ambiguous => 4,
            Self::NotAllowed => 5,
            Self::NotAdmin => 6,
            Self::NotConnected => 7,
            Self::RateLimited => 8,
            Self::GatewayAway => 9,
            Self::PartlyApplied => 10,
            Self::InUse => 11,
            Self::NotConfirmed => 12,
            Self::NotOffered => 13,
            Self::Unknown => 14,
            Self::AnswerLost => 15,
            Self::ProblemFound => 16,
            Self::Interrupted => 130,
        }
    }

    /// The name in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::NotAllowed => "not_allowed",
            Self::NotAdmin => "not_admin",
            Self::NotConnected => "not_connected",
            Self::RateLimited => "rate_limited",
            Self::GatewayAway => "gateway_away",
            Self::PartlyApplied => "partly_applied",
            Self::InUse => "in_use",
            Self::NotConfirmed => "not_confirmed",
            Self::NotOffered => "not_offered",
            Self::Unknown => "outcome_unknown",
            Self::AnswerLost => "answer_lost",
            Self::ProblemFound => "problem_found",
            Self::Interrupted => "interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_and_name_is_documented() {
        let page = include_str!("../../../docs/scripts.md");
        for exit in Exit::ALL {
            let row = format!("| {} | `{}` |", exit.code(), exit.word());
            assert!(page.contains(&row), "{row}");
        }
    }

    #[test]
    fn exit_codes_and_names_are_unique() {
        for (at, one) in Exit::ALL.iter().enumerate() {
            for other in &Exit::ALL[at + 1..] {
                assert_ne!(one.code(), other.code());
                assert_ne!(one.word(), other.word());
            }
        }
    }
}
