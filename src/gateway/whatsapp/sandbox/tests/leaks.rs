//! A leaked link, until somebody stops it.

use super::super::leaks::Leaks;
use super::*;
use crate::api::{JoinedVia, Setting};
use crate::gateway::whatsapp::GroupChange;

/// The group into which strangers come, once eight of them have.
fn leaking(world: &Arc<World>, leaks: &mut Leaks, session: &mut Session) -> GroupJid {
    let mut seen: Vec<GroupJid> = Vec::new();
    for _ in 0..2_000 {
        leaks.step(world);
        let joins = session.heard().into_iter().filter_map(|event| {
            let by_link = |members: &Vec<crate::gateway::whatsapp::Member>| {
                members
                    .iter()
                    .all(|member| member.joined_via == Some(JoinedVia::Link))
            };
            matches!(&event.change, GroupChange::Joined(members) if by_link(members))
                .then_some(event.group)
        });
        seen.extend(joins);
        if seen.len() >= 8 {
            assert!(seen.iter().all(|group| *group == seen[0]), "{seen:?}");
            return seen[0].clone();
        }
    }
    panic!("no link leaked");
}

/// People who joined and who asked to during these steps.
fn comers(world: &World, leaks: &mut Leaks, session: &mut Session, steps: usize) -> (usize, usize) {
    (0..steps).for_each(|_| leaks.step(world));
    let events = session.heard();
    let joined = events
        .iter()
        .filter(|event| matches!(event.change, GroupChange::Joined(_)));
    let asked = events
        .iter()
        .filter(|event| matches!(event.change, GroupChange::Asked(_)));
    (joined.count(), asked.count())
}

#[tokio::test(start_paused = true)]
async fn a_reset_ends_a_leak() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let mut leaks = Leaks::new(7);
    let group = leaking(&world, &mut leaks, &mut support);
    support.driver.reset_invite(&group).await.unwrap();
    support.heard();
    assert_eq!(comers(&world, &mut leaks, &mut support, 59), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn approval_makes_strangers_ask() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let mut leaks = Leaks::new(7);
    let group = leaking(&world, &mut leaks, &mut support);
    let approval = Setting::JoinApproval(true);
    support.driver.set(&group, &approval).await.unwrap();
    support.heard();
    let (joined, asked) = comers(&world, &mut leaks, &mut support, 10);
    assert_eq!((joined, asked), (0, 10));
}
