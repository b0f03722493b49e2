//! Print sheets in a browser: the number and size of the pages, that nothing is cut, and that phones can read the codes.
//!
//! Needs Chromium, and pdfinfo, pdftotext and pdftoppm (poppler-utils). `.ci/run` installs them and sets
//! `PRINT_TESTS=require`; without that variable a machine that lacks them skips these tests.

use groupdesk::sheet::{Layout, SheetGroup, html};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOOLS: [&str; 4] = ["chromium", "pdfinfo", "pdftotext", "pdftoppm"];
const DAY: &str = "2026-11-27";
/// Dots per inch at which printed pages are looked at; office printers have at least twice as many.
const DPI: usize = 150;

/// Whether the tools are there; missing ones fail where they are required.
fn can_print() -> bool {
    let missing: Vec<_> = TOOLS
        .into_iter()
        .filter(|tool| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
        })
        .collect();
    let required = std::env::var_os("PRINT_TESTS").is_some_and(|how| how == "require");
    assert!(missing.is_empty() || !required, "missing: {missing:?}");
    if !missing.is_empty() {
        println!("skipped: {missing:?} are not installed");
    }
    missing.is_empty()
}

fn link(at: usize) -> String {
    // The longest codes make the densest QR codes.
    let length = if at.is_multiple_of(5) { 64 } else { 22 };
    format!(
        "https://chat.whatsapp.com/{:W>length$}",
        format!("x{at:04}")
    )
}

/// Names in many scripts, hostile and long ones.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "Weekend Volunteers",
        "متطوعو نهاية الأسبوع - الفريق الشمالي",
        "מתנדבי סוף השבוע (צפון)",
        "東京ボランティアの会",
        "上海门店群",
        "👨‍👩‍👧 Family 🇮🇩 ❤️",
        "सप्ताहांत स्वयंसेवक समूह",
        "กลุ่มอาสาสมัครสุดสัปดาห์",
        "<b>bold</b> & \"quoted\" 'single' </article>",
        "evil\u{202e}gnirts\u{1b}[2J\nsecond line",
    ]
    .map(str::to_owned)
    .to_vec();
    for letter in ["W", "x", "東", "ش", "क्ष", "👍", "Wiederholung "] {
        names.push(letter.repeat(100).chars().take(100).collect());
    }
    names.push("W".repeat(1_000));
    names
}

/// One group for each name. Every other one has a house text, some of them a long one.
fn groups() -> Vec<SheetGroup> {
    let groups = names().into_iter().enumerate().map(|(at, name)| {
        let group = SheetGroup::new(&name, &link(at), "Support line", "1@g.us", "01SUPPORT");
        match at % 4 {
            0 => group,
            1 => group.with_text(|name, _, account| {
                format!("Scan to join {name}.\nQuestions: {account}")
            }),
            2 => {
                group.with_text(|_, link, _| format!("{link}\n{}", "Long house text. ".repeat(60)))
            }
            _ => group.with_text(|name, _, _| format!("امسح الرمز للانضمام إلى {name}")),
        }
    });
    groups.collect()
}

/// A browser with a profile of its own.
struct Browser {
    place: tempfile::TempDir,
}

impl Browser {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        Self { place }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn run(&self, page: &Path, option: &str) -> Output {
        let output = Command::new("chromium")
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-pdf-header-footer",
            ])
            .arg(format!(
                "--user-data-dir={}",
                self.path("profile").display()
            ))
            .arg(option)
            .arg(format!("file://{}", page.display()))
            .output()
            .expect("chromium runs");
        assert!(output.status.success(), "{output:?}");
        output
    }

    /// The page as PDF.
    fn print(&self, html: &str) -> PathBuf {
        let (page, pdf) = (self.path("sheet.html"), self.path("sheet.pdf"));
        std::fs::write(&page, html).expect("a file");
        self.run(&page, &format!("--print-to-pdf={}", pdf.display()));
        pdf
    }

    /// What a script finds in the page. The policy of the page forbids scripts, so it is taken out.
    fn ask(&self, html: &str, script: &str) -> String {
        let start = html.find("<meta http-equiv=").expect("a policy");
        let end = start + html[start..].find(">\n").expect("its end");
        let script = format!("<script>document.title = (() => {{ {script} }})()</script></body>");
        let html = format!("{}{}", &html[..start], &html[end + 2..]).replace("</body>", &script);
        let page = self.path("asked.html");
        std::fs::write(&page, html).expect("a file");
        let output = self.run(&page, "--dump-dom");
        let document = String::from_utf8(output.stdout).expect("UTF-8");
        let title = document.split("<title>").nth(1).expect("a title");
        title.split("</title>").next().expect("its end").to_owned()
    }
}

