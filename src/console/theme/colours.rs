//! The colours that carry meaning: by theme, depth, and what is known of the terminal's background.

use super::depth::ColorDepth;
use super::name::ThemeName;
use super::own::OwnColors;
use super::rgb::luminance;
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

/// One colour per meaning; `None` is the terminal's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Colours {
    /// Text without another colour.
    pub text: Option<Color>,
    /// The background that is painted.
    pub paper: Option<Color>,
    pub accent: Option<Color>,
    pub good: Option<Color>,
    pub warn: Option<Color>,
    pub bad: Option<Color>,
    /// Text that explains, and borders. `None`: the attribute DIM instead, whose contrast is the
    /// terminal's business.
    pub dim: Option<Color>,
}

const DARK: Colours = indexed(252, 234, [80, 114, 221, 210, 247]);
const LIGHT: Colours = indexed(235, 255, [24, 22, 94, 124, 240]);
const BRIGHT_ON_BLACK: Colours = indexed(231, 16, [51, 83, 226, 210, 252]);
const DARK_ON_WHITE: Colours = indexed(16, 231, [18, 22, 90, 88, 238]);

/// Of the 256 colours: text, background, then accent, good, warn, bad, dim.
const fn indexed(text: u8, paper: u8, others: [u8; 5]) -> Colours {
    let [accent, good, warn, bad, dim] = others;
    Colours {
        text: Some(Color::Indexed(text)),
        paper: Some(Color::Indexed(paper)),
        accent: Some(Color::Indexed(accent)),
        good: Some(Color::Indexed(good)),
        warn: Some(Color::Indexed(warn)),
        bad: Some(Color::Indexed(bad)),
        dim: Some(Color::Indexed(dim)),
    }
}

impl Colours {
    /// The colours of a theme, and the configuration's in place of some of them.
    pub(super) fn new(
        name: ThemeName,
        depth: ColorDepth,
        background: Background,
        own: OwnColors,
    ) -> Self {
        let own = own.shown_at(depth);
        let theme = Self::of_theme(name, depth, background);
        Self {
            text: own.text.or(theme.text),
            paper: own.background.or(theme.paper),
            accent: own.accent.or(theme.accent),
            good: own.good.or(theme.good),
            warn: own.warn.or(theme.warn),
            bad: own.bad.or(theme.bad),
            dim: own.dim.or(theme.dim),
        }
    }

    fn of_theme(name: ThemeName, depth: ColorDepth, background: Background) -> Self {
        use Background::{Dark, Light, Unknown};
        if depth == ColorDepth::None {
            return Self::default();
        }
        let few = depth == ColorDepth::Ansi16;
        match (name, background) {
            (ThemeName::Terminal, _) => Self::of_palette(background),
            (ThemeName::HighContrast, _) if few => Self::bright_of_palette(background),
            (ThemeName::HighContrast, Light) => DARK_ON_WHITE,
            (ThemeName::HighContrast, Dark | Unknown) => BRIGHT_ON_BLACK,
            (ThemeName::Dark, _) if few => Self::of_palette(Dark).on(Color::Gray, Color::Black),
            (ThemeName::Dark, _) => DARK,
            // The palette's bright white is no background on terminals of eight colours.
            (ThemeName::Light, _) if few => Self::of_palette(Light).on(Color::Black, Color::Gray),
            (ThemeName::Light, _) => LIGHT,
            (ThemeName::Auto, _) if few => Self::of_palette(background),
            (ThemeName::Auto, Dark) => DARK.unpainted(),
            (ThemeName::Auto, Light) => LIGHT.unpainted(),
            (ThemeName::Auto, Unknown) => Self::on_both(depth),
        }
    }

    fn on(self, text: Color, paper: Color) -> Self {
        Self {
            text: Some(text),
            paper: Some(paper),
            ..self
        }
    }

    fn unpainted(self) -> Self {
        Self {
            text: None,
            paper: None,
            ..self
        }
    }

    /// Colours that can be read on black and on white.
    fn on_both(depth: ColorDepth) -> Self {
        if depth == ColorDepth::TrueColor {
            Self {
                accent: Some(Color::Rgb(0, 130, 138)),
                good: Some(Color::Rgb(0, 137, 0)),
                warn: Some(Color::Rgb(165, 104, 0)),
                bad: Some(Color::Rgb(228, 36, 64)),
                dim: Some(Color::Rgb(118, 118, 118)),
                ..Self::default()
            }
        } else {
            indexed(0, 0, [63, 29, 130, 163, 243]).unpainted()
        }
    }

