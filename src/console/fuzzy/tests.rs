use super::*;
use crate::names::folded;
use proptest::prelude::*;
use std::ops::Range;

/// The marked ranges of a single name.
fn highlight(query: &str, name: &str) -> Vec<Range<usize>> {
    Highlighter::new(query).ranges(name)
}

const GROUPS: [Fields<'static>; 9] = [
    Fields {
        name: "Garden club",
        description: "volunteers welcome",
        jid: "120363000000000001@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "Weekend Volunteers",
        description: "Meet at the north gate at 8.",
        jid: "120363000000000002@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "School Volleyball",
        description: "",
        jid: "120363000000000003@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "متطوعون · Vol. Cairo",
        description: "",
        jid: "120363000000000004@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "São João Crew",
        description: "Festa",
        jid: "6281234567890-1512345678@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "東京オフィス",
        description: "Tokyo office",
        jid: "120363000000000006@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "МОСКВА",
        description: "",
        jid: "120363000000000007@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "Vol",
        description: "",
        jid: "120363000000000008@g.us",
        number: "",
        note: "",
        account: 0,
    },
    Fields {
        name: "",
        description: "",
        jid: "120363000000000009@g.us",
        number: "",
        note: "",
        account: 0,
    },
];

fn index() -> Index {
    let mut index = Index::new();
    index.rebuild(GROUPS);
    index
}

fn rows(query: &str) -> Vec<u32> {
    let mut hits = Vec::new();
    index().search(query, &mut hits);
    hits.iter().map(|hit| hit.row).collect()
}

#[test]
fn an_empty_query_shows_everything_in_order() {
    assert_eq!(rows(""), (0..9).collect::<Vec<_>>());
    assert_eq!(rows("  "), (0..9).collect::<Vec<_>>());
}

#[test]
fn names_outrank_descriptions() {
    let found = rows("vol");
    assert_eq!(found[0], 7, "the exact name comes first");
    assert_eq!(found.last(), Some(&0), "the description comes last");
    assert_eq!(found.len(), 5);
}

#[test]
fn letters_may_be_skipped() {
    assert_eq!(rows("wkdvol"), [1]);
    assert_eq!(rows("vlybl"), [2]);
    assert_eq!(rows("wv"), [1]);
}

fn named(names: &[&str], query: &str) -> Vec<String> {
    let mut index = Index::new();
    index.rebuild(names.iter().map(|name| Fields {
        name,
        ..Fields::default()
    }));
    let mut hits = Vec::new();
    index.search(query, &mut hits);
    hits.iter()
        .map(|hit| names[hit.row as usize].to_owned())
        .collect()
}

#[test]
fn better_matches_of_a_name_rank_higher() {
    let ranked = [
        "Vol",
        "Vol. Cairo",
        "Volleyball",
        "Second Vol",
        "Weekend Volunteers",
        "Revolution",
        "Village of Lions",
        "Veolia",
    ];
    let mut names = ranked;
    names.reverse();
    assert_eq!(named(&names, "vol"), ranked);
    let alone = ["B", "B team", "Book", "Team B", "Team Book", "Club"];
    let mut names = alone;
    names.reverse();
    assert_eq!(named(&names, "b"), alone);
}

#[test]
fn words_may_be_typed_without_their_spaces() {
    let names = [
        "Wednesday evolution, weekly",
        "Weekend evolution club",
        "Weekend Volunteers",
        "Wednesday",
    ];
    assert_eq!(
        named(&names, "weekvol"),
        ["Weekend Volunteers", "Weekend evolution club"],
        "continuing at the start of a word ranks higher"
    );
    assert_eq!(named(&names, "weekendvolunteers"), ["Weekend Volunteers"]);
    assert_eq!(named(&names, "wv"), ["Weekend Volunteers"]);
    assert_eq!(named(&["São João Crew"], "saojoao").len(), 1);
    assert_eq!(named(&["МОСКВА Восток"], "москвост").len(), 1);
    assert_eq!(named(&["東京第二オフィス"], "東京オフィス").len(), 1);
}

