//! The overlay among the layers, and the focus in it.

use crate::console::effect::Call;
use crate::console::layout::{pairing_buttons, pairing_field};
use crate::console::state::{
    ButtonId, FieldOrButton, Layer, Pairing, PairingError, PairingStep, State,
};

/// The overlay, at any position in the layers.
pub(super) fn find(state: &mut State) -> Option<&mut Pairing> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Pairing(pairing) => Some(&mut **pairing),
        _ => None,
    })
}

pub(super) fn peek(state: &State) -> Option<&Pairing> {
    state.layers.iter().find_map(|layer| match layer {
        Layer::Pairing(pairing) => Some(&**pairing),
        _ => None,
    })
}

/// The overlay, if it is the top layer.
pub(super) fn top(state: &mut State) -> Option<&mut Pairing> {
    match state.layers.last_mut() {
        Some(Layer::Pairing(pairing)) => Some(pairing),
        _ => None,
    }
}

/// The overlay, if it is about this session.
pub(super) fn of<'a>(state: &'a mut State, session: &str) -> Option<&'a mut Pairing> {
    find(state).filter(|pairing| pairing.session.as_deref() == Some(session))
}

/// The focusable elements: the field, then the enabled buttons.
pub(super) fn stops(state: &State, pairing: &Pairing) -> Vec<FieldOrButton> {
    let field = pairing_field(state, pairing).map(|_| FieldOrButton::Field);
    let buttons = pairing_buttons(state, pairing).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| FieldOrButton::Button(button.id));
    field.into_iter().chain(buttons).collect()
}

/// Where the overlay is among the layers.
fn position(state: &State) -> Option<usize> {
    let is_overlay = |layer: &Layer| matches!(layer, Layer::Pairing(_));
    state.layers.iter().position(is_overlay)
}

/// Moves the focus to an existing element, after the step or the size of the window has changed.
pub(super) fn fix_focus(state: &mut State) {
    let Some(at) = position(state) else {
        return;
    };
    let Layer::Pairing(pairing) = &state.layers[at] else {
        return;
    };
    let stops = stops(state, pairing);
    if stops.contains(&pairing.focus) {
        return;
    }
    let first = match pairing.step {
        // The safe answer.
        PairingStep::AskLeave(_) => Some(FieldOrButton::Button(ButtonId::Keep)),
        _ => stops.first().copied(),
    };
    if let (Some(first), Layer::Pairing(pairing)) = (first, &mut state.layers[at]) {
        let typed = pairing.focus.is_field() && !pairing.typed_phone().is_empty();
        pairing.field_left = typed && !first.is_field();
        pairing.focus = first;
    }
}

/// Closes the overlay and drops every code.
pub(super) fn close(state: &mut State) {
    let Some(at) = position(state) else {
        return;
    };
    state.layers.remove(at);
    state
        .requests
        .cancel(|call| matches!(call, Call::PairingQr(_) | Call::Passkey(_)));
}

/// The session no longer exists.
pub(super) fn gone(state: &mut State, session: &str) {
    if let Some(pairing) = of(state, session) {
        pairing.forget();
        pairing.created = false;
        pairing.step = PairingStep::Failed(PairingError::Gone);
    }
}
