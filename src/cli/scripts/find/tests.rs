//! Finding by name, part of a name and id; ambiguous names.

use super::*;

fn session(id: &str, label: &str, phone: &str) -> Session {
    Session {
        id: id.to_owned(),
        label: Some(label.to_owned()).filter(|label| !label.is_empty()),
        phone_number: Some(phone.to_owned()),
        ..Session::default()
    }
}

fn found(session_id: &str, jid: &str, subject: &str) -> Found {
    Found {
        session: session(session_id, session_id, "1"),
        group: Group {
            group_jid: jid.to_owned(),
            subject: Some(subject.to_owned()),
            ..Group::default()
        },
    }
}

fn world() -> Vec<Found> {
    vec![
        found("a", "1@g.us", "Choir"),
        found("a", "2@g.us", "Choir of the East"),
        found("a", "3@g.us", "choir"),
        found("a", "4@g.us", "Weekend \u{202e}Volunteers"),
        found("a", "5@g.us", "Ältestenrat"),
        found("b", "5@g.us", "Ältestenrat"),
    ]
}

fn jids(wanted: &str) -> Vec<String> {
    let found = named(world(), wanted).into_iter();
    found.map(|one| one.group.group_jid).collect()
}

#[test]
fn the_best_matching_names_are_preferred() {
    for (wanted, meant) in [
        ("Choir", vec!["1@g.us"]),
        ("choir", vec!["3@g.us"]),
        ("CHOIR", vec!["1@g.us", "3@g.us"]),
        ("choir of", vec!["2@g.us"]),
        ("weekend volunteers", vec!["4@g.us"]),
        ("ältesten", vec!["5@g.us", "5@g.us"]),
        ("oi", vec!["1@g.us", "2@g.us", "3@g.us"]),
        ("unknown", vec![]),
        ("", vec![]),
        ("\u{200b}", vec![]),
    ] {
        assert_eq!(jids(wanted), meant, "{wanted:?}");
    }
}

#[test]
fn letter_forms_are_ignored_but_accents_are_not() {
    let all = |names: &[&str]| -> Vec<Found> {
        let names = names.iter().enumerate();
        names
            .map(|(at, name)| found("a", &format!("{at}@g.us"), name))
            .collect()
    };
    let meant = |names: &[&str], wanted: &str| {
        let found = named(all(names), wanted).into_iter();
        let ids = found.map(|one| one.group.group_jid);
        ids.collect::<Vec<_>>().join(" ")
    };
    for (stored, typed) in [
        ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "한국"),
        ("カ\u{3099}ーテ\u{3099}ン", "ガーデン"),
        ("Mu\u{308}nchen", "München"),
        ("Hauptstraße", "HAUPTSTRASSE"),
        ("Diyarbakır", "DIYARBAKIR"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "ıstanbul"),
        ("ΟΔΟΣ", "οδος"),
    ] {
        assert_eq!(meant(&[stored], typed), "0@g.us", "{typed}");
        assert_eq!(meant(&[typed], stored), "0@g.us", "{stored}");
    }
    let names = ["Café", "CAFÉ", "Cafe\u{301}", "Cafe", "Café North"];
    assert_eq!(
        meant(&names, "Cafe\u{301}"),
        "0@g.us 2@g.us",
        "the same letters"
    );
    assert_eq!(
        meant(&names, "café"),
        "0@g.us 1@g.us 2@g.us",
        "other letters"
    );
    assert_eq!(meant(&names, "cafe"), "3@g.us", "accents are significant");
    assert_eq!(meant(&names, "afé n"), "4@g.us", "part of a name");
    assert_eq!(meant(&["Θεός"], "θεος"), "", "nor on a capital letter");
    assert_eq!(meant(&["Café"], "caf"), "0@g.us");
    assert_eq!(meant(&["Cafe\u{301}"], "cafe"), "");
}

#[test]
fn a_session_is_found_by_its_label_in_any_letter_form() {
    let all = || {
        vec![
            session("1", "Cafe", ""),
            session("2", "CAFE\u{301}", "447700900951"),
        ]
    };
    assert_eq!(choose(all(), "café").unwrap().id, "2");
    assert_eq!(choose(all(), "cafe").unwrap().id, "1");
    assert_eq!(choose(all(), "+44 7700 900951").unwrap().id, "2");
}

#[test]
fn several_groups_are_listed_by_id_and_name() {
    let failure = one_group(named(world(), "oi"), "oi").unwrap_err();
    assert_eq!(failure.exit, Exit::Ambiguous);
    assert_eq!(
        failure.more,
        [
            "1@g.us  Choir",
            "2@g.us  Choir of the East",
            "3@g.us  choir"
        ]
    );
    assert_eq!(failure.details["candidates"][1]["groupJid"], "2@g.us");
    let failure = one_group(Vec::new(), "unknown").unwrap_err();
    assert_eq!(failure.exit, Exit::NotFound);
}

#[test]
fn a_long_list_of_candidates_is_truncated() {
    let crowd: Vec<Found> = (0..100)
        .map(|number| found("a", &format!("{number}@g.us"), "Choir"))
        .collect();
    let failure = one_group(crowd, "choir").unwrap_err();
    assert_eq!(failure.more.len(), LISTED + 1);
    assert_eq!(failure.more[LISTED], "and 80 more");
}

#[test]
fn a_group_in_two_sessions_is_ambiguous_unless_one_was_removed() {
    let both = named(world(), "ältestenrat");
    let failure = one_session(one_group(both.clone(), "x").unwrap(), "x").unwrap_err();
    assert_eq!(failure.exit, Exit::Ambiguous);
    assert!(failure.message.contains("--session"), "{failure}");
    let mut removed = both;
    removed[0].group.my_role = Some(SessionRole::None);
    let only = one_session(one_group(removed, "x").unwrap(), "x").unwrap();
    assert_eq!(only.session.id, "b");
}

#[test]
fn a_session_is_chosen_by_id_label_or_number() {
    let all = vec![
        session("01A", "Support", "628123456789"),
        session("01B", "", "628999999999"),
        session("01C", "Twin", "3"),
        session("01D", "twin", "4"),
        session("01E", "628999999999", "5"),
    ];
    let chosen = |wanted: &str| choose(all.clone(), wanted);
    for (wanted, id) in [
        ("01A", "01A"),
        ("support", "01A"),
        ("+62 812-3456-789", "01A"),
        ("+62 8999 999 999", "01B"),
        ("628999999999", "01E"),
    ] {
        assert_eq!(chosen(wanted).unwrap().id, id, "{wanted}");
    }
    let two = chosen("Twin").unwrap_err();
    assert_eq!((two.exit, two.more.len()), (Exit::Ambiguous, 2));
    let none = chosen("+").unwrap_err();
    assert_eq!((none.exit, none.more.len()), (Exit::NotFound, 5));
}
