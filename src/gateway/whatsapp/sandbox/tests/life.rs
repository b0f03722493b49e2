//! An active world.

use super::*;
use crate::gateway::whatsapp::GroupChange;

fn living(seed: u64) -> Arc<World> {
    World::load(WorldOptions {
        seed: Some(seed),
        active: true,
        ..WorldOptions::default()
    })
    .unwrap()
}

#[test]
fn an_active_world_needs_a_runtime() {
    let options = WorldOptions {
        active: true,
        ..WorldOptions::default()
    };
    assert!(matches!(World::load(options), Err(LoadError::NoRuntime)));
}

/// All events of one session in ten minutes.
async fn ten_minutes(seed: u64) -> Vec<DriverEvent> {
    let world = living(seed);
    let mut support = Session::connected(&world, "Support line").await;
    tokio::time::sleep(Duration::from_mins(10)).await;
    world.stop();
    std::iter::from_fn(|| support.events.try_recv().ok()).collect()
}

fn without_times(events: Vec<DriverEvent>) -> Vec<DriverEvent> {
    events
        .into_iter()
        .map(|event| match event {
            DriverEvent::Group(mut event) => {
                event.at = 0;
                if let GroupChange::Asked(people) = &mut event.change {
                    for request in people.iter_mut() {
                        request.at = None;
                    }
                }
                DriverEvent::Group(event)
            }
            other => other,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn events_occur_and_the_session_drops_and_reconnects() {
    let events = ten_minutes(5).await;
    let of = |wanted: fn(&GroupChange) -> bool| {
        events
            .iter()
            .any(|event| matches!(event, DriverEvent::Group(event) if wanted(&event.change)))
    };
    assert!(of(|change| matches!(change, GroupChange::Setting(_))));
    assert!(of(|change| matches!(change, GroupChange::Joined(_))));
    assert!(of(|change| matches!(change, GroupChange::Left(_))));
    let count = |wanted: fn(&DriverEvent) -> bool| events.iter().filter(|e| wanted(e)).count();
    let lost = count(|event| matches!(event, DriverEvent::ConnectionLost));
    let back = count(|event| matches!(event, DriverEvent::Connected(_)));
    assert!(lost > 2 && back >= lost - 1, "{lost} lost, {back} back");
    assert!((40..200).contains(&events.len()), "{}", events.len());
}

#[tokio::test(start_paused = true)]
async fn a_slow_session_catches_up_at_each_login() {
    let world = living(5);
    let mut slow = Session::open(&world, "Jakarta desk");
    slow.driver.connect().await.unwrap();
    let mut done = Vec::new();
    loop {
        match slow.next().await {
            DriverEvent::CatchingUp => done.push(slow.driver.missed().unwrap().done),
            DriverEvent::Connected(_) => break,
            _ => {}
        }
    }
    assert!(done.len() >= 4 && done.is_sorted(), "{done:?}");
    assert_eq!(slow.driver.missed(), None);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_produces_the_same_events() {
    let (one, other) = (ten_minutes(5).await, ten_minutes(5).await);
    assert_eq!(without_times(one), without_times(other));
}

#[tokio::test(start_paused = true)]
async fn pinned_groups_do_not_change() {
    let world = living(11);
    let fixtures = |world: &World| -> Vec<String> {
        let rules = world.rules();
        let pinned = rules.groups.iter().filter(|group| group.pinned);
        pinned.map(|group| format!("{group:?}")).collect()
    };
    let before = fixtures(&world);
    assert!(before.len() >= 5);
    let _support = Session::connected(&world, "Support line").await;
    let _sales = Session::connected(&world, "Sales").await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(fixtures(&world), before);
    let rules = world.rules();
    let sizes = rules.groups.iter().map(|group| group.seats.len());
    assert!(sizes.clone().min() >= Some(3) && sizes.max() <= Some(GROUP_MAX));
}

#[tokio::test(start_paused = true)]
async fn the_qr_code_is_scanned_after_a_while() {
    let world = living(2);
    let mut session = Session::fresh(&world);
    let begun = world.now();
    session.driver.connect().await.unwrap();
    session.until_connected().await;
    let took = world.now() - begun;
    assert!((8_000..14_000).contains(&took), "{took} ms");
}

#[tokio::test(start_paused = true)]
async fn the_pairing_code_is_typed_after_a_while() {
    let world = living(2);
    let mut session = Session::fresh(&world);
    session.driver.connect().await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    session.driver.pair_with_code("15555550142").await.unwrap();
    let asked = world.now();
    let identity = loop {
        if let DriverEvent::Paired(identity) = session.next().await {
            break identity;
        }
    };
    assert_eq!(identity.phone_number, "15555550142");
    assert!(world.now() - asked >= 8_000);
}

#[tokio::test(start_paused = true)]
async fn a_still_world_produces_no_events() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    // The names of people come with the connection.
    while let Ok(event) = support.events.try_recv() {
        assert!(matches!(event, DriverEvent::Named(_)), "{event:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_active_world_can_be_dropped() {
    let world = living(4);
    let weak = Arc::downgrade(&world);
    drop(world);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert!(weak.upgrade().is_none());
}
