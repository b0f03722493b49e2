//! The card and its link: requested, shown, hidden and copied.

use super::*;
use crate::console::msg::ClipboardKind;
use crate::console::state::{LinkHidden, Members, Pane, ToastKind};

fn reset_event(link: &str) -> Value {
    json!({"groupJid": "1@g.us", "newInviteLink": link, "sender": "6@lid"})
}

#[test]
fn a_resting_cursor_requests_the_link_once_and_only_for_a_visible_card() {
    let mut desk = Harness::ready(WIDE);
    desk.wait(400);
    desk.press("Down");
    desk.wait(400);
    assert!(!desk.asks_for_link(), "the cursor has moved on");
    desk.wait(300);
    assert!(desk.is_asked(&Call::Invite(key_of("a", "2"))));
    assert!(desk.is_asked(&Call::Members(key_of("a", "2"))));
    desk.press("Up");
    assert!(
        !desk.asks_for_link(),
        "the user left the group, so the link is not needed"
    );

    let mut desk = Harness::ready(NARROW);
    desk.wait(5_000);
    assert!(!desk.asks_for_link());
}

#[test]
fn opening_requests_the_link_at_once_and_esc_cancels() {
    let mut desk = Harness::ready(NARROW);
    desk.press("Enter");
    assert_eq!(desk.state.focus, Pane::Group);
    assert!(desk.is_asked(&Call::Invite(key_of("a", "1"))));
    desk.press("Esc");
    let only_the_row = [Call::Group(key_of("a", "1"))];
    let asked = |desk: &Harness| {
        desk.asked
            .iter()
            .map(|(_, call)| call.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&desk), only_the_row);
    assert_eq!(*desk.invite(), Invite::NotAsked);
    desk.wait(5_000);
    assert_eq!(asked(&desk), only_the_row);
}

#[test]
fn admins_are_listed_first() {
    let desk = Harness::opened(WIDE);
    let card = desk.state.card.as_ref().unwrap();
    let Members::Loaded(members) = &card.members else {
        panic!("{:?}", card.members)
    };
    let lids: Vec<_> = members.iter().map(|member| member.lid.as_str()).collect();
    assert_eq!(lids, ["7@lid", "6@lid", "5@lid"]);
}

#[test]
fn a_link_is_not_requested_where_it_cannot_be_read() {
    for (key, row) in [("Choir", 2), ("Darts", 3)] {
        let mut desk = Harness::ready(WIDE);
        for _ in 0..row {
            desk.press("Down");
        }
        desk.press("Enter");
        desk.wait(2_000);
        desk.press("y");
        desk.press("Q");
        assert_eq!(desk.selected(), key);
        assert!(!desk.asks_for_link() && desk.state.layers.is_empty());
        assert!(matches!(
            desk.invite(),
            Invite::Hidden(LinkHidden::NotAdmin | LinkHidden::SessionLeft(_))
        ));
        assert_eq!(desk.state.toasts.last().unwrap().kind, ToastKind::Bad);
    }
}

#[test]
fn the_link_is_copied_and_the_toast_names_the_clipboard() {
    let mut desk = Harness::opened(WIDE);
    desk.press("y");
    let Some(Effect::Copy { id, text }) = desk.others.pop() else {
        panic!("{:?}", desk.others)
    };
    assert_eq!(text, LINK);
    desk.send(Msg::Reply(id, Reply::Copied(Ok(ClipboardKind::System))));
    assert!(desk.toast().contains("system clipboard"));
    assert!(
        desk.toast().starts_with("Allotment: link copied"),
        "{}",
        desk.toast()
    );
    assert_eq!(desk.state.toasts.last().unwrap().kind, ToastKind::Good);
    desk.send(Msg::Reply(id, Reply::Copied(Ok(ClipboardKind::Terminal))));
    assert!(desk.toast().contains("system"), "answered twice");
}

#[test]
fn a_clipboard_holds_the_link_only_after_it_reported_so() {
    for (taken, kind, words) in [
        (
            ClipboardKind::Tmux,
            ToastKind::Good,
            "link copied to tmux's buffer",
        ),
        (
            ClipboardKind::Terminal,
            ToastKind::Note,
            "link sent to the terminal",
        ),
    ] {
        let mut desk = Harness::opened(WIDE);
        desk.press("y");
        let Some(Effect::Copy { id, .. }) = desk.others.pop() else {
            panic!("{:?}", desk.others)
        };
        desk.send(Msg::Reply(id, Reply::Copied(Ok(taken))));
        assert!(desk.toast().contains(words), "{}", desk.toast());
        assert_eq!(desk.state.toasts.last().unwrap().kind, kind);
    }
}

