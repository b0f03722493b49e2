//! The pure part of the console: `update(&mut State, now, Msg) -> Vec<Effect>`.
//!
//! Handlers change the state and leave their effects in its requests; after every message
//! `invariants` restores what must always hold (the card follows the selection, no link is shown that may be dead, a wake
//! is scheduled) and returns the effects.
//!
//! Four levels, each of which imports only those before it:
//! - tools: `cursor`, `text_input`, `rows`, `index`, `toasts`, `copy`, `explain`, `follow_up`, `theme`, `notebook`
//! - facts take an answer in and return what changed: `connection`, `invite`, `find`, `groups`, `marks`, `sessions`,
//!   `members`, `card`, `link_list`
//! - flows, one per dialog: `form`, `reset`, `pairing`, `rename`, `note`, `confirm`, `profiles`, `new_gateway`, `help`,
//!   `check`, `roster`, `new_group`, `leave_group`, `failures`, `qr`, `copy_as`, `columns`, `counter`, `undo`, `history`, `inbox`, `flood`, `sheet`; and `palette`, `place`,
//!   `other_account`, `unconfirmed` and `leaving`, which look at several
//! - dispatch: `gateway`, `replies`, `events`, `clock`, `keys`, `mouse`, `burst`, `invariants` and this file

mod batch;
mod batch_before;
mod batch_menu;
mod batch_progress;
mod batch_resume;
mod burst;
mod card;
mod check;
mod clock;
mod columns;
mod confirm;
mod connection;
mod copy;
mod copy_as;
mod counter;
mod cursor;
mod events;
mod explain;
mod failures;
mod find;
mod flood;
mod follow_up;
mod form;
mod gateway;
mod groups;
mod help;
mod history;
mod hours;
mod inbox;
mod index;
mod invariants;
mod invite;
mod keys;
mod leave_group;
mod leaving;
mod link_list;
mod marks;
mod members;
mod mouse;
mod new_gateway;
mod new_group;
mod note;
mod notebook;
mod other_account;
mod pairing;
mod palette;
mod place;
mod profiles;
mod qr;
mod rename;
mod replies;
mod reset;
mod roster;
mod rows;
mod sessions;
mod sheet;
mod text_input;
pub(crate) mod theme;
mod toasts;
mod unconfirmed;
mod undo;

#[cfg(test)]
mod tests;

use crate::api::EpochMillis;
use crate::console::effect::{Call, Effect};
use crate::console::locale::Charset;
use crate::console::msg::Msg;
use crate::console::state::{Options, State};

/// The console before the first answer, and its first effects. `size` is in columns and rows.
#[must_use]
pub fn start(options: Options, size: (u16, u16), now: EpochMillis) -> (State, Vec<Effect>) {
    let mut state = State::new(options, size, now);
    state.requests.read(Call::Sessions);
    notebook::read(&mut state);
    batch::look(&mut state);
    if state.options.theme.charset == Charset::Ascii {
        state.note(
            "The locale is not UTF-8: everything is drawn in ASCII. Set LANG to a UTF-8 locale, such as C.UTF-8.",
        );
    }
    let effects = invariants::take_effects(&mut state);
    (state, effects)
}

/// Handles one message, which arrived at `now`.
pub fn update(state: &mut State, now: EpochMillis, msg: Msg) -> Vec<Effect> {
    clock::advance(state, now);
    match msg {
        Msg::Key(event) => burst::keys(state, &[event]),
        Msg::Keys(events) => burst::keys(state, &events),
        Msg::Paste(text) => keys::paste(state, &text),
        Msg::Mouse(event) => mouse::mouse(state, event),
        Msg::Resize { columns, rows } => state.size = (columns, rows),
        Msg::Background(background) => {
            state.options.theme = state.options.theme.with_background(background);
        }
        Msg::Tick => {}
        Msg::Reply(id, reply) => replies::reply(state, id, reply),
        Msg::Realtime(news) => events::realtime(state, news),
        Msg::Pause(id, pause) => replies::pause(state, id, pause),
        Msg::Batch(news) => batch::news(state, news),
        Msg::LinksStep(id, step) => {
            link_list::step(state, id, step);
            sheet::step(state, id, step);
        }
        Msg::Unreadable(id, rows) => replies::unreadable(state, id, rows),
    }
    invariants::take_effects(state)
}
