//! Resets whose answer was lost: the link is looked up and compared with the former one.

use super::super::invite;
use super::cause::cause;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::state::{Layer, ResetDialog, ResetPhase, State};

/// The link was looked up: compares it with the one before the lost reset.
pub(crate) fn link_read(state: &mut State, key: &GroupKey, link: &str) {
    let Some(lost) = state.requests.unconfirmed.resets.remove(key) else {
        return;
    };
    let name = state.group_name(key);
    let cause = cause(state, lost.said.as_ref(), Some(key), 1);
    let differs = lost.old.as_ref().map(|old| old != link);
    let (phase, words) = match differs {
        Some(true) => {
            let now = state.now;
            state.requests.expect_echo(key, now);
            let done = ResetPhase::Done {
                link: link.to_owned(),
                differs,
            };
            (Some(done), "is another one than before. It was reset.")
        }
        Some(false) => {
            let sentence =
                format!("{cause} The link was looked up again and is the same as before.");
            let failed = ResetPhase::Failed(CallFailure::lost_answer(&sentence, false));
            (Some(failed), "is the same as before. It was not reset.")
        }
        None => (
            None,
            "was not known before. Whether it is a new one cannot be told.",
        ),
    };
    match (waiting(state, key), phase) {
        (Some(dialog), Some(phase)) => dialog.phase = phase,
        _ => state.layers.retain(|layer| !waits(layer, key)),
    }
    let cause = match &lost.said {
        Some(_) => "the gateway failed",
        None => "the answer was lost",
    };
    let words = format!("{name}: {cause}. The link was looked up again and {words}");
    match differs {
        Some(true) => state.good(words),
        Some(false) => state.bad(words),
        None => state.note(words),
    }
}

/// The look-up failed.
pub(crate) fn link_unread(state: &mut State, key: &GroupKey, failure: &CallFailure) {
    let Some(lost) = state.requests.unconfirmed.resets.get_mut(key) else {
        return;
    };
    lost.resting = true;
    let said = lost.said.clone();
    let passes = matches!(
        failure.kind,
        FailureKind::GatewayAway | FailureKind::Offline | FailureKind::RateLimited { .. }
    );
    if !passes {
        state.requests.unconfirmed.resets.remove(key);
    }
    // The first message is the better reason when both are the same unspecific failure.
    let sentence = format!(
        "Whether the link was reset is not known, and it could not be looked up. {}",
        state.sentence(said.as_ref().unwrap_or(failure), Some(key))
    );
    if let Some(dialog) = waiting(state, key) {
        dialog.phase = ResetPhase::Failed(CallFailure::lost_answer(&sentence, true));
    } else {
        let name = state.group_name(key);
        state.bad(format!("{name}: {sentence}"));
    }
}

/// Looks links up as soon as they can be asked for.
pub(crate) fn sync(state: &mut State) {
    let keys: Vec<_> = (state.requests.unconfirmed.resets.iter())
        .filter(|(_, lost)| !lost.resting)
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        if state.link_obstacle(&key).is_none() && !state.requests.is_being_reset(&key) {
            invite::look_up(state, &key);
        }
    }
}

/// Whether a dialog waits for the outcome of this group's reset.
fn waits(layer: &Layer, key: &GroupKey) -> bool {
    match layer {
        Layer::Reset(dialog) if dialog.key == *key => match &dialog.phase {
            ResetPhase::Checking => true,
            ResetPhase::Failed(failure) => failure.unconfirmed,
            _ => false,
        },
        _ => false,
    }
}

fn waiting<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut ResetDialog> {
    let mut layers = state.layers.iter_mut();
    match layers.find(|layer| waits(layer, key)) {
        Some(Layer::Reset(dialog)) => Some(dialog),
        _ => None,
    }
}
