//! Calls that are queued for a session.

use super::fake::Fault;
use super::*;
use crate::gateway::Error;
use crate::gateway::error::Limit;
use crate::gateway::session::limits;
use futures_util::{FutureExt as _, poll};

#[tokio::test]
async fn the_number_of_calls_waiting_for_a_session_is_limited() {
    let desk = desk().await;
    let (owned, group) = (desk.session(1), jid(1));
    let world = desk.worlds.of(session(1).as_str());
    world.lock().unwrap().faults.insert("invite", Fault::Hang);
    let call = || desk.engine.invite(&owned, &group).boxed();
    // One has its turn, the others wait for it.
    let mut calls: Vec<_> = (0..=limits::WAITING).map(|_| call()).collect();
    for call in &mut calls {
        assert!(poll!(call).is_pending());
    }
    let refused = call().await;
    assert!(matches!(
        refused,
        Err(Error::TooManyRequests {
            limit: Limit::Waiting,
            ..
        })
    ));
    calls.pop();
    assert!(poll!(&mut call()).is_pending());
}