#[test]
fn a_copy_waits_for_the_link_in_flight() {
    let mut desk = Harness::ready(WIDE);
    desk.press("y");
    desk.press("y");
    assert_eq!(desk.count(&Call::Invite(key_of("a", "1"))), 1);
    assert!(desk.state.card.as_ref().unwrap().copy_when_shown.is_some());
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    assert_eq!(desk.copied(), Some(LINK));
    assert_eq!(desk.others.len(), 1, "copied once");
}

#[test]
fn a_waiting_copy_reports_why_there_is_no_link() {
    let mut desk = Harness::ready(WIDE);
    desk.press("y");
    let limited = failure(FailureKind::RateLimited { wait: Some(30) });
    desk.answer(&Call::Invite(key_of("a", "1")), Reply::Invite(Err(limited)));
    assert!(desk.toast().contains("retry in 30 s"));
    assert!(matches!(
        desk.invite(),
        Invite::Hidden(LinkHidden::Failed(_))
    ));
    assert_eq!(desk.copied(), None);
}

#[test]
fn a_reset_by_another_admin_hides_the_link_and_requests_the_new_one() {
    let mut desk = Harness::opened(WIDE);
    desk.event(EventKind::GroupUpdate, "a", reset_event(OTHER_LINK));
    assert_eq!(*desk.invite(), Invite::Hidden(LinkHidden::Reset));
    let seen = desk.state.card.as_ref().unwrap().reset_seen.clone();
    assert_eq!(seen, Some((desk.state.now, Some("6@lid".to_owned()))));
    desk.wait(999);
    assert!(!desk.asks_for_link());
    desk.wait(1);
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(OTHER_LINK.to_owned())),
    );
    assert_eq!(desk.shown(), Some(OTHER_LINK));
}

#[test]
fn a_reset_discards_the_link_in_flight() {
    let mut desk = Harness::ready(WIDE);
    desk.press("Enter");
    let asked = desk.asked.clone();
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "reason": "invite_reset"}),
    );
    for (id, call) in asked {
        if matches!(call, Call::Invite(_)) {
            desk.send(Msg::Reply(id, Reply::Invite(Ok(LINK.to_owned()))));
        }
    }
    assert_eq!(*desk.invite(), Invite::Hidden(LinkHidden::Reset));
}

#[test]
fn a_session_that_is_not_working_hides_the_link_until_it_is_again() {
    let mut desk = Harness::opened(WIDE);
    desk.press("Q");
    desk.status("a", "starting");
    assert_eq!(
        *desk.invite(),
        Invite::Hidden(LinkHidden::SessionLeft(SessionStatus::Starting))
    );
    desk.status("a", "working");
    assert_eq!(*desk.invite(), Invite::NotAsked);
    desk.wait(700);
    assert!(desk.asks_for_link());
}

#[test]
fn losing_the_admin_role_hides_the_link_at_once() {
    for list in ["demote", "leave"] {
        let mut desk = Harness::opened(WIDE);
        desk.event(
            EventKind::GroupParticipant,
            "a",
            json!({"groupJid": "1@g.us", list: ["a:7@lid"]}),
        );
        assert!(matches!(
            desk.invite(),
            Invite::Hidden(LinkHidden::NotAdmin | LinkHidden::NotInGroup)
        ));
        let promoted = group("1", "Allotment");
        let key = key_of("a", "1");
        desk.answer(&Call::Group(key), Reply::Group(Ok(promoted)));
        assert_eq!(*desk.invite(), Invite::NotAsked);
    }
}

#[test]
fn a_demotion_that_may_concern_this_account_makes_the_link_be_read() {
    let mut desk = Harness::opened(WIDE);
    let row = &mut desk.state.sessions.rows[0];
    row.wa_lid = None;
    desk.event(
        EventKind::GroupParticipant,
        "a",
        json!({"groupJid": "1@g.us", "demote": ["6@lid"]}),
    );
    assert_eq!(*desk.invite(), Invite::NotAsked);
    assert!(desk.is_asked(&Call::Group(key_of("a", "1"))));

    let mut desk = Harness::opened(WIDE);
    desk.event(
        EventKind::GroupParticipant,
        "a",
        json!({"groupJid": "1@g.us", "demote": ["6@lid"]}),
    );
    assert_eq!(desk.shown(), Some(LINK), "another member, not this account");
}

