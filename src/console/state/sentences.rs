//! Failures and missing links as sentences, with the names of the people and accounts concerned.

use super::app::State;
use super::card::{Card, LinkHidden};
use crate::console::failure::{CallFailure, FailureContext, FailureKind, SessionState};
use crate::console::ids::GroupKey;
use crate::console::words;
use crate::text::clean_line;

impl State {
    /// A failure's sentence with its next step, for the given group where there is one.
    #[must_use]
    pub(crate) fn sentence(&self, failure: &CallFailure, group: Option<&GroupKey>) -> String {
        failure.sentence(&self.failure_context(group))
    }

    /// Why there are no sessions, with what else can be done about it.
    #[must_use]
    pub(crate) fn sessions_sentence(&self, failure: &CallFailure) -> String {
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
    pub(crate) fn hidden_sentence(&self, key: &GroupKey, hidden: &LinkHidden) -> String {
        let context = self.failure_context(Some(key));
        match hidden {
            LinkHidden::Reset => {
                let seen = self.reset_seen(key);
                let seen = seen.map(|seen| format!(" at {seen}")).unwrap_or_default();
                format!(
                    "The link was reset{seen}, so the old one is dead. The new one is asked for."
                )
            }
            LinkHidden::SessionLeft(_) => FailureKind::Offline.sentence(&context),
            LinkHidden::NotAdmin => FailureKind::NotAdmin.sentence(&context),
            LinkHidden::NotInGroup => FailureKind::NotInGroup.sentence(&context),
            LinkHidden::GatewayAway => FailureKind::GatewayAway.sentence(&context),
            LinkHidden::Failed(failure) => failure.sentence(&context),
        }
    }

    /// When a group's link was reset while its card was open, and by whom: `12:03 by +62 812-3456-7890`.
    #[must_use]
    pub(crate) fn reset_seen(&self, key: &GroupKey) -> Option<String> {
        let card = self.card.as_ref().filter(|card| card.key == *key)?;
        let (at, by) = card.reset_seen.as_ref()?;
        let clock = words::clock(*at, &self.options.zone);
        Some(match by {
            Some(by) => {
                let by = words::someone(card.loaded_members(), by);
                format!("{clock} by {by}")
            }
            None => clock,
        })
    }

    /// What sentences about a group may name.
    pub(crate) fn failure_context(&self, group: Option<&GroupKey>) -> FailureContext {
        let Some(key) = group else {
            return FailureContext::default();
        };
        let admins = self
            .card
            .iter()
            .filter(|card| card.key == *key)
            .flat_map(Card::loaded_members)
            .filter(|member| member.role.is_admin())
            .map(|member| match member.tag.as_deref().map(str::trim) {
                Some(tag) if !tag.is_empty() => clean_line(tag).into_owned(),
                _ => words::someone(std::slice::from_ref(member), &member.lid),
            });
        FailureContext {
            session: Some(self.session_name(&key.session)),
            admins: admins.take(3).collect(),
            state: self.sessions.get(&key.session).and_then(SessionState::of),
        }
    }
}
