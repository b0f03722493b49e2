//! Opening hours: on the card, and in their dialog.

use super::*;
use crate::api::{AuditOutcome, GroupSchedule, PutSchedule, ScheduleOutcome};
use crate::console::keymap::Action;
use crate::console::layout::why_not;

fn read() -> Call {
    Call::Schedule(key_of("a", "1"))
}

fn set(schedule: Option<PutSchedule>) -> Call {
    Call::SetSchedule {
        group: key_of("a", "1"),
        schedule,
    }
}

fn put(zone: &str, rules: &[&str]) -> PutSchedule {
    PutSchedule {
        zone: zone.to_owned(),
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
    }
}

fn schedule() -> GroupSchedule {
    let put = put("Europe/Berlin", &["mon-fri 08:00-22:00"]);
    GroupSchedule {
        zone: Some(put.zone),
        rules: put.rules,
        is_open: Some(true),
        next_change_at: Some(START + 2 * 3_600_000 + 60_000),
        last_outcome: None,
        zone_unknown: false,
    }
}

/// The screen's text on one line, without borders.
fn words(desk: &Harness) -> String {
    let screen = desk.screen().replace(['│', '"'], " ");
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_card_says_when_the_group_is_open_and_what_follows() {
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    desk.answer(&read(), Reply::Schedule(Ok(schedule())));
    let screen = words(&desk);
    assert!(
        screen.contains("Open Mon–Fri 08:00–22:00 Europe/Berlin; closes in 2 h"),
        "{screen}"
    );
    desk.press("r");
    let refused = GroupSchedule {
        is_open: Some(false),
        next_change_at: None,
        last_outcome: Some(ScheduleOutcome {
            at: START,
            announce: true,
            outcome: AuditOutcome::Failed("not_admin".to_owned()),
        }),
        ..schedule()
    };
    desk.answer(&read(), Reply::Schedule(Ok(refused)));
    let screen = words(&desk);
    assert!(
        screen.contains("Berlin; closing failed: not admin"),
        "{screen}"
    );
    desk.press("r");
    let unknown = GroupSchedule {
        zone: Some("Mars/Base".to_owned()),
        is_open: None,
        next_change_at: None,
        zone_unknown: true,
        ..schedule()
    };
    desk.answer(&read(), Reply::Schedule(Ok(unknown)));
    let screen = words(&desk);
    assert!(
        screen.contains("Mars/Base; not kept: the gateway does not know this time zone"),
        "{screen}"
    );
}

#[test]
fn a_gateway_without_opening_hours_shows_nothing_and_is_not_asked_again() {
    let mut desk = Harness::opened(WIDE);
    desk.state.requests.has_hours = false;
    desk.press("r");
    let refusal = CallFailure {
        status: Some(404),
        ..failure(FailureKind::Other)
    };
    desk.answer(&read(), Reply::Schedule(Err(refusal.clone())));
    assert!(!words(&desk).contains("Open Mon"));
    assert_eq!(
        desk.toast(),
        "Asking the gateway again",
        "no failure is told"
    );
    let reason = why_not(&desk.state, Action::OpeningHours);
    assert_eq!(reason.as_deref(), Some("this gateway has none"));
    desk.press("C");
    assert!(!desk.is_asked(&read()));
    assert!(desk.state.layers.is_empty());
    assert!(
        desk.toast().contains("this gateway has none"),
        "{}",
        desk.toast()
    );
    // It may have been replaced by another version meanwhile.
    desk.press("r");
    desk.answer(&read(), Reply::Schedule(Err(refusal)));
    assert!(why_not(&desk.state, Action::OpeningHours).is_some());
}

#[test]
fn a_group_that_is_not_found_does_not_mean_that_the_gateway_has_none() {
    let not_found = |kind| CallFailure {
        status: Some(404),
        ..failure(kind)
    };
    for (kind, has_hours) in [
        (FailureKind::Other, true),
        (FailureKind::NoSuchSession, false),
        (FailureKind::NotInGroup, false),
    ] {
        let mut desk = Harness::opened(WIDE);
        desk.state.requests.has_hours = has_hours;
        desk.press("r");
        desk.answer(&read(), Reply::Schedule(Err(not_found(kind.clone()))));
        let why_not = why_not(&desk.state, Action::OpeningHours);
        assert_eq!(why_not, None, "{kind:?}");
    }
}

#[test]
fn hours_that_were_changed_meanwhile_are_not_overwritten_unseen() {
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    desk.answer(&read(), Reply::Schedule(Ok(schedule())));
    desk.press("C");
    // Until they are read again, there is nothing to type into.
    desk.type_text("x");
    let theirs = GroupSchedule {
        zone: Some("Asia/Jakarta".to_owned()),
        ..schedule()
    };
    desk.answer(&read(), Reply::Schedule(Ok(theirs)));
    assert!(words(&desk).contains("Asia/Jakarta"), "{}", desk.screen());
}

#[test]
fn opening_hours_are_typed_checked_saved_and_removed() {
    let mut desk = Harness::opened(WIDE);
    desk.press("C");
    desk.answer(&read(), Reply::Schedule(Ok(GroupSchedule::default())));
    assert!(words(&desk).contains("Opening hours · "));
    desk.press("Enter");
    assert!(!desk.is_asked(&set(None)), "nothing is typed");
    desk.type_text("mon-fri 08:00-22:00; mon 09:00-10:00");
    assert!(
        words(&desk).contains("overlaps rules[0]"),
        "{}",
        desk.screen()
    );
    desk.press("Ctrl-u");
    desk.type_text("mon-fri 08:00-22:00; sat,sun 10:00-02:00");
    desk.press("BackTab");
    desk.press("Ctrl-u");
    desk.type_text("Europe/Berlin");
    desk.press("Enter");
    desk.press("Enter");
    let wanted = put(
        "Europe/Berlin",
        &["mon-fri 08:00-22:00", "sat,sun 10:00-02:00"],
    );
    assert_eq!(desk.change(), set(Some(wanted)));
    desk.answer_change(Reply::ScheduleSet(Ok(schedule())));
    assert!(desk.state.layers.is_empty());
    assert!(
        desk.toast().ends_with("opening hours saved"),
        "{}",
        desk.toast()
    );
    assert!(words(&desk).contains("closes in 2 h"));

    desk.press("C");
    desk.answer(&read(), Reply::Schedule(Ok(schedule())));
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(desk.change(), set(None), "unchanged hours cannot be saved");
    desk.answer_change(Reply::ScheduleSet(Ok(GroupSchedule::default())));
    assert!(
        desk.toast().ends_with("opening hours removed"),
        "{}",
        desk.toast()
    );
    assert!(!words(&desk).contains("closes in 2 h"));
}

#[test]
fn a_refusal_keeps_what_was_typed() {
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    desk.answer(&read(), Reply::Schedule(Ok(schedule())));
    desk.press("C");
    desk.answer(&read(), Reply::Schedule(Ok(schedule())));
    desk.press("BackTab");
    desk.press("Ctrl-u");
    desk.type_text("Mars/Base");
    desk.press("Enter");
    assert!(matches!(
        desk.change(),
        Call::SetSchedule {
            schedule: Some(_),
            ..
        }
    ));
    desk.answer_change(Reply::ScheduleSet(Err(failure(FailureKind::RateLimited {
        wait: None,
    }))));
    let screen = words(&desk);
    assert!(
        screen.contains("✘") && screen.contains("Mars/Base"),
        "{screen}"
    );
    // What was typed is lost only after a question.
    desk.press("Esc");
    assert!(words(&desk).contains("the opening hours as typed"));
    desk.press("Enter");
    assert!(words(&desk).contains("Mars/Base"), "{}", desk.screen());
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn who_is_no_admin_is_warned_that_nothing_closes() {
    for (role, warned) in [(SessionRole::Member, true), (SessionRole::Admin, false)] {
        let mut desk = Harness::opened(WIDE);
        let mine = with_role(group("1", "Allotment"), role);
        desk.press("r");
        desk.answer(&Call::Group(key_of("a", "1")), Reply::Group(Ok(mine)));
        desk.answer(&read(), Reply::Schedule(Ok(schedule())));
        desk.press("C");
        desk.answer(&read(), Reply::Schedule(Ok(schedule())));
        assert_eq!(words(&desk).contains("no admin of the group"), warned);
    }
}
