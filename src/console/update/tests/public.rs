//! The public gateway of the same contract: missing features and different answers. The bodies are recorded
//! ones, except for answers that are only described.

use super::*;
use crate::api::{Capability, ErrorBody, List};
use crate::client::ClientError;
use crate::console::state::{LinkHidden, Members};
use serde::de::DeserializeOwned;

pub(super) const ONE: &str = "01KAYV5M3T0000000000000MA1";
const TWO: &str = "01J00000000000000000000TWO";
/// A row of the recorded shape, with an unknown status.
const UNKNOWN: &str =
    r#"{"id": "01J00000000000000000000TWO", "status": "hibernating", "label": "Archive"}"#;
const NULL: &str = r#"{"data": null}"#;
/// Members that show that the account is not an admin.
pub(super) const STALE: &str = r#"{"data": [{"id": 1, "lid": "101000000000001@lid", "role": "member"},
    {"id": 2, "lid": "901@lid", "role": "superadmin", "tag": "Ana"},
    {"id": 3, "lid": "902@lid", "role": "moderator"}]}"#;

/// The body of a recorded answer.
pub(super) fn recorded(name: &str) -> String {
    let all: Vec<Value> = serde_json::from_str(include_str!(
        "../../../../tests/public_gateway/exchanges.json"
    ))
    .unwrap();
    let found = all.iter().find(|exchange| exchange["name"] == name);
    found.unwrap()["response"]["body"].to_string()
}

pub(super) fn read<T: DeserializeOwned>(body: &str) -> T {
    serde_json::from_str(body).unwrap()
}

pub(super) fn list<T: DeserializeOwned>(body: &str) -> Vec<T> {
    read::<List<T>>(body).data
}

pub(super) fn refusal(status: u16, body: &str) -> CallFailure {
    let ErrorBody { error } = read(body);
    CallFailure::from(ClientError::Api {
        status,
        error,
        request_id: None,
        retry_after: None,
    })
}

pub(super) fn volunteers() -> GroupKey {
    GroupKey {
        session: ONE.to_owned(),
        jid: "120363000000007919@g.us".to_owned(),
    }
}

pub(super) fn choir() -> GroupKey {
    GroupKey {
        session: ONE.to_owned(),
        jid: "120363000000015838@g.us".to_owned(),
    }
}

/// A desk that was refused the list of sessions, with these ids in its configuration.
pub(super) fn refused(ids: &[&str]) -> Harness {
    let options = Options {
        session_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        ..options()
    };
    let mut desk = Harness::with(options, WIDE);
    desk.realtime(RealtimeEvent::Unavailable {
        reason: "this gateway offers no realtime events".to_owned(),
    });
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Err(refusal(403, &recorded("list sessions without manage")))),
    );
    desk
}

/// The same, with its two sessions and their groups loaded.
pub(super) fn ready() -> Harness {
    let mut desk = refused(&[ONE, TWO]);
    let one = recorded("one session (working in the table)");
    for (id, body) in [(ONE, one.as_str()), (TWO, UNKNOWN)] {
        desk.answer(
            &Call::Session(id.to_owned()),
            Reply::Session(Ok(read(body))),
        );
    }
    desk.list(ONE, list(&recorded("groups, first three of many")));
    desk.list(TWO, list(NULL));
    desk.press("Tab");
    desk
}

/// Moves the cursor to a group and opens its card.
pub(super) fn open(desk: &mut Harness, key: &GroupKey) {
    desk.press("Home");
    while desk.state.groups.selected().map(|entry| &entry.key) != Some(key) {
        desk.press("Down");
    }
    desk.press("Enter");
}

#[test]
fn sessions_that_cannot_be_listed_are_read_one_by_one() {
    let desk = ready();
    assert!(desk.state.sessions.failure.is_none());
    assert_eq!(desk.state.sessions.connected(), 1);
    assert_eq!(desk.state.session_name(TWO), "Archive");
    assert_eq!(desk.names().len(), 3);
    assert!(desk.state.lacks(Capability::Manage), "greyed");
}

#[test]
fn without_configured_ids_the_message_names_the_setting() {
    let desk = refused(&[]);
    let failure = desk.state.sessions.failure.as_ref().expect("a failure");
    let sentence = desk.state.sessions_sentence(failure);
    assert!(sentence.contains("`manage`"), "{sentence}");
    assert!(sentence.contains("configuration"), "{sentence}");
}

#[test]
fn an_unknown_configured_id_leaves_the_others_working() {
    let mut desk = refused(&[ONE, TWO]);
    desk.answer(
        &Call::Session(ONE.to_owned()),
        Reply::Session(Ok(read(&recorded("one session (working in the table)")))),
    );
    desk.answer(
        &Call::Session(TWO.to_owned()),
        Reply::Session(Err(refusal(404, &recorded("unknown session")))),
    );
    assert!(desk.state.sessions.failure.is_none());
    assert_eq!(desk.state.sessions.connected(), 1);
    let status = &desk.state.sessions.get(TWO).unwrap().status;
    assert_eq!(*status, SessionStatus::Other("not found".to_owned()));
}

