//! "Why can't people join?": what is asked, what is shown, and the link that the user gives.

use super::*;
use crate::api::{InvitePreview, MembershipRequest};
use crate::console::checks::{Finding, Outcome};
use crate::console::state::{ButtonId, CheckDialog, FieldOrButton};

fn dialog(desk: &Harness) -> &CheckDialog {
    match desk.top() {
        Some(Layer::Check(dialog)) => dialog,
        _ => panic!("the panel is not open"),
    }
}

/// The finding of a check, by its word.
#[track_caller]
fn finding(desk: &Harness, check: &str) -> Finding {
    let findings = desk.state.check_report(dialog(desk)).findings;
    let found = findings.into_iter().find(|one| one.check.word() == check);
    found.unwrap_or_else(|| panic!("no {check}"))
}

fn preview_call(link: &str) -> Call {
    Call::Preview {
        session: "a".to_owned(),
        code: link
            .trim_start_matches("https://chat.whatsapp.com/")
            .to_owned(),
    }
}

fn requests() -> Call {
    Call::Requests(key_of("a", "1"))
}

/// The panel over the first group's card, with link and requests answered.
fn checked(size: (u16, u16)) -> Harness {
    let mut desk = Harness::opened(size);
    desk.press("W");
    let key = key_of("a", "1");
    desk.answer(&Call::Invite(key), Reply::Invite(Ok(LINK.to_owned())));
    desk.answer(&requests(), Reply::Requests(Ok(Vec::new())));
    desk
}

