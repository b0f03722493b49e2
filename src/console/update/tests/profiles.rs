//! Switching gateways.

use super::*;
use crate::client::Secret;
use crate::console::state::{Profile, ProfilesStep};

fn profile(name: &str) -> Profile {
    Profile {
        name: name.to_owned(),
        address: format!("https://{name}.example"),
        session_ids: Vec::new(),
        prompts: false,
        known: false,
        is_demo: false,
        flood_joins: 0,
    }
}

/// Options with three gateways: this one, another, and one that prompts for its token.
fn three() -> Options {
    let asks = Profile {
        prompts: true,
        session_ids: vec!["z".to_owned()],
        ..profile("asks")
    };
    Options {
        profiles: vec![profile("test"), profile("other"), asks],
        ..options()
    }
}

impl Harness {
    /// A desk with an opened group that can switch gateways.
    fn with_profiles() -> Self {
        let mut desk = Self::opened(WIDE);
        desk.state.options.profiles = three().profiles;
        desk
    }

    /// The last request to connect to another gateway.
    #[track_caller]
    fn connect(&self) -> (RequestId, usize, Option<Secret>) {
        let connect = self.others.iter().rev().find_map(|effect| match effect {
            Effect::Connect { id, profile, token } => Some((*id, *profile, token.clone())),
            _ => None,
        });
        connect.expect("a request to connect")
    }

    fn step(&self) -> &ProfilesStep {
        match self.top() {
            Some(Layer::Profiles(dialog)) => &dialog.step,
            _ => panic!("the list of profiles is not on top"),
        }
    }
}

#[test]
fn the_new_gateway_starts_without_state_of_the_old_one() {
    let mut desk = Harness::with_profiles();
    let mut late = desk.asked.clone();
    desk.send(Msg::Key(key_event("r")));
    late.extend(desk.asked.clone());
    desk.press("p");
    desk.press("j");
    desk.press("Enter");
    let (id, profile, token) = desk.connect();
    assert_eq!((profile, token), (1, None));
    // Until the other gateway has answered, the old state is unchanged.
    assert_eq!(desk.shown(), Some(LINK));
    desk.asked.clear();
    desk.send(Msg::Reply(id, Reply::Connected(Ok(()))));

    assert!(desk.others.contains(&Effect::SwitchGateway(id)));
    assert_eq!(desk.state.options.gateway_name, "other");
    assert_eq!(desk.state.options.here, 1);
    assert!(desk.state.card.is_none() && desk.state.layers.is_empty());
    assert!(desk.names().is_empty() && !desk.state.sessions.loaded);
    assert_eq!(
        desk.state.connection,
        crate::console::state::Connection::Connecting
    );
    let [(first, Call::Sessions)] = desk.asked[..] else {
        panic!("{:?}", desk.asked)
    };
    // Request ids continue, so late answers of the old gateway match no request.
    assert!(first > id && !late.is_empty());
    for (old, _) in late {
        assert!(old < id);
        let rows = vec![session("old", SessionStatus::Working)];
        desk.send(Msg::Reply(old, Reply::Sessions(Ok(rows))));
    }
    assert!(!desk.state.sessions.loaded);
    let rows = vec![session("new", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert_eq!(desk.state.sessions.rows[0].id, "new");
}

#[test]
fn the_switch_happens_before_the_first_request_to_the_new_gateway() {
    let mut desk = Harness::with_profiles();
    desk.press("p");
    desk.press("j");
    desk.press("Enter");
    let (id, ..) = desk.connect();
    let effects = update(
        &mut desk.state,
        START,
        Msg::Reply(id, Reply::Connected(Ok(()))),
    );
    assert_eq!(effects[0], Effect::SwitchGateway(id));
    assert!(matches!(effects[1], Effect::Call { .. }), "{effects:?}");
}

#[test]
fn an_unreachable_gateway_leaves_the_state_unchanged() {
    let mut desk = Harness::with_profiles();
    desk.press("p");
    desk.press("j");
    desk.press("Enter");
    let (id, ..) = desk.connect();
    let refused = "the gateway cannot be reached: connection\u{1b}[31m refused";
    desk.send(Msg::Reply(id, Reply::Connected(Err(refused.to_owned()))));
    let ProfilesStep::Failed(reason) = desk.step() else {
        panic!("no reason is shown")
    };
    assert!(
        reason.contains("refused") && !reason.contains('\u{1b}'),
        "{reason}"
    );
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.shown(), Some(LINK));
    assert_eq!(desk.state.options.here, 0);
    assert!(!desk.others.contains(&Effect::SwitchGateway(id)));
}

#[test]
fn the_wait_can_be_cancelled() {
    let mut desk = Harness::with_profiles();
    desk.press("p");
    desk.press("j");
    desk.press("Enter");
    let (id, ..) = desk.connect();
    let effects = update(&mut desk.state, START, Msg::Key(key_event("Esc")));
    assert!(effects.contains(&Effect::Cancel(id)), "{effects:?}");
    // A late answer has no effect.
    desk.send(Msg::Reply(id, Reply::Connected(Ok(()))));
    assert_eq!(desk.state.options.here, 0);
    assert!(matches!(desk.step(), ProfilesStep::Choosing));
}

#[test]
fn a_token_is_typed_once_and_again_after_a_refusal() {
    let mut desk = Harness::with_profiles();
    let go = |desk: &mut Harness| {
        desk.press("p");
        desk.press("G");
        desk.press("Enter");
    };
    go(&mut desk);
    // Letters are text of the token, not actions.
    desk.type_text("wa_q?p");
    desk.press("Backspace");
    desk.send(Msg::Paste(" secret\nmore".to_owned()));
    desk.press("Enter");
    let (id, profile, token) = desk.connect();
    assert_eq!(profile, 2);
    assert_eq!(token.unwrap(), Secret::new("wa_q?secret"));
    let reason = "the gateway does not accept this token".to_owned();
    desk.send(Msg::Reply(id, Reply::Connected(Err(reason))));
    desk.press("Enter");
    assert!(matches!(desk.step(), ProfilesStep::TypingToken(typed) if typed.is_empty()));
    desk.press("Enter");
    assert!(
        matches!(desk.step(), ProfilesStep::TypingToken(_)),
        "the token is empty"
    );
    desk.type_text("wa_right");
    desk.press("Enter");
    let (id, ..) = desk.connect();
    desk.asked.clear();
    desk.send(Msg::Reply(id, Reply::Connected(Ok(()))));
    assert_eq!(desk.state.options.session_ids, ["z"]);

    desk.press("p");
    desk.press("Home");
    desk.press("Enter");
    let (id, ..) = desk.connect();
    desk.asked.clear();
    desk.send(Msg::Reply(id, Reply::Connected(Ok(()))));
    go(&mut desk);
    // The token was accepted, so the user is not asked again.
    assert!(matches!(desk.step(), ProfilesStep::Connecting(_)));
    assert_eq!(desk.connect().2, None);
}

#[test]
fn the_current_gateway_is_not_reconnected() {
    let mut desk = Harness::with_profiles();
    desk.press("p");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("already"), "{}", desk.toast());
    assert_eq!(desk.shown(), Some(LINK));
}

