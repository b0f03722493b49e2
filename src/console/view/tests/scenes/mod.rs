//! Every screen and overlay that has a snapshot, by name.

mod batches;
mod links;
mod members;
mod panes;
mod settings;

use super::fixture::{desk, fresh, typed};
use crate::console::state::{Connection, EditForm, Invite, Layer, Pane, Profile, State};

use std::sync::LazyLock;

/// A name and the state to draw.
pub type Scene = (&'static str, fn() -> State);

pub static SCENES: LazyLock<Vec<Scene>> = LazyLock::new(|| {
    let parts = [
        panes::SCENES,
        links::SCENES,
        settings::SCENES,
        members::SCENES,
        batches::SCENES,
    ];
    parts.concat()
});

/// The scene with a name.
pub fn scene(name: &str) -> State {
    let found = SCENES.iter().find(|(scene, _)| *scene == name);
    found.expect("a scene of that name").1()
}

fn focused(pane: Pane) -> State {
    State {
        focus: pane,
        ..desk()
    }
}

fn with_invite(mut state: State, invite: Invite) -> State {
    if let Some(card) = &mut state.card {
        card.invite = invite;
    }
    state
}

fn over(layer: Layer) -> State {
    let mut state = desk();
    state.layers.push(layer);
    state
}

fn change(form: &mut EditForm) {
    form.subject = typed("Weekend Volunteers 2027");
    form.switches.announce = true;
}

/// An own gateway without accounts, which offers the demo.
fn with_demo() -> State {
    let mut state = fresh();
    state.connection = Connection::Live;
    state.sessions.loaded = true;
    state.options.profiles = vec![Profile {
        name: "demo".to_owned(),
        address: "a simulated world in this process".to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: true,
        is_demo: true,
        flood_joins: 0,
    }];
    state
}