#[test]
fn letters_scattered_by_chance_are_no_match() {
    assert!(named(&["Weekend Volunteers"], "kd").is_empty());
    assert!(named(&["Weekend Volunteers"], "kdr").is_empty());
    assert!(named(&["Weekend Volunteers"], "wdr").is_empty());
    assert!(
        named(&["Team 1 for 2000"], "1200").is_empty(),
        "numbers match only literally"
    );
}

#[test]
fn two_swapped_letters_still_match() {
    let names = ["Chess club", "Church office", "Garden"];
    assert_eq!(named(&names, "chses"), ["Chess club"]);
    assert_eq!(named(&names, "clbu"), ["Chess club"]);
    assert_eq!(named(&names, "chess clbu"), ["Chess club"]);
    assert_eq!(named(&["Weekend Volunteers"], "voluneters").len(), 1);
    let names = ["Clbu", "Club"];
    assert_eq!(
        named(&names, "clbu"),
        ["Clbu", "Club"],
        "a literal match ranks higher"
    );
    assert!(named(&["Chess club"], "hcses").is_empty(), "only one swap");
}

#[test]
fn the_exact_name_comes_first() {
    let ranked = ["Chess club", "Chess club juniors", "Club of chess"];
    let names = ["Chess club juniors", "Club of chess", "Chess club"];
    assert_eq!(named(&names, "chess club"), ranked);
    assert_eq!(named(&names, "CHESS  club "), ranked);
    assert_eq!(
        named(&["Café club North", "Cafe\u{301} Club"], "café club")[0],
        "Cafe\u{301} Club"
    );
    assert_eq!(named(&names, "club chess").len(), 3);
}

#[test]
fn spelling_variants_of_letters_are_found() {
    for (query, name) in [
        ("thorsmork", "Þórsmörk"),
        ("strasse", "Hauptstraße"),
        ("STRASSE", "Hauptstraße"),
        ("θεος", "ΘΕΟΣ"),
        ("ελλαδα", "Ελλάδα"),
        ("ΕΛΛΑΔΑ", "Ελλάδα"),
        ("istanbul", "İSTANBUL"),
        ("diyarbakir", "Diyarbakır"),
        ("DIYARBAKIR", "Diyarbakır"),
        ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ("\u{1112}\u{1161}\u{11ab}", "한 모임"),
        ("ガーデン", "カ\u{3099}ーテ\u{3099}ン"),
        ("munchen", "Mu\u{308}nchen"),
        ("mu\u{308}nchen", "München"),
    ] {
        assert_eq!(named(&[name], query), [name], "{query}");
        assert!(!highlight(query, name).is_empty(), "{query} in {name}");
    }
}

#[test]
fn a_phone_number_is_found_in_any_format() {
    let mut index = Index::new();
    let of = |jid, number| Fields {
        name: "Choir",
        jid,
        number,
        ..Fields::default()
    };
    index.rebuild([
        of("120363000000000001@g.us", "447700900951"),
        of("447700900951-1512345678@g.us", ""),
        of("120363000000000003@g.us", "6281234567890"),
    ]);
    let mut hits = Vec::new();
    let mut rows = |query: &str| {
        index.search(query, &mut hits);
        hits.iter().map(|hit| hit.row).collect::<Vec<_>>()
    };
    for query in [
        "+44 7700 900951",
        "+447700900951",
        "+44 7700 900-951",
        "+44 (7700) 900 951",
        "+44 77",
        "+44",
        "7700 900951",
        "447700900951",
    ] {
        assert_eq!(rows(query), [0, 1], "{query}");
    }
    assert_eq!(rows("447700900951-1512345678@g.us"), [1]);
    assert_eq!(rows("+62 812-3456-7890"), [2]);
    assert!(rows("+45 7700").is_empty());
    assert_eq!(named(&["Class +1", "Class 1"], "+1"), ["Class +1"]);
}

