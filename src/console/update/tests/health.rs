//! How long a displayed link is trusted, and how old or unreadable events are handled.

use super::*;
use crate::console::state::{Connection, LinkHidden, ResetDialog, ResetPhase};

const MINUTE: i64 = 60_000;
const TWO_MONTHS: i64 = 60 * 24 * 60 * MINUTE;

fn ask() -> Call {
    Call::Invite(key_of("a", "1"))
}

/// Advances the clock minute by minute.
fn pass(desk: &mut Harness, minutes: u32) {
    for _ in 0..minutes {
        desk.wait(MINUTE);
        if desk.is_asked(&Call::Ready) {
            desk.answer(&Call::Ready, Reply::Ready(Ok(true)));
        }
    }
}

fn unreadable(desk: &mut Harness, session: Option<&str>, group: Option<&str>) {
    desk.realtime(RealtimeEvent::Unreadable {
        session: session.map(str::to_owned),
        group: group.map(str::to_owned),
    });
}

fn limited(seconds: u64) -> CallFailure {
    CallFailure {
        retry_after: Some(seconds),
        ..failure(FailureKind::RateLimited {
            wait: Some(seconds),
        })
    }
}

#[test]
fn a_displayed_link_is_checked_every_five_minutes_even_with_a_healthy_stream() {
    let mut desk = Harness::opened(WIDE);
    pass(&mut desk, 4);
    assert!(!desk.asks_for_link());
    pass(&mut desk, 1);
    assert_eq!(desk.count(&ask()), 1);
    assert_eq!(desk.shown(), Some(LINK), "while the check is in flight");
    desk.wait(5_000);
    assert_eq!(
        desk.count(&ask()),
        1,
        "no second check while one is in flight"
    );
    desk.answer(&ask(), Reply::Invite(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    pass(&mut desk, 4);
    assert!(!desk.asks_for_link(), "the five minutes restart");
    pass(&mut desk, 1);
    desk.wait(10_000);
    assert_eq!(desk.shown(), None, "no answer confirms it any more");
}

#[test]
fn the_full_screen_code_is_checked_likewise() {
    let mut desk = Harness::opened(NARROW);
    desk.press("Q");
    assert!(matches!(desk.top(), Some(Layer::Qr)));
    pass(&mut desk, 5);
    assert_eq!(desk.count(&ask()), 1);
}

#[test]
fn the_new_link_of_a_reset_is_checked_likewise() {
    let mut desk = Harness::ready(NARROW);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    pass(&mut desk, 5);
    desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
    assert!(desk.top().is_none(), "its link is dead");
}

#[test]
fn a_link_off_screen_for_five_minutes_is_dropped_without_a_check() {
    let mut desk = Harness::opened(NARROW);
    desk.press("Esc");
    pass(&mut desk, 5);
    assert_eq!(*desk.invite(), Invite::NotAsked);
    assert!(!desk.asks_for_link());
}

#[test]
fn a_rate_limited_check_is_postponed_but_not_indefinitely() {
    let mut desk = Harness::opened(WIDE);
    pass(&mut desk, 5);
    desk.answer(&ask(), Reply::Invite(Err(limited(5))));
    assert_eq!(desk.shown(), Some(LINK), "the healthy stream confirms it");
    desk.wait(29_000);
    assert!(!desk.asks_for_link(), "the user's requests have priority");
    desk.wait(1_000);
    assert!(desk.asks_for_link());
    for _ in 0..2 {
        desk.answer(&ask(), Reply::Invite(Err(limited(86_400))));
        pass(&mut desk, 5);
    }
    assert_eq!(desk.shown(), None);

    // Without a healthy stream no answer confirms the link.
    let mut desk = Harness::opened(WIDE);
    pass(&mut desk, 5);
    desk.answer(&ask(), Reply::Invite(Err(limited(200))));
    desk.lose_realtime();
    desk.wait(1);
    assert_eq!(desk.shown(), None);
}

#[test]
fn a_gateway_that_is_not_ready_is_distrusted_though_its_stream_is_open() {
    let mut desk = Harness::opened(WIDE);
    desk.wait(MINUTE);
    desk.answer(&Call::Ready, Reply::Ready(Ok(false)));
    assert!(
        matches!(&desk.state.connection, Connection::Polling { reason } if reason.contains("not ready"))
    );
    desk.wait(1);
    assert!(desk.asks_for_link(), "one minute is too old now");
    desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
    desk.wait(30_000);
    assert!(desk.asks_for_link(), "every half minute from now on");
    desk.answer(&Call::Ready, Reply::Ready(Ok(true)));
    assert_eq!(desk.state.connection, Connection::Live);
    let groups = Call::Groups {
        session: "a".to_owned(),
    };
    assert!(desk.is_asked(&groups), "the missed changes are read");
}

#[test]
fn only_an_explicit_answer_makes_the_gateway_not_ready() {
    let mut desk = Harness::opened(WIDE);
    desk.wait(MINUTE);
    let lost = failure(FailureKind::Other);
    desk.answer(&Call::Ready, Reply::Ready(Err(lost)));
    assert_eq!(desk.state.connection, Connection::Live);
    assert!(desk.toast().is_empty());
    desk.wait(MINUTE);
    assert_eq!(desk.count(&Call::Ready), 1, "asked again");
    desk.lose_realtime();
    desk.answer(&Call::Ready, Reply::Ready(Ok(false)));
    desk.realtime(RealtimeEvent::Connected);
    assert_eq!(desk.state.connection, Connection::Live);
}

#[test]
fn events_older_than_the_rows_only_trigger_a_read() {
    let mut desk = Harness::opened(WIDE);
    let old = desk.state.now - TWO_MONTHS;
    let status = json!({"status": "logged_out"});
    desk.event_at(old, EventKind::SessionStatus, "a", status);
    let update = json!({"groupJid": "1@g.us", "subject": "Old", "isLocked": true});
    desk.event_at(old, EventKind::GroupUpdate, "a", update);
    let joined = json!({"groupJid": "1@g.us", "join": ["8@lid"]});
    desk.event_at(old, EventKind::GroupParticipant, "a", joined);
    assert_eq!(desk.state.sessions.connected(), 1);
    let group = &desk.state.groups.selected().unwrap().group;
    assert_eq!(group.subject.as_deref(), Some("Allotment"));
    assert_eq!(
        (group.is_locked, group.participant_count),
        (Some(false), Some(10))
    );
    assert!(desk.is_asked(&Call::Sessions) && desk.is_asked(&Call::Group(key_of("a", "1"))));
    // A read row counts, whenever its event arrived.
    let row = Group {
        subject: Some("Fresh".to_owned()),
        ..group.clone()
    };
    desk.answer(&Call::Group(key_of("a", "1")), Reply::Group(Ok(row)));
    assert_eq!(desk.selected(), "Fresh");
}

#[test]
fn an_event_as_old_as_its_row_counts_and_advances_its_time() {
    let mut desk = Harness::opened(WIDE);
    let row = START - 1_000;
    let renamed = |subject: &str| json!({"groupJid": "1@g.us", "subject": subject});
    desk.event_at(row, EventKind::GroupUpdate, "a", renamed("Second"));
    assert_eq!(desk.selected(), "Second");
    desk.event_at(START, EventKind::GroupUpdate, "a", renamed("Third"));
    desk.event_at(START - 1, EventKind::GroupUpdate, "a", renamed("Second"));
    assert_eq!(desk.selected(), "Third");
    // The payload's own time of the change, where the clocks of gateway and WhatsApp differ.
    let mut skewed = renamed("Fourth");
    skewed["timestamp"] = json!(START + 1);
    desk.event_at(START - 5_000, EventKind::GroupUpdate, "a", skewed);
    assert_eq!(desk.selected(), "Fourth");
}

#[test]
fn unknown_groups_in_events_are_remembered_only_up_to_a_bound() {
    let mut desk = Harness::ready(WIDE);
    for number in 0..11_000 {
        let update = json!({"groupJid": format!("{number}00@g.us"), "subject": "x"});
        desk.event(EventKind::GroupUpdate, "a", update);
        let session = format!("invented {number}");
        desk.status(&session, "working");
    }
    assert_eq!(desk.state.requests.status_events.len(), 10_000);
    assert_eq!(desk.state.requests.group_events.len(), 10_000 + 4);
}

#[test]
fn the_groups_of_many_sessions_are_read_a_few_at_a_time() {
    let mut desk = Harness::with(options(), WIDE);
    let many = (0..10_500).map(|number| session(&format!("{number:05}"), SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(many.collect())));
    assert_eq!(desk.state.sessions.rows.len(), 10_000);
    let asked = |desk: &Harness| {
        let is_groups = |(_, call): &&(RequestId, Call)| matches!(call, Call::Groups { .. });
        desk.asked.iter().filter(is_groups).count()
    };
    assert_eq!(asked(&desk), 64);
    desk.list("00007", vec![group("1", "Allotment")]);
    assert_eq!(asked(&desk), 64, "another one instead");
}

#[test]
fn a_thousand_old_events_cause_few_reads() {
    let mut desk = Harness::ready(WIDE);
    let many = (0..1_000).map(|number| group(&number.to_string(), "Group"));
    desk.press("r");
    desk.list("a", many.collect());
    for number in 0..1_000 {
        let update = json!({"groupJid": format!("{number}@g.us"), "subject": "Old"});
        desk.event_at(START - TWO_MONTHS, EventKind::GroupUpdate, "a", update);
        let status = json!({"status": "stopped"});
        desk.event_at(START - TWO_MONTHS, EventKind::SessionStatus, "a", status);
    }
    assert!(desk.asked.len() < 20, "{} reads", desk.asked.len());
}

#[test]
fn an_old_reset_or_demotion_still_rereads_the_link() {
    for payload in [
        json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK}),
        json!({"groupJid": "1@g.us", "reason": "invite_reset", "sender": "6@lid"}),
    ] {
        let mut desk = Harness::opened(WIDE);
        desk.event_at(START - TWO_MONTHS, EventKind::GroupUpdate, "a", payload);
        assert_eq!(
            *desk.invite(),
            Invite::NotAsked,
            "an old event still drops the link"
        );
    }
    let mut desk = Harness::opened(WIDE);
    let demoted = json!({"groupJid": "1@g.us", "demote": ["a@lid"]});
    desk.event_at(
        START - TWO_MONTHS,
        EventKind::GroupParticipant,
        "a",
        demoted,
    );
    assert_eq!(*desk.invite(), Invite::NotAsked);
}

