//! "Add an account", from the name to the first groups, and every way it can fail.

use super::*;
use crate::api::{Capability, FieldError, PairingCode, QrCode};
use crate::console::layout::{pair_buttons, pair_way};
use crate::console::state::{
    ButtonId, Link, PairFocus, PairStep, Pairing, Pane, Scope, Trouble, Way,
};
use crate::console::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const BROAD: (u16, u16) = (100, 40);
const PHONE: &str = "+62 812-3456-7890";

fn unlinked(id: &str, status: SessionStatus) -> Session {
    Session {
        id: id.to_owned(),
        label: Some("Front desk".to_owned()),
        status,
        updated_at: START,
        ..Session::default()
    }
}

fn text(nth: u8) -> String {
    format!("2@{nth}{}", "x".repeat(242))
}

fn qr(desk: &Desk, nth: u8, seconds: i64) -> Reply {
    Reply::PairingQr(Ok(QrCode {
        code: text(nth),
        expires_at: Some(desk.state.now + seconds * 1_000),
    }))
}

fn refused(code: &str, kind: FailureKind) -> Failure {
    Failure {
        code: code.to_owned(),
        ..failure(kind)
    }
}

fn created() -> Call {
    Call::CreateSession {
        label: Some("Front desk".to_owned()),
    }
}

fn qr_call() -> Call {
    Call::PairingQr("new".to_owned())
}

fn session_call() -> Call {
    Call::Session("new".to_owned())
}

fn code_call() -> Call {
    Call::PairingCode {
        session: "new".to_owned(),
        phone: "6281234567890".to_owned(),
    }
}

impl Desk {
    /// The overlay is open, nothing has been sent.
    fn adding(size: (u16, u16)) -> Self {
        let mut desk = Self::ready(size);
        desk.press("BackTab");
        desk.press("a");
        desk
    }

    /// The account was added, its first QR code is asked for.
    fn added(size: (u16, u16)) -> Self {
        let mut desk = Self::adding(size);
        desk.type_text("Front desk");
        desk.press("Enter");
        let new = unlinked("new", SessionStatus::Starting);
        desk.answer(&created(), Reply::SessionCreated(Ok(new)));
        desk.relist(SessionStatus::Starting);
        desk.list("new", Vec::new());
        desk
    }

    /// The first QR code is there.
    fn with_code(size: (u16, u16)) -> Self {
        let mut desk = Self::added(size);
        let reply = qr(&desk, 1, 60);
        desk.answer(&qr_call(), reply);
        desk
    }

    /// The code to type is there.
    fn typed(size: (u16, u16)) -> Self {
        let mut desk = Self::with_code(size);
        desk.press("Tab");
        desk.type_text(PHONE);
        desk.press("Enter");
        let code = "ABCD1234".to_owned();
        desk.answer(&code_call(), Reply::PairingCode(Ok(PairingCode { code })));
        desk
    }

    fn relist(&mut self, status: SessionStatus) {
        let rows = vec![
            session("a", SessionStatus::Working),
            session("b", SessionStatus::Stopped),
            unlinked("new", status),
        ];
        self.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    }

    #[track_caller]
    fn pairing(&self) -> &Pairing {
        let layers = self.state.layers.iter();
        let mut found = layers.filter_map(|layer| match layer {
            Layer::Pair(pairing) => Some(&**pairing),
            _ => None,
        });
        found.next().expect("the overlay is open")
    }

    #[track_caller]
    fn trouble(&self) -> &Trouble {
        match &self.pairing().step {
            PairStep::Trouble(trouble) => trouble,
            step => panic!("{step:?} is no trouble"),
        }
    }

    fn code(&self) -> Option<&str> {
        Some(self.pairing().qr.as_ref()?.code.reveal())
    }

    fn screen(&self) -> String {
        let (columns, rows) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        terminal.backend().to_string()
    }
}

