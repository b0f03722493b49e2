//! Recording failures, and the whole list as text.

use super::app::State;
use super::failures::FailureRecord;
use crate::api::PasskeyAnswer;
use crate::console::effect::{Call, MemberChange, SessionAction};
use crate::console::failure::CallFailure;
use crate::console::words;

/// Most entries that are kept; the oldest are dropped.
const MOST: usize = 100;

impl State {
    /// Remembers a failed call that is shown somewhere.
    pub(crate) fn record_call(&mut self, call: &Call, failure: &CallFailure) {
        let text = failure.in_full(&self.failure_context(call.group()));
        let action = match call.group() {
            Some(key) => {
                let name = self.group_name(key);
                let account = self.session_name(&key.session);
                format!("{} · {name} (through {account})", what(call))
            }
            None => match call.session() {
                Some(session) => format!("{} · {}", what(call), self.session_name(session)),
                None => what(call).to_owned(),
            },
        };
        self.record(action, text);
    }

    /// Records a failure. A repeated failure stays one entry.
    pub(crate) fn record(&mut self, action: String, text: String) {
        let same = |old: &FailureRecord| old.action == action && old.text == text;
        let times = match self.failures.iter().position(same) {
            Some(at) => self.failures.remove(at).times + 1,
            None => 1,
        };
        self.failures.insert(
            0,
            FailureRecord {
                at: self.now,
                times,
                action,
                text,
            },
        );
        self.failures.truncate(MOST);
    }

    /// All of them, newest first, to be read and copied.
    #[must_use]
    pub(crate) fn failures_in_full(&self) -> String {
        let entries = self.failures.iter().map(|entry| {
            let time = words::clock_seconds(entry.at, &self.options.zone);
            let times = match entry.times {
                1 => String::new(),
                times => format!(" ({times} times)"),
            };
            // An empty line separates two entries.
            let text: Vec<_> = entry
                .text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            format!("{time}  {}{times}\n{}", entry.action, text.join("\n"))
        });
        entries.collect::<Vec<_>>().join("\n\n")
    }
}

/// A call's name for people.
fn what(call: &Call) -> &'static str {
    match call {
        Call::Sessions => "List the accounts",
        Call::Ready => "Ask whether the gateway is ready",
        Call::Session(_) => "Read the account",
        Call::Act { action, .. } => match action {
            SessionAction::Start => "Start",
            SessionAction::Stop => "Stop",
            SessionAction::Restart => "Restart",
            SessionAction::Logout => "Log out",
        },
        Call::CreateSession { .. } => "Add an account",
        Call::DeleteSession(_) => "Remove the account",
        Call::RenameSession { .. } => "Rename the account",
        Call::PairingQr(_) => "Get the code to scan",
        Call::PairingCode { .. } => "Get a code to type",
        Call::Passkey(_) => "Read the passkey request",
        Call::AnswerPasskey { answer, .. } => match answer {
            PasskeyAnswer::Assertion(_) => "Answer the passkey request",
            PasskeyAnswer::Confirm(_) => "Confirm the code of the passkey",
        },
        Call::Groups { .. } => "List the groups",
        Call::Group(_) => "Read the group",
        Call::Members(_) => "Read the members",
        Call::FindMembers(_) => "Look for people",
        Call::History(_) => "Read the history",
        Call::Invite(_) => "Get the invite link",
        Call::Requests(_) => "Read the requests to join",
        Call::AllRequests => "List who asks to join",
        Call::Settle { approve: true, .. } => "Let a person in",
        Call::Settle { approve: false, .. } => "Reject a request to join",
        Call::Preview { .. } => "See where a link leads",
        Call::ResetInvite(_) => "Reset the invite link",
        Call::ChangeMembers { change, .. } => match change {
            MemberChange::Add => "Add people",
            MemberChange::Remove => "Remove a member",
            MemberChange::Promote => "Make a member admin",
            MemberChange::Demote => "Take the admin role",
        },
        Call::CreateGroup { .. } => "Create a group",
        Call::JoinGroup { .. } => "Join a group",
        Call::LeaveGroup(_) => "Leave the group",
        Call::Update { .. } => "Save the settings",
        Call::Schedule(_) => "Read the opening hours",
        Call::SetSchedule { .. } => "Set the opening hours",
    }
}