    /// The terminal's own 16 colours.
    fn of_palette(background: Background) -> Self {
        match background {
            // Only these are dark in every common palette.
            Background::Light => Self {
                accent: Some(Color::Blue),
                warn: Some(Color::Magenta),
                bad: Some(Color::Red),
                ..Self::default()
            },
            Background::Dark | Background::Unknown => Self {
                accent: Some(Color::Cyan),
                good: Some(Color::Green),
                warn: Some(Color::Yellow),
                bad: Some(Color::Red),
                ..Self::default()
            },
        }
    }

    /// The brighter half of the 16 colours, without DIM; on a light background the dark ones.
    fn bright_of_palette(background: Background) -> Self {
        match background {
            Background::Light => Self::of_palette(background),
            Background::Dark | Background::Unknown => Self {
                accent: Some(Color::LightCyan),
                good: Some(Color::LightGreen),
                warn: Some(Color::LightYellow),
                bad: Some(Color::LightRed),
                dim: Some(Color::Gray),
                text: Some(Color::White),
                paper: Some(Color::Black),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::rgb::{contrast, fixed};

    const WHITE: (u8, u8, u8) = (255, 255, 255);
    const BLACK: (u8, u8, u8) = (0, 0, 0);

    /// A colour's RGB value; of the 16 colours xterm's.
    fn rgb(color: Color) -> (u8, u8, u8) {
        const NAMED: [(Color, (u8, u8, u8)); 6] = [
            (Color::Red, (205, 0, 0)),
            (Color::Green, (0, 205, 0)),
            (Color::Yellow, (205, 205, 0)),
            (Color::Blue, (0, 0, 238)),
            (Color::Magenta, (205, 0, 205)),
            (Color::Cyan, (0, 205, 205)),
        ];
        let named = || NAMED.iter().find(|(known, _)| *known == color);
        fixed(color)
            .or_else(|| Some(named()?.1))
            .unwrap_or_else(|| panic!("{color:?} has no fixed colour"))
    }

    #[track_caller]
    fn assert_readable(depth: ColorDepth, background: Background, on: (u8, u8, u8), least: f64) {
        let colours = Colours::new(ThemeName::Auto, depth, background, OwnColors::default());
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
    fn sixteen_colours_are_readable_on_white() {
        assert_readable(ColorDepth::Ansi16, Background::Light, WHITE, 4.5);
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
    fn the_palettes_cyan_and_yellow_stay_on_dark_backgrounds() {
        for color in [Color::Cyan, Color::Yellow] {
            assert!(contrast(rgb(color), WHITE) < 2.0 && contrast(rgb(color), BLACK) > 7.0);
        }
        let on = |background| {
            let own = OwnColors::default();
            let colours = Colours::new(ThemeName::Terminal, ColorDepth::TrueColor, background, own);
            (colours.accent, colours.warn)
        };
        let bright = (Some(Color::Cyan), Some(Color::Yellow));
        assert_eq!(on(Background::Dark), bright);
        assert_eq!(
            on(Background::Light),
            (Some(Color::Blue), Some(Color::Magenta))
        );
    }

    #[test]
    fn with_sixteen_colours_dark_and_light_bring_their_background() {
        for (name, background) in [
            (ThemeName::Dark, Background::Light),
            (ThemeName::Light, Background::Dark),
            (ThemeName::HighContrast, Background::Unknown),
        ] {
            let own = OwnColors::default();
            let colours = Colours::new(name, ColorDepth::Ansi16, background, own);
            assert!(
                colours.text.is_some() && colours.paper.is_some(),
                "{name:?}"
            );
            assert_ne!(colours.text, colours.paper, "{name:?}");
        }
    }

    #[test]
    fn own_colours_replace_those_of_every_theme() {
        let own = OwnColors {
            accent: Some(Color::Rgb(1, 2, 3)),
            background: Some(Color::Rgb(4, 5, 6)),
            ..OwnColors::default()
        };
        for name in ThemeName::ALL {
            let plain = Colours::new(
                name,
                ColorDepth::TrueColor,
                Background::Dark,
                OwnColors::default(),
            );
            let colours = Colours::new(name, ColorDepth::TrueColor, Background::Dark, own);
            assert_eq!(colours.accent, own.accent, "{name:?}");
            assert_eq!(colours.paper, own.background, "{name:?}");
            assert_eq!(colours.bad, plain.bad, "{name:?}");
        }
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
