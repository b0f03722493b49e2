//! The inbox of requests to join.

mod many;

use super::*;
use crate::api::{GroupRequestPayload, MembershipRequest, PendingRequest, RequestOutcome};
use crate::console::keymap::Action;
use crate::console::layout::{Target, can, hit, why_not};
use crate::console::state::{AskerOutcome, ButtonId, InboxDialog, InboxSource};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

fn asks(session: &str, group: &str, person: u32, minutes: i64) -> PendingRequest {
    PendingRequest {
        session_id: session.to_owned(),
        group_jid: format!("{group}@g.us"),
        jid: format!("{person}@lid"),
        requested_at: Some(START - minutes * 60_000),
        name: Some(format!("Person {person}")),
        phone_number: Some(format!("44770090{person:04}")),
    }
}

/// The inbox with five people in two groups.
fn opened(size: (u16, u16)) -> Harness {
    let mut desk = Harness::ready(size);
    desk.press("I");
    let people = vec![
        asks("a", "1", 1, 50),
        asks("a", "2", 2, 40),
        asks("a", "1", 3, 30),
        asks("a", "1", 4, 20),
        PendingRequest {
            name: Some("E\u{1b}[2Jve\u{202e}".to_owned()),
            requested_at: None,
            ..asks("a", "2", 5, 10)
        },
    ];
    desk.answer(&Call::AllRequests, Reply::AllRequests(Ok(people)));
    desk
}

#[track_caller]
fn dialog(desk: &Harness) -> &InboxDialog {
    let found = desk.state.layers.iter().find_map(|layer| match layer {
        Layer::Inbox(inbox) => Some(inbox.as_ref()),
        _ => None,
    });
    found.expect("the inbox")
}

fn people(desk: &Harness) -> Vec<String> {
    let shown = dialog(desk).shown().into_iter();
    shown
        .map(|row| row.id.jid.trim_end_matches("@lid").to_owned())
        .collect()
}

#[track_caller]
fn outcome(desk: &Harness, person: u32) -> Option<AskerOutcome> {
    let jid = format!("{person}@lid");
    let row = dialog(desk).rows.iter().find(|row| row.id.jid == jid);
    row.expect("the person").outcome.clone()
}

fn settle(group: &str, person: u32, approve: bool) -> Call {
    Call::Settle {
        group: key_of("a", group),
        person: format!("{person}@lid"),
        approve,
    }
}

fn request_event(desk: &mut Harness, group: &str, person: u32, outcome: Option<RequestOutcome>) {
    let payload = GroupRequestPayload {
        group_jid: format!("{group}@g.us"),
        jid: format!("{person}@lid"),
        outcome,
        ..GroupRequestPayload::default()
    };
    let payload = serde_json::to_value(payload).unwrap();
    desk.event(EventKind::GroupRequest, "a", payload);
}

#[test]
fn everyone_who_waits_is_listed_the_longest_first() {
    for size in [NARROW, WIDE] {
        let mut desk = opened(size);
        assert_eq!(people(&desk), ["1", "2", "3", "4", "5"]);
        let screen = desk.screen();
        for words in [
            "5 people wait in 2 groups",
            "Person 1",
            "Allotment",
            "Space mark",
        ] {
            assert!(screen.contains(words), "{words}\n{screen}");
        }
        assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}'));
        desk.press("o");
        assert_eq!(people(&desk), ["1", "3", "4", "2", "5"]);
        desk.press("/");
        desk.type_text("book");
        assert_eq!(people(&desk), ["2", "5"]);
        desk.press("Esc");
        desk.press("Esc");
        assert_eq!(people(&desk).len(), 5);
        desk.press("Esc");
        assert!(desk.state.layers.is_empty());
    }
}

#[test]
fn one_person_is_let_in_at_once_and_nobody_twice() {
    let mut desk = opened(NARROW);
    desk.press("a");
    assert_eq!(desk.change(), settle("1", 1, true));
    desk.press("a");
    desk.press("x");
    desk.answer_change(Reply::Settled(Ok(())));
    assert_eq!(outcome(&desk, 1), Some(AskerOutcome::LetIn));
    assert!(desk.toast().contains("1 let in"), "{}", desk.toast());
    assert_eq!(dialog(&desk).waiting(), 4);
    // Who was let in does not wait any more.
    desk.press("a");
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
    // Space passes over one who does not wait any more.
    let before = dialog(&desk).cursor;
    desk.press("Space");
    assert_eq!(dialog(&desk).cursor, before + 1);
    assert!(dialog(&desk).marks.is_empty());
}

