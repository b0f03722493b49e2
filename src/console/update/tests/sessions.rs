//! The list of sessions, the scope, and session actions.

use super::*;
use crate::console::state::{Connection, Pane, Question, SessionScope, ToastKind};

#[test]
fn the_sessions_and_all_groups_are_read_at_the_start() {
    let desk = Harness::ready(WIDE);
    assert_eq!(desk.state.sessions.connected(), 1);
    assert_eq!(desk.state.sessions.scope(), SessionScope::AllSessions);
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir", "Darts"]);
    assert_eq!(desk.state.groups.total, 4);
}

#[test]
fn the_selected_session_is_the_scope() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    assert_eq!(desk.state.focus, Pane::Sessions);
    desk.press("End");
    assert_eq!(desk.names(), ["Darts"]);
    desk.press("Up");
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir"]);
    desk.press("Enter");
    assert_eq!(desk.state.focus, Pane::Groups);
    desk.press("Esc");
    desk.press("Esc");
    assert_eq!(desk.state.focus, Pane::Sessions);
    assert!(desk.others.is_empty(), "Esc never quits");
}

#[test]
fn a_larger_window_shows_more_rows() {
    let mut desk = Harness::with(options(), (120, 18));
    desk.realtime(RealtimeEvent::Connected);
    let many = (0..6).map(|number| session(&number.to_string(), SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(many.collect())));
    desk.press("End");
    assert!(desk.state.sessions.offset > 0);
    let (columns, rows) = (120, 60);
    desk.send(Msg::Resize { columns, rows });
    assert_eq!(desk.state.sessions.offset, 0);
}

#[test]
fn start_stop_and_restart_are_sent_once_and_marked() {
    for (key, action) in [
        ("s", SessionAction::Start),
        ("x", SessionAction::Stop),
        ("t", SessionAction::Restart),
    ] {
        let mut desk = Harness::ready(WIDE);
        desk.press("BackTab");
        desk.press("Down");
        desk.press(key);
        if action != SessionAction::Start {
            assert!(desk.asked.is_empty(), "restart asks first");
            desk.press("Right");
            desk.press("Enter");
        }
        desk.press(key);
        desk.press("x");
        let call = Call::Act {
            session: "a".to_owned(),
            action,
        };
        assert_eq!(desk.change(), call);
        assert_eq!(desk.state.sessions.acting["a"].0, action);
        desk.press("Esc");
        assert!(desk.is_asked(&call), "a change in flight is not cancelled");
        desk.answer(
            &call,
            Reply::SessionActed(Ok(session("a", SessionStatus::Starting))),
        );
        assert!(desk.state.sessions.acting.is_empty());
        assert_eq!(
            desk.state.sessions.get("a").unwrap().status,
            SessionStatus::Starting
        );
    }
}

#[test]
fn actions_that_affect_others_ask_with_the_number_of_groups() {
    for (key, title, word) in [
        ("x", "Stop?", "starts it again"),
        ("t", "Restart?", "connected again"),
        ("L", "Log out?", "linked again"),
    ] {
        let mut desk = Harness::ready(NARROW);
        desk.press("BackTab");
        desk.press("Down");
        desk.press(key);
        let screen = desk.screen();
        assert!(screen.contains(title), "{screen}");
        assert!(screen.contains("3 groups go dark"), "{screen}");
        assert!(screen.contains(word), "{screen}");
        desk.press("Enter");
        assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    }
    let mut desk = Harness::ready(NARROW);
    desk.press("BackTab");
    desk.press("End");
    desk.press("x");
    assert!(
        desk.screen().contains("no group goes dark"),
        "the session is stopped"
    );
}

#[test]
fn only_a_linked_session_is_called_linked_after_a_stop() {
    for (jid, linked) in [(Some("1@s.whatsapp.net"), true), (None, false)] {
        let mut desk = Harness::ready(WIDE);
        desk.press("BackTab");
        desk.press("Down");
        desk.press("x");
        desk.press("Right");
        desk.press("Enter");
        let stopped = Session {
            wa_jid: jid.map(str::to_owned),
            ..session("a", SessionStatus::Stopped)
        };
        desk.answer_change(Reply::SessionActed(Ok(stopped)));
        assert!(desk.toast().contains("is stopped"));
        assert_eq!(desk.toast().contains("stays linked"), linked);
    }
}

#[test]
fn logging_out_asks_with_cancel_focused() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    desk.press("L");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    desk.press("L");
    assert!(matches!(
        desk.top(),
        Some(Layer::Confirm(dialog)) if matches!(&dialog.question, Question::Act { label, .. } if label == "Desk a")
    ));
    desk.press("Right");
    desk.press("Enter");
    assert!(matches!(
        desk.change(),
        Call::Act {
            action: SessionAction::Logout,
            ..
        }
    ));
}

#[test]
fn all_sessions_cannot_be_started_together() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("s");
    assert!(desk.asked.is_empty());
    assert!(desk.toast().contains("Select one session"));
}

#[test]
fn a_status_event_counts_at_once_and_afterwards() {
    let mut desk = Harness::ready(WIDE);
    desk.wait(5_000);
    desk.status("b", "working");
    assert_eq!(desk.state.sessions.connected(), 2);
    assert_eq!(desk.state.sessions.since["b"], START + 5_000);
    assert!(desk.is_asked(&Call::Groups {
        session: "b".to_owned()
    }));
}