fn tool(program: &str, arguments: &[&str], file: &Path) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .arg(file)
        .output()
        .expect(program);
    assert!(output.status.success(), "{program}: {output:?}");
    output.stdout
}

/// Number of pages, and width and height in millimetres.
fn pages(pdf: &Path) -> (usize, f64, f64) {
    let info = String::from_utf8(tool("pdfinfo", &[], pdf)).expect("UTF-8");
    let line = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name}: {info}"))
            .trim()
            .to_owned()
    };
    let size = line("Page size:");
    let mut points = size
        .split_whitespace()
        .filter_map(|word| word.parse::<f64>().ok());
    let mut millimetres = || points.next().expect("a size") * 25.4 / 72.0;
    (
        line("Pages:").parse().expect("a number"),
        millimetres(),
        millimetres(),
    )
}

/// The texts of the codes on a page.
fn codes(pdf: &Path, layout: Layout, page: usize) -> BTreeSet<String> {
    let (page, dpi) = (page.to_string(), DPI.to_string());
    let picture = tool(
        "pdftoppm",
        &["-gray", "-r", &dpi, "-f", &page, "-l", &page],
        pdf,
    );
    // P5, width, height, 255, then a byte per pixel.
    let mut at = 0;
    let mut word = || {
        let end = at
            + picture[at..]
                .iter()
                .position(u8::is_ascii_whitespace)
                .expect("a word");
        let word = String::from_utf8_lossy(&picture[at..end]).into_owned();
        at = end + 1;
        word
    };
    assert_eq!(word(), "P5");
    let (width, height): (usize, usize) = (word().parse().unwrap(), word().parse().unwrap());
    assert_eq!(word(), "255");
    let pixels = &picture[at..];
    // Cell by cell: the decoder takes the corners of several codes for those of one.
    let (columns, rows) = match layout.per_page() {
        1 => (1, 1),
        2 => (1, 2),
        4 => (2, 2),
        8 => (2, 4),
        _ => (3, 4),
    };
    let (wide, tall) = (width / columns, height / rows);
    let mut found = BTreeSet::new();
    for (left, top) in (0..columns * rows).map(|at| (at % columns * wide, at / columns * tall)) {
        let pixel = |x: usize, y: usize| pixels[(top + y) * width + left + x];
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(wide, tall, pixel);
        let grids = prepared.detect_grids();
        found.extend(grids.iter().filter_map(|grid| Some(grid.decode().ok()?.1)));
    }
    found
}

#[test]
fn every_layout_prints_its_pages_with_codes_that_can_be_read() {
    if !can_print() {
        return;
    }
    let browser = Browser::new();
    let all = groups();
    for layout in Layout::ALL {
        // Every page that a layout has costs seconds.
        let groups = &all[..all.len().min(layout.per_page() * 2 + 3)];
        let pdf = browser.print(&html(groups, layout, DAY).unwrap());
        let (count, width, height) = pages(&pdf);
        assert_eq!(
            count,
            groups.len().div_ceil(layout.per_page()),
            "{layout:?}"
        );
        let paper = if layout == Layout::A5 {
            (148.0, 210.0)
        } else {
            (210.0, 297.0)
        };
        assert!(
            (width - paper.0).abs() < 1.0 && (height - paper.1).abs() < 1.0,
            "{layout:?}: {width} x {height}"
        );
        for (page, groups) in groups.chunks(layout.per_page()).enumerate() {
            let links: BTreeSet<String> =
                groups.iter().map(|group| group.link().to_owned()).collect();
            assert_eq!(
                codes(&pdf, layout, page + 1),
                links,
                "{layout:?}, page {}",
                page + 1
            );
        }
        words_are_on_the_paper(&pdf, layout);
    }
}

