//! "New group": creation in steps, and joining by a link.

use super::*;
use crate::api::{GroupInfo, InvitePreview, JoinedGroup};
use crate::console::state::{NewGroupDialog, NewGroupPhase};

fn dialog(desk: &Harness) -> &NewGroupDialog {
    match desk.top() {
        Some(Layer::NewGroup(dialog)) => dialog,
        _ => panic!("the dialog is not open"),
    }
}

fn done(desk: &Harness) -> &str {
    match &dialog(desk).phase {
        NewGroupPhase::Done(words) => words,
        phase => panic!("{phase:?}"),
    }
}

/// The dialog with a name, on the button "Create".
fn named(size: (u16, u16), people: &str) -> Harness {
    let mut desk = Harness::ready(size);
    desk.press("N");
    desk.type_text("Sunday walk");
    // Description, six settings, people.
    for _ in 0..8 {
        desk.press("Tab");
    }
    desk.send(Msg::Paste(people.to_owned()));
    desk.press("Tab");
    desk
}

fn info() -> GroupInfo {
    GroupInfo {
        group_jid: "9@g.us".to_owned(),
        ..GroupInfo::default()
    }
}

fn create(members: &[&str]) -> Call {
    Call::CreateGroup {
        session: "a".to_owned(),
        name: "Sunday walk".to_owned(),
        members: members.iter().map(|jid| (*jid).to_owned()).collect(),
    }
}

#[test]
fn a_group_is_created_then_its_settings_then_its_people_are_read() {
    for size in [WIDE, NARROW] {
        let mut desk = Harness::ready(size);
        desk.press("N");
        desk.type_text("Sunday walk");
        desk.press("Tab");
        desk.type_text("At ten");
        desk.press("Tab");
        desk.press("Space");
        for _ in 0..6 {
            desk.press("Tab");
        }
        desk.send(Msg::Paste("Budi +62 812-3456-7890".to_owned()));
        assert!(
            desk.screen().contains("1 person understood"),
            "{}",
            desk.screen()
        );
        desk.press("Tab");
        desk.press("Enter");
        assert_eq!(desk.change(), create(&["6281234567890@s.whatsapp.net"]));
        desk.answer_change(Reply::GroupCreated(Ok(info())));
        let Call::Update { group, patch } = desk.change() else {
            panic!("{:?}", desk.change());
        };
        assert_eq!(group, key_of("a", "9"));
        assert_eq!(patch.description.as_deref(), Some("At ten"));
        assert_eq!(patch.announce, Some(true));
        assert_eq!(patch.locked, None);
        desk.answer_change(Reply::Updated(Ok(None)));
        desk.answer(&Call::Members(key_of("a", "9")), {
            let own = GroupMember {
                lid: "a@lid".to_owned(),
                phone_number: Some("1".to_owned()),
                ..GroupMember::default()
            };
            Reply::Members(Ok(vec![own]))
        });
        assert!(done(&desk).contains("was created"), "{}", done(&desk));
        assert!(
            done(&desk).contains("1 person is not in it"),
            "{}",
            done(&desk)
        );
    }
}

#[test]
fn a_refused_creation_keeps_what_was_typed() {
    let mut desk = named(WIDE, "");
    desk.press("Enter");
    desk.answer_change(Reply::GroupCreated(Err(failure(FailureKind::Other))));
    assert!(matches!(dialog(&desk).phase, NewGroupPhase::Failed(_)));
    assert!(desk.screen().contains("Sunday walk"), "{}", desk.screen());
}

#[test]
fn a_lost_creation_is_looked_up_among_the_groups() {
    for made in [true, false] {
        let mut desk = named(WIDE, "");
        desk.press("Enter");
        let lost = CallFailure::lost_answer("lost", true);
        desk.answer_change(Reply::GroupCreated(Err(lost)));
        let mut groups = vec![group("1", "Allotment")];
        if made {
            groups.push(group("9", "Sunday walk"));
        }
        desk.list("a", groups);
        assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
        let words = if made { "was created" } else { "do not show" };
        assert!(done(&desk).contains(words), "{}", done(&desk));
    }
}

#[test]
fn a_link_is_joined_only_after_its_preview() {
    for pending in [false, true] {
        let mut desk = Harness::ready(NARROW);
        desk.press("N");
        desk.press("BackTab");
        desk.press("Space");
        desk.press("Tab");
        desk.send(Msg::Paste(LINK.to_owned()));
        assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
        let call = Call::Preview {
            session: "a".to_owned(),
            code: "AbCdEf1234567890XyZ12".to_owned(),
        };
        let preview = InvitePreview {
            group_jid: "9@g.us".to_owned(),
            subject: Some("Chess Club".to_owned()),
            participant_count: Some(44),
            join_approval: Some(pending),
            ..InvitePreview::default()
        };
        desk.answer(&call, Reply::Preview(Ok(preview)));
        let screen = desk.screen();
        assert!(screen.contains("Chess Club, 44 members"), "{screen}");
        assert_eq!(
            screen.contains("an admin has to approve"),
            pending,
            "{screen}"
        );
        // An Enter that is held, or was meant for the look-up, joins nothing.
        desk.press("Enter");
        desk.press("Enter");
        assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
        desk.press("Tab");
        desk.press("Enter");
        desk.answer_change(Reply::GroupJoined(Ok(JoinedGroup {
            group_jid: "9@g.us".to_owned(),
            pending,
        })));
        let words = if pending { "has to approve" } else { "Joined" };
        assert!(done(&desk).contains(words), "{}", done(&desk));
    }
}

#[test]
fn what_was_typed_is_lost_only_after_a_question() {
    let mut desk = Harness::ready(NARROW);
    desk.press("N");
    desk.press("Esc");
    assert!(desk.top().is_none(), "nothing was typed");
    desk.press("N");
    desk.type_text("Sunday walk");
    desk.press("Esc");
    assert!(
        desk.screen().contains("the group as typed"),
        "{}",
        desk.screen()
    );
    desk.press("Enter");
    assert!(desk.screen().contains("Sunday walk"), "{}", desk.screen());
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    assert!(desk.top().is_none());
}