#[test]
fn many_are_asked_about_and_settled_one_after_the_other() {
    let mut desk = opened(NARROW);
    // The first person of group 1, then all of that group.
    desk.press("m");
    assert_eq!(dialog(&desk).marks.len(), 3);
    desk.press("x");
    assert!(matches!(desk.top(), Some(Layer::Confirm(_))));
    assert!(desk.screen().contains("3 people are rejected"));
    desk.press("Esc");
    assert!(dialog(&desk).run.is_none());
    desk.press("x");
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(desk.change(), settle("1", 1, false));
    assert!(desk.screen().contains("rejecting 1 of 3"));
    desk.answer_change(Reply::Settled(Ok(())));
    let is_changing = desk.asked.iter().any(|(_, call)| call.changes());
    assert!(!is_changing, "a pause first");
    // The pace of a gateway that reports none.
    desk.wait(1_500);
    assert_eq!(desk.change(), settle("1", 3, false));
    desk.answer_change(Reply::Settled(Err(failure(FailureKind::NotAdmin))));
    desk.wait(1_500);
    desk.answer_change(Reply::Settled(Ok(())));
    assert_eq!(outcome(&desk, 1), Some(AskerOutcome::Rejected));
    assert!(matches!(outcome(&desk, 3), Some(AskerOutcome::Failed(_))));
    assert_eq!(outcome(&desk, 4), Some(AskerOutcome::Rejected));
    assert!(
        desk.toast().contains("2 rejected, 1 not within 3 s"),
        "{}",
        desk.toast()
    );
}

#[test]
fn a_lost_answer_is_looked_up_and_nothing_is_sent_again() {
    for (still_waits, expected) in [(false, AskerOutcome::LetIn), (true, AskerOutcome::NotDone)] {
        let mut desk = opened(NARROW);
        desk.press("a");
        let lost = CallFailure {
            unconfirmed: true,
            ..failure(FailureKind::GatewayAway)
        };
        desk.answer_change(Reply::Settled(Err(lost)));
        assert!(desk.screen().contains("looking it up"));
        let one = MembershipRequest {
            jid: "1@lid".to_owned(),
            ..MembershipRequest::default()
        };
        let listed = Vec::from_iter(still_waits.then_some(one));
        let call = Call::Requests(key_of("a", "1"));
        assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
        desk.answer(&call, Reply::Requests(Ok(listed)));
        assert_eq!(outcome(&desk, 1), Some(expected));
        assert!(dialog(&desk).run.is_none());
    }
}

#[test]
fn a_gateway_that_asks_to_wait_is_waited_for() {
    let mut desk = opened(NARROW);
    desk.press("a");
    let limited = || failure(FailureKind::RateLimited { wait: Some(7) });
    desk.answer_change(Reply::Settled(Err(limited())));
    desk.wait(6_000);
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
    desk.wait(1_000);
    assert_eq!(desk.change(), settle("1", 1, true));
    desk.answer_change(Reply::Settled(Ok(())));
    assert_eq!(outcome(&desk, 1), Some(AskerOutcome::LetIn));
}

#[test]
fn a_marked_person_whom_the_filter_hides_is_asked_about() {
    let mut desk = opened(NARROW);
    desk.press("Space");
    let marked = dialog(&desk).marks.iter().next().cloned().expect("a mark");
    desk.press("/");
    desk.type_text("zzz");
    desk.press("Enter");
    assert!(!dialog(&desk).shown_waiting().contains(&marked));
    desk.press("x");
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
    assert!(matches!(desk.top(), Some(Layer::Confirm(_))));
}

#[test]
fn esc_stops_what_is_left_and_then_closes() {
    let mut desk = opened(NARROW);
    desk.press("Space");
    desk.press("Space");
    desk.press("a");
    desk.press("Tab");
    desk.press("Enter");
    desk.press("Esc");
    assert!(
        desk.toast().contains("1 person was left"),
        "{}",
        desk.toast()
    );
    desk.answer_change(Reply::Settled(Ok(())));
    desk.wait(2_000);
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
    assert_eq!(outcome(&desk, 2), None);
    // An answer that comes after the inbox was closed is told.
    desk.press("Down");
    desk.press("a");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.answer_change(Reply::Settled(Ok(())));
    assert!(
        desk.toast().contains("one person let in"),
        "{}",
        desk.toast()
    );
}

#[test]
fn events_add_people_and_settle_them() {
    let mut desk = opened(NARROW);
    request_event(&mut desk, "1", 9, None);
    assert!(people(&desk).contains(&"9".to_owned()));
    request_event(&mut desk, "1", 9, None);
    assert_eq!(people(&desk).len(), 6);
    desk.press("Space");
    request_event(&mut desk, "1", 1, Some(RequestOutcome::Withdrawn));
    let withdrawn = AskerOutcome::Elsewhere(RequestOutcome::Withdrawn);
    assert_eq!(outcome(&desk, 1), Some(withdrawn));
    assert!(dialog(&desk).marks.is_empty());
    assert!(desk.screen().contains("taken back"));
    // The event of our own change comes before its answer.
    desk.press("a");
    request_event(&mut desk, "2", 2, Some(RequestOutcome::Approved));
    assert_eq!(outcome(&desk, 2), Some(AskerOutcome::Sending));
    desk.answer_change(Reply::Settled(Ok(())));
    assert_eq!(outcome(&desk, 2), Some(AskerOutcome::LetIn));
}

