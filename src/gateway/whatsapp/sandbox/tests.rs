//! The world as its users see it. (The rules, faults and pairing have files of their own.)

use super::*;

#[test]
fn the_same_seed_makes_the_same_world() {
    let of = |seed| {
        let world = World::still(seed).unwrap();
        let rules = world.rules();
        let groups: Vec<_> = rules
            .groups
            .iter()
            .map(|group| (group.jid.clone(), group.code.clone(), group.seats.clone()))
            .collect();
        let sessions: Vec<_> = world
            .sessions
            .iter()
            .map(|session| session.account.clone())
            .collect();
        (groups, sessions)
    };
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}