#[test]
fn an_old_pairing_code_or_success_is_ignored() {
    let mut desk = Harness::ready(WIDE);
    let old = desk.state.now - TWO_MONTHS;
    desk.event_at(old, EventKind::AuthQr, "a", json!({"code": "2@old"}));
    desk.event_at(
        old,
        EventKind::AuthCode,
        "a",
        json!({"jid": "1@s.whatsapp.net"}),
    );
    assert!(desk.top().is_none());
    assert_eq!(desk.count(&Call::Sessions), 1);
}

#[test]
fn an_unreadable_event_makes_its_link_be_checked() {
    for (session, group) in [
        (Some("a"), Some("1@g.us")),
        (Some("a"), None),
        (None, Some("1@g.us")),
        (None, None),
    ] {
        let mut desk = Harness::opened(WIDE);
        unreadable(&mut desk, session, group);
        assert_eq!(*desk.invite(), Invite::NotAsked, "{session:?} {group:?}");
        desk.wait(700);
        assert!(desk.asks_for_link());
        let groups = Call::Groups {
            session: "a".to_owned(),
        };
        assert!(desk.is_asked(&groups) || desk.is_asked(&Call::Group(key_of("a", "1"))));
    }
    for (session, group) in [(Some("a"), Some("2@g.us")), (Some("b"), None)] {
        let mut desk = Harness::opened(WIDE);
        unreadable(&mut desk, session, group);
        assert_eq!(desk.shown(), Some(LINK), "about another group or session");
        // A second one right after it concerns this group.
        unreadable(&mut desk, Some("a"), Some("1@g.us"));
        assert_eq!(desk.shown(), None);
    }
    // A payload of an unexpected shape.
    let mut desk = Harness::opened(WIDE);
    desk.event(EventKind::GroupUpdate, "a", json!({"subject": "x"}));
    assert_eq!(desk.shown(), None);
}

