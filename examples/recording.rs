//! Draws the README's tour: drives the real program in a pseudo-terminal and turns what it shows into an
//! animated SVG, without a script.
//!
//! `cargo run --example recording -- target/debug/groupdesk > assets/tour.svg`

#[path = "../tests/support/pty.rs"]
#[allow(dead_code)]
mod pty;
#[allow(dead_code)]
mod svg;

use pty::Pty;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use svg::{HEIGHT, INK, PAPER, WIDTH, color, escaped};
use vt100::{Cell, Screen};

const COLUMNS: u16 = 100;
const ROWS: u16 = 30;
/// How every invite link begins.
const LINK: &str = "https://chat.whatsapp.com/";

/// A screen, and for how many milliseconds it is shown.
struct Frame {
    screen: Screen,
    milliseconds: u32,
}

/// The frames in which a row looks the same, as ranges.
type Spans = Vec<(usize, usize)>;

fn main() {
    let program = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/debug/groupdesk".to_owned());
    let program = std::fs::canonicalize(&program).expect("the program, built before");
    let frames = tour(program.to_str().expect("UTF-8"));
    #[allow(clippy::print_stdout)]
    {
        print!("{}", drawn(&frames));
    }
}

/// Filter, card, full-screen code, link reset.
fn tour(program: &str) -> Vec<Frame> {
    let mut pty = Pty::spawn(
        COLUMNS,
        ROWS,
        program,
        &["demo", "--still", "--seed", "7"],
        // The picture's paper is dark, and nobody answers what colour it has.
        &[("GROUPDESK_UI_BACKGROUND", "dark")],
    );
    let mut frames = Vec::new();
    let mut step = |pty: &mut Pty, keys: &str, seen: &str, milliseconds: u32| {
        pty.send(keys);
        pty.wait_for(seen);
        frames.push(Frame {
            screen: pty.screen().clone(),
            milliseconds,
        });
    };
    pty.wait_for("3 of 5 connected");
    pty.wait_for("+44 7700 900951");
    step(&mut pty, "\t", "Groups · all sessions · 65", 1_600);
    step(&mut pty, "/", "type to find a group", 500);
    step(&mut pty, "w", "/ w", 300);
    step(&mut pty, "e", "/ we", 300);
    step(&mut pty, "e", "/ wee", 300);
    step(&mut pty, "k", "/ week", 1_200);
    pty.send("\r");
    pty.wait_for("Q QR");
    pty.wait_for(LINK);
    pty.send("\r");
    pty.wait_for("Members · 128");
    step(&mut pty, "", LINK, 2_400);
    pty.send("Q");
    pty.wait_gone("Members");
    step(&mut pty, "", LINK, 2_400);
    pty.send("\x1b");
    pty.wait_for("you are admin");
    step(&mut pty, "R", "Reset the invite link?", 2_000);
    step(&mut pty, "\t", "Reset link", 700);
    step(&mut pty, "\r", "The link was reset.", 2_600);
    step(&mut pty, "\x1b", "you are admin", 1_600);
    frames
}

fn drawn(frames: &[Frame]) -> String {
    let (width, height) = (COLUMNS * WIDTH + 24, ROWS * HEIGHT + 24);
    let mut parts = BTreeMap::<Spans, String>::new();
    for row in 0..ROWS {
        let mut looks = BTreeMap::<String, Spans>::new();
        for (at, frame) in frames.iter().enumerate() {
            let spans = looks.entry(drawn_row(&frame.screen, row)).or_default();
            match spans.last_mut() {
                Some((_, end)) if *end == at => *end = at + 1,
                _ => spans.push((at, at + 1)),
            }
        }
        for (look, spans) in looks {
            parts.entry(spans).or_default().push_str(&look);
        }
    }
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 -12 {width} {height}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"13\">\n"
    );
    out.push_str(&style(frames, parts.keys()));
    let _ = writeln!(
        out,
        "<rect x=\"-12\" y=\"-12\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>"
    );
    for (at, drawing) in parts.values().enumerate() {
        let _ = writeln!(out, "<g class=\"s{at}\">{drawing}</g>");
    }
    out.push_str("</svg>\n");
    out
}

/// When each part is visible. Where nothing is animated, the first frame is.
fn style<'a>(frames: &[Frame], all: impl Iterator<Item = &'a Spans>) -> String {
    let total: u32 = frames.iter().map(|frame| frame.milliseconds).sum();
    let start = |at: usize| -> f64 {
        let before: u32 = frames[..at].iter().map(|frame| frame.milliseconds).sum();
        f64::from(before) * 100.0 / f64::from(total)
    };
    let mut css = format!(
        "text{{white-space:pre}}g{{animation:{total}ms step-end infinite}}.b{{font-weight:bold}}.u{{text-decoration:underline}}.d{{opacity:.6}}"
    );
    for (at, spans) in all.enumerate() {
        if spans == &[(0, frames.len())] {
            continue;
        }
        let first = spans[0].0 == 0;
        let word = |visible: bool| if visible { "visible" } else { "hidden" };
        let _ = write!(
            css,
            "\n.s{at}{{visibility:{};animation-name:k{at}}}@keyframes k{at}{{",
            word(first)
        );
        let mut changes = BTreeMap::from([(0, first)]);
        for (from, to) in spans {
            changes.insert(*from, true);
            changes.insert(*to, false);
        }
        changes.remove(&frames.len());
        for (frame, visible) in changes {
            let _ = write!(css, "{:.2}%{{visibility:{}}}", start(frame), word(visible));
        }
        css.push('}');
    }
    css.push_str("\n@media (prefers-reduced-motion:reduce){g{animation:none!important}}");
    format!("<style>{css}</style>\n")
}

