//! The event stream, and the desk without it.

use super::*;
use crate::api::{LinkStep, Missed};
use crate::console::state::Connection;

#[test]
fn a_broken_stream_triggers_a_check_of_the_gateway() {
    let mut desk = Harness::opened(WIDE);
    assert!(!desk.is_asked(&Call::Sessions));
    desk.lose_realtime();
    assert!(
        desk.is_asked(&Call::Sessions),
        "at once, not with the next poll"
    );
    let gone = failure(FailureKind::GatewayAway);
    desk.answer(&Call::Sessions, Reply::Sessions(Err(gone)));
    assert!(
        desk.state
            .card
            .as_ref()
            .is_some_and(|card| card.link().is_none())
    );
    // Further failed reconnects trigger no check: the polls do.
    desk.lose_realtime();
    assert!(!desk.is_asked(&Call::Sessions));
}

#[test]
fn a_lost_stream_is_shown_and_polling_replaces_it_until_it_is_back() {
    let mut desk = Harness::ready(WIDE);
    assert_eq!(desk.state.connection, Connection::Live);
    desk.wait(60_000);
    assert!(
        !desk.is_asked(&Call::Sessions),
        "nothing is polled while live"
    );
    desk.lose_realtime();
    assert!(matches!(&desk.state.connection, Connection::Polling { reason } if reason == "closed"));
    desk.wait(5_000);
    assert_eq!(desk.count(&Call::Sessions), 1);
    desk.wait(5_000);
    assert_eq!(desk.count(&Call::Sessions), 1, "never two reads at once");
    desk.realtime(RealtimeEvent::Connected);
    assert_eq!(desk.state.connection, Connection::Live);
    assert!(desk.is_asked(&Call::Groups {
        session: "a".to_owned()
    }));
}

#[test]
fn a_gateway_without_realtime_is_polled() {
    let mut desk = Harness::ready(WIDE);
    desk.realtime(RealtimeEvent::Unavailable {
        reason: "404".to_owned(),
    });
    assert!(matches!(desk.state.connection, Connection::Polling { .. }));
}

#[test]
fn a_call_without_an_answer_triggers_a_read_of_the_sessions() {
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    let away = failure(FailureKind::GatewayAway);
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Err(away.clone())),
    );
    assert!(desk.is_asked(&Call::Sessions));
    desk.answer(&Call::Sessions, Reply::Sessions(Err(away)));
    assert!(matches!(desk.state.connection, Connection::Away { .. }));
}

#[test]
fn an_unreachable_gateway_hides_the_link_and_its_return_requests_it() {
    let mut desk = Harness::opened(WIDE);
    desk.press("BackTab");
    desk.press("BackTab");
    desk.press("r");
    let away = failure(FailureKind::GatewayAway);
    desk.answer(&Call::Sessions, Reply::Sessions(Err(away)));
    assert_eq!(desk.shown(), None);
    desk.wait(1_000);
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Ok(vec![
            session("a", SessionStatus::Working),
            session("b", SessionStatus::Stopped),
        ])),
    );
    assert_eq!(desk.state.connection, Connection::Live);
    desk.wait(700);
    assert!(desk.asks_for_link());
}

#[test]
fn member_events_change_the_count_and_the_list() {
    let mut desk = Harness::opened(WIDE);
    let joined = json!({"groupJid": "1@g.us", "join": ["8@lid", "9@lid"]});
    desk.event(EventKind::GroupParticipant, "a", joined);
    let left = json!({"groupJid": "1@g.us", "leave": ["8@lid"]});
    desk.event(EventKind::GroupParticipant, "a", left);
    let entry = desk.state.groups.selected().unwrap();
    assert_eq!(entry.group.participant_count, Some(11));
    let call = Call::Members(key_of("a", "1"));
    assert_eq!(desk.count(&call), 1);
    desk.answer(&call, Reply::Members(Ok(members())));
    assert_eq!(
        desk.count(&call),
        1,
        "the answer may be older than the second event"
    );
}