#[test]
fn a_flood_of_unreadable_events_causes_one_read_per_half_minute() {
    let mut desk = Harness::opened(WIDE);
    unreadable(&mut desk, None, None);
    desk.wait(700);
    desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
    let asked = desk.asked.len();
    for _ in 0..1_000 {
        unreadable(&mut desk, None, None);
        desk.wait(10);
    }
    assert_eq!(desk.shown(), Some(LINK), "it was read a moment ago");
    assert!(desk.asked.len() <= asked + 1, "{:?}", desk.asked);
    desk.wait(30_000);
    assert_eq!(desk.shown(), None, "but is not trusted longer");
    desk.wait(700);
    assert!(desk.asks_for_link());
}

fn reset_done() -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    desk
}

fn own_reset_heard(desk: &mut Harness) {
    let echo = json!({"groupJid": "1@g.us", "reason": "invite_reset", "sender": "a@lid"});
    desk.event(EventKind::GroupUpdate, "a", echo);
}

#[test]
fn one_reset_has_one_echo_and_the_next_event_is_from_the_phone() {
    let mut desk = reset_done();
    own_reset_heard(&mut desk);
    assert_eq!(desk.shown(), Some(OTHER_LINK), "our own echo");
    own_reset_heard(&mut desk);
    assert!(matches!(desk.invite(), Invite::Hidden(LinkHidden::Reset)));

    // The echo arrived before the answer.
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    own_reset_heard(&mut desk);
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    own_reset_heard(&mut desk);
    assert!(matches!(desk.invite(), Invite::Hidden(LinkHidden::Reset)));
}

