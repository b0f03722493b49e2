//! The components of xterm's 256 colours, and luminance.

use ratatui::style::Color;

/// Red, green and blue, from 0 to 255.
pub(super) type Rgb = (u8, u8, u8);

/// Levels of the colour cube (16 to 231).
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The components of a colour whose appearance no terminal's palette changes; `None` for the 16 colours
/// and the terminal's own foreground and background.
pub(super) fn fixed(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        Color::Indexed(index @ 16..=231) => {
            let cube = usize::from(index - 16);
            Some((LEVELS[cube / 36], LEVELS[cube / 6 % 6], LEVELS[cube % 6]))
        }
        Color::Indexed(index @ 232..) => {
            let grey = 8 + 10 * (index - 232);
            Some((grey, grey, grey))
        }
        _ => None,
    }
}

/// The index of the most similar of the 240 colours that no terminal's palette changes.
pub(super) fn nearest_index(rgb: Rgb) -> u8 {
    let distance = |index: u8| {
        let (red, green, blue) = fixed(Color::Indexed(index)).unwrap_or_default();
        let part = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        part(red, rgb.0) + part(green, rgb.1) + part(blue, rgb.2)
    };
    (16..=255)
        .min_by_key(|index| distance(*index))
        .unwrap_or(16)
}

/// Relative luminance (WCAG 2.2) of sRGB components from 0 to 1.
pub(super) fn luminance(red: f64, green: f64, blue: f64) -> f64 {
    let linear = |component: f64| {
        if component <= 0.04045 {
            component / 12.92
        } else {
            ((component + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Contrast ratio (WCAG 2.2), from 1 to 21.
#[cfg(test)]
pub(super) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let brightness = |(red, green, blue): Rgb| {
        let part = |part: u8| f64::from(part) / 255.0;
        luminance(part(red), part(green), part(blue)) + 0.05
    };
    let (one, other) = (brightness(one), brightness(other));
    one.max(other) / one.min(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixed_colour_is_its_own_nearest() {
        for index in 16..=255 {
            let rgb = fixed(Color::Indexed(index)).unwrap();
            let nearest = fixed(Color::Indexed(nearest_index(rgb)));
            assert_eq!(nearest, Some(rgb), "{index}");
        }
        assert_eq!(nearest_index((0x5f, 0xaf, 0xff)), 75);
        assert_eq!(nearest_index((0x5e, 0xb0, 0xfe)), 75);
        assert_eq!(fixed(Color::Indexed(15)), None);
    }

    #[test]
    fn black_and_white_have_the_greatest_contrast() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.001);
        assert!((contrast((9, 9, 9), (9, 9, 9)) - 1.0).abs() < 0.001);
    }
}
