//! What the README's pictures share: cells, colours, clicks.

use crate::pty::Pty;
use vt100::Color;

/// A cell in SVG units.
pub const WIDTH: u16 = 8;
pub const HEIGHT: u16 = 16;
pub const INK: &str = "#d8dee9";
pub const PAPER: &str = "#161b22";

/// The sixteen colours of the picture's terminal.
const PALETTE: [&str; 16] = [
    "#161b22", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#d8dee9",
    "#6e7681", "#ffa198", "#aff5b4", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0f4", "#ffffff",
];

/// Text as the content of an element.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A click on the first place where a text stands.
pub fn click(pty: &mut Pty, text: &str) {
    let (_, columns) = pty.screen().size();
    let place = pty
        .screen()
        .rows(0, columns.get())
        .enumerate()
        .find_map(|(row, line)| {
            let at = line.find(text)?;
            Some((line[..at].chars().count() + 1, row + 1))
        });
    let (column, row) = place.expect("the text on the screen");
    pty.send(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

pub fn color(color: Color, default: &str) -> String {
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
