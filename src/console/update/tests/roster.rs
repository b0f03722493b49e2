//! "Members": marks, adding, and changes person by person.

use super::*;
use crate::api::{PartialMembers, PrivateInvite, RefusedMember};
use crate::console::effect::MemberChange;
use crate::console::state::{PersonOutcome, RosterDialog, RosterPhase};

const NUMBER: &str = "6281234567890@s.whatsapp.net";

fn dialog(desk: &Harness) -> &RosterDialog {
    match desk.top() {
        Some(Layer::Roster(dialog)) => dialog,
        _ => panic!("the members are not open"),
    }
}

fn outcomes(desk: &Harness) -> Vec<PersonOutcome> {
    let work = dialog(desk).work().expect("a change");
    work.lines.iter().map(|line| line.outcome.clone()).collect()
}

/// The members of the first group are open and read.
fn open(size: (u16, u16)) -> Harness {
    let mut desk = Harness::opened(size);
    desk.press("M");
    let call = Call::Members(key_of("a", "1"));
    desk.answer(&call, Reply::Members(Ok(members())));
    desk
}

fn change(change: MemberChange, members: &[&str]) -> Call {
    Call::ChangeMembers {
        group: key_of("a", "1"),
        change,
        members: members.iter().map(|jid| (*jid).to_owned()).collect(),
    }
}

fn lost() -> CallFailure {
    CallFailure::lost_answer("lost", true)
}

/// Adds the pasted people, up to the call.
fn add(desk: &mut Harness, people: &str) {
    desk.press("a");
    desk.send(Msg::Paste(people.to_owned()));
    desk.press("Ctrl-s");
    desk.press("Left");
    desk.press("Enter");
}

#[test]
fn nothing_is_sent_before_the_question_is_answered() {
    let mut desk = open(WIDE);
    desk.press("a");
    desk.send(Msg::Paste(
        "Budi +62 812-3456-7890, not a number".to_owned(),
    ));
    assert!(
        desk.screen().contains("+62 812-3456-7890"),
        "{}",
        desk.screen()
    );
    desk.send(Msg::Paste("\n12345".to_owned()));
    assert!(desk.screen().contains("✘ 12345"), "{}", desk.screen());
    desk.press("Ctrl-s");
    assert!(matches!(dialog(&desk).phase, RosterPhase::Adding(_)));
    for _ in 0..6 {
        desk.press("Backspace");
    }
    desk.press("Ctrl-s");
    assert!(desk.screen().contains("Add people?"), "{}", desk.screen());
    // Cancel has the focus.
    desk.press("Enter");
    assert!(matches!(dialog(&desk).phase, RosterPhase::Adding(_)));
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
    desk.press("Ctrl-s");
    desk.press("Left");
    desk.press("Enter");
    assert_eq!(desk.change(), change(MemberChange::Add, &[NUMBER]));
    desk.answer_change(Reply::MembersChanged(Ok(())));
    assert_eq!(desk.toast(), "Allotment: 1 person added");
    assert!(matches!(dialog(&desk).phase, RosterPhase::List));
    assert!(dialog(&desk).pasted.people.is_empty());
}

#[test]
fn a_private_invite_can_be_copied_and_what_was_typed_stays() {
    for size in [WIDE, NARROW] {
        let mut desk = open(size);
        add(&mut desk, "+62 812-3456-7890\n+62 812-3456-7891");
        let invite = PrivateInvite {
            jid: NUMBER.to_owned(),
            code: "AbCdEf1234567890XyZ12".to_owned(),
            expires_at: None,
        };
        let refused = CallFailure {
            members: Some(Box::new(PartialMembers {
                applied: vec!["6281234567891@s.whatsapp.net".to_owned()],
                failed: vec![RefusedMember {
                    jid: NUMBER.to_owned(),
                    message: "pri\u{1b}vacy".to_owned(),
                    invite: Some(invite),
                }],
            })),
            ..failure(FailureKind::Other)
        };
        desk.answer_change(Reply::MembersChanged(Err(refused)));
        assert_eq!(outcomes(&desk)[1], PersonOutcome::Applied);
        let screen = desk.screen();
        assert!(screen.contains("1 of 2 done"), "{screen}");
        assert!(screen.contains("private invite"), "{screen}");
        assert!(!screen.contains('\u{1b}'), "{screen}");
        desk.press("y");
        assert_eq!(desk.copied(), Some(LINK));
        desk.press("Esc");
        desk.press("a");
        assert_eq!(dialog(&desk).pasted.people.len(), 2);
    }
}

