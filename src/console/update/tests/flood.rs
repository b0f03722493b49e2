//! The flood alarm.

use super::*;
use crate::api::SettingsPatch;
use crate::console::state::{Profile, ResetPhase};

const FIRST: &str = "1@g.us";

/// A desk whose alarm counts more than three joins.
fn desk() -> Harness {
    let mut desk = Harness::ready(NARROW);
    desk.state.options.profiles = vec![Profile {
        name: "test".to_owned(),
        address: "https://test.example".to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: true,
        is_demo: false,
        flood_joins: 3,
    }];
    desk
}

fn join(desk: &mut Harness, group: &str, people: usize, via: Option<&str>) {
    let people: Vec<_> = (0..people)
        .map(|person| format!("{person}0000@lid"))
        .collect();
    let mut payload = json!({"groupJid": group, "join": people});
    if let Some(via) = via {
        payload["via"] = json!(via);
    }
    desk.event(EventKind::GroupParticipant, "a", payload);
}

fn alarms(desk: &Harness) -> Vec<(&str, usize)> {
    let alarms = desk.state.floods.alarms.iter();
    alarms
        .map(|alarm| (alarm.key.jid.as_str(), alarm.people))
        .collect()
}

fn is_asking(desk: &Harness) -> bool {
    matches!(desk.top(), Some(Layer::Flood(_)))
}

#[test]
fn joins_by_link_raise_an_alarm_and_others_do_not() {
    let mut desk = desk();
    for via in [Some("added"), Some("approved"), None] {
        join(&mut desk, FIRST, 9, via);
    }
    join(&mut desk, FIRST, 3, Some("link"));
    assert_eq!(alarms(&desk), []);
    assert!(!desk.screen().contains("joined by link"));
    join(&mut desk, FIRST, 2, Some("link"));
    assert_eq!(alarms(&desk), [(FIRST, 5)]);
    let screen = desk.screen();
    assert!(
        screen.contains("! Allotment: 5 people joined by link at 22:13"),
        "{screen}"
    );
    // A group that the desk does not list has no name to show.
    join(&mut desk, "99@g.us", 9, Some("link"));
    assert_eq!(alarms(&desk).len(), 1);
}

#[test]
fn without_a_number_in_the_config_nothing_is_counted() {
    let mut desk = desk();
    desk.state.options.profiles[0].flood_joins = 0;
    join(&mut desk, FIRST, 500, Some("link"));
    assert_eq!(alarms(&desk), []);
    desk.press("F");
    assert!(desk.toast().contains("flood_joins"), "{}", desk.toast());
}

#[test]
fn a_gateway_that_does_not_say_how_people_came_counts_all() {
    let mut desk = desk();
    let foreign = Group {
        my_role: None,
        ..group("1", "Allotment")
    };
    desk.press("r");
    desk.list("a", vec![foreign]);
    join(&mut desk, FIRST, 4, None);
    assert_eq!(alarms(&desk), [(FIRST, 4)]);
    desk.press("F");
    let screen = desk.screen();
    assert!(screen.contains("4 people joined at"), "{screen}");
    assert!(screen.contains("does not say how they came"), "{screen}");
}

#[test]
fn one_key_leads_to_the_reset_of_the_group() {
    let mut desk = desk();
    desk.press("G");
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("F");
    assert_eq!(desk.selected(), "Allotment");
    // The dialog opens on the button that does nothing.
    desk.press("Enter");
    assert!(!is_asking(&desk));
    assert_eq!(alarms(&desk).len(), 1);
    desk.press("F");
    desk.press("R");
    assert_eq!(desk.change(), Call::ResetInvite(key_of("a", "1")));
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(alarms(&desk), []);
    let Some(Layer::Reset(dialog)) = desk.top() else {
        panic!("the reset is not shown");
    };
    assert!(matches!(dialog.phase, ResetPhase::Done { .. }));
}

#[test]
fn approval_is_switched_on_and_can_be_undone() {
    let mut desk = desk();
    let known = Group {
        join_approval: Some(false),
        ..group("1", "Allotment")
    };
    desk.press("r");
    desk.list("a", vec![known]);
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("F");
    for _ in 0..2 {
        desk.press("Left");
    }
    desk.press("Enter");
    let patch = SettingsPatch {
        join_approval: Some(true),
        ..SettingsPatch::default()
    };
    assert_eq!(
        desk.change(),
        Call::Update {
            group: key_of("a", "1"),
            patch
        }
    );
    assert_eq!(alarms(&desk).len(), 1);
    desk.answer_change(Reply::Updated(Ok(None)));
    assert_eq!(alarms(&desk), []);
    assert!(desk.toast().contains("undoes"), "{}", desk.toast());
}

#[test]
fn a_failed_change_leaves_the_alarm() {
    let mut desk = desk();
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("F");
    for _ in 0..2 {
        desk.press("Left");
    }
    desk.press("Enter");
    desk.answer_change(Reply::Updated(Err(failure(FailureKind::NotAdmin))));
    assert_eq!(alarms(&desk).len(), 1);
    assert!(
        desk.toast().contains("not all was saved"),
        "{}",
        desk.toast()
    );
}

#[test]
fn a_dismissed_alarm_counts_anew() {
    let mut desk = desk();
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("F");
    desk.press("Left");
    desk.press("Enter");
    assert_eq!(alarms(&desk), []);
    join(&mut desk, FIRST, 3, Some("link"));
    assert_eq!(alarms(&desk), []);
    join(&mut desk, FIRST, 1, Some("link"));
    assert_eq!(alarms(&desk), [(FIRST, 4)]);
}

#[test]
fn a_reset_by_somebody_else_ends_alarm_and_dialog() {
    let mut desk = desk();
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("F");
    assert!(is_asking(&desk));
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": FIRST, "reason": "invite_reset"}),
    );
    assert_eq!(alarms(&desk), []);
    assert!(!is_asking(&desk));
}

#[test]
fn who_may_not_is_told_why() {
    let mut desk = desk();
    join(&mut desk, "3@g.us", 9, Some("link"));
    desk.press("F");
    let screen = desk.screen();
    assert!(screen.contains("admin"), "{screen}");
    desk.press("R");
    assert!(is_asking(&desk));
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
}

#[test]
fn only_the_group_of_the_dialog_is_reset() {
    let mut desk = desk();
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("F");
    desk.state.groups.cursor += 1;
    assert_eq!(desk.selected(), "Book club");
    desk.press("R");
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
    assert!(
        desk.toast().contains("nothing was reset"),
        "{}",
        desk.toast()
    );
}

#[test]
fn nothing_typed_reaches_the_alarm() {
    let mut desk = desk();
    join(&mut desk, FIRST, 9, Some("link"));
    desk.press("/");
    desk.type_text("FR");
    assert!(!is_asking(&desk));
    assert_eq!(desk.state.groups.filter, "FR");
}