#[test]
fn a_gateway_that_answers_reads_by_id_again_is_no_longer_away() {
    let mut desk = ready();
    desk.wait(5_000);
    for id in [ONE, TWO] {
        desk.answer(
            &Call::Session(id.to_owned()),
            Reply::Session(Err(failure(FailureKind::GatewayAway))),
        );
    }
    assert!(matches!(
        desk.state.connection,
        crate::console::state::Connection::Away { .. }
    ));
    desk.wait(2_000);
    desk.answer(
        &Call::Session(TWO.to_owned()),
        Reply::Session(Err(refusal(404, &recorded("unknown session")))),
    );
    assert!(matches!(
        desk.state.connection,
        crate::console::state::Connection::Polling { .. }
    ));
}

#[test]
fn actions_that_need_manage_are_refused_before_they_are_sent() {
    let mut desk = ready();
    desk.press("BackTab");
    desk.press("Down");
    for key in ["s", "x", "t", "L", "a"] {
        desk.press(key);
        assert!(desk.asked.iter().all(|(_, call)| !call.changes()), "{key}");
        assert!(desk.toast().contains("`manage`"), "{key}: {}", desk.toast());
    }
}

#[test]
fn a_500_of_an_admin_call_is_explained_by_the_members() {
    let mut desk = ready();
    open(&mut desk, &choir());
    desk.answer(&Call::Members(choir()), Reply::Members(Ok(list(STALE))));
    desk.answer(
        &Call::Invite(choir()),
        Reply::Invite(Err(refusal(
            500,
            &recorded("invite (row says working, client dropped)"),
        ))),
    );
    let Invite::Hidden(LinkHidden::Failed(failure)) = desk.invite() else {
        panic!("{:?}", desk.invite());
    };
    assert_eq!(failure.kind, FailureKind::NotAdmin);
    assert!(
        desk.state
            .sentence(failure, Some(&choir()))
            .contains("Ask Ana")
    );
}

#[test]
fn members_that_arrive_later_explain_the_500_too() {
    let mut desk = ready();
    open(&mut desk, &choir());
    desk.answer(
        &Call::Invite(choir()),
        Reply::Invite(Err(refusal(
            500,
            &recorded("invite (row says working, client dropped)"),
        ))),
    );
    desk.answer(&Call::Members(choir()), Reply::Members(Ok(list(STALE))));
    let Invite::Hidden(LinkHidden::Failed(failure)) = desk.invite() else {
        panic!("{:?}", desk.invite());
    };
    assert_eq!(failure.kind, FailureKind::NotAdmin);
}

#[test]
fn without_members_a_500_is_explained_by_its_likely_cause() {
    let mut desk = ready();
    open(&mut desk, &volunteers());
    desk.answer(&Call::Members(volunteers()), Reply::Members(Ok(list(NULL))));
    let card = desk.state.card.as_ref().unwrap();
    assert_eq!(card.members, Members::Loaded(Vec::new()));
    desk.answer(
        &Call::Invite(volunteers()),
        Reply::Invite(Err(refusal(
            500,
            &recorded("invite (row says working, client dropped)"),
        ))),
    );
    let Invite::Hidden(LinkHidden::Failed(failure)) = desk.invite() else {
        panic!("{:?}", desk.invite());
    };
    assert_eq!(failure.kind, FailureKind::PerhapsNotAdmin);
    // A gateway that reports roles gives its reasons, so its 500 is an internal error.
    let mut desk = Harness::opened(WIDE);
    desk.press("r");
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Err(refusal(
            500,
            &recorded("invite (row says working, client dropped)"),
        ))),
    );
    let Invite::Hidden(LinkHidden::Failed(last)) = desk.invite() else {
        panic!("{:?}", desk.invite())
    };
    assert_eq!(last.kind, FailureKind::Other);
}

#[test]
fn groups_without_a_role_are_not_hidden() {
    let mut desk = ready();
    desk.press("i");
    assert_eq!(desk.names().len(), 3);
    assert!(desk.toast().contains("does not tell"), "{}", desk.toast());
}

#[test]
fn a_session_from_list_to_reset_works() {
    let mut desk = ready();
    open(&mut desk, &volunteers());
    desk.answer(
        &Call::Invite(volunteers()),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    desk.press("y");
    assert_eq!(desk.copied(), Some(LINK));
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    desk.press("Esc");
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Ok(None)));
    assert!(desk.toast().contains("saved"));
}
