use super::group::{END_ISOLATE, ISOLATE};
use super::*;
use crate::api::InviteLink;
use crate::qr::{Code, Level};

const DAY: &str = "2026-11-27";

fn link(at: usize) -> String {
    InviteLink::from_code(&format!("AbCdEf1234567890Xy{at:04}")).invite
}

fn group(name: &str, at: usize) -> SheetGroup {
    let jid = format!("12036304123456{at:04}@g.us");
    SheetGroup::new(name, &link(at), "Support", &jid, "01SUPPORT")
}

fn groups(count: usize) -> Vec<SheetGroup> {
    (0..count)
        .map(|at| group(&format!("Group {at}"), at))
        .collect()
}

const NAMES: [&str; 8] = [
    "Weekend Volunteers",
    "מתנדבי סוף השבוע (צפון)",
    "متطوعو نهاية الأسبوع - ١",
    "東京ボランティアの会",
    "👨‍👩‍👧 Family 🇮🇩",
    "सप्ताहांत स्वयंसेवक",
    "<script>alert(1)</script> & \"quotes\" 'single'",
    "evil\u{202e}gnirts\u{1b}[2J\nsecond line",
];

#[test]
fn the_page_has_a_policy_that_allows_its_own_style_alone() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = html(&groups(3), Layout::Twelve, DAY).unwrap();
    let style = page.split("<style>").nth(1).unwrap();
    let style = style.split("</style>").next().unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    let policy = format!("content=\"default-src 'none'; style-src 'sha256-{hash}';");
    assert!(page.contains(&policy), "{page}");
    for forbidden in [
        "<script", "<link", "<img", "url(", "@import", " style=", "href",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn names_of_strangers_are_cleaned_and_escaped() {
    let hostile: Vec<_> = NAMES
        .iter()
        .enumerate()
        .map(|(at, name)| group(name, at))
        .collect();
    let page = html(&hostile, Layout::Four, DAY).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;"));
    for hidden in ['\u{202e}', '\u{1b}'] {
        assert!(!page.contains(hidden), "{hidden:?}");
    }
    assert!(
        page.contains(">evilgnirts\u{fffd}[2J second line</h2>"),
        "{page}"
    );
    assert_eq!(page.matches("dir=\"auto\"").count(), NAMES.len());
}

#[test]
fn a_page_has_as_many_groups_as_its_layout_says() {
    for (layout, pages) in [
        (Layout::A4, 13),
        (Layout::A5, 13),
        (Layout::Two, 7),
        (Layout::Four, 4),
        (Layout::Eight, 2),
        (Layout::Twelve, 2),
    ] {
        let page = html(&groups(13), layout, DAY).unwrap();
        assert_eq!(page.matches("<section class=\"page\"").count(), pages);
        assert_eq!(page.matches("<article").count(), 13);
        assert!(page.contains(&format!("Made on {DAY} · page {pages} of {pages}")));
        assert_eq!(html(&groups(13), layout, DAY).unwrap(), page);
    }
}

#[test]
fn the_drawn_code_is_the_links_code_with_its_quiet_zone() {
    let svg = crate::qr::to_inline_svg(&link(0)).unwrap();
    let code = Code::new(&link(0), Level::Medium).unwrap();
    let mut dark = std::collections::BTreeSet::new();
    let path = svg
        .split(" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    for run in path.split('M').skip(1) {
        let numbers: Vec<usize> = run
            .split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        let [column, row, width, ..] = numbers[..] else {
            panic!("{run}")
        };
        dark.extend((column..column + width).map(|column| (column, row)));
    }
    for row in 0..code.side() {
        for column in 0..code.side() {
            assert_eq!(dark.contains(&(column, row)), code.is_dark(column, row));
        }
    }
    assert!(svg.contains(&format!("viewBox=\"0 0 {0} {0}\"", code.side())));
}

#[test]
fn a_house_text_keeps_its_order_around_names_of_another_direction() {
    let filled = group(NAMES[1], 1)
        .with_text(|name, link, account| format!("Scan for {name}!\n{link} ({account})\u{202e}"));
    let page = html(&[filled], Layout::A4, DAY).unwrap();
    assert!(
        page.contains(&format!(
            "<p dir=\"auto\">Scan for <bdi>{}</bdi>!</p>",
            NAMES[1]
        )),
        "{page}"
    );
    assert!(page.contains(&format!("<bdi>{}</bdi> (<bdi>Support</bdi>)</p>", link(1))));
    assert!(!page.contains(ISOLATE) && !page.contains(END_ISOLATE));
}

#[test]
fn every_format_of_a_table_is_read_again() {
    let made: Vec<_> = NAMES
        .iter()
        .enumerate()
        .map(|(at, name)| group(name, at))
        .collect();
    let formula = group("=1+1", 99);
    let made: Vec<_> = made.into_iter().chain([formula]).collect();
    let page = html(&made, Layout::Eight, DAY).unwrap();
    let csv = table(&made, true);
    assert!(csv.contains("'=1+1"));
    for file in [page, csv] {
        let listed = read(file.as_bytes()).unwrap();
        assert_eq!(listed.len(), made.len());
        for (found, made) in listed.iter().zip(&made) {
            assert_eq!(found.name, made.name);
            assert_eq!(found.link, made.link);
            assert_eq!(found.jid.as_deref(), Some(made.jid.as_str()));
            assert_eq!(found.session.as_deref(), Some("01SUPPORT"));
        }
    }
}

#[test]
fn a_sheet_is_read_leniently_and_nothing_else_is_believed() {
    let spreadsheet = format!(
        "\u{feff}link;name;other\n{};Choir;x\nno link;y;z\nshort\n",
        link(1)
    );
    let listed = read(spreadsheet.as_bytes()).unwrap();
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "Choir"));
    assert_eq!((&listed[0].jid, &listed[0].session), (&None, &None));
    let saved = format!(
        "<html><article data-jid='../../x' data-session=\"a b\" data-link={} class=x>\n<article data-link=\"https://evil.test/x\"><article data-link='",
        link(2)
    );
    let listed = read(saved.as_bytes()).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].jid, &listed[0].session), (&None, &None));
    for other in ["", "<html>", "a,b\n1,2\n", "\0\u{1}", "{\"groups\": []}"] {
        assert_eq!(
            read(other.as_bytes()),
            Err(Unreadable::NoSheet),
            "{other:?}"
        );
    }
    assert_eq!(read(&[0xff, 0xfe]), Err(Unreadable::NoSheet));
}