#[test]
fn a_literal_description_outranks_skipped_letters() {
    let mut index = Index::new();
    index.rebuild([
        Fields {
            name: "Volleyball",
            ..Fields::default()
        },
        Fields {
            name: "Sports",
            description: "we play vlyb",
            ..Fields::default()
        },
    ]);
    let mut hits = Vec::new();
    index.search("vlyb", &mut hits);
    assert_eq!(hits.iter().map(|hit| hit.row).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn rows_are_numbered_across_blocks() {
    fn fields(name: &str) -> Fields<'_> {
        Fields {
            name,
            ..Fields::default()
        }
    }
    let names: Vec<String> = (0..3_000).map(|row| format!("group {row:04}")).collect();
    let mut index = Index::new();
    for (row, name) in names.iter().enumerate() {
        index.set(row, fields(name));
    }
    let mut hits = Vec::new();
    let mut row_of = |index: &mut Index, query: &str| {
        index.search(query, &mut hits);
        hits.iter().map(|hit| hit.row).collect::<Vec<_>>()
    };
    assert_eq!(index.len(), 3_000);
    assert_eq!(row_of(&mut index, "2999 group"), [2_999]);
    index.set(9_999, Fields::default());
    index.set(3_000, fields("last"));
    assert_eq!(row_of(&mut index, "last"), [3_000]);
    index.rebuild([]);
    assert!(index.is_empty());
    assert_eq!(row_of(&mut index, "group"), [0_u32; 0]);
}

#[test]
fn every_word_must_match_somewhere() {
    assert_eq!(rows("vol cairo"), [3]);
    assert_eq!(rows("gate weekend"), [1]);
    assert_eq!(rows("gate cairo"), [0_u32; 0]);
}

#[test]
fn jids_are_found_by_a_run_of_digits() {
    assert_eq!(rows("0000000003"), [2]);
    assert_eq!(rows("6281234567890-1512345678@g.us"), [4]);
    assert_eq!(rows("120363000000000009@g.us"), [8]);
    assert!(
        rows("g.us").is_empty(),
        "the domain of every JID is not searched"
    );
}

#[test]
fn case_and_diacritics_do_not_matter_in_any_script() {
    assert_eq!(rows("SAO joao"), [4]);
    assert_eq!(rows("joão"), [4]);
    assert_eq!(rows("москва"), [6]);
    assert_eq!(rows("متطوعون"), [3]);
    assert_eq!(rows("東京"), [5]);
    assert_eq!(rows("オフィス"), [5]);
}

#[test]
fn equal_matches_keep_their_order() {
    let mut index = Index::new();
    let same = |name| Fields {
        name,
        ..Fields::default()
    };
    index.rebuild(["b team", "a team", "c team"].map(same));
    let mut hits = Vec::new();
    index.search("team", &mut hits);
    assert_eq!(
        hits.iter().map(|hit| hit.row).collect::<Vec<_>>(),
        [0, 1, 2]
    );
}

#[test]
fn a_changed_row_is_found_by_its_new_name() {
    let mut index = index();
    let mut hits = Vec::new();
    index.search("volun", &mut hits);
    index.set(
        2,
        Fields {
            name: "Volunteers of the school",
            ..GROUPS[2]
        },
    );
    index.search("volunt", &mut hits);
    assert!(hits.iter().any(|hit| hit.row == 2));
    index.set(
        9,
        Fields {
            name: "Volunteers, new",
            ..Fields::default()
        },
    );
    index.search("new volunt", &mut hits);
    assert_eq!(hits[0].row, 9);
}

#[test]
fn matched_letters_are_marked() {
    let marked = |query: &str, name: &'static str| {
        highlight(query, name)
            .into_iter()
            .map(|range| &name[range])
            .collect::<Vec<_>>()
    };
    assert_eq!(marked("vol", "Weekend Volunteers"), ["Vol"]);
    assert_eq!(marked("vol week", "Weekend Volunteers"), ["Week", "Vol"]);
    assert_eq!(marked("joao", "São João Crew"), ["João"]);
    assert_eq!(
        marked("joão", "Sa\u{303}o Joa\u{303}o Crew"),
        ["Joa\u{303}o"]
    );
    assert_eq!(marked("تطوع", "متطوعون"), ["تطوع"]);
    assert_eq!(marked("京オ", "東京オフィス"), ["京オ"]);
    assert_eq!(marked("москва", "МОСКВА 24"), ["МОСКВА"]);
    assert_eq!(marked("thors", "Ferð í Þórsmörk"), ["Þórs"]);
    assert_eq!(marked("chses", "The Chess club"), ["Chess"]);
    assert_eq!(marked("strasse", "Hauptstraße 7"), ["straße"]);
    assert_eq!(
        marked("한", "\u{1112}\u{1161}\u{11ab}\u{1100}"),
        ["\u{1112}\u{1161}\u{11ab}"]
    );
    assert_eq!(marked("crew", "👩‍👩‍👧 Crew"), ["Crew"]);
    assert!(marked("xyz", "Weekend").is_empty());
    assert!(marked("", "Weekend").is_empty());
}

