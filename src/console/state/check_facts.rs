//! What is known of a group whose joining is checked.

use super::app::State;
use super::card::{Card, Invite, LinkHidden};
use super::check::CheckDialog;
use crate::console::checks::{Answer, Facts, Given, Report, checks};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;

impl State {
    /// The checks of the panel's group, as far as is known now.
    #[must_use]
    pub(crate) fn check_report(&self, dialog: &CheckDialog) -> Report {
        let key = &dialog.key;
        let answer = |call: Option<&Call>| call.is_some_and(|call| self.requests.is_running(call));
        let given = dialog.given.as_ref().map(|(text, preview)| Given {
            text: text.clone(),
            preview: known(answer(dialog.preview_of(text).as_ref()), preview.as_ref()),
        });
        checks(&Facts {
            away: self.requests.away.is_some(),
            session: self.sessions.get(&key.session),
            group: self.groups.get(key).map(|entry| &entry.group),
            link: self.link_answer(key),
            requests: known(
                answer(Some(&Call::Requests(key.clone()))),
                dialog.requests.as_ref(),
            ),
            given,
            other_admin: self
                .other_admin(key)
                .map(|entry| self.session_name(&entry.key.session)),
            now: self.now,
            zone: &self.options.zone,
        })
    }

    /// What the card's lookup of the link says.
    fn link_answer(&self, key: &GroupKey) -> Answer<String> {
        if self.requests.is_running(&Call::Invite(key.clone())) || self.requests.is_being_reset(key)
        {
            return Answer::Waiting;
        }
        let refused = |kind| {
            Answer::Failed(CallFailure {
                kind,
                ..CallFailure::no_answer("")
            })
        };
        match self.card_of(key).map(|card| &card.invite) {
            Some(Invite::Shown { link, .. }) => Answer::Known(link.clone()),
            Some(Invite::Waiting(_) | Invite::Hidden(LinkHidden::Reset)) => Answer::Waiting,
            Some(Invite::Hidden(hidden)) => match hidden {
                LinkHidden::NotInGroup => refused(FailureKind::NotInGroup),
                LinkHidden::Failed(failure) => Answer::Failed(failure.clone()),
                LinkHidden::NotAdmin
                | LinkHidden::Reset
                | LinkHidden::SessionLeft(_)
                | LinkHidden::GatewayAway => Answer::NotAsked,
            },
            Some(Invite::NotAsked) | None => Answer::NotAsked,
        }
    }

    fn card_of(&self, key: &GroupKey) -> Option<&Card> {
        self.card.as_ref().filter(|card| card.key == *key)
    }
}

fn known<T: Clone>(is_running: bool, answer: Option<&Result<T, CallFailure>>) -> Answer<T> {
    match answer {
        _ if is_running => Answer::Waiting,
        None => Answer::NotAsked,
        Some(Ok(value)) => Answer::Known(value.clone()),
        Some(Err(failure)) => Answer::Failed(failure.clone()),
    }
}
