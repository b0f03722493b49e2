//! QR codes that scan on the screen.
//!
//! Always black on white with a quiet zone on every side, whatever the theme. Never cropped: what does
//! not fit says how many rows and columns are missing.
//!
//! On the screen the light modules are the ink (block characters) and the dark ones the background.
//! Explicit colours make that black on white everywhere; on a terminal that shows no colours at
//! all, which writes bright on dark, the same characters still make a code of the right polarity.
//! Cells of two light modules are ink on a background of the same colour, so that no seam shows
//! where a font's block falls short of its cell.

use crate::console::theme::ColorDepth;
use crate::qr::required_side;
pub(crate) use crate::qr::{Code, Level, TooLong};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use ratatui::widgets::Widget;

/// How modules become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocks {
    /// One column and half a row per module: the smallest drawing.
    #[default]
    Half,
    /// Two columns and one row per module: survives terminals that put space between lines.
    Full,
    /// So many columns and half as many rows per module; 3 or more.
    Large(u16),
}

impl Blocks {
    /// Half cells per side of a module: as many columns, and half as many rows.
    fn halves(self) -> u16 {
        match self {
            Self::Half => 1,
            Self::Full => 2,
            Self::Large(halves) => halves,
        }
    }
}

/// Cells that the drawing of a code takes, quiet zone included.
#[must_use]
pub(crate) fn size(code: &Code, blocks: Blocks) -> Size {
    cells(code.side(), blocks)
}

/// Cells of a square of so many modules per side.
fn cells(side: usize, blocks: Blocks) -> Size {
    let side = u16::try_from(side).unwrap_or(u16::MAX);
    let halves = side.saturating_mul(blocks.halves());
    Size::new(halves, halves.div_ceil(2))
}

/// Cells that a text needs as a QR code.
///
/// # Errors
/// The text is too long for a code.
pub(crate) fn required_size(text: &str, level: Level, blocks: Blocks) -> Result<Size, TooLong> {
    Ok(cells(required_side(text, level)?, blocks))
}

/// Cells that the code of [`fit`] takes; `None` where it finds no room.
#[must_use]
pub(crate) fn fitting_size(text: &str, room: Size, blocks: Blocks) -> Option<Size> {
    [Level::Medium, Level::Low]
        .into_iter()
        .filter_map(|level| required_size(text, level, blocks).ok())
        .find(|size| size.width <= room.width && size.height <= room.height)
}

/// Whether a text's code has room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fit {
    Fits(Code),
    /// Not even the smallest code fits: this many more are needed (zero: enough of that).
    Missing {
        columns: u16,
        rows: u16,
    },
    TooLong,
}

/// The sturdiest code of the text that fits into so many cells.
#[must_use]
pub(crate) fn fit(text: &str, room: Size, blocks: Blocks) -> Fit {
    let mut fit = Fit::TooLong;
    for level in [Level::Medium, Level::Low] {
        let Ok(size) = required_size(text, level, blocks) else {
            continue;
        };
        if size.width <= room.width && size.height <= room.height {
            return Code::new(text, level).map_or(Fit::TooLong, Fit::Fits);
        }
        fit = Fit::Missing {
            columns: size.width.saturating_sub(room.width),
            rows: size.height.saturating_sub(room.height),
        };
    }
    fit
}

/// The code with the largest modules that fit into so many cells, and among these the sturdiest one. `least`
/// are the smallest blocks that can be drawn; with whole ones, modules are as many whole cells.
#[must_use]
pub(crate) fn largest(text: &str, room: Size, least: Blocks) -> Option<(Code, Blocks)> {
    let halves = |level| {
        let side = u16::try_from(required_side(text, level).ok()?).ok()?;
        let halves = room.width.min(room.height.saturating_mul(2)) / side;
        Some(halves - halves % least.halves())
    };
    let (medium, low) = (halves(Level::Medium), halves(Level::Low));
    let (level, halves) = if low > medium {
        (Level::Low, low?)
    } else {
        (Level::Medium, medium?)
    };
    let blocks = match halves {
        0 => return None,
        1 => Blocks::Half,
        2 => Blocks::Full,
        halves => Blocks::Large(halves),
    };
    Some((Code::new(text, level).ok()?, blocks))
}

