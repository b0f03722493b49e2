//! QR codes that scan: on the screen, as PNG and as SVG.
//!
//! Always black on white with four modules of quiet zone on every side, whatever the theme:
//! scanners of phones give up on thin margins and on inverted codes. Never cropped: what does not
//! fit says how many rows and columns are missing.
//!
//! On the screen the light modules are the ink (block characters) and the dark ones the background.
//! Explicit colours make that black on white everywhere; on a terminal that shows no colours at
//! all, which writes bright on dark, the same characters still make a code of the right polarity.
//! Cells of two light modules are ink on a background of the same colour, so that no seam shows
//! where a font's block falls short of its cell.

use super::theme::ColorDepth;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode, bits};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use ratatui::widgets::Widget;

/// Light modules around the code, on every side.
const QUIET: usize = 4;

/// The text is longer than a QR code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too long for a QR code")]
pub struct TooLong;

/// How much of the code may be damaged and still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 7 %: the smallest code.
    Low,
    /// 15 %: taken wherever it fits.
    Medium,
}

/// How modules become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocks {
    /// One column and half a row per module: the smallest drawing.
    #[default]
    Half,
    /// Two columns and one row per module: survives terminals that put space between lines.
    Full,
}

/// A code as a square of modules.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// Row by row, without the quiet zone; true is dark.
    modules: Vec<bool>,
    side: usize,
    level: Level,
}

impl std::fmt::Debug for Code {
    /// Without the modules: they may hold a pairing secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code")
            .field("side", &self.side)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

impl Code {
    /// # Errors
    /// The text does not fit into the largest code of this level.
    pub fn new(text: &str, level: Level) -> Result<Self, TooLong> {
        let code = encode(text, level)?;
        Ok(Self {
            side: code.width(),
            modules: code
                .into_colors()
                .into_iter()
                .map(|color| color == qrcode::Color::Dark)
                .collect(),
            level,
        })
    }

    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Modules per side, quiet zone included.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side + 2 * QUIET
    }

    /// Cells that a drawing takes, quiet zone included.
    #[must_use]
    pub fn size(&self, blocks: Blocks) -> Size {
        cells(self.side(), blocks)
    }

    /// Whether a module is dark; counted from the corner of the quiet zone, beyond it all is light.
    #[must_use]
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.side);
        match (inside(column), inside(row)) {
            (Some(column), Some(row)) => self.modules[row * self.side + column],
            _ => false,
        }
    }
}

/// Cells of a square of so many modules per side.
fn cells(side: usize, blocks: Blocks) -> Size {
    let side = u16::try_from(side).unwrap_or(u16::MAX);
    match blocks {
        Blocks::Half => Size::new(side, side.div_ceil(2)),
        Blocks::Full => Size::new(side.saturating_mul(2), side),
    }
}

impl Level {
    fn correction(self) -> EcLevel {
        match self {
            Self::Low => EcLevel::L,
            Self::Medium => EcLevel::M,
        }
    }
}

fn encode(text: &str, level: Level) -> Result<QrCode, TooLong> {
    QrCode::with_error_correction_level(text, level.correction()).map_err(|_| TooLong)
}

/// Cells that a text needs as a QR code.
///
/// # Errors
/// The text is too long for a code.
pub fn required_size(text: &str, level: Level, blocks: Blocks) -> Result<Size, TooLong> {
    // The size follows from the length alone; drawing the code to measure it costs a hundred times more.
    let bits = bits::encode_auto(text.as_bytes(), level.correction()).map_err(|_| TooLong)?;
    let side = usize::try_from(bits.version().width()).map_err(|_| TooLong)?;
    Ok(cells(side + 2 * QUIET, blocks))
}

/// Cells that the code of [`fit`] takes; `None` where it finds no room.
#[must_use]
pub fn fitting_size(text: &str, room: Size, blocks: Blocks) -> Option<Size> {
    [Level::Medium, Level::Low]
        .into_iter()
        .filter_map(|level| required_size(text, level, blocks).ok())
        .find(|size| size.width <= room.width && size.height <= room.height)
}

