//! Whether text can be read: the contrast of every style on everything that it is drawn on.

use super::name::ThemeName;
use super::own::OwnColors;
use super::rgb::{Rgb, contrast, fixed};
use super::{Background, ColorDepth, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// Least contrast of text (WCAG 2.2, 1.4.3).
const LEAST: f64 = 4.5;
/// Least contrast of text in the theme for those who see little (WCAG 2.2, 1.4.6).
const LEAST_OF_HIGH_CONTRAST: f64 = 7.0;

/// A terminal's own text colour and background.
#[derive(Debug, Clone, Copy)]
pub(in crate::console) struct Terminal(Rgb, Rgb);

const DARK_TERMINALS: [Terminal; 4] = [
    Terminal((0xe5, 0xe5, 0xe5), (0x00, 0x00, 0x00)),
    Terminal((0xd4, 0xd4, 0xd4), (0x1e, 0x1e, 0x1e)),
    // Solarized, with its emphasized text.
    Terminal((0x93, 0xa1, 0xa1), (0x00, 0x2b, 0x36)),
    // Dracula.
    Terminal((0xf8, 0xf8, 0xf2), (0x28, 0x2a, 0x36)),
];
const LIGHT_TERMINALS: [Terminal; 2] = [
    Terminal((0x00, 0x00, 0x00), (0xff, 0xff, 0xff)),
    // Solarized, with its emphasized text.
    Terminal((0x58, 0x6e, 0x75), (0xfd, 0xf6, 0xe3)),
];

/// Every theme with colours of its own, the terminals that it may meet, and its least contrast.
pub(in crate::console) fn themes() -> Vec<(Theme, Vec<Terminal>, f64)> {
    use Background::{Dark, Light, Unknown};
    let every: Vec<_> = DARK_TERMINALS.into_iter().chain(LIGHT_TERMINALS).collect();
    let mut all = Vec::new();
    for depth in [ColorDepth::TrueColor, ColorDepth::Ansi256] {
        for (name, background, terminals, least) in [
            (ThemeName::Auto, Dark, DARK_TERMINALS.to_vec(), LEAST),
            (ThemeName::Auto, Light, LIGHT_TERMINALS.to_vec(), LEAST),
            (ThemeName::Dark, Unknown, every.clone(), LEAST),
            (ThemeName::Light, Unknown, every.clone(), LEAST),
            (
                ThemeName::HighContrast,
                Dark,
                every.clone(),
                LEAST_OF_HIGH_CONTRAST,
            ),
            (
                ThemeName::HighContrast,
                Light,
                every.clone(),
                LEAST_OF_HIGH_CONTRAST,
            ),
        ] {
            let theme = Theme::of(name, depth, background, OwnColors::default());
            all.push((theme, terminals, least));
        }
    }
    all
}

/// The contrast of a cell's text as the terminal shows it.
pub(in crate::console) fn of_cell(cell: &Cell, terminal: Terminal) -> f64 {
    assert!(
        !cell.modifier.contains(Modifier::DIM),
        "the contrast of DIM is not known: {cell:?}"
    );
    let known = |color: Color, own: Rgb| match color {
        Color::Reset => own,
        color => fixed(color).unwrap_or_else(|| panic!("{color:?} differs between terminals")),
    };
    contrast(known(cell.fg, terminal.0), known(cell.bg, terminal.1))
}

/// Every style by its field. A new field does not compile before it is listed.
fn styles(theme: &Theme) -> [(&'static str, Style); 24] {
    let Theme {
        name: _,
        depth: _,
        background: _,
        own: _,
        paper: _,
        charset: _,
        text,
        title,
        accent,
        dim,
        good,
        warn,
        bad,
        selected,
        selected_idle,
        matched,
        border,
        border_focused,
        input,
        placeholder,
        button,
        button_focused,
        button_danger,
        disabled,
        key,
        toast_info,
        toast_good,
        toast_bad,
        removed,
        added,
    } = *theme;
    [
        ("text", text),
        ("title", title),
        ("accent", accent),
        ("dim", dim),
        ("good", good),
        ("warn", warn),
        ("bad", bad),
        ("selected", selected),
        ("selected_idle", selected_idle),
        ("matched", matched),
        ("border", border),
        ("border_focused", border_focused),
        ("input", input),
        ("placeholder", placeholder),
        ("button", button),
        ("button_focused", button_focused),
        ("button_danger", button_danger),
        ("disabled", disabled),
        ("key", key),
        ("toast_info", toast_info),
        ("toast_good", toast_good),
        ("toast_bad", toast_bad),
        ("removed", removed),
        ("added", added),
    ]
}

fn one_cell() -> Buffer {
    Buffer::empty(Rect::new(0, 0, 1, 1))
}

/// The contrast of text that is drawn with a style over another one.
fn of_style(theme: &Theme, under: Style, style: Style, terminal: Terminal) -> f64 {
    let mut buffer = one_cell();
    buffer[(0, 0)]
        .set_symbol("x")
        .set_style(under)
        .set_style(style);
    theme.paint(&mut buffer);
    of_cell(&buffer[(0, 0)], terminal)
}

#[test]
fn every_style_can_be_read_on_everything_that_it_is_drawn_on() {
    let mut faults = Vec::new();
    for (theme, terminals, least) in themes() {
        let all = styles(&theme);
        // A reversed cell has the same contrast, so what matters of the selection are its colours.
        for (below, under) in [
            ("the background", Style::new()),
            ("the selection", theme.selected),
            ("the selection without focus", theme.selected_idle),
        ] {
            for (name, style) in all {
                for terminal in &terminals {
                    let ratio = of_style(&theme, under, style, *terminal);
                    if ratio < least {
                        faults.push(format!(
                            "{} at {:?}: {name} on {below} of {terminal:?} has {ratio:.2}, least is {least}",
                            theme.name.name(),
                            theme.depth
                        ));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_palette_theme_uses_only_the_terminals_colours() {
    for depth in [
        ColorDepth::TrueColor,
        ColorDepth::Ansi256,
        ColorDepth::Ansi16,
    ] {
        for background in [Background::Dark, Background::Light, Background::Unknown] {
            let own = OwnColors::default();
            let theme = Theme::of(ThemeName::Terminal, depth, background, own);
            let mut buffer = one_cell();
            theme.paint(&mut buffer);
            assert_eq!(
                (buffer[(0, 0)].fg, buffer[(0, 0)].bg),
                (Color::Reset, Color::Reset)
            );
            for (name, style) in styles(&theme) {
                let fixed = style.fg.and_then(fixed);
                assert_eq!((fixed, style.bg), (None, None), "{name}");
            }
        }
    }
}

#[test]
fn without_colours_every_theme_is_the_same() {
    for name in ThemeName::ALL {
        for background in [Background::Dark, Background::Light] {
            let plain = Theme::new(ColorDepth::None);
            let own = OwnColors {
                background: Some(Color::Red),
                ..OwnColors::default()
            };
            let theme = Theme::of(name, ColorDepth::None, background, own);
            assert_eq!(styles(&theme), styles(&plain), "{name:?}");
            let mut buffer = one_cell();
            let before = buffer.clone();
            theme.paint(&mut buffer);
            assert_eq!(buffer, before, "{name:?}");
        }
    }
}

/// Without colours and with 16 of them, meanings differ in more than a colour that one may not see.
#[test]
fn few_colours_keep_every_meaning() {
    for name in ThemeName::ALL {
        for depth in [ColorDepth::Ansi16, ColorDepth::None] {
            let theme = Theme::of(name, depth, Background::Dark, OwnColors::default());
            for (one, other) in [
                (theme.selected, theme.text),
                (theme.selected, theme.selected_idle),
                (theme.selected_idle, theme.text),
                (theme.matched, theme.text),
                (theme.matched, theme.selected),
                (theme.border, theme.border_focused),
                (theme.button, theme.button_focused),
                (theme.removed, theme.added),
                (theme.good, theme.bad),
                (theme.key, theme.disabled),
            ] {
                assert_ne!(
                    one.add_modifier, other.add_modifier,
                    "{name:?} at {depth:?}: {one:?} and {other:?}"
                );
            }
        }
    }
}