#[test]
fn the_panel_asks_whatsapp_and_shows_that_it_waits() {
    let mut desk = Harness::ready(NARROW);
    desk.press("W");
    for check in ["link", "requests"] {
        assert_eq!(finding(&desk, check).outcome, Outcome::Checking, "{check}");
    }
    assert!(desk.screen().contains("checking …"));
    let key = key_of("a", "1");
    desk.answer(&Call::Invite(key), Reply::Invite(Ok(LINK.to_owned())));
    desk.answer(
        &requests(),
        Reply::Requests(Ok(vec![MembershipRequest::default(); 3])),
    );
    assert_eq!(finding(&desk, "link").outcome, Outcome::Ok);
    assert_eq!(finding(&desk, "requests").code, "requests_wait");
    let screen = desk.screen();
    assert!(screen.contains("Most likely: 3 people wait"), "{screen}");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn it_opens_on_the_card_and_under_sessions_only_with_a_card_in_sight() {
    let mut desk = Harness::opened(NARROW);
    desk.press("W");
    assert_eq!(dialog(&desk).key, key_of("a", "1"));
    let mut desk = Harness::ready(NARROW);
    desk.press("BackTab");
    desk.press("W");
    assert!(desk.state.layers.is_empty() && desk.toast().contains("No group's card"));
    let mut desk = Harness::with(options(), WIDE);
    desk.press("W");
    assert!(desk.state.layers.is_empty(), "without any group");
}

#[test]
fn what_cannot_be_answered_is_not_asked() {
    // A member of a group whose link only admins have.
    let mut desk = Harness::ready(WIDE);
    desk.press("Down");
    desk.press("Down");
    desk.press("W");
    assert!(!desk.asks_for_link() && !desk.is_asked(&Call::Requests(key_of("a", "3"))));
    assert_eq!(finding(&desk, "role").code, "not_admin");
    assert_eq!(finding(&desk, "requests").outcome, Outcome::Unknown);
    // A session that is not connected.
    let mut desk = Harness::ready(WIDE);
    desk.press("End");
    desk.press("W");
    assert!(!desk.asks_for_link() && !desk.is_asked(&Call::Requests(key_of("b", "4"))));
    assert_eq!(finding(&desk, "session").code, "not_connected");
    assert_eq!(finding(&desk, "link").outcome, Outcome::Unknown);
}

#[test]
fn r_asks_again_but_not_at_once() {
    let mut desk = checked(WIDE);
    desk.press("r");
    assert!(!desk.is_asked(&requests()));
    assert!(desk.toast().contains("again in 5 s"), "{}", desk.toast());
    desk.wait(5_000);
    desk.press("r");
    assert!(desk.is_asked(&requests()) && desk.asks_for_link());
    assert_eq!(finding(&desk, "link").outcome, Outcome::Checking);
    // A held key sends nothing twice.
    desk.wait(5_000);
    desk.press("r");
    assert_eq!(desk.count(&requests()), 1);
}

#[test]
fn a_pasted_link_is_looked_up_with_enter_and_judged() {
    let mut desk = checked(NARROW);
    desk.send(Msg::Paste(format!(" {OTHER_LINK}?mode=x\n")));
    assert_eq!(dialog(&desk).focus, FieldOrButton::Field);
    assert!(
        !desk.is_asked(&preview_call(OTHER_LINK)),
        "not before Enter"
    );
    desk.press("Enter");
    assert_eq!(finding(&desk, "given_link").outcome, Outcome::Checking);
    let call = preview_call(OTHER_LINK);
    desk.answer(
        &call,
        Reply::Preview(Err(CallFailure {
            status: Some(404),
            ..failure(FailureKind::DeadInvite)
        })),
    );
    assert_eq!(finding(&desk, "given_link").code, "dead_link");
    assert!(
        desk.screen()
            .contains("Most likely: the link that people use is dead")
    );
    assert!(desk.state.failures.is_empty(), "a dead link is an answer");
    // Another text has no verdict yet.
    desk.type_text("x");
    assert!(dialog(&desk).given.is_none());
}

#[test]
fn the_current_link_is_recognized_without_a_call() {
    let mut desk = checked(NARROW);
    desk.send(Msg::Paste(LINK.to_owned()));
    desk.press("Enter");
    assert_eq!(finding(&desk, "given_link").outcome, Outcome::Ok);
    assert!(!desk.is_asked(&preview_call(LINK)));
}

#[test]
fn a_link_of_another_group_names_it() {
    let mut desk = checked(NARROW);
    desk.send(Msg::Paste(OTHER_LINK.to_owned()));
    desk.press("Enter");
    let preview = InvitePreview {
        group_jid: "2@g.us".to_owned(),
        subject: Some("Book club".to_owned()),
        ..InvitePreview::default()
    };
    desk.answer(&preview_call(OTHER_LINK), Reply::Preview(Ok(preview)));
    assert!(
        finding(&desk, "given_link")
            .seen
            .contains("another group: “Book club”")
    );
}

#[test]
fn rubbish_is_no_link_and_costs_no_call() {
    for rubbish in ["hello there", "https://evil.test/x", "\u{1b}[2J\u{202e}"] {
        let mut desk = checked(NARROW);
        let asked = desk.asked.len();
        desk.send(Msg::Paste(rubbish.to_owned()));
        desk.press("Enter");
        assert_eq!(finding(&desk, "given_link").code, "not_a_link", "{rubbish}");
        assert_eq!(desk.asked.len(), asked);
    }
    let mut desk = checked(NARROW);
    desk.send(Msg::Paste("x".repeat(100_000)));
    assert!(dialog(&desk).typed().len() <= 500);
    desk.screen();
}

#[test]
fn the_next_paste_replaces_a_link_that_was_checked() {
    let mut desk = checked(NARROW);
    // A paste that arrives in two parts is one link.
    let (first, second) = OTHER_LINK.split_at(30);
    desk.send(Msg::Paste(first.to_owned()));
    desk.send(Msg::Paste(second.to_owned()));
    assert_eq!(dialog(&desk).typed(), OTHER_LINK);
    desk.press("Enter");
    desk.send(Msg::Paste(LINK.to_owned()));
    assert_eq!(dialog(&desk).typed(), LINK);
    desk.press("Enter");
    assert_eq!(finding(&desk, "given_link").outcome, Outcome::Ok);
}

#[test]
fn long_findings_scroll_from_the_field_and_from_the_buttons() {
    let mut desk = checked((60, 16));
    desk.press("Down");
    assert_eq!(dialog(&desk).scroll, 1);
    desk.press("End");
    assert!(desk.screen().contains("Restriction"), "{}", desk.screen());
    desk.press("Tab");
    desk.press("Tab");
    desk.press("PageUp");
    desk.press("PageUp");
    assert_eq!(dialog(&desk).scroll, 0);
}

/// Some terminals do not mark a paste.
#[test]
fn a_paste_that_is_not_marked_goes_into_the_field_too() {
    let mut desk = checked(NARROW);
    let keys = OTHER_LINK.chars().map(KeyCode::Char).map(KeyEvent::from);
    desk.send(Msg::Keys(keys.collect()));
    assert_eq!(dialog(&desk).typed(), OTHER_LINK);
    assert!(desk.state.toasts.is_empty(), "{}", desk.toast());
    // A held key is none.
    let mut desk = checked(NARROW);
    let held = std::iter::repeat_n(KeyEvent::from(KeyCode::Char('j')), 5);
    desk.send(Msg::Keys(held.collect()));
    assert_eq!(dialog(&desk).typed(), "");
}

#[test]
fn a_gateway_without_the_calls_gets_no_false_claim() {
    let mut desk = Harness::opened(WIDE);
    desk.press("W");
    let absent = || CallFailure {
        status: Some(404),
        code: "not_found".to_owned(),
        ..failure(FailureKind::Other)
    };
    let row = Group {
        my_role: None,
        invite_by: None,
        ..group("1", "Allotment")
    };
    desk.answer(&Call::Group(key_of("a", "1")), Reply::Group(Ok(row)));
    desk.answer(&requests(), Reply::Requests(Err(absent())));
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Err(absent())),
    );
    desk.send(Msg::Paste(OTHER_LINK.to_owned()));
    desk.press("Enter");
    desk.answer(&preview_call(OTHER_LINK), Reply::Preview(Err(absent())));
    for (check, seen) in [
        (
            "given_link",
            "this gateway does not report where a link leads",
        ),
        ("requests", "this gateway does not report requests"),
        ("role", "does not report this account's role"),
    ] {
        let found = finding(&desk, check);
        assert_eq!(found.outcome, Outcome::Unknown, "{found:?}");
        assert!(found.seen.contains(seen), "{found:?}");
    }
}

