//! The first run: the demo, and a gateway that is added.

use super::*;
use crate::console::effect::{GatewayFault, GatewayField, NewGateway};
use crate::console::ids::RequestId;
use crate::console::state::{GatewayFocus, NewGatewayDialog, NewGatewayPhase, Profile};

fn profile(name: &str, is_demo: bool) -> Profile {
    Profile {
        name: name.to_owned(),
        address: "here".to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: true,
        is_demo,
        flood_joins: 0,
    }
}

/// An own gateway without accounts.
fn empty(size: (u16, u16)) -> Harness {
    let options = Options {
        profiles: vec![profile("test", false), profile("demo", true)],
        ..options()
    };
    let mut desk = Harness::with(options, size);
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(Vec::new())));
    desk
}

fn dialog(desk: &Harness) -> &NewGatewayDialog {
    match desk.top() {
        Some(Layer::NewGateway(dialog)) => dialog,
        _ => panic!("the dialog is open"),
    }
}

/// The gateway that is being checked.
fn checked(desk: &Harness) -> (RequestId, NewGateway) {
    match desk.others.last() {
        Some(Effect::AddGateway { id, gateway, .. }) => (*id, gateway.clone()),
        other => panic!("{other:?}"),
    }
}

fn fill(desk: &mut Harness) {
    desk.press("P");
    desk.type_text("work");
    desk.press("Tab");
    desk.send(Msg::Paste("https://wa.example.com\n".to_owned()));
    desk.press("Tab");
    desk.send(Msg::Paste(" wa_key\nmore\n".to_owned()));
}

#[test]
fn the_demo_is_one_key_away_and_shows_that_it_is_one() {
    let mut desk = empty(NARROW);
    desk.press("d");
    let Some(Effect::Connect { id, profile: 1, .. }) = desk.others.last() else {
        panic!("{:?}", desk.others);
    };
    desk.send(Msg::Reply(*id, Reply::Connected(Ok(()))));
    assert!(matches!(desk.others.last(), Some(Effect::SwitchGateway(_))));
    assert_eq!(desk.state.options.gateway_name, "demo");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn a_demo_has_no_other_demo() {
    let mut desk = Harness::ready(NARROW);
    desk.press("d");
    assert!(desk.state.layers.is_empty() && desk.others.is_empty());
    assert!(desk.state.toasts.last().unwrap().text.contains("demo"));
}

#[test]
fn every_way_on_can_be_clicked() {
    use crate::console::keymap::Action;
    use crate::console::layout::{Target, hit};
    for size in [NARROW, WIDE, (80, 24)] {
        let desk = empty(size);
        let mut found = Vec::new();
        for row in 1..size.1 - 1 {
            for column in 0..size.0 {
                if let Target::Hint(action) = hit(&desk.state, column, row)
                    && !found.contains(&action)
                {
                    found.push(action);
                }
            }
        }
        let ways = [Action::AddAccount, Action::Demo, Action::NewGateway];
        assert_eq!(found, ways, "{size:?}");
    }
}

#[test]
fn a_gateway_is_checked_added_and_gone_to() {
    let mut desk = empty(NARROW);
    fill(&mut desk);
    desk.press("Enter");
    let (id, gateway) = checked(&desk);
    assert_eq!(
        gateway,
        NewGateway {
            name: "work".to_owned(),
            address: "https://wa.example.com".to_owned(),
            token: crate::client::Secret::new("wa_key"),
        }
    );
    assert!(!format!("{:?}", desk.others).contains("wa_key"));
    desk.send(Msg::Reply(id, Reply::Added(Ok(()))));
    assert!(matches!(desk.others.last(), Some(Effect::SwitchGateway(_))));
    assert_eq!(desk.state.options.gateway_name, "work");
    assert_eq!(desk.state.options.here, 2);
    assert_eq!(desk.state.options.profiles.len(), 3);
}

#[test]
fn a_fault_leads_to_its_field_and_what_was_typed_stays() {
    let mut desk = empty(NARROW);
    fill(&mut desk);
    desk.press("Enter");
    let (id, first) = checked(&desk);
    let fault = GatewayFault {
        field: GatewayField::Address,
        reason: "wa.example.com has no address\u{1b}[31m".to_owned(),
    };
    desk.send(Msg::Reply(id, Reply::Added(Err(fault))));
    let shown = dialog(&desk);
    assert_eq!(shown.focus, GatewayFocus::Field(GatewayField::Address));
    let NewGatewayPhase::Failed(fault) = &shown.phase else {
        panic!("{:?}", shown.phase);
    };
    assert!(!fault.reason.contains('\u{1b}'));
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(checked(&desk).1, first);
    assert_eq!(desk.state.options.profiles.len(), 2);
}

#[test]
fn an_empty_field_is_named_before_anything_is_asked() {
    let mut desk = empty(NARROW);
    desk.press("P");
    for (missing, typed) in [(GatewayField::Name, "work"), (GatewayField::Token, "")] {
        while dialog(&desk).focus != GatewayFocus::Field(GatewayField::Token) {
            desk.press("Tab");
        }
        desk.press("Enter");
        assert_eq!(dialog(&desk).focus, GatewayFocus::Field(missing));
        assert!(matches!(dialog(&desk).phase, NewGatewayPhase::Failed(_)));
        desk.type_text(typed);
    }
    assert!(desk.others.is_empty());
}

#[test]
fn esc_stops_the_check_first_and_a_late_answer_changes_nothing() {
    let mut desk = empty(NARROW);
    fill(&mut desk);
    desk.press("Enter");
    let (id, _) = checked(&desk);
    desk.press("Esc");
    assert_eq!(desk.others.last(), Some(&Effect::Cancel(id)));
    assert_eq!(dialog(&desk).token, "wa_key");
    desk.send(Msg::Reply(id, Reply::Added(Ok(()))));
    assert_eq!(desk.state.options.gateway_name, "test");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn pasted_rubbish_is_one_clean_bounded_line() {
    let mut desk = empty(NARROW);
    desk.press("P");
    let rubbish = format!("\u{1b}[31m{}\n\u{7}second", "x\u{202e}".repeat(70_000));
    for _ in 0..3 {
        desk.send(Msg::Paste(rubbish.clone()));
        desk.press("Tab");
    }
    let shown = dialog(&desk);
    assert!(shown.token.chars().count() <= 64 << 10);
    for text in [
        shown.name.lines().join("|"),
        shown.address.lines().join("|"),
        shown.token.clone(),
    ] {
        assert!(!text.contains(char::is_control) && !text.contains("second"));
    }
}

#[test]
fn the_list_of_profiles_leads_to_it_too() {
    let mut desk = empty(NARROW);
    desk.press("p");
    desk.press("P");
    assert!(matches!(desk.top(), Some(Layer::NewGateway(_))));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}
