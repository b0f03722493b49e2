//! Retried reads, and `Retry-After`.

use super::*;
use crate::console::msg::Pause;
use std::time::Duration;

#[test]
fn a_retried_read_shows_when() {
    let mut desk = Harness::with(options(), WIDE);
    desk.answer(&Call::Sessions, sessions());
    let call = Call::Groups {
        session: "a".to_owned(),
    };
    let (id, _) = *desk.asked.iter().find(|(_, asked)| *asked == call).unwrap();
    let until = desk.state.now + 2_500;
    let failure = away();
    desk.send(Msg::Pause(id, Pause { failure, until }));
    assert_eq!(desk.state.attempt_of(id), Some(3));
    assert_eq!(desk.state.next_attempt(), Some(3));
    assert!(
        desk.is_asked(&Call::Sessions),
        "checks whether the gateway is reachable"
    );
    desk.wait(2_500);
    assert_eq!(desk.state.next_attempt(), None, "it is in flight");
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(desk.names(), ["Allotment"]);
    // No screen waits for it any more.
    let failure = away();
    let until = desk.state.now + 2_500;
    desk.send(Msg::Pause(id, Pause { failure, until }));
    assert_eq!(desk.state.next_attempt(), None);
}

#[test]
fn an_unreachable_gateway_is_polled_with_backoff_and_a_countdown() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("r");
    let mut pauses = Vec::new();
    for _ in 0..7 {
        desk.answer(&Call::Sessions, Reply::Sessions(Err(away())));
        let mut passed = 0;
        let announced = desk.state.next_attempt().expect("a time");
        while !desk.is_asked(&Call::Sessions) {
            desk.wait(100);
            passed += 100;
        }
        assert!(
            (passed - announced * 1_000).abs() <= 1_000,
            "{passed} ms, not {announced} s"
        );
        pauses.push(passed);
    }
    for (pause, whole) in pauses
        .iter()
        .zip([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    {
        assert!((whole / 2..=whole + 100).contains(pause), "{pauses:?}");
    }
}

#[test]
fn retry_after_is_kept_up_to_the_limit() {
    for (asked, kept) in [(40, 40_000), (86_400, 300_000)] {
        let error =
            serde_json::from_value(json!({"code": "gateway_unavailable", "message": "draining"}));
        let failure = CallFailure::from(ClientError::Api {
            status: 503,
            error: error.unwrap(),
            request_id: None,
            retry_after: Some(Duration::from_secs(asked)),
        });
        let mut desk = Harness::ready(WIDE);
        desk.press("BackTab");
        desk.press("r");
        desk.answer(&Call::Sessions, Reply::Sessions(Err(failure)));
        for _ in 1..kept / 10_000 {
            desk.wait(10_000);
            assert!(!desk.is_asked(&Call::Sessions), "{asked} s");
        }
        desk.wait(10_000);
        assert!(desk.is_asked(&Call::Sessions), "{asked} s");
    }
}

#[test]
fn a_retry_by_the_user_during_the_countdown_is_sent_at_once() {
    let mut desk = Harness::with(options(), WIDE);
    desk.answer(&Call::Sessions, sessions());
    let call = Call::Groups {
        session: "a".to_owned(),
    };
    let of = |desk: &Harness| {
        desk.asked
            .iter()
            .find(|(_, asked)| *asked == call)
            .map(|(id, _)| *id)
    };
    let paused = of(&desk).expect("a read");
    let until = desk.state.now + 20_000;
    let failure = away();
    desk.send(Msg::Pause(paused, Pause { failure, until }));
    desk.press("Tab");
    desk.press("r");
    let asked = of(&desk).expect("a new read");
    assert_ne!(asked, paused, "the waiting read was cancelled");
    assert_eq!(desk.count(&call), 1);
    assert_eq!(desk.state.next_attempt(), None);
    desk.press("r");
    assert_eq!(of(&desk), Some(asked), "a read in flight is not repeated");
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(desk.names(), ["Allotment"]);
}

#[test]
fn a_retry_of_a_card_reads_its_members_at_once() {
    let mut desk = Harness::ready(WIDE);
    desk.press("Enter");
    let call = Call::Members(key());
    let of = |desk: &Harness| {
        desk.asked
            .iter()
            .find(|(_, asked)| *asked == call)
            .map(|(id, _)| *id)
    };
    let paused = of(&desk).expect("a read");
    let until = desk.state.now + 20_000;
    let failure = away();
    desk.send(Msg::Pause(paused, Pause { failure, until }));
    desk.press("r");
    assert_ne!(of(&desk).expect("it is asked"), paused);
    desk.answer(&call, Reply::Members(Ok(members())));
    assert_eq!(desk.state.card.as_ref().unwrap().loaded_members().len(), 3);
}