#[test]
fn marked_members_are_removed_one_by_one() {
    let mut desk = open(WIDE);
    // The creator and the admin come first.
    for _ in 0..3 {
        desk.press("Space");
    }
    desk.press("d");
    let screen = desk.screen();
    assert!(screen.contains("Remove members?"), "{screen}");
    assert!(
        screen.contains("creator, whose removal WhatsApp refuses"),
        "{screen}"
    );
    desk.press("Left");
    desk.press("Enter");
    assert_eq!(desk.change(), change(MemberChange::Remove, &["7@lid"]));
    desk.answer_change(Reply::MembersChanged(Err(failure(FailureKind::Other))));
    assert_eq!(desk.change(), change(MemberChange::Remove, &["6@lid"]));
    desk.answer_change(Reply::MembersChanged(Ok(())));
    desk.answer_change(Reply::MembersChanged(Err(failure(FailureKind::Offline))));
    let outcomes = outcomes(&desk);
    assert!(matches!(outcomes[0], PersonOutcome::Refused(_)));
    assert_eq!(outcomes[1], PersonOutcome::Applied);
    assert!(matches!(outcomes[2], PersonOutcome::Refused(_)));
}

#[test]
fn what_stops_one_call_for_everybody_stops_the_rest() {
    let mut desk = open(WIDE);
    desk.press("Space");
    desk.press("Space");
    desk.press("p");
    desk.press("Left");
    desk.press("Enter");
    desk.answer_change(Reply::MembersChanged(Err(failure(FailureKind::NotAdmin))));
    assert!(matches!(outcomes(&desk)[0], PersonOutcome::Refused(_)));
    assert_eq!(outcomes(&desk)[1], PersonOutcome::NotTried);
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
}

#[test]
fn a_lost_answer_is_looked_up_among_the_members_and_not_sent_again() {
    for (there, done) in [(true, true), (false, false)] {
        let mut desk = open(WIDE);
        add(&mut desk, "+62 812-3456-7890");
        desk.answer_change(Reply::MembersChanged(Err(lost())));
        assert!(
            desk.screen().contains("Reading the members"),
            "{}",
            desk.screen()
        );
        let mut now = members();
        if there {
            now.push(GroupMember {
                lid: "9@lid".to_owned(),
                phone_number: Some("6281234567890".to_owned()),
                ..GroupMember::default()
            });
        }
        let call = Call::Members(key_of("a", "1"));
        desk.answer(&call, Reply::Members(Ok(now)));
        assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
        if done {
            assert_eq!(desk.toast(), "Allotment: 1 person added");
        } else {
            assert_eq!(outcomes(&desk), [PersonOutcome::Unknown]);
        }
    }
}

#[test]
fn a_member_sees_why_nothing_can_be_changed() {
    let mut desk = Harness::ready(WIDE);
    desk.press("Down");
    desk.press("Down");
    desk.press("M");
    assert_eq!(dialog(&desk).name, "Choir");
    let screen = desk.screen();
    assert!(screen.contains("not an admin"), "{screen}");
    desk.press("a");
    assert!(matches!(dialog(&desk).phase, RosterPhase::List));
}

#[test]
fn the_filter_leaves_the_members_that_match() {
    let mut desk = open(NARROW);
    desk.press("/");
    desk.type_text("ana");
    assert_eq!(dialog(&desk).shown.len(), 1);
    desk.press("Enter");
    desk.press("Space");
    assert_eq!(dialog(&desk).marked.len(), 1);
    assert!(desk.screen().contains("1 marked"), "{}", desk.screen());
}

#[test]
fn while_the_gateway_is_away_nobody_is_refused() {
    let mut desk = open(WIDE);
    add(&mut desk, "+62 812-3456-7890");
    desk.answer_change(Reply::MembersChanged(Err(failure(
        FailureKind::GatewayAway,
    ))));
    assert_eq!(outcomes(&desk), [PersonOutcome::NotTried]);
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
}

#[test]
fn marks_that_the_filter_hides_are_said_and_esc_clears_the_filter_first() {
    let mut desk = open(WIDE);
    desk.press("Space");
    desk.press("/");
    desk.type_text("nobody is called so");
    desk.press("Enter");
    let screen = desk.screen();
    assert!(screen.contains("1 marked (1 hidden)"), "{screen}");
    desk.press("Esc");
    let screen = desk.screen();
    assert!(
        screen.contains("1 marked") && !screen.contains("hidden"),
        "{screen}"
    );
    desk.press("Esc");
    assert!(desk.top().is_none());
}
