//! The pure heart: `update(&mut State, Msg) -> Vec<Effect>`.
//!
//! One file per concern. Handlers change the state and leave their wishes in [`Runs`]; after every
//! message `settle` brings back what must always hold (the card follows the selection, no link is
//! shown that may be dead, the clock is asked for in time) and hands the wishes out.

mod burst;
mod card;
mod clock;
mod confirm;
mod events;
mod failures;
mod find;
mod form;
mod form_save;
mod groups;
mod help;
mod invite;
mod keys;
mod leaving;
mod mouse;
mod pairing;
mod pairing_follow;
mod pairing_time;
mod profiles;
mod qr;
mod realtime;
mod rename;
mod replies;
mod reset;
mod rows;
mod runs;
mod sessions;
mod toasts;
mod typing;
mod unclear;
mod unclear_sessions;

#[cfg(test)]
mod tests;

pub(super) use invite::obstacle;
pub use runs::Runs;

use super::effect::{Call, Effect};
use super::locale::Charset;
use super::msg::Msg;
use super::state::{Groups, Link, Options, Pane, Sessions, State};
use crate::api::EpochMillis;

/// The console before anything was heard, and its first wishes. `size` is in columns and rows.
#[must_use]
pub fn start(options: Options, size: (u16, u16), now: EpochMillis) -> (State, Vec<Effect>) {
    let mut state = fresh(options, size, now, Runs::default());
    if state.options.theme.charset == Charset::Ascii {
        state.note(
            "The locale is not UTF-8: everything is drawn in ASCII. Set LANG to a UTF-8 locale, such as C.UTF-8.",
        );
    }
    let effects = settle(&mut state);
    (state, effects)
}

/// A place of which nothing is known yet.
fn fresh(options: Options, size: (u16, u16), now: EpochMillis, runs: Runs) -> State {
    let mut state = State {
        options,
        size,
        now,
        link: Link::Connecting,
        sessions: Sessions::default(),
        groups: Groups::default(),
        focus: Pane::Sessions,
        card: None,
        layers: Vec::new(),
        toasts: Vec::new(),
        failures: Vec::new(),
        whole_blocks: false,
        lacking: Vec::new(),
        runs,
    };
    state.read(Call::Sessions);
    state
}

/// Takes in one message.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(event) => burst::keys(state, &[event]),
        Msg::Keys(events) => burst::keys(state, &events),
        Msg::Paste(text) => keys::paste(state, &text),
        Msg::Mouse(event) => mouse::mouse(state, event),
        Msg::Resize { columns, rows } => state.size = (columns, rows),
        Msg::Background(background) => {
            state.options.theme = state.options.theme.with_background(background);
        }
        Msg::Clock(now) => clock::clock(state, now),
        Msg::Reply(id, reply) => replies::reply(state, id, reply),
        Msg::Realtime(news) => realtime::realtime(state, news),
        Msg::Pause(id, pause) => replies::pause(state, id, pause),
        Msg::Unreadable(id, rows) => replies::unreadable(state, id, rows),
    }
    settle(state)
}

fn settle(state: &mut State) -> Vec<Effect> {
    hold(state);
    std::mem::take(&mut state.runs.wishes)
}

/// Brings back what must always hold.
fn hold(state: &mut State) {
    sessions::keep_in_sight(state);
    groups::keep_in_sight(state);
    card::settle(state);
    unclear::settle(state);
    reset::settle(state);
    pairing_time::settle(state);
    clock::wish(state);
}
