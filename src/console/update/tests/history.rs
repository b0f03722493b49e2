//! The history of a group, and the way back to former values.

use super::*;
use crate::api::{AuditAction, AuditEntry, AuditOutcome, Capability, SettingsPatch};
use crate::console::effect::GroupHistory;
use crate::console::keymap::Action;
use crate::console::layout::can;
use crate::console::state::{HistoryDialog, HistoryPhase};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use std::collections::BTreeMap;

fn entry(minutes: i64, actor: &str, action: AuditAction, old: Value, new: Value) -> AuditEntry {
    let some = |value: Value| (!value.is_null()).then_some(value);
    AuditEntry {
        id: format!("01{minutes}"),
        organization_id: None,
        at: START - minutes * 60_000,
        actor: actor.to_owned(),
        action,
        session_id: Some("a".to_owned()),
        group_jid: Some("1@g.us".to_owned()),
        old: some(old),
        new: some(new),
        outcome: AuditOutcome::Ok,
        hash: None,
    }
}

fn log() -> GroupHistory {
    let update = AuditAction::GroupUpdate;
    GroupHistory {
        entries: vec![
            entry(
                1,
                "key:console",
                AuditAction::InviteReset,
                Value::Null,
                Value::Null,
            ),
            entry(
                5,
                "key:01K",
                update.clone(),
                json!({"subject": "Gardens", "announce": true, "description": null}),
                json!({"subject": "Allotment", "announce": false, "description": "Meet at eight."}),
            ),
            AuditEntry {
                outcome: AuditOutcome::Failed("not_admin".to_owned()),
                ..entry(
                    9,
                    "user:ana",
                    update,
                    json!({"subject": "Old", "locked": true}),
                    json!({"subject": "Gardens", "locked": false, "applied": ["subject"], "failed": "locked"}),
                )
            },
            entry(
                12,
                "key:02K",
                AuditAction::MembersAdd,
                Value::Null,
                json!({"participants": ["1@lid", "2@lid"]}),
            ),
        ],
        labels: BTreeMap::from([("01K".to_owned(), "Jakarta\u{202e} office".to_owned())]),
        more: false,
    }
}

fn call() -> Call {
    Call::History(key_of("a", "1"))
}

fn read() -> Harness {
    let mut desk = Harness::opened(NARROW);
    desk.press("H");
    desk.answer(&call(), Reply::History(Ok(log())));
    desk
}

#[track_caller]
fn dialog(desk: &Harness) -> &HistoryDialog {
    match desk.top() {
        Some(Layer::History(dialog)) => dialog,
        _ => panic!("no history"),
    }
}

#[track_caller]
fn form_patch(desk: &Harness) -> SettingsPatch {
    match desk.top() {
        Some(Layer::Form(form)) => form.patch(),
        _ => panic!("no form"),
    }
}

