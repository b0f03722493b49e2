//! Draws the README's picture: runs the real program in a pseudo-terminal and turns its cells into SVG.
//!
//! `cargo run --example picture -- target/debug/groupdesk > assets/screen.svg`

#[path = "../tests/support/pty.rs"]
#[allow(dead_code)]
mod pty;

use pty::Pty;
use std::fmt::Write as _;
use vt100::{Cell, Color};

const COLUMNS: u16 = 144;
const ROWS: u16 = 36;
/// A cell in SVG units.
const WIDTH: u16 = 8;
const HEIGHT: u16 = 16;
const INK: &str = "#d8dee9";
const PAPER: &str = "#161b22";

/// The sixteen colours of the picture's terminal.
const PALETTE: [&str; 16] = [
    "#161b22", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#d8dee9",
    "#6e7681", "#ffa198", "#aff5b4", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0f4", "#ffffff",
];

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
    pty.wait_for("Groups · Support line · 43");
    click(&mut pty, "Marathon Training");
    pty.wait_for("95 members · you are admin");
    pty.wait_for("https://chat.whatsapp.com/");
    #[allow(clippy::print_stdout)]
    {
        print!("{}", svg(pty.screen()));
    }
}

/// A click on the first place where a text stands.
fn click(pty: &mut Pty, text: &str) {
    let place = pty
        .screen()
        .rows(0, COLUMNS)
        .enumerate()
        .find_map(|(row, line)| {
            let at = line.find(text)?;
            Some((line[..at].chars().count() + 1, row + 1))
        });
    let (column, row) = place.expect("the text on the screen");
    pty.send(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

fn svg(screen: &vt100::Screen) -> String {
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
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{}\" fill=\"{ink}\"{weight}{faint}{line}>{text}</text>",
                y + 12
            );
        }
    }
}

fn color(color: Color, default: &str) -> String {
    match color {
        Color::Default => default.to_owned(),
        Color::Idx(index @ 0..=15) => PALETTE[usize::from(index)].to_owned(),
        Color::Idx(index @ 232..) => {
            let level = 8 + 10 * (u16::from(index) - 232);
            format!("#{level:02x}{level:02x}{level:02x}")
        }
        Color::Idx(index) => {
            let cube = u16::from(index) - 16;
            let level = |part: u16| if part == 0 { 0 } else { 55 + 40 * part };
            format!(
                "#{:02x}{:02x}{:02x}",
                level(cube / 36),
                level(cube / 6 % 6),
                level(cube % 6)
            )
        }
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}
