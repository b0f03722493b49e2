//! What the filter finds beyond the selected account and the groups' own texts.

use super::*;
use crate::api::FoundMember;
use crate::console::state::{Line, Pane, Part};

/// [`Harness::ready`] with account `a` selected.
fn on_one_account() -> Harness {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    desk.press("Tab");
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir"]);
    desk
}

fn heads(desk: &Harness) -> Vec<(usize, Part)> {
    let parts = desk.state.groups.parts.iter();
    parts.map(|head| (head.before, head.part)).collect()
}

fn anna(session: &str, group: &str) -> FoundMember {
    FoundMember {
        session_id: session.to_owned(),
        group_jid: format!("{group}@g.us"),
        lid: "9@lid".to_owned(),
        name: Some("Anna \u{202e}Weber".to_owned()),
        phone_number: Some("491701234567".to_owned()),
    }
}

#[test]
fn matches_in_other_accounts_follow_below_a_line() {
    let mut desk = on_one_account();
    desk.press("/");
    desk.type_text("ar");
    assert_eq!(desk.names(), ["Darts"]);
    assert_eq!(heads(&desk), [(0, Part::OtherAccounts)]);
    assert_eq!(desk.state.groups.shown, 1);
    assert!(desk.screen().contains("In other accounts · 1"));
    desk.press("Backspace");
    desk.press("Backspace");
    desk.type_text("o");
    assert_eq!(
        desk.state.groups.parts.first().map(|part| part.before),
        None,
        "no other account has a match"
    );
}

#[test]
fn the_card_of_a_match_in_another_account_opens() {
    let mut desk = on_one_account();
    desk.press("/");
    desk.type_text("darts");
    desk.press("Enter");
    desk.press("Enter");
    assert_eq!(desk.state.focus, Pane::Group);
    let card = desk.state.card.as_ref().expect("a card");
    assert_eq!(card.key, key_of("b", "4"));
}

#[test]
fn the_groups_of_every_account_are_read_once_something_is_looked_for() {
    let mut desk = Harness::with(options(), WIDE);
    let rows = vec![
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Working),
    ];
    desk.press("Down");
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    desk.press("Down");
    let b = Call::Groups {
        session: "b".to_owned(),
    };
    let of_all = desk.count(&b);
    desk.press("/");
    assert_eq!(desk.count(&b), 1, "asked {of_all} times before");
    desk.type_text("zebra");
    assert!(desk.screen().contains("still being read"));
}

#[test]
fn an_account_is_found_by_its_name() {
    let mut desk = Harness::ready(WIDE);
    desk.press("/");
    desk.type_text("desk b");
    assert_eq!(desk.names(), ["Book club", "Darts"]);
    desk.press("Esc");
    desk.type_text("desk b dar");
    assert_eq!(desk.names(), ["Darts"]);
}

#[test]
fn a_group_is_found_by_a_member_once_typing_pauses() {
    let mut desk = on_one_account();
    desk.press("/");
    desk.type_text("weber");
    let call = Call::FindMembers("weber".to_owned());
    assert!(!desk.is_asked(&call));
    desk.wait(300);
    assert!(desk.is_asked(&call));
    let found = vec![anna("a", "2"), anna("b", "4"), anna("x", "9")];
    desk.answer(&call, Reply::FoundMembers(Ok(found)));
    assert_eq!(desk.names(), ["Book club", "Darts"]);
    assert_eq!(heads(&desk), [(0, Part::People)]);
    let screen = desk.screen();
    assert!(screen.contains("With such a member · 2"), "{screen}");
    assert!(screen.contains("Anna Weber +49 170 1234567"), "{screen}");
}

#[test]
fn an_answer_about_people_for_an_earlier_text_is_dropped() {
    let mut desk = Harness::ready(WIDE);
    desk.press("/");
    desk.type_text("weber");
    desk.wait(300);
    let call = Call::FindMembers("weber".to_owned());
    assert!(desk.is_asked(&call));
    desk.type_text("x");
    assert!(!desk.is_asked(&call), "it was cancelled");
    desk.press("Esc");
    desk.type_text("we");
    desk.wait(300);
    assert!(
        !(desk.asked.iter()).any(|(_, call)| matches!(call, Call::FindMembers(_))),
        "two letters would match too many people"
    );
}

#[test]
fn a_gateway_without_the_search_finds_members_of_opened_groups_and_says_so() {
    let mut desk = Harness::opened(WIDE);
    let member = GroupMember {
        lid: "5@lid".to_owned(),
        name: Some("Anna Weber".to_owned()),
        phone_number: Some("491701234567".to_owned()),
        ..GroupMember::default()
    };
    desk.press("r");
    desk.answer(
        &Call::Members(key_of("a", "1")),
        Reply::Members(Ok(vec![member])),
    );
    desk.press("Esc");
    desk.press("/");
    desk.type_text("0170 123");
    desk.press("Esc");
    desk.type_text("weber");
    desk.wait(300);
    let missing = CallFailure {
        status: Some(404),
        ..failure(FailureKind::Other)
    };
    let call = Call::FindMembers("weber".to_owned());
    desk.answer(&call, Reply::FoundMembers(Err(missing)));
    assert_eq!(desk.names(), ["Allotment"]);
    let screen = desk.screen();
    assert!(screen.contains("cannot search for people"), "{screen}");
    assert!(desk.state.failures.is_empty());
    desk.press("Esc");
    desk.type_text("+49 170 1234");
    assert_eq!(desk.names(), ["Allotment"], "by number, without asking");
}

