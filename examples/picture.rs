//! Draws the README's picture: runs the real program in a pseudo-terminal and turns its cells into SVG.
//!
//! `cargo run --example picture -- target/debug/groupdesk > assets/screen.svg`

#[path = "../tests/support/pty.rs"]
#[allow(dead_code)]
mod pty;
mod svg;

use pty::Pty;
use std::fmt::Write as _;
use svg::{HEIGHT, INK, PAPER, WIDTH, click, color, escaped};
use vt100::Cell;

const COLUMNS: u16 = 144;
const ROWS: u16 = 36;
fn main() {
    let program = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/debug/groupdesk".to_owned());
    let program = std::fs::canonicalize(&program).expect("the program, built before");
    let mut pty = Pty::spawn(
        COLUMNS,
        ROWS,
        program.to_str().expect("UTF-8"),
        &["demo", "--still", "--seed", "7"],
        // The picture's paper is dark, and nobody answers what colour it has.
        &[("GROUPDESK_UI_BACKGROUND", "dark")],
    );
    pty.wait_for("3 of 5 connected");
    // The formats of phone numbers are loaded beside the first frames.
    pty.wait_for("+44 7700 900951");
    pty.send("j");
    pty.wait_for("Groups · Support line · 46");
    click(&mut pty, "Marathon Training");
    pty.wait_for("95 members · you are admin");
    pty.wait_for("https://chat.whatsapp.com/");
    #[allow(clippy::print_stdout)]
    {
        print!("{}", drawn(pty.screen()));
    }
}

fn drawn(screen: &vt100::Screen) -> String {
    let (width, height) = (COLUMNS * WIDTH, ROWS * HEIGHT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 -12 {} {}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <rect x=\"-12\" y=\"-12\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{PAPER}\"/>\n",
        width + 24,
        height + 24,
        width + 24,
        height + 24,
    );
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            if let Some(cell) = screen.cell(row, column) {
                draw(&mut out, cell, column * WIDTH, row * HEIGHT);
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

fn draw(out: &mut String, cell: &Cell, x: u16, y: u16) {
    let (mut ink, mut paper) = (color(cell.fgcolor(), INK), color(cell.bgcolor(), PAPER));
    if cell.inverse() {
        std::mem::swap(&mut ink, &mut paper);
    }
    let width = if cell.is_wide() { 2 * WIDTH } else { WIDTH };
    let mut fill = |color: &str, top: u16, height: u16| {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\" shape-rendering=\"crispEdges\"/>",
            y + top
        );
    };
    if paper != PAPER {
        fill(&paper, 0, HEIGHT);
    }
    match cell.contents() {
        "" | " " => {}
        "█" => fill(&ink, 0, HEIGHT),
        "▀" => fill(&ink, 0, HEIGHT / 2),
        "▄" => fill(&ink, HEIGHT / 2, HEIGHT / 2),
        text => {
            let weight = if cell.bold() {
                " font-weight=\"bold\""
            } else {
                ""
            };
            let faint = if cell.dim() { " opacity=\"0.6\"" } else { "" };
            let line = if cell.underline() {
                " text-decoration=\"underline\""
            } else {
                ""
            };
            let text = escaped(text);
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{}\" fill=\"{ink}\"{weight}{faint}{line}>{text}</text>",
                y + 12
            );
        }
    }
}