#[test]
fn two_resets_by_the_account_while_one_is_in_flight_are_not_both_ours() {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    own_reset_heard(&mut desk);
    own_reset_heard(&mut desk);
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), None, "which reset came last is unknown");
}

#[test]
fn a_missing_echo_hides_no_reset_by_the_phone() {
    // Whichever event counts as the echo, the link is read.
    let mut desk = reset_done();
    own_reset_heard(&mut desk);
    assert!(desk.asks_for_link());
    // The expected echo lapses after a while, on a reconnect, and when the session goes away.
    let mut desk = reset_done();
    desk.wait(10_000);
    own_reset_heard(&mut desk);
    assert!(matches!(desk.invite(), Invite::Hidden(LinkHidden::Reset)));
    let mut desk = reset_done();
    desk.lose_realtime();
    desk.realtime(RealtimeEvent::Connected);
    own_reset_heard(&mut desk);
    assert!(matches!(desk.invite(), Invite::Hidden(LinkHidden::Reset)));
    let mut desk = reset_done();
    desk.status("a", "starting");
    desk.wait(1);
    desk.status("a", "working");
    desk.wait(700);
    desk.answer(&ask(), Reply::Invite(Ok(OTHER_LINK.to_owned())));
    own_reset_heard(&mut desk);
    assert!(matches!(desk.invite(), Invite::Hidden(LinkHidden::Reset)));
    assert!(!matches!(
        desk.top(),
        Some(Layer::Reset(ResetDialog {
            phase: ResetPhase::Done { .. },
            ..
        }))
    ));
}