#[test]
fn closing_drops_the_answers_that_are_awaited() {
    let mut desk = Harness::opened(WIDE);
    desk.press("W");
    assert!(desk.is_asked(&requests()));
    desk.press("Esc");
    assert!(!desk.is_asked(&requests()));
}

#[test]
fn nothing_is_asked_while_the_gateway_is_away() {
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    desk.press("BackTab");
    desk.press("BackTab");
    desk.press("r");
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Err(failure(FailureKind::GatewayAway))),
    );
    desk.press("Tab");
    desk.press("W");
    assert!(!desk.is_asked(&requests()));
    for check in ["session", "link", "restriction"] {
        let found = finding(&desk, check);
        assert!(
            found.seen.contains("the gateway does not answer"),
            "{found:?}"
        );
    }
}

#[test]
fn wrong_keys_are_named_and_tab_goes_round() {
    let mut desk = checked(NARROW);
    desk.press("E");
    assert!(
        desk.toast().contains("does nothing here"),
        "{}",
        desk.toast()
    );
    assert_eq!(
        dialog(&desk).focus,
        FieldOrButton::Button(ButtonId::Confirm)
    );
    desk.press("Tab");
    assert_eq!(dialog(&desk).focus, FieldOrButton::Button(ButtonId::Close));
    desk.press("Tab");
    assert_eq!(dialog(&desk).focus, FieldOrButton::Field);
    desk.type_text("rq");
    assert_eq!(dialog(&desk).typed(), "rq", "letters are text in the field");
    desk.press("Enter");
    desk.press("BackTab");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty(), "Close has the focus");
}