#[test]
fn a_file_to_check_is_bounded() {
    let large = vec![b'x'; usize::try_from(FILE_MAX).unwrap() + 1];
    assert_eq!(read(&large), Err(Unreadable::TooLarge));
    let mut rows = "name,link\n".to_owned();
    for at in 0..10_010 {
        rows.extend(["x,", &link(at % 1_000), "\n"]);
    }
    assert_eq!(read(rows.as_bytes()).unwrap().len(), 10_000);
}

#[test]
fn pictures_have_names_that_are_safe_and_unique() {
    let named: Vec<_> = [
        "Choir",
        "choir",
        "../../etc/passwd",
        "",
        "-rf",
        "東京",
        "NUL",
        "a/b",
        "a b",
        &"東".repeat(200),
        "🎉🎉",
    ]
    .iter()
    .enumerate()
    .map(|(at, name)| group(name, at))
    .collect();
    let drawn: Vec<_> = pictures(&named, PictureKind::Svg)
        .map(Result::unwrap)
        .collect();
    let files: Vec<&str> = drawn.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        files[..9],
        [
            "Choir.svg",
            "choir (2).svg",
            "etc passwd.svg",
            "120363041234560003 g us.svg",
            "rf.svg",
            "東京.svg",
            "NUL group.svg",
            "a b.svg",
            "a b (2).svg",
        ]
    );
    assert!(files[9].len() <= 184, "{}", files[9].len());
    assert_eq!(files[10], "invite.svg");
    assert_eq!(
        drawn[0].1,
        crate::qr::to_svg(&link(0)).unwrap().into_bytes()
    );
}