#[test]
fn malformed_events_are_ignored() {
    let mut desk = Harness::opened(WIDE);
    for payload in [
        json!(null),
        json!([]),
        json!({"groupJid": 3}),
        json!({"status": {}}),
    ] {
        for kind in [
            EventKind::SessionStatus,
            EventKind::AuthQr,
            EventKind::AuthCode,
            EventKind::GroupUpdate,
            EventKind::GroupParticipant,
            EventKind::Other("x".to_owned()),
        ] {
            desk.event(kind, "unknown", payload.clone());
        }
    }
    assert_eq!(desk.shown(), Some(LINK));
}

#[test]
fn events_before_the_first_answers_are_kept() {
    let mut desk = Harness::with(options(), WIDE);
    desk.status("a", "starting");
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert_eq!(desk.state.sessions.connected(), 0);
    assert!(desk.is_asked(&Call::Sessions), "read again");

    let demoted = json!({"groupJid": "1@g.us", "demote": ["a@lid"]});
    desk.event(EventKind::GroupParticipant, "a", demoted);
    desk.list("a", vec![group("1", "Allotment"), group("2", "Book club")]);
    assert_eq!(
        desk.names(),
        ["Book club"],
        "the other one is read without a key press"
    );
    let key = key_of("a", "1");
    let refused = failure(FailureKind::Other);
    desk.answer(&Call::Group(key), Reply::Group(Err(refused)));
    desk.list("a", vec![group("1", "Allotment"), group("2", "Book club")]);
    assert_eq!(desk.names(), ["Allotment", "Book club"]);
}

#[test]
fn a_repeated_status_event_rereads_the_session() {
    let mut desk = Harness::ready(WIDE);
    desk.event(
        EventKind::SessionStatus,
        "a",
        json!({ "status": "working" }),
    );
    assert_eq!(desk.count(&Call::Sessions), 1);
    assert!(desk.is_asked(&Call::Groups {
        session: "a".to_owned()
    }));
}

#[test]
fn the_progress_of_a_backlog_is_shown_as_it_comes() {
    let mut desk = Harness::ready(WIDE);
    let step = |desk: &Harness| {
        let row = desk.state.sessions.get("a").unwrap();
        (row.link_step.clone(), row.missed)
    };
    let (total, done) = (Some(2_000), 1_200);
    let catching_up = (Some(LinkStep::CatchingUp), Some(Missed { total, done }));
    desk.status("a", "starting");
    desk.lose_realtime();
    let progress = json!({ "status": "starting", "linkStep": "catching_up",
        "missed": { "total": 2_000, "done": 1_200 } });
    desk.event(EventKind::SessionStatus, "a", progress);
    assert_eq!(step(&desk), catching_up);
    desk.status("a", "starting");
    assert_eq!(step(&desk), (None, None));
    // The answer was written before the event.
    let mut row = session("a", SessionStatus::Starting);
    (row.link_step, row.missed) = catching_up.clone();
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(vec![row.clone()])));
    assert_eq!(step(&desk), (None, None));
    // The next one is newer.
    desk.wait(60_000);
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(vec![row])));
    assert_eq!(step(&desk), catching_up);
    desk.status("a", "working");
    assert_eq!(step(&desk), (None, None));
}

#[test]
fn a_flood_of_new_groups_is_one_read() {
    let mut desk = Harness::ready(WIDE);
    for number in 1_000..1_100 {
        let jid = format!("{number}@g.us");
        desk.event(
            EventKind::GroupUpdate,
            "a",
            json!({ "groupJid": jid, "subject": "New" }),
        );
    }
    let asked = |number: u32| desk.is_asked(&Call::Group(key_of("a", &number.to_string())));
    assert_eq!((1_000..1_100).filter(|number| asked(*number)).count(), 8);
    assert_eq!(
        desk.count(&Call::Groups {
            session: "a".to_owned()
        }),
        1
    );
}

#[test]
fn a_reset_event_shows_when_and_by_whom() {
    let mut desk = Harness::opened(WIDE);
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({
            "groupJid": "1@g.us",
            "newInviteLink": OTHER_LINK,
            "sender": "6281234567890@s.whatsapp.net",
        }),
    );
    let Invite::Hidden(hidden) = desk.invite() else {
        panic!("{:?}", desk.invite());
    };
    assert_eq!(
        desk.state.hidden_sentence(&key_of("a", "1"), hidden),
        "The link was reset at 22:13 by +62 812-3456-7890, so the old one is dead. \
         The new one is asked for."
    );
}
