//! A key that may not read sessions: their status is unknown, which is not the same as not connected.

use super::public::{ONE, STALE, choir, list, open, read, recorded, refusal, refused, volunteers};
use super::*;
use crate::api::Capability;
use crate::console::state::{LinkHidden, ResetPhase};

/// A described answer, not a recorded one.
const NOT_CONNECTED: &str =
    r#"{"error": {"code": "not_implemented", "message": "session not connected"}}"#;

const INTERNAL: &str = "invite (row says working, client dropped)";
const NOT_IN_ENGINE: &str = "invite (unpaired)";

fn groups() -> Vec<Group> {
    list(&recorded("groups, first three of many"))
}

/// A desk whose key has `read` and `send`, and one configured session.
fn desk() -> Harness {
    let mut desk = refused(&[ONE]);
    desk.answer(
        &Call::Session(ONE.to_owned()),
        Reply::Session(Err(refusal(403, &recorded("one session without manage")))),
    );
    desk.list(ONE, groups());
    desk.press("Tab");
    desk
}

fn status(desk: &Harness) -> SessionStatus {
    desk.state.sessions.get(ONE).expect("a row").status.clone()
}

fn failed(desk: &Harness) -> String {
    let Invite::Hidden(hidden @ LinkHidden::Failed(_)) = desk.invite() else {
        panic!("{:?}", desk.invite());
    };
    desk.state.hidden_sentence(&volunteers(), hidden)
}

#[test]
fn groups_and_links_of_a_session_of_unknown_status_are_read() {
    let mut desk = desk();
    assert_eq!(status(&desk), SessionStatus::Other("unknown".to_owned()));
    assert_eq!(desk.names().len(), 3);
    open(&mut desk, &volunteers());
    desk.answer(
        &Call::Invite(volunteers()),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    assert_eq!(desk.shown(), Some(LINK));
    desk.press("y");
    assert_eq!(desk.copied(), Some(LINK));
}

#[test]
fn only_the_missing_capability_is_reported_as_missing() {
    let desk = desk();
    assert!(!desk.state.lacks(Capability::Read));
    assert!(desk.state.lacks(Capability::Manage));
    let listed = desk.state.failures_in_full();
    assert!(!listed.contains("`read`"), "{listed}");
    assert!(listed.contains("`manage`"), "{listed}");
}

#[test]
fn a_refused_link_is_explained() {
    for (status, body, words) in [
        (
            501,
            NOT_CONNECTED.to_owned(),
            "is not connected to WhatsApp",
        ),
        (404, recorded(NOT_IN_ENGINE), "engine does not have it"),
        (500, recorded(INTERNAL), "is not connected to WhatsApp"),
    ] {
        let mut desk = desk();
        open(&mut desk, &volunteers());
        desk.answer(
            &Call::Invite(volunteers()),
            Reply::Invite(Err(refusal(status, &body))),
        );
        let sentence = failed(&desk);
        assert!(sentence.contains(words), "{status}: {sentence}");
        assert!(!sentence.contains("not found"), "{status}: {sentence}");
    }
}

#[test]
fn a_500_is_not_blamed_on_the_role_of_an_account_that_is_an_admin() {
    let mut desk = desk();
    // The account's own row, with the JID that the session would report.
    let row = &mut desk.state.sessions.rows[0];
    row.wa_lid = list::<GroupMember>(STALE)
        .into_iter()
        .find(|member| member.role.is_admin())
        .map(|member| member.lid);
    open(&mut desk, &choir());
    desk.answer(&Call::Members(choir()), Reply::Members(Ok(list(STALE))));
    desk.answer(
        &Call::Invite(choir()),
        Reply::Invite(Err(refusal(500, &recorded(INTERNAL)))),
    );
    let Invite::Hidden(hidden) = desk.invite() else {
        panic!("{:?}", desk.invite());
    };
    let sentence = desk.state.hidden_sentence(&choir(), hidden);
    assert!(sentence.contains("Perhaps"), "{sentence}");
    assert!(sentence.contains("not connected"), "{sentence}");
    assert!(!sentence.contains("admin"), "{sentence}");
}

#[test]
fn resets_and_saves_are_not_refused_for_an_unknown_status() {
    let mut desk = desk();
    open(&mut desk, &volunteers());
    desk.press("R");
    assert!(matches!(
        desk.top(),
        Some(Layer::Reset(dialog)) if dialog.phase == ResetPhase::Asking
    ));
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(refusal(
        404,
        &recorded("reset invite (unpaired)"),
    ))));
    let Some(Layer::Reset(dialog)) = desk.top() else {
        panic!("no dialog");
    };
    let ResetPhase::Failed(failure) = &dialog.phase else {
        panic!("{:?}", dialog.phase);
    };
    let sentence = desk.state.sentence(failure, Some(&volunteers()));
    assert!(sentence.contains("engine does not have it"), "{sentence}");
}

#[test]
fn groups_of_such_a_session_count_as_invitable() {
    let mut desk = desk();
    desk.press("i");
    assert_eq!(desk.names().len(), 3);
}

#[test]
fn a_status_that_arrives_later_counts() {
    let mut desk = desk();
    desk.realtime(RealtimeEvent::Connected);
    open(&mut desk, &volunteers());
    desk.answer(
        &Call::Invite(volunteers()),
        Reply::Invite(Err(refusal(501, NOT_CONNECTED))),
    );
    assert!(!desk.asks_for_link());
    desk.status(ONE, "working");
    desk.wait(1_000);
    desk.answer(
        &Call::Invite(volunteers()),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    assert_eq!(desk.shown(), Some(LINK));
    desk.status(ONE, "stopped");
    assert_eq!(desk.shown(), None);
}

#[test]
fn a_refused_session_is_not_read_every_few_seconds() {
    let mut desk = desk();
    let call = Call::Session(ONE.to_owned());
    for _ in 0..5 {
        desk.wait(5_000);
        assert!(!desk.is_asked(&call), "a key's capabilities rarely change");
    }
    desk.wait(60_000);
    assert!(desk.is_asked(&call), "the key may have been replaced");
}

/// The endpoint of one group answers 200 through any session.
#[test]
fn a_group_missing_from_the_sessions_own_list_is_not_shown() {
    let mut desk = desk();
    desk.realtime(RealtimeEvent::Connected);
    desk.list(ONE, groups());
    let stranger = GroupKey {
        session: ONE.to_owned(),
        jid: "120363000000000099@g.us".to_owned(),
    };
    let event = json!({"groupJid": stranger.jid, "subject": "Elsewhere"});
    desk.event(EventKind::GroupUpdate, ONE, event);
    if desk.is_asked(&Call::Group(stranger.clone())) {
        let row = Group {
            group_jid: stranger.jid.clone(),
            subject: Some("Elsewhere".to_owned()),
            ..Group::default()
        };
        desk.answer(&Call::Group(stranger.clone()), Reply::Group(Ok(row)));
    }
    assert!(desk.state.groups.get(&stranger).is_none());
    desk.list(ONE, groups());
    assert!(desk.state.groups.get(&stranger).is_none());
    assert_eq!(desk.names().len(), 3);
    assert!(
        !desk.is_asked(&Call::Group(stranger)),
        "and it is not read again"
    );
}

#[test]
fn a_session_that_becomes_readable_is_shown_with_its_status() {
    let mut desk = desk();
    desk.press("r");
    desk.wait(60_000);
    desk.answer(
        &Call::Session(ONE.to_owned()),
        Reply::Session(Ok(read(&recorded("one session (working in the table)")))),
    );
    assert_eq!(status(&desk), SessionStatus::Working);
}