#[test]
fn the_account_is_added_once_whatever_is_pressed() {
    let mut desk = Desk::adding(BROAD);
    desk.type_text("Front desk");
    for _ in 0..3 {
        desk.press("Enter");
        desk.press("Tab");
    }
    assert_eq!(desk.change(), created());
    let new = unlinked("new", SessionStatus::Starting);
    desk.answer(&created(), Reply::SessionCreated(Ok(new)));
    assert_eq!(desk.count(&qr_call()), 1);
    assert_eq!(
        desk.state.sessions.scope(),
        Scope::Session("new".to_owned())
    );
    for key in ["Enter", "Enter", "Tab", "Tab", "Enter", "Esc", "Enter"] {
        desk.press(key);
        assert!(!desk.is_asked(&created()));
    }
}

#[test]
fn nothing_is_asked_on_leaving_before_anything_was_added() {
    let mut desk = Desk::adding(BROAD);
    desk.press("Esc");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    desk.press("a");
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
}

#[test]
fn a_name_that_is_too_long_is_not_sent() {
    let mut desk = Desk::adding(BROAD);
    desk.send(Msg::Paste("x".repeat(101)));
    desk.press("Enter");
    assert!(desk.asked.is_empty());
    assert!(desk.pairing().fault.as_ref().unwrap().contains("101"));
    desk.press("Backspace");
    desk.press("Enter");
    assert!(
        matches!(desk.change(), Call::CreateSession { label: Some(label) } if label.len() == 100)
    );
}

#[test]
fn what_the_gateway_says_of_the_name_stands_at_the_name() {
    let mut desk = Desk::adding(BROAD);
    desk.press("Enter");
    let mut failure = refused("validation_error", FailureKind::Other);
    failure.fields.push(FieldError {
        field: "label".to_owned(),
        message: "is taken".to_owned(),
    });
    desk.answer_change(Reply::SessionCreated(Err(failure)));
    assert_eq!(desk.pairing().step, PairStep::Label);
    assert!(desk.screen().contains("is taken"));
}

#[test]
fn without_an_answer_nobody_knows_whether_it_was_added() {
    let mut desk = Desk::adding(BROAD);
    desk.press("Enter");
    let away = failure(FailureKind::GatewayAway);
    desk.answer_change(Reply::SessionCreated(Err(away)));
    assert!(desk.screen().contains("Perhaps it was added"));
    assert!(desk.is_asked(&Call::Sessions));
    desk.press("Enter");
    assert_eq!(
        desk.pairing().step,
        PairStep::Label,
        "not sent again by itself"
    );
    assert_eq!(desk.asked.len(), 1);
}

#[test]
fn the_code_rotates_and_counts_down() {
    let mut desk = Desk::with_code(BROAD);
    assert_eq!(desk.code(), Some(text(1).as_str()));
    assert!(desk.screen().contains("Next code in 60 s"));
    desk.wait(45_000);
    assert!(desk.screen().contains("Next code in 15 s"));
    let payload = json!({"code": text(2), "expiresAt": desk.state.now + 20_000});
    desk.event(EventKind::AuthQr, "new", payload);
    assert_eq!(desk.code(), Some(text(2).as_str()));
    assert!(desk.screen().contains("Next code in 20 s"));
    let other = json!({"code": text(3)});
    desk.event(EventKind::AuthQr, "b", other);
    assert_eq!(desk.code(), Some(text(2).as_str()), "another session's");
}

#[test]
fn without_realtime_the_code_is_polled_but_pairing_never_begins_anew_by_itself() {
    let mut desk = Desk::added(BROAD);
    desk.lose_realtime();
    let not_ready = refused("not_found", FailureKind::Other);
    desk.answer(&qr_call(), Reply::PairingQr(Err(not_ready)));
    assert_eq!(desk.pairing().step, PairStep::Link);
    desk.wait(2_000);
    assert!(!desk.is_asked(&qr_call()));
    let waits = unlinked("new", SessionStatus::ScanQrCode);
    desk.answer(&session_call(), Reply::Session(Ok(waits)));
    let reply = qr(&desk, 1, 20);
    desk.answer(&qr_call(), reply);
    desk.wait(20_500);
    let mut ended = unlinked("new", SessionStatus::Failed);
    ended.status_reason = Some("nobody scanned".to_owned());
    desk.answer(&session_call(), Reply::Session(Ok(ended)));
    assert!(!desk.is_asked(&qr_call()));
    assert!(
        matches!(desk.trouble(), Trouble::Ended { reason: Some(reason), .. } if reason == "nobody scanned")
    );
    assert!(desk.code().is_none());
    assert!(desk.screen().contains("nobody scanned"));
    desk.press("Enter");
    assert!(desk.is_asked(&qr_call()), "Try again");
    assert_eq!(
        desk.pairing().step,
        PairStep::Link,
        "the old end is not this one's"
    );
}

