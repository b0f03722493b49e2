//! People as they are pasted.

use super::*;

fn home() -> Option<Country> {
    Country::of_number("6281234567890")
}

fn numbers(pasted: &Pasted) -> Vec<&str> {
    let numbers = pasted.people.iter().map(|person| person.number.as_deref());
    numbers.map(Option::unwrap_or_default).collect()
}

#[test]
fn what_numbers_a_list_is_no_part_of_a_number() {
    for text in [
        "1. +44 7911 123456",
        "2) +44 7911 123456",
        "3 +44 7911 123456",
        "(+44) 7911 123456",
        "+44 79111\u{200b}23456",
        "\u{202a}+44 7911 123456\u{202c}",
        "+44 (0)7911-123.456",
        "＋４４ ７９１１ １２３４５６",
        "+٤٤ ٧٩١١ ١٢٣٤٥٦",
    ] {
        let pasted = read(text, None);
        let numbers: Vec<_> = pasted
            .people
            .iter()
            .map(|person| person.number.as_deref())
            .collect();
        assert_eq!(
            numbers,
            [Some("447911123456")],
            "{text}: {:?}",
            pasted.faults
        );
    }
    for text in [
        "+44 7911 123456 +62 812-3456-7890",
        "447911123456+6281234567890",
    ] {
        let pasted = read(text, None);
        assert!(pasted.people.is_empty(), "{text}: {:?}", pasted.people);
        assert!(pasted.faults[0].why.contains("comma"), "{text}");
    }
}

#[test]
fn numbers_are_understood_in_every_notation() {
    for typed in [
        "+62 812-3456-7890",
        "0062 812 3456 7890",
        "6281234567890",
        "0812 3456 7890",
        "(0812) 3456.7890",
        "+62\u{a0}812\u{2013}3456/7890",
        "+62 (0)812 3456 7890",
        "6281234567890@s.whatsapp.net",
    ] {
        let person = one(typed, home()).unwrap_or_else(|why| panic!("{typed}: {why}"));
        assert_eq!(person.jid, "6281234567890@s.whatsapp.net", "{typed}");
        assert_eq!(person.doubt, None, "{typed}");
    }
    let abroad = one("4915123456789", home()).unwrap();
    assert_eq!(abroad.number.as_deref(), Some("4915123456789"));
    assert_eq!(one("2000@lid", None).unwrap().number, None);
}

#[test]
fn what_is_no_number_says_why() {
    for (typed, country, word) in [
        ("0812 3456 7890", None, "country code"),
        ("12345", home(), "no number of ID"),
        ("+62 12", home(), "these are 4"),
        ("1234567890123456789", home(), "these are 19"),
        ("+0 62 812", home(), "begin with 0"),
        ("62 812 abc", home(), "`a`"),
        ("x@evil.test", home(), "no JID"),
        ("12@g.us", home(), "no JID"),
        ("", home(), "no phone number"),
    ] {
        let why = one(typed, country).unwrap_err();
        assert!(why.contains(word), "{typed}: {why}");
    }
    // WhatsApp may know numbers that a country's plan does not list.
    for typed in ["+1 555 555 0142", "1 555 555 0142", "15555550142"] {
        let doubtful = one(typed, home()).unwrap();
        assert_eq!(doubtful.number.as_deref(), Some("15555550142"), "{typed}");
        assert_eq!(doubtful.doubt, Some(DOUBT), "{typed}");
    }
}

#[test]
fn a_pasted_list_has_names_and_numbers_in_any_order() {
    let text = "Ann Lee: +44 7700 900123\n\
                Budi Santoso, 0812-3456-7890\n\
                +44 7700 900124; Chloé\n\
                \n\
                +447700900125, +447700900126\n\
                Dee, +447700900127, Eve 2, +447700900128\n\
                Ann again +44 7700 900123\n\
                +447700900129, 12\n\
                a person without one\n";
    let pasted = read(text, home());
    let shown: Vec<_> = pasted
        .people
        .iter()
        .map(|person| {
            let name = person.name.as_deref().unwrap_or("-");
            format!("{name} {}", person.number.as_deref().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Ann Lee 447700900123",
            "Budi Santoso 6281234567890",
            "Chloé 447700900124",
            "- 447700900125",
            "- 447700900126",
            "Dee 447700900127",
            "Eve 2 447700900128",
            "- 447700900129",
        ]
    );
    assert_eq!(pasted.repeated, 1);
    assert_eq!(pasted.faults.len(), 2);
    assert_eq!(pasted.faults[0].typed, "12");
    assert_eq!(pasted.faults[1].typed, "a person without one");
}

#[test]
fn hostile_texts_are_cleaned_and_bounded() {
    let pasted = read("A\u{1b}[2J\u{202e}nn +447700900123", None);
    assert_eq!(pasted.people[0].name.as_deref(), Some("A\u{fffd}[2Jnn"));
    let pasted = read(&"x\u{1b}".repeat(5_000), None);
    assert!(pasted.faults[0].typed.chars().count() <= SHOWN);
    assert!(!pasted.faults[0].typed.contains('\u{1b}'));
    let pasted = read(&"9".repeat(100_000), None);
    assert_eq!(numbers(&pasted), Vec::<&str>::new());
    assert_eq!(pasted.faults.len(), 1);
}

#[test]
fn a_member_is_found_by_id_and_by_number() {
    let member = crate::api::GroupMember {
        lid: "200@lid".to_owned(),
        phone_number: Some("447700900123".to_owned()),
        ..crate::api::GroupMember::default()
    };
    assert_eq!(member_jid(&member), "200@lid");
    for jid in [
        "200@lid",
        "447700900123@s.whatsapp.net",
        "447700900123@c.us",
    ] {
        assert!(is_member(&member, jid), "{jid}");
    }
    for jid in ["200@s.whatsapp.net", "447700900123@lid", "1@lid"] {
        assert!(!is_member(&member, jid), "{jid}");
    }
}