#[test]
fn without_a_list_the_groups_are_read_one_a_second() {
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let sessions = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions)));
    let asking = |jid: &str, approval| Group {
        join_approval: Some(approval),
        ..group(jid, jid)
    };
    desk.list(
        "a",
        vec![asking("1", true), asking("2", false), asking("3", true)],
    );
    desk.press("I");
    let missing = CallFailure {
        status: Some(404),
        ..failure(FailureKind::Other)
    };
    desk.answer(&Call::AllRequests, Reply::AllRequests(Err(missing.clone())));
    let one = MembershipRequest {
        jid: "7@lid".to_owned(),
        ..MembershipRequest::default()
    };
    assert!(desk.screen().contains("asking group 1 of 2"));
    let first = Call::Requests(key_of("a", "1"));
    desk.answer(&first, Reply::Requests(Ok(vec![one])));
    let second = Call::Requests(key_of("a", "3"));
    assert!(!desk.is_asked(&second));
    desk.wait(1_000);
    desk.answer(&second, Reply::Requests(Ok(Vec::new())));
    assert_eq!(people(&desk), ["7"]);
    assert!(!desk.state.requests.no_inbox);
    // The list is not asked for again.
    desk.press("r");
    assert!(!desk.is_asked(&Call::AllRequests) && desk.is_asked(&first));
    desk.answer(&first, Reply::Requests(Err(missing)));
    assert!(matches!(dialog(&desk).source, InboxSource::Failed(_)));
    desk.press("Esc");
    assert!(!can(&desk.state, Action::RequestsInbox));
    let why = why_not(&desk.state, Action::RequestsInbox).unwrap();
    assert!(why.contains("does not report"), "{why}");
    desk.press("I");
    assert!(desk.state.layers.is_empty() && desk.toast().contains("does not report"));
}

#[test]
fn the_form_of_a_group_is_a_key_away() {
    let mut desk = opened(NARROW);
    desk.press("Down");
    desk.press("e");
    match desk.top() {
        Some(Layer::Form(form)) => assert_eq!(form.key, key_of("a", "2")),
        _ => panic!("no form"),
    }
}

#[test]
fn rows_buttons_and_filter_take_the_mouse() {
    let mut desk = opened(WIDE);
    let click = |desk: &mut Harness, wanted: &dyn Fn(&Target) -> bool| {
        let (columns, rows) = desk.state.size;
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let (column, row) = cells
            .clone()
            .find(|(column, row)| wanted(&hit(&desk.state, *column, *row)))
            .expect("a target");
        desk.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    };
    click(&mut desk, &|target| {
        *target == Target::Button(ButtonId::MarkAll)
    });
    assert_eq!(dialog(&desk).marks.len(), 5);
    click(&mut desk, &|target| {
        *target == Target::Button(ButtonId::MarkAll)
    });
    assert!(dialog(&desk).marks.is_empty());
    click(&mut desk, &|target| *target == Target::InboxRow(2));
    assert_eq!(dialog(&desk).cursor, 2);
    click(&mut desk, &|target| *target == Target::InboxRow(2));
    assert_eq!(dialog(&desk).marks.len(), 1);
    click(&mut desk, &|target| *target == Target::InboxFilter);
    assert!(dialog(&desk).typing);
    desk.press("Esc");
    click(&mut desk, &|target| {
        *target == Target::Button(ButtonId::Confirm)
    });
    assert_eq!(desk.change(), settle("1", 3, true));
    desk.answer_change(Reply::Settled(Ok(())));
    click(&mut desk, &|target| *target == Target::InboxOrder);
    assert!(dialog(&desk).by_group);
    click(&mut desk, &|target| {
        *target == Target::Hint(Action::Refresh)
    });
    let people = vec![asks("a", "2", 2, 40)];
    desk.answer(&Call::AllRequests, Reply::AllRequests(Ok(people)));
    click(&mut desk, &|target| *target == Target::Hint(Action::Edit));
    assert!(matches!(desk.top(), Some(Layer::Form(_))));
}

#[test]
fn the_header_and_the_accounts_count_those_who_wait() {
    let mut desk = Harness::ready(WIDE);
    assert!(!desk.screen().lines().next().unwrap().contains("request"));
    let update = json!({ "groupJid": "1@g.us", "pendingRequests": 3 });
    desk.event(EventKind::GroupUpdate, "a", update);
    assert_eq!(desk.state.groups.waiting, 3);
    let screen = desk.screen();
    assert!(
        screen.lines().next().unwrap().contains("3 requests"),
        "{screen}"
    );
}

#[test]
fn more_people_than_fit_are_counted() {
    let mut desk = Harness::ready(NARROW);
    desk.press("I");
    let people = (0..2_100).map(|number| asks("a", "1", number, 1)).collect();
    desk.answer(&Call::AllRequests, Reply::AllRequests(Ok(people)));
    assert_eq!(dialog(&desk).rows.len(), 2_000);
    assert!(desk.screen().contains("100 more not shown"));
}