#[track_caller]
fn words_are_on_the_paper(pdf: &Path, layout: Layout) {
    let output = Command::new("pdftotext")
        .arg("-bbox")
        .arg(pdf)
        .arg("-")
        .output()
        .expect("pdftotext");
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |tag: &str, name: &str| -> f64 {
        let value = tag
            .split(&format!("{name}=\""))
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        value
            .and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("{name}: {tag}"))
    };
    let (mut width, mut height, mut words) = (0.0, 0.0, 0);
    for line in text.lines().map(str::trim) {
        if line.starts_with("<page ") {
            (width, height) = (number(line, "width"), number(line, "height"));
        } else if line.starts_with("<word ") {
            words += 1;
            // Of a word's height fonts claim more than they draw.
            let middle = f64::midpoint(number(line, "yMin"), number(line, "yMax"));
            let inside = number(line, "xMin") >= 0.0
                && number(line, "xMax") <= width
                && (0.0..height).contains(&middle);
            assert!(inside, "{layout:?}: {line} on {width} x {height}");
        }
    }
    assert!(words > 20, "{layout:?}: {text}");
    let plain: String = text.split_whitespace().collect();
    for shown in ["Weekend", "Volunteers", DAY] {
        assert!(plain.contains(shown), "{layout:?}: no {shown}");
    }
}

/// What is larger than the box that it is in, or stands beyond the box around it.
const CUT: &str = "
        const cut = [];
        const inside = (inner, outer) => {
            const a = inner.getBoundingClientRect(), b = outer.getBoundingClientRect();
            return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
        };
        for (const box of document.querySelectorAll('.name, .text, .link, .code, .foot, .group, .grid')) {
            const around = box.closest(box.matches('.group, .grid, .foot') ? '.page' : '.group');
            const large = box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
            if (large || !inside(box, around)) cut.push(box.className + ': ' + box.textContent.slice(0, 40));
        }
        for (const group of document.querySelectorAll('.group')) {
            const parts = [...group.querySelectorAll('.name, .text, .link, .code')].map(one => one.getBoundingClientRect());
            parts.forEach((a, at) => parts.slice(at + 1).forEach(b => {
                const apart = a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
                if (!apart) cut.push('overlap: ' + group.textContent.slice(0, 40));
            }));
        }
        return document.querySelectorAll('.group').length + ' groups' + cut.join(', ');";

#[test]
fn nothing_on_a_sheet_is_cut() {
    if !can_print() {
        return;
    }
    let browser = Browser::new();
    let groups = groups();
    for layout in Layout::ALL {
        let page = html(&groups, layout, DAY).unwrap();
        let found = browser.ask(&page, CUT);
        assert_eq!(found, format!("{} groups", groups.len()), "{layout:?}");
    }
}

#[test]
fn a_sheet_is_drawn_without_the_network_and_its_policy_allows_its_style() {
    if !can_print() {
        return;
    }
    let browser = Browser::new();
    let sheet = html(&groups()[..1], Layout::A4, DAY).unwrap();
    // With its policy in place, an unknown style would leave the page unformatted: more than one page, or another paper.
    let (count, width, _) = pages(&browser.print(&sheet));
    assert_eq!(count, 1);
    assert!((width - 210.0).abs() < 1.0, "{width}");
    let other = sheet.replace("body{background:#ddd", "body{background:#dde");
    let (_, width, _) = pages(&browser.print(&other));
    assert!(
        (width - 210.0).abs() > 1.0,
        "a style with another hash is refused"
    );
}
