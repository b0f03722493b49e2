//! The colours that carry meaning, by what is known of the terminal's background.

use super::depth::ColorDepth;
use ratatui::style::Color;

/// How bright the terminal's background is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    Dark,
    Light,
    /// The terminal does not say: colours that can be read on both are used where there are any.
    #[default]
    Unknown,
}

impl Background {
    /// What `COLORFGBG` says: foreground and background as numbers of the 16 colours, set by rxvt,
    /// Konsole and others (`15;0`, `0;default;15`).
    #[must_use]
    pub(crate) fn from_colorfgbg(value: Option<&str>) -> Self {
        let last = value.and_then(|value| value.rsplit(';').next());
        match last.and_then(|number| number.parse::<u8>().ok()) {
            Some(7 | 15) => Self::Light,
            Some(0..=15) => Self::Dark,
            _ => Self::Unknown,
        }
    }

    /// Whether a colour with these components (0 to 1) is a light or a dark background: above the
    /// luminance at which black text and white text have the same contrast, it is light.
    #[must_use]
    pub(crate) fn from_rgb(red: f64, green: f64, blue: f64) -> Self {
        if luminance(red, green, blue) > 0.179 {
            Self::Light
        } else {
            Self::Dark
        }
    }
}

/// The setting `ui.background`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BackgroundChoice {
    /// What the terminal answers when it is asked, or what `COLORFGBG` says.
    #[default]
    Auto,
    Fixed(Background),
}

impl BackgroundChoice {
    /// Every choice with its name in the configuration.
    pub(crate) const NAMES: [(&'static str, Self); 3] = [
        ("auto", Self::Auto),
        ("dark", Self::Fixed(Background::Dark)),
        ("light", Self::Fixed(Background::Light)),
    ];
}

/// One colour per meaning; `None` is the terminal's own foreground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colours {
    pub accent: Option<Color>,
    pub good: Option<Color>,
    pub warn: Option<Color>,
    pub bad: Option<Color>,
    /// Text that explains, and borders. `None`: the attribute DIM instead, whose contrast is the
    /// terminal's business.
    pub dim: Option<Color>,
}

impl Colours {
    pub(super) fn new(depth: ColorDepth, background: Background) -> Self {
        use ColorDepth::{Ansi16, Ansi256, TrueColor};
        let indexed = |accent, good, warn, bad, dim| Self {
            accent: Some(Color::Indexed(accent)),
            good: Some(Color::Indexed(good)),
            warn: Some(Color::Indexed(warn)),
            bad: Some(Color::Indexed(bad)),
            dim: Some(Color::Indexed(dim)),
        };
        match (depth, background) {
            (ColorDepth::None, _) => Self {
                accent: None,
                good: None,
                warn: None,
                bad: None,
                dim: None,
            },
            // Of the 16 colours only these are dark in every common palette.
            (Ansi16, Background::Light) => Self {
                accent: Some(Color::Blue),
                good: None,
                warn: Some(Color::Magenta),
                bad: Some(Color::Red),
                dim: None,
            },
            (Ansi256 | TrueColor, Background::Light) => indexed(24, 22, 94, 124, 240),
            (Ansi256, Background::Unknown) => indexed(63, 29, 130, 163, 243),
            (TrueColor, Background::Unknown) => Self {
                accent: Some(Color::Rgb(0, 130, 138)),
                good: Some(Color::Rgb(0, 137, 0)),
                warn: Some(Color::Rgb(165, 104, 0)),
                bad: Some(Color::Rgb(228, 36, 64)),
                dim: Some(Color::Rgb(118, 118, 118)),
            },
            (_, Background::Dark) | (Ansi16, Background::Unknown) => Self {
                accent: Some(Color::Cyan),
                good: Some(Color::Green),
                warn: Some(Color::Yellow),
                bad: Some(Color::Red),
                dim: None,
            },
        }
    }
}

