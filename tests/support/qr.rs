//! Reads a QR code off a terminal's cells like a phone's camera: cells become pixels, a decoder finds codes.

use vt100::{Cell, Color, Screen};

/// Pixels per half cell.
const SCALE: usize = 4;

/// The texts of all QR codes on the screen.
pub fn codes(screen: &Screen) -> Vec<String> {
    let (rows, columns) = screen.size();
    let (rows, columns) = (usize::from(rows.get()), usize::from(columns.get()));
    // A cell is twice as high as it is wide: two square halves.
    let shades: Vec<[u8; 2]> = (0..rows * columns)
        .map(|cell| {
            screen
                .cell((cell / columns) as u16, (cell % columns) as u16)
                .map_or([0, 0], halves)
        })
        .collect();
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(columns * SCALE, rows * 2 * SCALE, |x, y| {
            let half = y / SCALE;
            shades[(half / 2) * columns + x / SCALE][half % 2]
        });
    image
        .detect_grids()
        .iter()
        .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
        .collect()
}

/// The brightness of a cell's upper and lower half.
fn halves(cell: &Cell) -> [u8; 2] {
    let (mut ink, mut paper) = (shade(cell.fgcolor(), 200), shade(cell.bgcolor(), 0));
    if cell.inverse() {
        std::mem::swap(&mut ink, &mut paper);
    }
    match cell.contents() {
        "█" => [ink, ink],
        "▀" => [ink, paper],
        "▄" => [paper, ink],
        _ => [paper, paper],
    }
}

/// The brightness of a colour on a dark terminal, whose defaults are grey on black.
fn shade(color: Color, default: u8) -> u8 {
    match color {
        Color::Default => default,
        Color::Rgb(red, green, blue) => {
            ((u16::from(red) + u16::from(green) + u16::from(blue)) / 3) as u8
        }
        Color::Idx(7 | 15 | 231 | 255) => 255,
        Color::Idx(0 | 16 | 232) => 0,
        Color::Idx(_) => 128,
    }
}