#[test]
fn without_realtime_the_link_is_checked_and_hidden_when_the_check_fails() {
    let mut desk = Harness::opened(WIDE);
    desk.lose_realtime();
    desk.wait(29_999);
    assert!(!desk.asks_for_link());
    desk.wait(1);
    assert!(desk.asks_for_link());
    assert_eq!(desk.shown(), Some(LINK), "while it is checked");
    desk.wait(10_000);
    assert_eq!(desk.shown(), None, "no answer confirms the link");
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(OTHER_LINK.to_owned())),
    );
    assert_eq!(desk.shown(), Some(OTHER_LINK));
}

#[test]
fn without_realtime_a_link_that_is_not_displayed_is_dropped() {
    let mut desk = Harness::opened(NARROW);
    desk.press("Esc");
    desk.lose_realtime();
    desk.wait(30_000);
    assert_eq!(*desk.invite(), Invite::NotAsked);
    assert!(!desk.asks_for_link());
}

#[test]
fn after_suspend_no_link_is_trusted() {
    let mut desk = Harness::opened(WIDE);
    desk.wait(3_600_000);
    assert_eq!(desk.shown(), None);
    assert!(desk.is_asked(&Call::Sessions));
}

#[test]
fn an_invalid_link_is_not_shown() {
    for wrong in [
        "",
        "javascript:x",
        "https://x/\u{1b}[2J",
        "https://x/\u{202e}y",
        "https://evil.test/login",
        "https://chat.whatsapp.com.evil.test/AbCdEf1234567890XyZ12",
        "https://chat.whatsapp.com@evil.test/AbCdEf1234567890XyZ12",
        "https://chat.whatsapp.com/AbCdEf1234567890XyZ12/more",
        &format!("https://chat.whatsapp.com/{}", "x".repeat(70_000)),
    ] {
        let mut desk = Harness::ready(WIDE);
        desk.press("Enter");
        desk.answer(
            &Call::Invite(key_of("a", "1")),
            Reply::Invite(Ok(wrong.to_owned())),
        );
        assert!(
            matches!(desk.invite(), Invite::Hidden(LinkHidden::Failed(_))),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_link_of_another_host_in_an_event_is_never_shown() {
    let mut desk = Harness::opened(WIDE);
    assert_eq!(desk.shown(), Some(LINK));
    let event = reset_event("https://chat.whatsapp.com@evil.test/AbCdEf1234567890XyZ12");
    desk.event(EventKind::GroupUpdate, "a", event);
    assert_eq!(desk.shown(), None, "the old one may be dead");
    assert!(matches!(desk.invite(), Invite::Hidden(LinkHidden::Reset)));
    assert!(!format!("{:?}", desk.state.toasts).contains("evil"));
    desk.press("y");
    assert_eq!(desk.copied(), None);
}

#[test]
fn a_refusal_that_contradicts_the_stored_role_rereads_the_group() {
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    let key = key_of("a", "1");
    desk.answer(
        &Call::Group(key.clone()),
        Reply::Group(Ok(group("1", "Allotment"))),
    );
    let refused = failure(FailureKind::NotAdmin);
    desk.answer(&Call::Invite(key.clone()), Reply::Invite(Err(refused)));
    assert_eq!(desk.shown(), None);
    assert!(desk.is_asked(&Call::Group(key)));
}

#[test]
fn stale_and_foreign_replies_change_nothing() {
    let mut desk = Harness::ready(WIDE);
    desk.press("Enter");
    let (id, _) = desk.asked[0].clone();
    desk.send(Msg::Reply(
        RequestId(9_999),
        Reply::Invite(Ok(LINK.to_owned())),
    ));
    desk.send(Msg::Reply(id, Reply::InviteReset(Ok(LINK.to_owned()))));
    assert!(matches!(desk.invite(), Invite::Waiting(_)));
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    assert_eq!(desk.shown(), Some(LINK));
}

#[test]
fn a_full_screen_code_never_changes_to_another_group() {
    let mut desk = Harness::opened(WIDE);
    desk.press("Q");
    desk.lose_realtime();
    desk.wait(30_000);
    desk.list("a", vec![group("2", "Book club")]);
    assert_eq!(desk.selected(), "Book club");
    assert!(
        desk.state.layers.is_empty(),
        "the code of Allotment is closed"
    );
    assert!(desk.toast().contains("code"), "{}", desk.toast());
}
