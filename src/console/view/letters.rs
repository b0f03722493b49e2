//! Big letters for a pairing code, to be read from a distance.

use super::paint::put;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Dots per side of a letter.
const SIDE: u16 = 5;
/// Letters per group.
const GROUP: usize = 4;

/// Draws letters and digits in groups of four, centred in an area, with the given columns per dot. Other
/// characters are skipped: the code is also shown as text below.
pub(crate) fn draw(code: &str, dots: u16, area: Rect, style: Style, buffer: &mut Buffer) {
    let glyphs: Vec<[u8; 5]> = code.chars().filter_map(glyph).collect();
    let count = u16::try_from(glyphs.len()).unwrap_or(u16::MAX);
    let groups = count.div_ceil(4);
    let width = (count.saturating_mul(SIDE + 1) + groups.saturating_mul(4)).saturating_sub(5);
    let width = width.saturating_mul(dots);
    if width > area.width || area.height < SIDE {
        return;
    }
    let mut x = area.x + (area.width - width) / 2;
    for (at, glyph) in glyphs.iter().enumerate() {
        if at > 0 && at.is_multiple_of(GROUP) {
            x += 4 * dots;
        }
        for (y, bits) in (area.y..).zip(glyph) {
            for column in 0..SIDE {
                if bits >> (SIDE - 1 - column) & 1 == 1 {
                    let dot = Rect::new(x + column * dots, y, dots, 1);
                    put(buffer, dot, if dots == 1 { "█" } else { "██" }, style);
                }
            }
        }
        x += (SIDE + 1) * dots;
    }
}

/// Five rows of five dots, the leftmost dot in the highest of five bits.
fn glyph(character: char) -> Option<[u8; 5]> {
    Some(match character.to_ascii_uppercase() {
        'A' => [0b01110, 0b10001, 0b11111, 0b10001, 0b10001],
        'B' => [0b11110, 0b10001, 0b11110, 0b10001, 0b11110],
        'C' => [0b01111, 0b10000, 0b10000, 0b10000, 0b01111],
        'D' => [0b11110, 0b10001, 0b10001, 0b10001, 0b11110],
        'E' => [0b11111, 0b10000, 0b11110, 0b10000, 0b11111],
        'F' => [0b11111, 0b10000, 0b11110, 0b10000, 0b10000],
        'G' => [0b01111, 0b10000, 0b10011, 0b10001, 0b01111],
        'H' => [0b10001, 0b10001, 0b11111, 0b10001, 0b10001],
        'I' => [0b01110, 0b00100, 0b00100, 0b00100, 0b01110],
        'J' => [0b00111, 0b00010, 0b00010, 0b10010, 0b01100],
        'K' => [0b10001, 0b10010, 0b11100, 0b10010, 0b10001],
        'L' => [0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
        'M' => [0b10001, 0b11011, 0b10101, 0b10001, 0b10001],
        'N' => [0b10001, 0b11001, 0b10101, 0b10011, 0b10001],
        'O' => [0b01110, 0b10001, 0b10001, 0b10001, 0b01110],
        'P' => [0b11110, 0b10001, 0b11110, 0b10000, 0b10000],
        'Q' => [0b01110, 0b10001, 0b10101, 0b10010, 0b01101],
        'R' => [0b11110, 0b10001, 0b11110, 0b10010, 0b10001],
        'S' => [0b01111, 0b10000, 0b01110, 0b00001, 0b11110],
        'T' => [0b11111, 0b00100, 0b00100, 0b00100, 0b00100],
        'U' => [0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        'V' => [0b10001, 0b10001, 0b10001, 0b01010, 0b00100],
        'W' => [0b10001, 0b10001, 0b10101, 0b11011, 0b10001],
        'X' => [0b10001, 0b01010, 0b00100, 0b01010, 0b10001],
        'Y' => [0b10001, 0b01010, 0b00100, 0b00100, 0b00100],
        'Z' => [0b11111, 0b00010, 0b00100, 0b01000, 0b11111],
        // Slashed, to distinguish it from O.
        '0' => [0b01110, 0b10011, 0b10101, 0b11001, 0b01110],
        '1' => [0b00100, 0b01100, 0b00100, 0b00100, 0b01110],
        '2' => [0b11110, 0b00001, 0b01110, 0b10000, 0b11111],
        '3' => [0b11110, 0b00001, 0b01110, 0b00001, 0b11110],
        '4' => [0b10010, 0b10010, 0b11111, 0b00010, 0b00010],
        '5' => [0b11111, 0b10000, 0b11110, 0b00001, 0b11110],
        '6' => [0b01110, 0b10000, 0b11110, 0b10001, 0b01110],
        '7' => [0b11111, 0b00001, 0b00010, 0b00100, 0b00100],
        '8' => [0b01110, 0b10001, 0b01110, 0b10001, 0b01110],
        '9' => [0b01110, 0b10001, 0b01111, 0b00001, 0b01110],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_letter_and_digit_has_a_distinct_glyph() {
        let all: Vec<char> = ('A'..='Z').chain('0'..='9').collect();
        let shapes: BTreeSet<_> = all.iter().filter_map(|c| glyph(*c)).collect();
        assert_eq!(shapes.len(), all.len());
        assert_eq!(glyph('a'), glyph('A'));
        assert_eq!(glyph('é'), None);
    }

    #[test]
    fn letters_that_do_not_fit_are_not_drawn() {
        let area = Rect::new(0, 0, 50, 5);
        let mut buffer = Buffer::empty(area);
        draw("ABCD1234", 1, area, Style::new(), &mut buffer);
        assert_eq!(buffer, Buffer::empty(area));
        let area = Rect::new(0, 0, 51, 5);
        let mut buffer = Buffer::empty(area);
        draw("ABCD1234", 1, area, Style::new(), &mut buffer);
        assert_eq!(buffer[(50, 0)].symbol(), " ");
        assert_eq!(buffer[(49, 0)].symbol(), "█");
        assert_eq!(buffer[(50, 2)].symbol(), "█");
        assert_eq!(buffer[(0, 1)].symbol(), "█");
    }
}