/// How text looks: its colour and its classes.
#[derive(PartialEq, Eq)]
struct Look {
    ink: String,
    class: String,
}

fn drawn_row(screen: &Screen, row: u16) -> String {
    let mut fills = BTreeMap::<String, BTreeSet<(u16, u16, u16, u16)>>::new();
    let mut texts = String::new();
    let mut run: Option<(u16, u16, Look, String)> = None;
    let y = row * HEIGHT;
    for column in 0..COLUMNS {
        let Some(cell) = screen
            .cell(row, column)
            .filter(|cell| !cell.is_wide_continuation())
        else {
            continue;
        };
        let (ink, paper) = colors(cell);
        let columns = if cell.is_wide() { 2 } else { 1 };
        let mut fill = |color: &str, top: u16, height: u16| {
            if color != PAPER {
                let all = fills.entry(color.to_owned()).or_default();
                all.insert((y + top, height, column * WIDTH, columns * WIDTH));
            }
        };
        let half = HEIGHT / 2;
        match cell.contents() {
            "█" => fill(&ink, 0, HEIGHT),
            "▀" => {
                fill(&ink, 0, half);
                fill(&paper, half, half);
            }
            "▄" => {
                fill(&paper, 0, half);
                fill(&ink, half, half);
            }
            text => {
                fill(&paper, 0, HEIGHT);
                let text = if text.is_empty() { " " } else { text };
                let mut class = String::new();
                for (set, letter) in [
                    (cell.bold(), 'b'),
                    (cell.dim(), 'd'),
                    (cell.underline(), 'u'),
                ] {
                    if set {
                        class.push_str(if class.is_empty() { "" } else { " " });
                        class.push(letter);
                    }
                }
                let look = Look { ink, class };
                match &mut run {
                    Some((_, width, of, words))
                        if columns == 1 && *of == look && text.chars().count() == 1 =>
                    {
                        *width += 1;
                        words.push_str(text);
                    }
                    _ => {
                        finish(&mut texts, run.take(), y);
                        run = Some((column, columns, look, text.to_owned()));
                    }
                }
                // What is wider than a cell in some fonts stands alone.
                if columns == 2 || text.chars().count() > 1 {
                    finish(&mut texts, run.take(), y);
                }
                continue;
            }
        }
        finish(&mut texts, run.take(), y);
    }
    finish(&mut texts, run.take(), y);
    let mut out = String::new();
    for (color, areas) in fills {
        let _ = write!(
            out,
            "<path shape-rendering=\"crispEdges\" fill=\"{color}\" d=\""
        );
        let mut last: Option<(u16, u16, u16, u16)> = None;
        for (top, height, x, width) in areas {
            last = match last {
                Some((t, h, start, w)) if (t, h, start + w) == (top, height, x) => {
                    Some((t, h, start, w + width))
                }
                before => {
                    path(&mut out, before);
                    Some((top, height, x, width))
                }
            };
        }
        path(&mut out, last);
        out.push_str("\"/>");
    }
    out + &texts
}

fn path(out: &mut String, area: Option<(u16, u16, u16, u16)>) {
    if let Some((y, height, x, width)) = area {
        let _ = write!(out, "M{x} {y}h{width}v{height}h-{width}z");
    }
}

fn finish(out: &mut String, run: Option<(u16, u16, Look, String)>, y: u16) {
    let Some((column, _, look, words)) = run else {
        return;
    };
    let kept = words.trim_end();
    let skipped = kept
        .chars()
        .take_while(|character| *character == ' ')
        .count();
    let words = kept.trim_start();
    if words.is_empty() {
        return;
    }
    let x = (usize::from(column) + skipped) * usize::from(WIDTH);
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{}\" fill=\"{}\"",
        y + 12,
        look.ink
    );
    if !look.class.is_empty() {
        let _ = write!(out, " class=\"{}\"", look.class);
    }
    let count = words.chars().count();
    if count > 1 {
        let _ = write!(out, " textLength=\"{}\"", count * usize::from(WIDTH));
    }
    let _ = write!(out, ">{}</text>", escaped(words));
}

fn colors(cell: &Cell) -> (String, String) {
    let (ink, paper) = (color(cell.fgcolor(), INK), color(cell.bgcolor(), PAPER));
    if cell.inverse() {
        (paper, ink)
    } else {
        (ink, paper)
    }
}
