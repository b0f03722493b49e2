//! The terminal console, Elm style.
//!
//! `update(&mut State, now, Msg) -> Vec<Effect>` is pure and synchronous: no clock, no IO, no terminal.
//! `view(&State, &mut Frame)` only reads. `runtime` carries effects out and answers with a [`msg::Msg`].
//! `layout` computes the positions for a given state, so that drawing and mouse input agree.

pub(crate) mod account;
pub(crate) mod checks;
pub mod effect;
pub mod failure;
pub mod fuzzy;
pub(crate) mod ids;
pub mod io;
pub mod keymap;
pub(crate) mod layout;
pub mod locale;
pub mod msg;
pub mod notebook;
pub(crate) mod people;
pub(crate) mod phone;
pub(crate) mod qr;
pub mod state;
pub mod theme;
pub mod update;
pub mod view;
pub(crate) mod words;
