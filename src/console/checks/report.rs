//! The outcome of the checks.

use crate::console::words;

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckName {
    /// The link that the user gave.
    GivenLink,
    Session,
    Role,
    Link,
    Approval,
    Requests,
    Size,
    Community,
    Restriction,
}

impl CheckName {
    /// The word in JSON and CSV. It stays.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::GivenLink => "given_link",
            Self::Session => "session",
            Self::Role => "role",
            Self::Link => "link",
            Self::Approval => "approval",
            Self::Requests => "requests",
            Self::Size => "size",
            Self::Community => "community",
            Self::Restriction => "restriction",
        }
    }

    /// The name for people; at most 11 columns.
    #[must_use]
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::GivenLink => "Given link",
            Self::Session => "Account",
            Self::Role => "Role",
            Self::Link => "Link",
            Self::Approval => "Approval",
            Self::Requests => "Requests",
            Self::Size => "Members",
            Self::Community => "Community",
            Self::Restriction => "Restriction",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    /// It can keep people from joining, or the user from giving them the link.
    Problem,
    Unknown,
    /// The answer is awaited.
    Checking,
}

impl Outcome {
    /// The word in JSON, CSV and the table. It stays.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
            Self::Checking => "checking",
        }
    }
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub check: CheckName,
    pub outcome: Outcome,
    /// A word for programs: `ok`, `unknown`, `checking`, or the problem's own.
    pub code: &'static str,
    /// What was seen, without a capital and a full stop. Cleaned.
    pub seen: String,
    /// What to do about a problem. Cleaned.
    pub todo: Option<String>,
}

impl Finding {
    fn new(check: CheckName, outcome: Outcome, seen: impl Into<String>) -> Self {
        Self {
            check,
            outcome,
            code: outcome.word(),
            seen: seen.into(),
            todo: None,
        }
    }

    pub(super) fn ok(check: CheckName, seen: impl Into<String>) -> Self {
        Self::new(check, Outcome::Ok, seen)
    }

    /// `why` completes "not known: ".
    pub(super) fn unknown(check: CheckName, why: &str) -> Self {
        Self::new(check, Outcome::Unknown, format!("not known: {why}"))
    }

    pub(super) fn checking(check: CheckName) -> Self {
        Self::new(check, Outcome::Checking, "checking …")
    }

    pub(super) fn problem(
        check: CheckName,
        code: &'static str,
        seen: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self {
            code,
            todo: Some(todo.into()),
            ..Self::new(check, Outcome::Problem, seen)
        }
    }

    /// How likely the problem is why people cannot join.
    #[must_use]
    pub(crate) fn likelihood(&self) -> &'static str {
        if self.rank() < ONLY_THIS_ACCOUNT {
            "Most likely"
        } else {
            "Possibly"
        }
    }

    /// How likely a problem of this kind is the cause that people notice; the lowest comes first. A guess, from
    /// what stops everybody to what only stops the user from handing out the link.
    fn rank(&self) -> u8 {
        match (self.check, self.code) {
            (CheckName::GivenLink, _) => 0,
            (_, "not_in_group" | "group_gone" | "group_refused") => 1,
            (CheckName::Size, _) => 2,
            (CheckName::Requests, _) => 3,
            (CheckName::Approval, _) => 4,
            (CheckName::Session, _) => 5,
            (CheckName::Role, _) => 6,
            (CheckName::Link, _) => 7,
            (CheckName::Restriction, _) => 8,
            (CheckName::Community, _) => 9,
        }
    }
}

/// Ranks from which on a problem stops this account only: people who have the link join without it.
const ONLY_THIS_ACCOUNT: u8 = 5;

/// All checks of a group, in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub findings: Vec<Finding>,
}

impl Report {
    /// The most likely cause.
    #[must_use]
    pub(crate) fn cause(&self) -> Option<&Finding> {
        let problems = self.with(Outcome::Problem);
        problems.min_by_key(|finding| finding.rank())
    }

    fn with(&self, outcome: Outcome) -> impl Iterator<Item = &Finding> {
        let all = self.findings.iter();
        all.filter(move |finding| finding.outcome == outcome)
    }

    /// The conclusion in one sentence.
    #[must_use]
    pub(crate) fn head(&self) -> String {
        if let Some(cause) = self.cause() {
            return format!("{}: {}.", cause.likelihood(), cause.seen);
        }
        if self.with(Outcome::Checking).next().is_some() {
            return "Nothing found yet; checking …".to_owned();
        }
        match self.with(Outcome::Unknown).count() {
            0 => "Nothing found that keeps people from joining. Check the link that they use."
                .to_owned(),
            count => {
                let checks = words::count(count, "check", "checks");
                format!("Nothing found, but the outcome of {checks} is not known.")
            }
        }
    }
}
