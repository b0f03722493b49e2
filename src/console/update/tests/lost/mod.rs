//! Lost answers: no change is sent twice; the gateway is read and the outcome reported.

mod inside;
mod reads;
mod resets;
mod saves;

use super::*;
use crate::client::ClientError;

fn lost() -> CallFailure {
    CallFailure::from(ClientError::Lost("connection reset".to_owned()))
}

fn away() -> CallFailure {
    CallFailure::from(ClientError::Unreachable("connection refused".to_owned()))
}

fn key() -> GroupKey {
    key_of("a", "1")
}

fn sessions() -> Reply {
    Reply::Sessions(Ok(vec![
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Stopped),
    ]))
}

fn nothing_is_sent(desk: &Harness) -> bool {
    desk.asked.iter().all(|(_, call)| !call.changes())
}
