//! Why something has to be looked up, as a sentence.

use crate::console::failure::CallFailure;
use crate::console::ids::GroupKey;
use crate::console::state::State;

/// Why something has to be looked up.
pub(super) fn cause(
    state: &State,
    said: Option<&CallFailure>,
    key: Option<&GroupKey>,
    parts: usize,
) -> String {
    let Some(failure) = said else {
        return "The answer was lost.".to_owned();
    };
    let sentence = state.sentence(failure, key);
    let how_far = match parts {
        0 | 1 => "and it may have been done all the same",
        _ => "perhaps half way",
    };
    format!(
        "The gateway failed, {how_far}: {}.",
        sentence.trim_end_matches('.')
    )
}