fn name() -> impl Strategy<Value = String> {
    let words = vec![
        "weekend",
        "Vol",
        "école",
        "ab",
        "ba",
        "متطوعون",
        "東京",
        "123",
        "x",
        "👩‍👧",
        "ÀÉ",
    ];
    prop::collection::vec(prop::sample::select(words), 0..5).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn an_extended_query_finds_the_same_as_a_new_one(
        names in prop::collection::vec((name(), name()), 1..20),
        query in "[a-c vewd1-3é東م]{1,8}",
    ) {
        let fields = |index: &mut Index| {
            index.rebuild(names.iter().map(|(name, description)| Fields {
                name,
                description,
                jid: "120363@g.us",
                number: "",
                note: "",
                account: 0,
            }));
        };
        let (mut typed, mut afresh) = (Index::new(), Index::new());
        fields(&mut typed);
        let (mut hits, mut expected) = (Vec::new(), Vec::new());
        for (end, letter) in query.char_indices() {
            let beginning = &query[..end + letter.len_utf8()];
            typed.search(beginning, &mut hits);
            fields(&mut afresh);
            afresh.search(beginning, &mut expected);
            prop_assert_eq!(&hits, &expected, "{}", beginning);
        }
    }

    #[test]
    fn changed_rows_equal_a_rebuilt_index(
        names in prop::collection::vec(name(), 1..12),
        changes in prop::collection::vec((0_usize..14, name()), 0..12),
        query in "[a-c vew1é東]{1,4}",
    ) {
        fn fields(name: &str) -> Fields<'_> {
            Fields { name, description: name, ..Fields::default() }
        }
        let mut names = names;
        let mut index = Index::new();
        index.rebuild(names.iter().map(|name| fields(name)));
        let mut hits = Vec::new();
        for (row, name) in changes {
            index.search(&query, &mut hits);
            index.set(row, fields(&name));
            if row == names.len() {
                names.push(name);
            } else if row < names.len() {
                names[row] = name;
            }
        }
        let mut afresh = Index::new();
        afresh.rebuild(names.iter().map(|name| fields(name)));
        let mut expected = Vec::new();
        index.search(&query, &mut hits);
        afresh.search(&query, &mut expected);
        prop_assert_eq!(hits, expected);
    }

    #[test]
    fn a_substring_is_found(
        names in prop::collection::vec((name(), name()), 1..12),
        query in "[a-evw1é東م]{1,3}",
    ) {
        let mut index = Index::new();
        index.rebuild(names.iter().map(|(name, description)| Fields { name, description, ..Fields::default() }));
        let mut hits = Vec::new();
        index.search(&query, &mut hits);
        for (row, (name, description)) in names.iter().enumerate() {
            let holds = [name, description]
                .iter()
                .any(|text| folded(text).contains(&folded(&query)));
            let found = hits.iter().any(|hit| hit.row as usize == row);
            prop_assert!(found || !holds, "{} in {} / {}", query, name, description);
            if found && !holds {
                prop_assert!(!highlight(&query, name).is_empty());
            }
        }
    }

    #[test]
    fn marks_lie_within_the_name(query in ".{0,6}", name in name()) {
        let mut last = 0;
        for range in highlight(&query, &name) {
            prop_assert!(range.start >= last && range.end > range.start);
            prop_assert!(name.get(range.clone()).is_some());
            last = range.end;
        }
    }
}