/// Relative luminance (WCAG 2.2) of sRGB components from 0 to 1.
fn luminance(red: f64, green: f64, blue: f64) -> f64 {
    let linear = |component: f64| {
        if component <= 0.04045 {
            component / 12.92
        } else {
            ((component + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: (u8, u8, u8) = (255, 255, 255);
    const SOLARIZED_LIGHT: (u8, u8, u8) = (253, 246, 227);
    const BLACK: (u8, u8, u8) = (0, 0, 0);

    /// A colour's RGB value in xterm.
    fn rgb(color: Color) -> (u8, u8, u8) {
        const NAMED: [(Color, (u8, u8, u8)); 6] = [
            (Color::Red, (205, 0, 0)),
            (Color::Green, (0, 205, 0)),
            (Color::Yellow, (205, 205, 0)),
            (Color::Blue, (0, 0, 238)),
            (Color::Magenta, (205, 0, 205)),
            (Color::Cyan, (0, 205, 205)),
        ];
        match color {
            Color::Rgb(red, green, blue) => (red, green, blue),
            Color::Indexed(index @ 16..=231) => {
                let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
                let cube = index - 16;
                (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            Color::Indexed(index @ 232..) => {
                let grey = 8 + 10 * (index - 232);
                (grey, grey, grey)
            }
            named => {
                let found = NAMED.iter().find(|(known, _)| *known == named);
                found
                    .unwrap_or_else(|| panic!("{named:?} has no fixed colour"))
                    .1
            }
        }
    }

    /// Contrast ratio (WCAG 2.2), from 1 to 21.
    fn contrast(one: (u8, u8, u8), other: (u8, u8, u8)) -> f64 {
        let brightness = |(red, green, blue): (u8, u8, u8)| {
            let part = |part: u8| f64::from(part) / 255.0;
            luminance(part(red), part(green), part(blue)) + 0.05
        };
        let (one, other) = (brightness(one), brightness(other));
        one.max(other) / one.min(other)
    }

    #[track_caller]
    fn assert_readable(depth: ColorDepth, background: Background, on: (u8, u8, u8), least: f64) {
        let colours = Colours::new(depth, background);
        let all = [
            colours.accent,
            colours.good,
            colours.warn,
            colours.bad,
            colours.dim,
        ];
        for color in all.into_iter().flatten() {
            let ratio = contrast(rgb(color), on);
            assert!(ratio >= least, "{depth:?} {color:?} on {on:?}: {ratio:.2}");
        }
    }

    #[test]
    fn text_is_readable_on_a_light_background() {
        for depth in [
            ColorDepth::TrueColor,
            ColorDepth::Ansi256,
            ColorDepth::Ansi16,
        ] {
            assert_readable(depth, Background::Light, WHITE, 4.5);
        }
        for depth in [ColorDepth::TrueColor, ColorDepth::Ansi256] {
            assert_readable(depth, Background::Light, SOLARIZED_LIGHT, 4.5);
        }
    }

    #[test]
    fn text_is_readable_on_an_unknown_background() {
        for on in [WHITE, BLACK] {
            assert_readable(ColorDepth::TrueColor, Background::Unknown, on, 4.5);
            // The 256 colours have no amber of a more central luminance.
            assert_readable(ColorDepth::Ansi256, Background::Unknown, on, 4.45);
        }
    }

    #[test]
    fn cyan_and_yellow_stay_on_dark_backgrounds_only() {
        for color in [Color::Cyan, Color::Yellow] {
            assert!(contrast(rgb(color), WHITE) < 2.0 && contrast(rgb(color), BLACK) > 7.0);
        }
        let dark = Colours::new(ColorDepth::TrueColor, Background::Dark);
        assert_eq!(
            (dark.accent, dark.warn),
            (Some(Color::Cyan), Some(Color::Yellow))
        );
    }

    #[test]
    fn the_environment_may_name_the_background() {
        for (value, background) in [
            (Some("15;0"), Background::Dark),
            (Some("0;15"), Background::Light),
            (Some("0;default;15"), Background::Light),
            (Some("0;7"), Background::Light),
            (Some("7;8"), Background::Dark),
            (Some("default;default"), Background::Unknown),
            (Some(""), Background::Unknown),
            (None, Background::Unknown),
        ] {
            assert_eq!(Background::from_colorfgbg(value), background, "{value:?}");
        }
    }
}