#[test]
fn a_small_window_shows_the_other_way_and_a_larger_one_the_code_again() {
    let mut desk = Desk::with_code(NARROW);
    assert_eq!(pair_way(&desk.state, desk.pairing()), Way::Code);
    assert!(desk.screen().contains("needs 16 more rows"));
    assert!(desk.pairing().focus.is_field());
    let (columns, rows) = (80, 40);
    desk.send(Msg::Resize { columns, rows });
    assert_eq!(pair_way(&desk.state, desk.pairing()), Way::Qr);
    assert_eq!(desk.pairing().focus, PairFocus::Button(ButtonId::Swap));
    let (columns, rows) = NARROW;
    desk.send(Msg::Resize { columns, rows });
    desk.type_text("62");
    let (columns, rows) = BROAD;
    desk.send(Msg::Resize { columns, rows });
    assert_eq!(
        pair_way(&desk.state, desk.pairing()),
        Way::Code,
        "a number that is being typed is not taken away"
    );
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(pair_way(&desk.state, desk.pairing()), Way::Qr);
}

#[test]
fn a_number_is_checked_before_it_is_sent() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Tab");
    desk.type_text("0812");
    desk.press("Enter");
    assert!(desk.asked.is_empty());
    assert!(
        desk.screen()
            .contains("country code, such as 62, not with 0")
    );
    for _ in 0..4 {
        desk.press("Backspace");
    }
    desk.type_text(PHONE);
    desk.press("Enter");
    desk.press("Enter");
    assert_eq!(desk.change(), code_call());
}

#[test]
fn the_code_to_type_is_shown_with_its_age_and_can_be_renewed() {
    let mut desk = Desk::typed(BROAD);
    assert!(desk.screen().contains("ABCD-1234"));
    assert!(desk.screen().contains("it is 0 s old"));
    desk.wait(65_000);
    assert!(desk.screen().contains("it is 65 s old"));
    desk.wait(120_000);
    assert!(desk.screen().contains("has run out, most likely"));
    desk.press("Enter");
    assert_eq!(desk.change(), code_call());
    assert!(!desk.screen().contains("ABCD-1234"));
    desk.answer_change(Reply::PairingCode(Ok(PairingCode {
        code: "WXYZ5678".to_owned(),
    })));
    assert!(desk.screen().contains("WXYZ-5678"));
}

#[test]
fn codes_leave_the_screen_and_the_state_with_the_overlay() {
    for mut desk in [Desk::with_code(BROAD), Desk::typed(BROAD)] {
        desk.press("Esc");
        assert!(!desk.screen().contains("ABCD-1234"));
        assert!(!desk.screen().contains("▄▄▄▄▄"), "the QR code");
        desk.press("Enter");
        assert!(desk.state.layers.is_empty());
        assert!(
            desk.state
                .toasts
                .iter()
                .all(|toast| !toast.text.contains("2@"))
        );
        let late = json!({"code": text(9)});
        desk.event(EventKind::AuthQr, "new", late);
        assert!(desk.state.layers.is_empty());
    }
}

#[test]
fn leaving_a_half_session_asks_with_the_careful_answer_in_focus() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Esc");
    assert!(matches!(desk.pairing().step, PairStep::AskLeave(None)));
    assert_eq!(desk.pairing().focus, PairFocus::Button(ButtonId::Keep));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    assert!(desk.asked.is_empty(), "nothing is removed");
    assert!(desk.toast().contains("Front desk is kept"));
}

