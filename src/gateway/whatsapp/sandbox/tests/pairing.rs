//! Linking and unlinking phones.

use super::*;
use crate::gateway::whatsapp::DriverError;

#[tokio::test(start_paused = true)]
async fn qr_codes_rotate_and_expire() {
    let world = world();
    let mut session = Session::open(&world, "New phone");
    session.driver.connect().await.unwrap();
    session.driver.connect().await.unwrap();
    let mut codes = Vec::new();
    let mut lifetimes = Vec::new();
    let reason = loop {
        match session.next().await {
            DriverEvent::QrCode { code, expires_at } => {
                lifetimes.push(expires_at - world.now());
                codes.push(code);
            }
            DriverEvent::Failed { reason, .. } => break reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(lifetimes, [60_000, 20_000, 20_000, 20_000, 20_000, 20_000]);
    assert!(
        codes
            .iter()
            .all(|code| code.starts_with("2@") && code.len() > 200)
    );
    codes.dedup();
    assert_eq!(codes.len(), 6);
    assert!(reason.contains("expired"));
    assert!(!world.scan(session.id()));
    session.driver.connect().await.unwrap();
    assert!(matches!(session.next().await, DriverEvent::QrCode { .. }));
}

#[tokio::test]
async fn codes_are_the_same_for_the_same_seed() {
    let first = async || {
        let mut session = Session::open(&world(), "New phone");
        session.driver.connect().await.unwrap();
        let DriverEvent::QrCode { code, .. } = session.next().await else {
            panic!("no code");
        };
        let pairing = session.driver.pair_with_code("447700900953").await.unwrap();
        (code, pairing)
    };
    assert_eq!(first().await, first().await);
}

#[tokio::test]
async fn a_scan_links_the_phone_and_connects() {
    let world = world();
    let mut session = Session::open(&world, "New phone");
    assert!(!world.scan(session.id()));
    session.driver.connect().await.unwrap();
    session.next().await;
    assert!(world.scan(session.id()));
    let DriverEvent::Paired(identity) = session.next().await else {
        panic!("not paired");
    };
    assert_eq!(identity.phone_number, "447700900953");
    assert_eq!(session.next().await, DriverEvent::Connecting);
    assert_eq!(session.next().await, DriverEvent::Connected(identity));
    assert!(!session.driver.joined_groups().await.unwrap().is_empty());
    let again = session.driver.pair_with_code("447700900953").await;
    assert_eq!(again, Err(DriverError::AlreadyPaired));
}

#[tokio::test]
async fn a_new_session_gets_a_new_account_with_groups() {
    let linked = async || {
        let world = world();
        let mut session = Session::fresh(&world);
        session.driver.connect().await.unwrap();
        session.next().await;
        assert!(world.scan(session.id()));
        session.until_connected().await;
        session.driver.joined_groups().await.unwrap()
    };
    let groups = linked().await;
    assert!((3..=10).contains(&groups.len()));
    let jids = |groups: Vec<crate::gateway::whatsapp::GroupSnapshot>| -> Vec<GroupJid> {
        groups.into_iter().map(|group| group.jid).collect()
    };
    assert_eq!(jids(groups), jids(linked().await));
}

#[tokio::test(start_paused = true)]
async fn a_pairing_code_is_entered_in_time() {
    let world = world();
    let mut session = Session::fresh(&world);
    let phone = "15555550142";
    let old = session.driver.pair_with_code(phone).await.unwrap();
    let code = session.driver.pair_with_code(phone).await.unwrap();
    assert_eq!(code.len(), 8);
    assert!(matches!(session.next().await, DriverEvent::QrCode { .. }));
    assert_ne!(old, code);
    assert!(!world.enter_code(session.id(), &old));
    tokio::time::sleep(Duration::from_secs(170)).await;
    assert!(world.enter_code(session.id(), &code));
    let identity = loop {
        if let DriverEvent::Paired(identity) = session.next().await {
            break identity;
        }
    };
    assert_eq!(identity.phone_number, phone);

    let mut session = Session::open(&world, "New phone");
    let code = session.driver.pair_with_code(phone).await.unwrap();
    while !matches!(session.next().await, DriverEvent::Failed { .. }) {}
    assert!(!world.enter_code(session.id(), &code));
    let refused = session.driver.pair_with_code("+1 555").await;
    assert!(matches!(refused, Err(DriverError::Refused(_))));
}

#[tokio::test]
async fn pairing_can_be_configured_to_expire() {
    let world = world();
    let mut session = Session::open(&world, "New phone");
    world.misbehave(session.id(), Fault::PairingExpires);
    session.driver.connect().await.unwrap();
    assert!(matches!(session.next().await, DriverEvent::QrCode { .. }));
    assert!(matches!(session.next().await, DriverEvent::Failed { .. }));
    session.driver.connect().await.unwrap();
    assert!(matches!(session.next().await, DriverEvent::QrCode { .. }));
    world.misbehave(session.id(), Fault::PairingExpires);
    assert!(matches!(session.next().await, DriverEvent::Failed { .. }));
}

#[tokio::test]
async fn logging_out_unlinks_the_phone() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    support.driver.log_out().await.unwrap();
    assert!(matches!(
        support.next().await,
        DriverEvent::LoggedOut { .. }
    ));
    support.driver.log_out().await.unwrap();
    let asked = support.driver.joined_groups().await;
    assert_eq!(asked, Err(DriverError::NotConnected));
    support.driver.connect().await.unwrap();
    assert!(matches!(support.next().await, DriverEvent::QrCode { .. }));
}

#[tokio::test]
async fn some_sessions_fail_when_they_first_connect() {
    let world = world();
    let mut old = Session::open(&world, "Old phone");
    old.driver.connect().await.unwrap();
    assert!(matches!(old.next().await, DriverEvent::LoggedOut { .. }));
    old.driver.connect().await.unwrap();
    assert!(matches!(old.next().await, DriverEvent::QrCode { .. }));

    let mut tablet = Session::open(&world, "Tablet");
    tablet.driver.connect().await.unwrap();
    assert_eq!(tablet.next().await, DriverEvent::Connecting);
    assert!(matches!(tablet.next().await, DriverEvent::Failed { .. }));
    tablet.driver.connect().await.unwrap();
    tablet.until_connected().await;
}

#[tokio::test]
async fn erasing_leaves_nothing() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    support.driver.erase().await.unwrap();
    assert!(!world.is_connected(support.id()));
    assert_eq!(world.phone().jid(support.id()), None);
}

