//! The overlay among the layers, and the focus in it.

use crate::console::effect::Call;
use crate::console::layout::{pair_buttons, pair_field};
use crate::console::state::{ButtonId, Layer, PairFocus, PairStep, Pairing, PairingError, State};

/// The overlay, wherever it lies.
pub fn find(state: &mut State) -> Option<&mut Pairing> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Pair(pairing) => Some(&mut **pairing),
        _ => None,
    })
}

pub fn peek(state: &State) -> Option<&Pairing> {
    state.layers.iter().find_map(|layer| match layer {
        Layer::Pair(pairing) => Some(&**pairing),
        _ => None,
    })
}

/// The overlay, if it is the top layer.
pub fn top(state: &mut State) -> Option<&mut Pairing> {
    match state.layers.last_mut() {
        Some(Layer::Pair(pairing)) => Some(pairing),
        _ => None,
    }
}

/// The overlay, if it is about this session.
pub fn of<'a>(state: &'a mut State, session: &str) -> Option<&'a mut Pairing> {
    find(state).filter(|pairing| pairing.session.as_deref() == Some(session))
}

/// Where the keys can go: the field, then the buttons that can be pressed.
pub fn stops(state: &State, pairing: &Pairing) -> Vec<PairFocus> {
    let field = pair_field(state, pairing).map(|_| PairFocus::Field);
    let buttons = pair_buttons(state, pairing).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| PairFocus::Button(button.id));
    field.into_iter().chain(buttons).collect()
}

/// Brings the focus to something that is there: steps and sizes of the window change.
pub fn fix_focus(state: &mut State) {
    let Some(at) = state
        .layers
        .iter()
        .position(|layer| matches!(layer, Layer::Pair(_)))
    else {
        return;
    };
    let Layer::Pair(pairing) = &state.layers[at] else {
        return;
    };
    let stops = stops(state, pairing);
    if stops.contains(&pairing.focus) {
        return;
    }
    let first = match pairing.step {
        // The careful way out.
        PairStep::AskLeave(_) => Some(PairFocus::Button(ButtonId::Keep)),
        _ => stops.first().copied(),
    };
    if let (Some(first), Layer::Pair(pairing)) = (first, &mut state.layers[at]) {
        let typed = pairing.focus.is_field() && !pairing.typed_phone().is_empty();
        pairing.field_left = typed && !first.is_field();
        pairing.focus = first;
    }
}

/// Takes the overlay away, and with it every code.
pub fn close(state: &mut State) {
    let Some(at) = state
        .layers
        .iter()
        .position(|layer| matches!(layer, Layer::Pair(_)))
    else {
        return;
    };
    state.layers.remove(at);
    state
        .requests
        .cancel(|call| matches!(call, Call::PairingQr(_)));
}

/// The session no longer exists.
pub fn gone(state: &mut State, session: &str) {
    if let Some(pairing) = of(state, session) {
        pairing.forget();
        pairing.created = false;
        pairing.step = PairStep::Failed(PairingError::Gone);
    }
}