/// The two colours of a code on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink {
    pub dark: Color,
    pub light: Color,
}

impl Ink {
    /// Black and white as exactly as the terminal can show them. `NO_COLOR` is no reason to leave
    /// them out: an unreadable code is no code. Where its colours are unknown, the fixed part of the
    /// 256 colours is both widespread and safe from palettes.
    #[must_use]
    pub(crate) fn for_depth(depth: ColorDepth) -> Self {
        let (dark, light) = match depth {
            ColorDepth::TrueColor => (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)),
            ColorDepth::Ansi256 | ColorDepth::None => (Color::Indexed(16), Color::Indexed(231)),
            ColorDepth::Ansi16 => (Color::Black, Color::White),
        };
        Self { dark, light }
    }
}

/// Draws a code in the middle of an area, or nothing where it does not fit.
pub struct QrWidget<'a> {
    pub code: &'a Code,
    pub blocks: Blocks,
    pub ink: Ink,
}

impl QrWidget<'_> {
    /// The symbol, ink and background of a cell.
    fn cell(&self, column: usize, row: usize) -> (&'static str, Color, Color) {
        let Ink { dark, light } = self.ink;
        let per = usize::from(self.blocks.halves());
        let half = |at: usize| self.code.is_dark(column / per, at / per);
        let (upper, lower) = (half(row * 2), half(row * 2 + 1));
        match (upper, lower) {
            (false, false) => ("█", light, light),
            (true, true) => (" ", light, dark),
            (false, true) => ("▀", light, dark),
            (true, false) => ("▄", light, dark),
        }
    }
}

