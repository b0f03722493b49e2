//! Many requests to join at once: marks, the pace, and rate limits.

use super::super::*;
use super::{asks, dialog, opened, outcome, settle};
use crate::api::SessionBudget;
use crate::console::state::AskerOutcome;

/// The inbox with so many people of one group, seen by an account whose gateway has no limits.
fn crowded(count: u32) -> Harness {
    let mut desk = Harness::with(options(), NARROW);
    desk.realtime(RealtimeEvent::Connected);
    let free = Session {
        budget: Some(SessionBudget::default()),
        ..session("a", SessionStatus::Working)
    };
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(vec![free])));
    desk.list("a", vec![group("1", "Allotment")]);
    desk.press("I");
    let people = (1..=count)
        .map(|person| asks("a", "1", person, 60 - i64::from(person)))
        .collect();
    desk.answer(&Call::AllRequests, Reply::AllRequests(Ok(people)));
    desk
}

fn limited(seconds: u64) -> Reply {
    let wait = Some(seconds);
    Reply::Settled(Err(failure(FailureKind::RateLimited { wait })))
}

#[test]
fn everyone_who_is_shown_can_be_marked() {
    let mut desk = opened(NARROW);
    desk.press("M");
    assert_eq!(dialog(&desk).marks.len(), 5);
    let screen = desk.screen();
    // The keys of the inbox have room at 80 columns.
    for words in [
        "5 marked",
        "Let 5 in",
        "Clear marks",
        "x reject",
        "m group",
        "M all",
        "/ filter",
        "o by group",
        "e edit group",
        "r refresh",
        "Esc clear",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    desk.press("M");
    assert!(dialog(&desk).marks.is_empty());
    // What a filter hides is not marked by it, and keeps its marks.
    desk.press("Space");
    desk.press("/");
    desk.type_text("book");
    desk.press("Enter");
    desk.press("M");
    assert_eq!(dialog(&desk).marks.len(), 3);
    assert!(desk.screen().contains("3 marked (1 hidden)"));
    desk.press("M");
    assert!(dialog(&desk).marks.is_empty());
    desk.press("M");
    // Esc takes back the filter, then the marks.
    desk.press("Esc");
    assert_eq!(dialog(&desk).marks.len(), 2);
    desk.press("Esc");
    assert!(dialog(&desk).marks.is_empty());
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn twenty_are_let_in_although_the_gateway_asks_to_wait() {
    let mut desk = crowded(20);
    desk.press("M");
    desk.press("a");
    desk.press("Tab");
    desk.press("Enter");
    let mut sent: Vec<u32> = Vec::new();
    for person in 1..=20 {
        assert_eq!(desk.change(), settle("1", person, true));
        if person % 5 == 0 {
            desk.answer_change(limited(12));
            let screen = desk.screen();
            assert!(screen.contains("rate limited, goes on at"), "{screen}");
            desk.wait(11_000);
            assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
            desk.wait(1_000);
            assert_eq!(desk.change(), settle("1", person, true));
        }
        desk.answer_change(Reply::Settled(Ok(())));
        sent.push(person);
        desk.wait(0);
    }
    for person in sent {
        assert_eq!(outcome(&desk, person), Some(AskerOutcome::LetIn));
    }
    let toast = desk.toast();
    assert!(toast.contains("20 let in within 48 s"), "{toast}");
}

#[test]
fn who_is_left_is_marked_again() {
    let mut desk = crowded(4);
    desk.press("M");
    desk.press("a");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::Settled(Ok(())));
    desk.wait(0);
    // A wait of hours is not made.
    desk.answer_change(limited(7_200));
    assert!(matches!(outcome(&desk, 2), Some(AskerOutcome::Failed(_))));
    assert!(dialog(&desk).run.is_none());
    let marked: Vec<_> = dialog(&desk)
        .marks
        .iter()
        .map(|id| id.jid.clone())
        .collect();
    assert_eq!(marked, ["3@lid", "4@lid"]);
    desk.wait(60_000);
    assert!(desk.asked.iter().all(|(_, call)| !call.changes()));
}
