//! The pure heart: `update(&mut State, Msg) -> Vec<Effect>`.

use super::effect::Effect;
use super::msg::Msg;
use super::state::{Options, State};

/// What runs: requests under way and wishes for later. Only `update` looks inside.
#[derive(Debug, Default)]
pub struct Runs;

/// The console before anything was heard, and its first wishes.
#[must_use]
pub fn start(_options: Options, _size: (u16, u16)) -> (State, Vec<Effect>) {
    todo!()
}

/// Takes in one message.
pub fn update(_state: &mut State, _msg: Msg) -> Vec<Effect> {
    todo!()
}
