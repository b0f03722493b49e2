//! The reset of a link: confirmed, sent once, its outcome shown.

use super::*;
use crate::console::state::{ButtonId, ResetDialog, ResetPhase};

fn dialog(desk: &Harness) -> &ResetDialog {
    match desk.top() {
        Some(Layer::Reset(dialog)) => dialog,
        _ => panic!("no dialog"),
    }
}

fn running() -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk
}

#[test]
fn cancel_is_focused_and_no_single_key_confirms() {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    assert_eq!(dialog(&desk).focus, ButtonId::Cancel);
    assert_eq!(dialog(&desk).old.as_deref(), Some(LINK));
    desk.press("y");
    desk.press("R");
    assert!(desk.asked.is_empty());
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    desk.press("R");
    desk.press("n");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn a_reset_is_sent_once_and_hides_the_old_link() {
    let mut desk = running();
    desk.press("Enter");
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(desk.change(), Call::ResetInvite(key_of("a", "1")));
    assert_eq!(desk.shown(), None);
}

#[test]
fn the_new_link_is_shown_and_differs() {
    let mut desk = running();
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(
        dialog(&desk).phase,
        ResetPhase::Done {
            link: OTHER_LINK.to_owned(),
            differs: Some(true)
        }
    );
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    let echo = json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK});
    desk.event(EventKind::GroupUpdate, "a", echo);
    assert_eq!(desk.shown(), Some(OTHER_LINK), "our own echo");
    let echo = json!({"groupJid": "1@g.us", "reason": "invite_reset", "sender": "a@lid"});
    desk.event(EventKind::GroupUpdate, "a", echo);
    assert_eq!(
        desk.shown(),
        Some(OTHER_LINK),
        "our own echo without the link"
    );
    desk.press("y");
    assert_eq!(desk.copied(), Some(OTHER_LINK));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn an_echo_before_the_answer_is_harmless() {
    let mut desk = running();
    let echo = json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK});
    desk.event(EventKind::GroupUpdate, "a", echo);
    assert_eq!(desk.shown(), None);
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
}

#[test]
fn an_unchanged_link_after_a_reset_is_reported() {
    let mut desk = running();
    desk.answer_change(Reply::InviteReset(Ok(LINK.to_owned())));
    assert!(matches!(
        dialog(&desk).phase,
        ResetPhase::Done {
            differs: Some(false),
            ..
        }
    ));
    assert!(desk.toast().contains("old link again"));
}

#[test]
fn without_the_old_link_there_is_no_comparison() {
    let mut desk = Harness::ready(WIDE);
    desk.press("R");
    desk.press("Right");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Ok(LINK.to_owned())));
    assert!(matches!(
        dialog(&desk).phase,
        ResetPhase::Done { differs: None, .. }
    ));
}

#[test]
fn after_leaving_the_reset_continues_and_its_outcome_is_reported() {
    let mut desk = running();
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.press("R");
    assert!(desk.state.layers.is_empty(), "it is still in flight");
    assert!(desk.toast().contains("already"));
    desk.press("Down");
    desk.press("Up");
    desk.wait(1_000);
    assert!(!desk.asks_for_link(), "the answer brings the link");
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert!(desk.toast().contains("was reset"));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
}

#[test]
fn after_a_failed_reset_no_link_is_trusted() {
    let mut desk = running();
    desk.answer_change(Reply::InviteReset(Err(failure(FailureKind::Offline))));
    assert!(matches!(dialog(&desk).phase, ResetPhase::Failed(_)));
    assert_eq!(desk.shown(), None);
    desk.press("Enter");
    desk.wait(700);
    assert!(desk.asks_for_link());
}

#[test]
fn another_reset_closes_the_dialog_with_the_dead_link() {
    let mut desk = running();
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    let again = json!({"groupJid": "1@g.us", "newInviteLink": LINK, "sender": "6@lid"});
    desk.event(EventKind::GroupUpdate, "a", again);
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.shown(), None);
}

#[test]
fn quitting_during_a_reset_asks() {
    let mut desk = running();
    desk.press("Esc");
    desk.press("q");
    assert!(matches!(desk.top(), Some(Layer::Confirm(_))));
    desk.press("Esc");
    assert!(desk.others.is_empty());
    desk.press("Ctrl-c");
    desk.press("Ctrl-c");
    assert_eq!(desk.others, [Effect::Quit]);
}

#[test]
fn a_reset_that_cannot_work_opens_no_dialog() {
    let mut desk = Harness::ready(WIDE);
    desk.press("End");
    desk.press("R");
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("Desk b is not connected"));
}

#[test]
fn after_a_concurrent_reset_by_another_admin_the_link_is_read_again() {
    let mut desk = running();
    let changed_elsewhere = json!({"groupJid": "1@g.us", "newInviteLink": LINK, "sender": "6@lid"});
    desk.event(EventKind::GroupUpdate, "a", changed_elsewhere);
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.shown(), None);
    assert!(desk.toast().contains("somebody else"));
    desk.wait(700);
    assert!(desk.asks_for_link());
}

#[test]
fn without_realtime_another_reset_closes_the_dialog_with_the_dead_link() {
    let mut desk = running();
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    desk.lose_realtime();
    desk.wait(30_000);
    let third = "https://chat.whatsapp.com/Third9876543210FeDcBa9";
    let call = Call::Invite(key_of("a", "1"));
    desk.answer(&call, Reply::Invite(Ok(third.to_owned())));
    assert_eq!(desk.shown(), Some(third));
    assert!(desk.state.layers.is_empty(), "its link is dead");
    let reported = |desk: &Harness| {
        let mut toasts = desk.state.toasts.iter();
        toasts.any(|toast| toast.text.contains("reset once more"))
    };
    assert!(reported(&desk), "{:?}", desk.state.toasts);
}

#[test]
fn a_dialog_with_an_unconfirmed_link_closes_with_a_message() {
    let mut desk = running();
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    desk.lose_realtime();
    desk.wait(30_000);
    assert!(
        matches!(desk.top(), Some(Layer::Reset(_))),
        "the check is in flight"
    );
    desk.wait(10_000);
    assert!(desk.state.layers.is_empty());
    let mut toasts = desk.state.toasts.iter();
    assert!(toasts.any(|toast| toast.text.contains("Allotment: the new link")));
}

#[test]
fn the_link_of_a_dialog_is_checked_though_its_card_is_hidden() {
    let mut desk = Harness::ready(NARROW);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    desk.lose_realtime();
    desk.wait(30_000);
    assert!(matches!(desk.top(), Some(Layer::Reset(_))));
    assert!(desk.asks_for_link());
}
