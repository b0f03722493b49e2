use super::*;
use proptest::prelude::*;

const GROUPS: [Fields<'static>; 9] = [
    Fields {
        name: "Garden club",
        description: "volunteers welcome",
        jid: "120363000000000001@g.us",
    },
    Fields {
        name: "Weekend Volunteers",
        description: "Meet at the north gate at 8.",
        jid: "120363000000000002@g.us",
    },
    Fields {
        name: "School Volleyball",
        description: "",
        jid: "120363000000000003@g.us",
    },
    Fields {
        name: "متطوعون · Vol. Cairo",
        description: "",
        jid: "120363000000000004@g.us",
    },
    Fields {
        name: "São João Crew",
        description: "Festa",
        jid: "6281234567890-1512345678@g.us",
    },
    Fields {
        name: "東京オフィス",
        description: "Tokyo office",
        jid: "120363000000000006@g.us",
    },
    Fields {
        name: "МОСКВА",
        description: "",
        jid: "120363000000000007@g.us",
    },
    Fields {
        name: "Vol",
        description: "",
        jid: "120363000000000008@g.us",
    },
    Fields {
        name: "",
        description: "",
        jid: "120363000000000009@g.us",
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
fn letters_may_be_left_out() {
    assert_eq!(rows("wkdvol"), [1]);
    assert_eq!(rows("vlybl"), [2]);
    assert_eq!(rows("wv"), [1]);
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
    assert!(rows("g.us").is_empty(), "what every JID has says nothing");
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
fn equals_keep_their_order() {
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
    index.remove(0);
    index.search("volunt", &mut hits);
    assert!(hits.iter().any(|hit| hit.row == 1));
    index.set(
        8,
        Fields {
            name: "Volunteers, new",
            ..Fields::default()
        },
    );
    index.search("new volunt", &mut hits);
    assert_eq!(hits[0].row, 8);
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
    fn typing_on_finds_the_same_as_starting_afresh(
        names in prop::collection::vec((name(), name()), 1..20),
        query in "[a-c vewd1-3é東م]{1,8}",
    ) {
        let fields = |index: &mut Index| {
            index.rebuild(names.iter().map(|(name, description)| Fields {
                name,
                description,
                jid: "120363@g.us",
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
    fn marks_lie_within_the_name(query in ".{0,6}", name in name()) {
        let mut last = 0;
        for range in highlight(&query, &name) {
            prop_assert!(range.start >= last && range.end > range.start);
            prop_assert!(name.get(range.clone()).is_some());
            last = range.end;
        }
    }
}