#[tokio::test]
async fn a_second_driver_replaces_the_first() {
    let world = world();
    let first = Session::connected(&world, "Support line").await;
    let second = Session::connected(&world, "Support line").await;
    let cut_off = first.driver.connect().await;
    assert_eq!(cut_off, Err(DriverError::NotConnected));
    let cut_off = first.driver.joined_groups().await;
    assert_eq!(cut_off, Err(DriverError::NotConnected));
    drop(first);
    assert!(second.driver.joined_groups().await.is_ok());
    drop(second.driver);
    assert!(!world.is_connected(&second.account.session));
}

#[tokio::test]
async fn no_two_sessions_show_the_same_code() {
    let world = world();
    let organization = world.organizations()[0].0.clone();
    let mut codes = Vec::new();
    for id in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW"] {
        let account = Account {
            session: SessionId::parse(id).unwrap(),
            organization: organization.clone(),
        };
        let session = Session::of(&world, account);
        codes.push(session.driver.pair_with_code("15555550142").await.unwrap());
    }
    assert_ne!(codes[0], codes[1]);
}

#[tokio::test(start_paused = true)]
async fn a_late_pairing_code_outlives_the_qr_codes() {
    let world = world();
    let mut session = Session::fresh(&world);
    session.driver.connect().await.unwrap();
    let phone = "15555550142";
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(150)).await;
        session.driver.pair_with_code(phone).await.unwrap();
    }
    let asked = world.now();
    while !matches!(session.next().await, DriverEvent::Failed { .. }) {}
    assert!(world.now() - asked >= 179_000);
}