#[test]
fn the_log_is_read_and_shown_with_names() {
    let desk = read();
    let lines: Vec<_> = dialog(&desk)
        .entries()
        .iter()
        .map(|entry| format!("{}|{}", entry.who, entry.what))
        .collect();
    assert_eq!(
        lines,
        [
            "this desk|link reset",
            "Jakarta office|subject, description, announce",
            "ana|subject",
            "key:02K|2 members added",
        ]
    );
    let mut desk = desk;
    desk.press("Down");
    let screen = desk.screen();
    for words in [
        "by Jakarta office (key:01K) · through Desk a",
        "subject: “Gardens” → “Allotment”",
        "description: empty → “Meet at eight.”",
        "announce: on → off",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
}

#[test]
fn former_values_open_the_form_and_nothing_is_sent_without_it() {
    let mut desk = read();
    desk.press("u");
    assert!(
        desk.toast().contains("no former settings"),
        "{}",
        desk.toast()
    );
    desk.press("j");
    desk.press("u");
    let former = SettingsPatch {
        subject: Some("Gardens".to_owned()),
        description: Some(String::new()),
        announce: Some(true),
        ..SettingsPatch::default()
    };
    assert_eq!(form_patch(&desk), former);
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
    desk.press("Ctrl-s");
    let sent = Call::Update {
        group: key_of("a", "1"),
        patch: former,
    };
    assert_eq!(desk.change(), sent);
}

#[test]
fn only_what_was_applied_goes_back() {
    let mut desk = read();
    desk.press("Down");
    desk.press("Down");
    assert!(desk.screen().contains("not_admin"));
    desk.press("Enter");
    let patch = form_patch(&desk);
    assert_eq!(
        (patch.subject.as_deref(), patch.locked),
        (Some("Old"), None)
    );
    desk.press("Esc");
    assert!(
        matches!(desk.top(), Some(Layer::Form(_))),
        "typed text is asked about"
    );
}

#[test]
fn values_that_no_form_takes_are_not_offered() {
    let mut desk = Harness::opened(NARROW);
    desk.press("H");
    let bad = entry(
        1,
        "key:\u{1b}[2J",
        AuditAction::GroupUpdate,
        json!({"subject": 7, "announce": "yes", "inviteBy": "robots"}),
        json!({"subject": "x".repeat(5_000), "announce": true, "inviteBy": "members"}),
    );
    let other = entry(
        2,
        "",
        AuditAction::Other("group.\u{7}paint".to_owned()),
        json!([1]),
        json!("x"),
    );
    let history = GroupHistory {
        entries: vec![bad, other],
        ..GroupHistory::default()
    };
    desk.answer(&call(), Reply::History(Ok(history)));
    assert!(desk.screen().contains("subject: not known → not known"));
    desk.press("u");
    assert!(matches!(desk.top(), Some(Layer::History(_))));
    desk.press("End");
    assert!(!desk.screen().contains('\u{7}'));
}

#[test]
fn a_gateway_without_a_log_says_so_once_and_is_dimmed() {
    let mut desk = Harness::opened(NARROW);
    assert!(can(&desk.state, Action::History));
    desk.press("H");
    let missing = CallFailure {
        status: Some(404),
        ..failure(FailureKind::Other)
    };
    desk.answer(&call(), Reply::History(Err(missing)));
    assert!(matches!(dialog(&desk).phase, HistoryPhase::NotKept));
    assert!(desk.screen().contains("keeps no history"));
    assert!(desk.state.failures.is_empty(), "it is no failure");
    desk.press("Esc");
    assert!(!can(&desk.state, Action::History));
    desk.press("H");
    assert!(!desk.is_asked(&call()) && desk.screen().contains("keeps no history"));
}

#[test]
fn without_the_capability_it_stays_closed() {
    let mut desk = Harness::opened(NARROW);
    desk.state.lacking.push(Capability::Manage);
    desk.press("H");
    assert!(desk.state.layers.is_empty() && desk.toast().contains("manage"));
}

#[test]
fn leaving_cancels_the_read_and_a_failure_can_be_tried_again() {
    let mut desk = Harness::opened(NARROW);
    desk.press("H");
    desk.press("Esc");
    assert!(desk.asked.is_empty() && desk.state.layers.is_empty());
    desk.press("H");
    desk.answer(&call(), Reply::History(Err(failure(FailureKind::Other))));
    assert!(matches!(dialog(&desk).phase, HistoryPhase::Failed(_)));
    desk.press("r");
    desk.answer(&call(), Reply::History(Ok(log())));
    assert_eq!(dialog(&desk).entries().len(), 4);
    desk.press("%");
    assert!(desk.toast().contains("does nothing here"));
}

#[test]
fn the_mouse_selects_and_opens_the_form() {
    let mut desk = read();
    let click = |desk: &mut Harness, words: &str| {
        let screen = desk.screen();
        let found = screen
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(words));
        let (row, line) = found.unwrap_or_else(|| panic!("{words}:\n{screen}"));
        // The test's screen is drawn in quotes.
        let column = line[..line.find(words).unwrap()].chars().count() - 1;
        desk.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: column as u16,
            row: row as u16,
            modifiers: KeyModifiers::NONE,
        }));
    };
    click(&mut desk, "Jakarta office");
    assert_eq!(dialog(&desk).cursor, 1);
    click(&mut desk, "[ Put back… ]");
    assert_eq!(form_patch(&desk).subject.as_deref(), Some("Gardens"));
}