#[test]
fn going_on_after_the_question_waits_for_the_phone_again() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Esc");
    desk.press("Right");
    desk.press("Enter");
    assert_eq!(desk.pairing().step, PairStep::Link);
    assert_eq!(desk.code(), Some(text(1).as_str()));
}

#[test]
fn removing_leaves_nothing_behind() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    let call = Call::DeleteSession("new".to_owned());
    assert_eq!(desk.change(), call);
    desk.press("Enter");
    desk.answer(&call, Reply::SessionDeleted(Ok(())));
    assert!(desk.state.layers.is_empty());
    assert!(desk.state.sessions.get("new").is_none());
    assert!(desk.toast().contains("Front desk was removed"));
}

#[test]
fn a_removal_that_fails_asks_again() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    let failure = refused("internal", FailureKind::Other);
    desk.answer_change(Reply::SessionDeleted(Err(failure)));
    assert!(desk.screen().contains("Not removed"));
    assert_eq!(desk.pairing().focus, PairFocus::Button(ButtonId::Keep));
}

#[test]
fn quitting_asks_about_the_half_session_first() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Ctrl-c");
    assert!(matches!(desk.pairing().step, PairStep::AskLeave(None)));
    assert!(desk.others.is_empty());
    desk.press("Ctrl-c");
    assert_eq!(desk.others, [Effect::Quit]);
}

#[test]
fn leaving_while_it_is_added_says_what_became_of_it() {
    let mut desk = Desk::adding(BROAD);
    desk.type_text("Front desk");
    desk.press("Enter");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.press("a");
    assert!(desk.state.layers.is_empty(), "no second one meanwhile");
    let new = unlinked("new", SessionStatus::Starting);
    desk.answer(&created(), Reply::SessionCreated(Ok(new)));
    assert!(
        desk.toast()
            .contains("Front desk was added, not linked yet")
    );
    assert!(!desk.is_asked(&qr_call()));
}

#[test]
fn a_scan_leads_straight_to_the_groups() {
    let mut desk = Desk::with_code(BROAD);
    let payload = json!({"jid": "6281234567890:7@s.whatsapp.net"});
    desk.event(EventKind::AuthCode, "new", payload);
    assert!(matches!(desk.pairing().step, PairStep::Linked(_)));
    assert!(desk.screen().contains("✔ +62 812-3456-7890 is linked."));
    assert!(desk.code().is_none());
    assert_eq!(desk.state.focus, Pane::Groups);
    desk.status("new", "working");
    desk.list("new", vec![group("8", "Market")]);
    assert!(desk.screen().contains("1 group so far"));
    desk.wait(1_500);
    desk.list("new", vec![group("8", "Market"), group("9", "Neighbours")]);
    assert!(desk.screen().contains("2 groups so far"));
    desk.wait(1_500);
    desk.list("new", vec![group("8", "Market"), group("9", "Neighbours")]);
    desk.wait(1_500);
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.toast(), "+62 812-3456-7890 is linked: 2 groups");
    assert_eq!(desk.names(), ["Market", "Neighbours"]);
}

#[test]
fn a_status_of_working_is_enough_where_no_event_tells() {
    let mut desk = Desk::with_code(BROAD);
    desk.lose_realtime();
    desk.wait(5_000);
    let rows = vec![
        session("a", SessionStatus::Working),
        Session {
            phone_number: Some("12025550123".to_owned()),
            ..unlinked("new", SessionStatus::Working)
        },
    ];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert!(desk.screen().contains("+1 202-5550-123 is linked"));
}

#[test]
fn an_end_is_told_with_its_reason_and_a_way_on() {
    let mut desk = Desk::with_code(BROAD);
    let payload = json!({"status": "failed", "reason": "pairing \u{1b}expired"});
    desk.event(EventKind::SessionStatus, "new", payload);
    let screen = desk.screen();
    assert!(screen.contains("expired") && screen.contains("[ Try again ]"));
    desk.press("Esc");
    assert!(matches!(desk.pairing().step, PairStep::AskLeave(None)));
}