impl Widget for &QrWidget<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let size = size(self.code, self.blocks);
        let area = area.intersection(buffer.area);
        if size.width > area.width || size.height > area.height {
            return;
        }
        let left = area.x + (area.width - size.width) / 2;
        let top = area.y + (area.height - size.height) / 2;
        for row in 0..size.height {
            for column in 0..size.width {
                let (symbol, ink, ground) = self.cell(usize::from(column), usize::from(row));
                let cell = &mut buffer[(left + column, top + row)];
                cell.reset();
                cell.set_symbol(symbol).set_fg(ink).set_bg(ground);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const LINK: &str = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
    const DEPTHS: [ColorDepth; 4] = [
        ColorDepth::TrueColor,
        ColorDepth::Ansi256,
        ColorDepth::Ansi16,
        ColorDepth::None,
    ];

    /// Pixels per cell: 4 wide, 8 high.
    pub(in crate::console) fn decode(
        buffer: &Buffer,
        bright: impl Fn(Color) -> bool,
    ) -> Option<String> {
        let area = buffer.area;
        let (width, height) = (usize::from(area.width) * 4, usize::from(area.height) * 8);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            let at = |pixel: usize, per: usize| u16::try_from(pixel / per).unwrap();
            let cell = &buffer[(at(x, 4), at(y, 8))];
            let ink = match cell.symbol() {
                "█" => true,
                "▀" => y % 8 < 4,
                "▄" => y % 8 >= 4,
                _ => false,
            };
            if bright(if ink { cell.fg } else { cell.bg }) {
                255
            } else {
                0
            }
        });
        let grids = image.detect_grids();
        grids.first()?.decode().ok().map(|(_, text)| text)
    }

    pub(in crate::console) fn is_light(color: Color) -> bool {
        match color {
            Color::Rgb(255, 255, 255) | Color::Indexed(231) | Color::White => true,
            Color::Rgb(0, 0, 0) | Color::Indexed(16) | Color::Black | Color::Reset => false,
            other => panic!("{other:?} is neither black nor white"),
        }
    }

    fn drawn(code: &Code, blocks: Blocks, depth: ColorDepth) -> Buffer {
        let size = size(code, blocks);
        let area = Rect::new(0, 0, size.width + 6, size.height + 4);
        let mut buffer = Buffer::empty(area);
        QrWidget {
            code,
            blocks,
            ink: Ink::for_depth(depth),
        }
        .render(area, &mut buffer);
        buffer
    }

    #[test]
    fn every_drawing_decodes() {
        for depth in DEPTHS {
            for blocks in [
                Blocks::Half,
                Blocks::Full,
                Blocks::Large(3),
                Blocks::Large(4),
            ] {
                for level in [Level::Low, Level::Medium] {
                    let code = Code::new(LINK, level).unwrap();
                    let buffer = drawn(&code, blocks, depth);
                    assert_eq!(
                        decode(&buffer, is_light).as_deref(),
                        Some(LINK),
                        "{depth:?} {blocks:?} {level:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn without_colours_a_code_is_still_readable() {
        let code = Code::new(LINK, Level::Medium).unwrap();
        let mut buffer = drawn(&code, Blocks::Half, ColorDepth::None);
        for cell in &mut buffer.content {
            cell.set_fg(Color::White).set_bg(Color::Black);
        }
        assert_eq!(decode(&buffer, is_light).as_deref(), Some(LINK));
    }

    #[test]
    fn sizes_are_known() {
        for (level, blocks, width, height) in [
            (Level::Low, Blocks::Half, 37, 19),
            (Level::Medium, Blocks::Half, 41, 21),
            (Level::Low, Blocks::Full, 74, 37),
        ] {
            assert_eq!(
                required_size(LINK, level, blocks),
                Ok(Size::new(width, height))
            );
        }
    }

    #[test]
    fn the_highest_error_correction_that_fits_is_chosen() {
        let level = |width, height| match fit(LINK, Size::new(width, height), Blocks::Half) {
            Fit::Fits(code) => code.level(),
            other => panic!("{other:?}"),
        };
        assert_eq!(level(80, 24), Level::Medium);
        assert_eq!(level(41, 21), Level::Medium);
        assert_eq!(level(40, 21), Level::Low);
        assert_eq!(level(37, 19), Level::Low);
        assert_eq!(
            fit(LINK, Size::new(30, 24), Blocks::Half),
            Fit::Missing {
                columns: 7,
                rows: 0
            }
        );
        assert_eq!(
            fit(LINK, Size::new(80, 24), Blocks::Full),
            Fit::Missing {
                columns: 0,
                rows: 13
            }
        );
        assert_eq!(
            fit(&"x".repeat(5_000), Size::new(500, 500), Blocks::Half),
            Fit::TooLong
        );
    }

    #[test]
    fn the_largest_modules_that_fit_are_chosen() {
        let chosen = |width, height, least| {
            let room = Size::new(width, height);
            let (code, blocks) = largest(LINK, room, least)?;
            let size = size(&code, blocks);
            assert!(size.width <= width && size.height <= height);
            Some((code.level(), blocks))
        };
        for (width, height, half, full) in [
            (36, 24, None, None),
            (80, 22, Some((Level::Medium, Blocks::Half)), None),
            (
                120,
                37,
                Some((Level::Low, Blocks::Full)),
                Some((Level::Low, Blocks::Full)),
            ),
            (
                200,
                56,
                Some((Level::Low, Blocks::Large(3))),
                Some((Level::Medium, Blocks::Full)),
            ),
            (
                400,
                90,
                Some((Level::Medium, Blocks::Large(4))),
                Some((Level::Medium, Blocks::Large(4))),
            ),
        ] {
            assert_eq!(
                chosen(width, height, Blocks::Half),
                half,
                "{width}x{height}"
            );
            assert_eq!(
                chosen(width, height, Blocks::Full),
                full,
                "{width}x{height}"
            );
        }
        assert_eq!(
            largest(&"x".repeat(5_000), Size::new(500, 500), Blocks::Half),
            None
        );
    }

    #[test]
    fn nothing_is_cropped() {
        let code = Code::new(LINK, Level::Low).unwrap();
        let area = Rect::new(0, 0, 36, 19);
        let mut buffer = Buffer::empty(area);
        QrWidget {
            code: &code,
            blocks: Blocks::Half,
            ink: Ink::for_depth(ColorDepth::TrueColor),
        }
        .render(area, &mut buffer);
        assert_eq!(buffer, Buffer::empty(area));
    }
}