#[test]
fn switching_waits_for_a_change_in_flight() {
    let mut desk = Harness::with_profiles();
    desk.press("R");
    desk.press("BackTab");
    desk.press("Enter");
    desk.change();
    desk.press("Esc");
    desk.press("p");
    assert!(desk.state.layers.is_empty());
    assert!(
        desk.toast().contains("still being sent"),
        "{}",
        desk.toast()
    );
}

/// When a token is typed again after a refusal, its letters must not quit or move the list.
#[test]
fn letters_after_a_refused_token_are_token_text() {
    let refused = || {
        let mut desk = Harness::with_profiles();
        desk.press("p");
        desk.press("End");
        desk.press("Enter");
        desk.type_text("wa_old");
        desk.press("Enter");
        let (id, ..) = desk.connect();
        let reply = Reply::Connected(Err("the gateway does not know the token".to_owned()));
        desk.send(Msg::Reply(id, reply));
        assert!(matches!(desk.step(), ProfilesStep::Failed(_)));
        desk
    };
    let mut desk = refused();
    desk.type_text("qjkpx_9");
    assert!(matches!(desk.step(), ProfilesStep::TypingToken(typed) if typed == "qjkpx_9"));
    assert!(!desk.others.contains(&Effect::Quit));
    let mut desk = refused();
    desk.send(Msg::Paste("wa_new\n".to_owned()));
    assert!(matches!(desk.step(), ProfilesStep::TypingToken(typed) if typed == "wa_new"));
    let mut desk = refused();
    desk.press("Up");
    assert!(
        matches!(desk.step(), ProfilesStep::Choosing),
        "arrows move the selection again"
    );
}