#[test]
fn a_phone_that_is_linked_already_ends_it() {
    let mut desk = Desk::added(BROAD);
    let conflict = refused("conflict", FailureKind::Other);
    desk.answer(&qr_call(), Reply::PairingQr(Err(conflict)));
    assert_eq!(*desk.trouble(), Trouble::Paired);
    assert!(desk.screen().contains("linked to this account already"));
    desk.status("new", "working");
    assert!(matches!(desk.pairing().step, PairStep::Linked(_)));
}

#[test]
fn throttled_it_waits_before_it_can_be_tried_again() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Tab");
    desk.type_text(PHONE);
    desk.press("Enter");
    let limited = refused("rate_limited", FailureKind::RateLimited { wait: Some(30) });
    desk.answer(&code_call(), Reply::PairingCode(Err(limited)));
    assert!(desk.screen().contains("Wait 30 s"));
    assert!(desk.screen().contains("[ Try again in 30 s ]"));
    assert_eq!(desk.pairing().focus, PairFocus::Button(ButtonId::Close));
    desk.wait(30_000);
    assert!(desk.screen().contains("[ Try again ]"));
    desk.press("Left");
    desk.press("Enter");
    assert_eq!(desk.pairing().step, PairStep::Link);
}

#[test]
fn a_missing_capability_is_told_and_greys_it_out() {
    let mut desk = Desk::adding(BROAD);
    desk.press("Enter");
    let forbidden = failure(FailureKind::MissingCapability {
        capability: "manage".to_owned(),
    });
    desk.answer_change(Reply::SessionCreated(Err(forbidden)));
    assert!(desk.screen().contains("lacks the capability `manage`"));
    assert!(desk.state.lacks(Capability::Manage));
    desk.press("Esc");
    desk.press("a");
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("manage"));
}

#[test]
fn it_goes_on_by_itself_when_the_gateway_is_back() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("Esc");
    desk.press("Right");
    desk.press("Enter");
    let away = failure(FailureKind::GatewayAway);
    desk.answer(&session_call(), Reply::Session(Err(away)));
    assert!(matches!(desk.state.link, Link::Away { .. }));
    assert_eq!(*desk.trouble(), Trouble::Away);
    assert!(desk.code().is_none());
    desk.wait(1_000);
    desk.relist(SessionStatus::ScanQrCode);
    assert_eq!(desk.pairing().step, PairStep::Link);
    assert!(desk.is_asked(&qr_call()));
}

#[test]
fn a_session_that_somebody_removed_is_told() {
    let mut desk = Desk::with_code(BROAD);
    desk.press("F1");
    desk.lose_realtime();
    desk.wait(5_000);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert_eq!(*desk.trouble(), Trouble::Gone);
    desk.press("Esc");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty(), "nothing is left to ask about");
}

#[test]
fn an_unlinked_session_is_linked_again_with_enter_start_or_a() {
    for key in ["Enter", "s", "a"] {
        let mut desk = Desk::ready(BROAD);
        desk.press("BackTab");
        desk.status("b", "logged_out");
        desk.press("End");
        desk.press(key);
        assert_eq!(desk.pairing().session.as_deref(), Some("b"));
        assert!(desk.is_asked(&Call::PairingQr("b".to_owned())));
        assert!(!desk.pairing().created);
        desk.press("Esc");
        assert!(
            desk.state.layers.is_empty(),
            "nothing was added, nothing is asked"
        );
        assert!(desk.asked.is_empty());
    }
}

#[test]
fn every_step_can_be_left_with_the_keys() {
    for desk in [
        Desk::adding(NARROW),
        Desk::added(NARROW),
        Desk::with_code(BROAD),
        Desk::typed(BROAD),
    ] {
        let mut desk = desk;
        let buttons = pair_buttons(&desk.state, desk.pairing());
        assert!(buttons.iter().any(|button| button.id == ButtonId::Cancel));
        desk.press("Esc");
        desk.press("Esc");
        assert!(desk.state.layers.is_empty());
    }
}