#[test]
fn a_match_in_the_description_shows_its_snippet() {
    let mut desk = Harness::ready(WIDE);
    desk.press("/");
    desk.type_text("eight");
    let screen = desk.screen();
    assert!(screen.contains("· Meet at eight."), "{screen}");
}

#[test]
fn lines_count_the_heads_of_parts() {
    let mut desk = on_one_account();
    desk.press("/");
    desk.type_text("b");
    let groups = &desk.state.groups;
    let lines: Vec<_> = (0..=groups.lines()).map(|line| groups.line(line)).collect();
    let rows = groups.len();
    assert_eq!(lines.last(), Some(&None));
    assert_eq!(lines.iter().flatten().count(), groups.lines());
    for row in 0..rows {
        assert_eq!(groups.line(groups.line_of(row)), Some(Line::Row(row)));
    }
    for head in &groups.parts {
        let above = groups.line_of(head.before) - 1;
        assert_eq!(groups.line(above), Some(Line::Head(head.part)));
    }
}

fn preview_of(code: &str) -> Call {
    Call::Preview {
        session: "a".to_owned(),
        code: code.to_owned(),
    }
}

const CODE: &str = "Zz9876543210FeDcBa987";

#[test]
fn a_pasted_link_that_was_seen_is_known_at_once() {
    let mut desk = Harness::opened(WIDE);
    desk.press("Esc");
    desk.press("/");
    desk.send(Msg::Paste(format!("look: {LINK}?mode=r_c")));
    desk.press("Ctrl-u");
    desk.send(Msg::Paste(LINK.to_owned()));
    assert_eq!(desk.names(), ["Allotment"]);
    assert!(
        desk.screen().contains("The link is live"),
        "{}",
        desk.screen()
    );
    desk.press("Esc");
    desk.press("Esc");
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK}),
    );
    desk.press("/");
    desk.send(Msg::Paste(LINK.to_owned()));
    assert_eq!(desk.names(), ["Allotment"]);
    assert!(
        desk.screen()
            .contains("This link of “Allotment” is dead since"),
        "{}",
        desk.screen()
    );
}

#[test]
fn an_unknown_link_is_looked_up_by_enter_only() {
    let mut desk = Harness::ready(WIDE);
    desk.press("/");
    desk.send(Msg::Paste(OTHER_LINK.to_owned()));
    assert!(desk.screen().contains("not known here"));
    desk.wait(1_000);
    assert!(!desk.is_asked(&preview_of(CODE)));
    desk.press("Enter");
    let preview = crate::api::InvitePreview {
        group_jid: "4@g.us".to_owned(),
        subject: Some("Darts".to_owned()),
        ..Default::default()
    };
    desk.answer(&preview_of(CODE), Reply::Preview(Ok(preview)));
    assert_eq!(desk.names(), ["Darts"]);
    assert!(desk.screen().contains("leads to “Darts”"));
}

#[test]
fn a_dead_link_and_one_that_cannot_be_looked_up_are_told_apart() {
    for (kind, status, words) in [
        (FailureKind::DeadInvite, Some(404), "This link is dead"),
        (FailureKind::Other, Some(404), "does not report"),
    ] {
        let mut desk = Harness::ready(WIDE);
        desk.press("/");
        desk.send(Msg::Paste(OTHER_LINK.to_owned()));
        desk.press("Enter");
        let refused = CallFailure {
            status,
            ..failure(kind)
        };
        desk.answer(&preview_of(CODE), Reply::Preview(Err(refused)));
        assert!(desk.screen().contains(words), "{}", desk.screen());
    }
}

#[test]
fn found_people_and_remembered_members_are_bounded() {
    let mut desk = Harness::ready(WIDE);
    let many: Vec<_> = (0..300)
        .map(|at| group(&format!("9{at}"), "Crowd"))
        .collect();
    desk.press("r");
    desk.list("a", many);
    desk.press("/");
    desk.type_text("weber");
    desk.wait(300);
    let found = (0..300).map(|at| anna("a", &format!("9{at}"))).collect();
    let call = Call::FindMembers("weber".to_owned());
    desk.answer(&call, Reply::FoundMembers(Ok(found)));
    assert_eq!(desk.names().len(), 200);
    desk.press("Esc");
    desk.press("Esc");
    for _ in 0..60 {
        desk.press("Enter");
        let key = desk.state.card.as_ref().expect("a card").key.clone();
        desk.answer(&Call::Members(key), Reply::Members(Ok(members())));
        desk.press("Esc");
        desk.press("Down");
    }
    assert_eq!(desk.state.groups.people.seen.len(), 50);
}

#[test]
fn seen_links_are_bounded() {
    let mut links = crate::console::state::SeenLinks::default();
    for at in 0..1_100 {
        links.live(&key_of("a", &at.to_string()), &format!("code{at}"), START);
    }
    assert!(links.get("code99").is_none());
    assert!(links.get("code100").is_some());
    links.live(&key_of("b", "1050"), "new", START + 1);
    let old = links.get("code1050").expect("kept");
    assert_eq!(old.dead_since, Some(START + 1), "of whichever account");
}
