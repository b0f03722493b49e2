//! The card and its link: when it is asked for, shown, blanked and copied.

use super::*;
use crate::console::msg::ClipboardKind;
use crate::console::state::{LinkHidden, Members, Pane, ToastKind};

fn reset_event(link: &str) -> Value {
    json!({"groupJid": "1@g.us", "newInviteLink": link, "sender": "6@lid"})
}

#[test]
fn a_rest_of_the_cursor_asks_once_and_only_where_the_card_is_seen() {
    let mut desk = Harness::ready(WIDE);
    desk.wait(400);
    desk.press("Down");
    desk.wait(400);
    assert!(!desk.asks_for_link(), "the cursor has moved on");
    desk.wait(300);
    assert!(desk.is_asked(&Call::Invite(key_of("a", "2"))));
    assert!(desk.is_asked(&Call::Members(key_of("a", "2"))));
    desk.press("Up");
    assert!(!desk.asks_for_link(), "left behind: no longer wanted");

    let mut desk = Harness::ready(NARROW);
    desk.wait(5_000);
    assert!(!desk.asks_for_link());
}

#[test]
fn opening_asks_at_once_and_esc_takes_it_back() {
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
fn admins_come_first_among_the_members() {
    let desk = Harness::opened(WIDE);
    let card = desk.state.card.as_ref().unwrap();
    let Members::Loaded(members) = &card.members else {
        panic!("{:?}", card.members)
    };
    let lids: Vec<_> = members.iter().map(|member| member.lid.as_str()).collect();
    assert_eq!(lids, ["7@lid", "6@lid", "5@lid"]);
}

#[test]
fn a_link_is_never_asked_for_where_it_cannot_be_had() {
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
fn the_link_is_copied_and_the_clipboard_named() {
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
fn only_a_clipboard_that_says_so_has_the_link() {
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
fn a_copy_waits_for_the_link() {
    let mut desk = Harness::ready(WIDE);
    desk.press("y");
    desk.press("y");
    assert_eq!(desk.count(&Call::Invite(key_of("a", "1"))), 1);
    assert!(desk.state.card.as_ref().unwrap().copy_when_shown);
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    assert_eq!(desk.copied(), Some(LINK));
    assert_eq!(desk.others.len(), 1, "copied once");
}

#[test]
fn a_copy_that_waits_in_vain_says_why() {
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
fn somebody_elses_reset_blanks_at_once_and_the_new_link_is_asked_for() {
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
fn a_reset_makes_a_link_on_its_way_unwanted() {
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
fn a_session_that_leaves_working_blanks_until_it_is_back() {
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
fn losing_the_admin_role_blanks_at_once() {
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
fn a_doubt_about_whom_it_concerns_is_settled_by_asking() {
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
fn without_realtime_the_link_is_checked_and_does_not_outlive_the_check() {
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
fn out_of_sight_and_without_realtime_a_link_is_put_away() {
    let mut desk = Harness::opened(NARROW);
    desk.press("Esc");
    desk.lose_realtime();
    desk.wait(30_000);
    assert_eq!(*desk.invite(), Invite::NotAsked);
    assert!(!desk.asks_for_link());
}

#[test]
fn after_a_sleep_nothing_is_trusted() {
    let mut desk = Harness::opened(WIDE);
    desk.wait(3_600_000);
    assert_eq!(desk.shown(), None);
    assert!(desk.is_asked(&Call::Sessions));
}

#[test]
fn what_is_no_link_is_not_shown() {
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
fn a_refusal_that_contradicts_the_stored_role_makes_it_be_read_again() {
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
fn a_code_on_the_whole_screen_never_becomes_another_groups() {
    let mut desk = Harness::opened(WIDE);
    desk.press("Q");
    desk.lose_realtime();
    desk.wait(30_000);
    desk.list("a", vec![group("2", "Book club")]);
    assert_eq!(desk.selected(), "Book club");
    assert!(desk.state.layers.is_empty(), "it was Allotment's");
    assert!(desk.toast().contains("code"), "{}", desk.toast());
}