#[test]
fn an_older_answer_does_not_revert_a_status_event() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("r");
    desk.status("b", "working");
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Ok(vec![
            session("a", SessionStatus::Working),
            session("b", SessionStatus::Stopped),
        ])),
    );
    assert_eq!(desk.state.sessions.connected(), 2);
}

#[test]
fn a_removed_session_takes_its_groups_along() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("End");
    desk.press("r");
    let rest = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rest)));
    assert_eq!(desk.state.sessions.scope(), SessionScope::AllSessions);
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir"]);
}

#[test]
fn an_unknown_session_triggers_a_read_of_the_list() {
    let mut desk = Harness::ready(WIDE);
    desk.status("new", "working");
    assert!(desk.is_asked(&Call::Sessions));
}

#[test]
fn if_the_list_is_refused_the_configured_sessions_are_read() {
    let mut options = options();
    options.session_ids = vec!["a".to_owned()];
    let mut desk = Harness::with(options, WIDE);
    let refused = failure(FailureKind::NotAdmin);
    desk.answer(&Call::Sessions, Reply::Sessions(Err(refused)));
    assert_eq!(desk.state.sessions.rows.len(), 1);
    assert_eq!(desk.state.sessions.failure, None);
    let one = session("a", SessionStatus::Working);
    desk.answer(&Call::Session("a".to_owned()), Reply::Session(Ok(one)));
    assert_eq!(desk.state.sessions.connected(), 1);
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(desk.names(), ["Allotment"]);
    desk.wait(5_000);
    assert!(desk.is_asked(&Call::Session("a".to_owned())));
    assert!(!desk.is_asked(&Call::Sessions));
}

#[test]
fn an_unreachable_gateway_is_polled_with_backoff() {
    let mut desk = Harness::ready(WIDE);
    desk.lose_realtime();
    // At once, because the stream broke.
    let away = failure(FailureKind::GatewayAway);
    desk.answer(&Call::Sessions, Reply::Sessions(Err(away)));
    let mut waits = Vec::new();
    for wait in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        // Jitter: up to half of the pause is random.
        desk.wait(wait / 2 - 1);
        assert!(!desk.is_asked(&Call::Sessions), "too early after {waits:?}");
        desk.wait(wait / 2 + 1);
        let away = failure(FailureKind::GatewayAway);
        desk.answer(&Call::Sessions, Reply::Sessions(Err(away)));
        assert!(matches!(desk.state.connection, Connection::Away { .. }));
        waits.push(wait);
    }
    desk.wait(30_000);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert!(matches!(desk.state.connection, Connection::Polling { .. }));
    assert!(desk.is_asked(&Call::Groups {
        session: "a".to_owned()
    }));
}

#[test]
fn a_missing_capability_is_reported_and_remembered() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    desk.press("s");
    let refused = failure(FailureKind::MissingCapability {
        capability: "manage".to_owned(),
    });
    desk.answer_change(Reply::SessionActed(Err(refused)));
    assert!(desk.toast().contains("`manage`"));
    assert_eq!(desk.state.toasts.last().unwrap().kind, ToastKind::Bad);
    desk.press("s");
    assert!(desk.asked.is_empty(), "the action is dimmed");
    desk.press("r");
    desk.press("s");
    assert!(matches!(desk.change(), Call::Act { .. }));
}

#[test]
fn a_loaded_list_counts_more_than_the_sessions_group_count() {
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let mut row = session("a", SessionStatus::Working);
    row.group_count = Some(1);
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(vec![row.clone()])));
    assert_eq!(desk.state.group_count(&row), Some(1));
    desk.list("a", vec![group("1", "Allotment"), group("2", "Choir")]);
    assert_eq!(desk.state.group_count(&row), Some(2));
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "3@g.us", "subject": "Darts"}),
    );
    desk.answer(
        &Call::Group(key_of("a", "3")),
        Reply::Group(Ok(group("3", "Darts"))),
    );
    assert_eq!(desk.state.group_count(&row), Some(3));
    desk.press("Tab");
    desk.press("r");
    desk.list("a", vec![group("2", "Choir")]);
    assert_eq!(desk.state.group_count(&row), Some(1));
}

#[test]
fn unreadable_rows_are_reported_once() {
    let mut desk = Harness::ready(WIDE);
    let call = Call::Groups {
        session: "a".to_owned(),
    };
    let unreadable = |desk: &mut Harness, rows| {
        desk.state.toasts.clear();
        desk.state.requests.read(call.clone());
        let id = desk
            .state
            .requests
            .find(|running| *running == call)
            .unwrap();
        desk.send(Msg::Unreadable(id, rows));
        let text = desk.state.toasts.first().map(|toast| toast.text.clone());
        desk.answer(&call, Reply::Groups(Ok(vec![group("1", "Allotment")])));
        text
    };
    let text = unreadable(&mut desk, 1).expect("a toast");
    assert!(text.starts_with("1 group of "), "{text}");
    assert!(text.contains("could not be read"), "{text}");
    let listed = desk.state.failures_in_full();
    assert!(listed.contains("1 group of"), "{listed}");
    assert_eq!(
        unreadable(&mut desk, 1),
        None,
        "every poll finds the same row"
    );
    let text = unreadable(&mut desk, 2).expect("a toast");
    assert!(text.starts_with("2 groups of "), "{text}");
    assert_eq!(unreadable(&mut desk, 0), None);
    assert!(unreadable(&mut desk, 2).is_some());
}
