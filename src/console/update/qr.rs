//! The full-screen QR code.

use super::{card, invite, notebook};
use crate::console::effect::{Effect, SavedQr};
use crate::console::state::{InFlight, Layer, State};

/// `Q`: fills the screen with the code; asks for the link if it is not there.
pub(super) fn open(state: &mut State) {
    if let Some(key) = card::with_code(state, "No QR code") {
        notebook::used(state, &key);
        state.layers.push(Layer::Qr);
        invite::ask_unless_shown(state);
    }
}

/// `S`: writes the code to files.
pub(super) fn save(state: &mut State) {
    let Some(card) = &state.card else {
        return;
    };
    let Some(link) = card.link() else {
        state.note("There is no code to save yet.");
        return;
    };
    let text = link.to_owned();
    let title = match state.groups.get(&card.key) {
        Some(entry) => entry.name.clone(),
        None => card.key.jid.clone(),
    };
    let id = state.requests.issue(InFlight::SaveQr);
    state
        .requests
        .effects
        .push(Effect::SaveQr { id, text, title });
}

pub(super) fn saved(state: &mut State, answer: Result<SavedQr, String>) {
    let clean = |text: &str| crate::text::clean_line(text).into_owned();
    match answer {
        Ok(SavedQr { png, .. }) => {
            let path = clean(&png.with_extension("").to_string_lossy());
            state.good(format!("Saved as {path}.png and .svg"));
        }
        Err(reason) => state.bad(format!("Not saved: {}", clean(&reason))),
    }
}