/// Whether a text's code has room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
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
pub fn fit(text: &str, room: Size, blocks: Blocks) -> Fit {
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
    pub fn for_depth(depth: ColorDepth) -> Self {
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
        let (upper, lower) = match self.blocks {
            Blocks::Half => (
                self.code.is_dark(column, row * 2),
                self.code.is_dark(column, row * 2 + 1),
            ),
            Blocks::Full => {
                let module = self.code.is_dark(column / 2, row);
                (module, module)
            }
        };
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
        let size = self.code.size(self.blocks);
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

/// The text as an SVG image, quiet zone included.
///
/// # Errors
/// The text is too long for a code.
pub fn to_svg(text: &str) -> Result<String, TooLong> {
    Ok(encode(text, Level::Medium)?
        .render::<svg::Color>()
        .quiet_zone(true)
        .min_dimensions(512, 512)
        .build())
}

/// The text as a PNG image, quiet zone included, with `scale` pixels (at least one) per module.
///
/// # Errors
/// The text is too long for a code, or for an image of that scale.
pub fn to_png(text: &str, scale: u16) -> Result<Vec<u8>, TooLong> {
    let code = Code::new(text, Level::Medium)?;
    let scale = usize::from(scale.max(1));
    let side = code.side() * scale;
    let pixels: Vec<u8> = (0..side * side)
        .map(|at| {
            if code.is_dark(at % side / scale, at / side / scale) {
                0
            } else {
                255
            }
        })
        .collect();
    let mut image = Vec::new();
    let side = u32::try_from(side).map_err(|_| TooLong)?;
    let mut encoder = png::Encoder::new(&mut image, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels))
        .map_err(|_| TooLong)?;
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
    const DEPTHS: [ColorDepth; 4] = [
        ColorDepth::TrueColor,
        ColorDepth::Ansi256,
        ColorDepth::Ansi16,
        ColorDepth::None,
    ];

    /// Pixels per cell: 4 wide, 8 high.
    fn decode(buffer: &Buffer, bright: impl Fn(Color) -> bool) -> Option<String> {
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

    fn is_light(color: Color) -> bool {
        match color {
            Color::Rgb(255, 255, 255) | Color::Indexed(231) | Color::White => true,
            Color::Rgb(0, 0, 0) | Color::Indexed(16) | Color::Black | Color::Reset => false,
            other => panic!("{other:?} is neither black nor white"),
        }
    }

    fn drawn(code: &Code, blocks: Blocks, depth: ColorDepth) -> Buffer {
        let size = code.size(blocks);
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
            for blocks in [Blocks::Half, Blocks::Full] {
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
    fn a_terminal_without_any_colours_still_shows_a_code() {
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
    fn the_sturdiest_code_that_fits_is_taken() {
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

    #[test]
    fn the_png_decodes() {
        let image = to_png(LINK, 6).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(image))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let side = usize::try_from(info.width).unwrap();
        assert_eq!(side, 41 * 6);
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
        let (_, text) = image.detect_grids()[0].decode().unwrap();
        assert_eq!(text, LINK);
    }

    #[test]
    fn the_svg_is_black_on_white_with_a_margin() {
        let image = to_svg(LINK).unwrap();
        assert!(image.contains(r##"fill="#fff""##) && image.contains(r##"fill="#000""##));
        let scale = 512_usize.div_ceil(41);
        assert!(image.contains(&format!(r#"width="{0}" height="{0}""#, 41 * scale)));
    }

    #[test]
    fn codes_do_not_tell_their_text_in_debug_output() {
        let code = Code::new(LINK, Level::Low).unwrap();
        assert_eq!(format!("{code:?}"), "Code { side: 29, level: Low, .. }");
    }
}
