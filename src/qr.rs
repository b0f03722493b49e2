//! QR codes as modules, PNG and SVG.
//!
//! Always black on white with a quiet zone of four modules on every side, because the scanners of
//! phones fail on thin margins and inverted codes.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode, bits};
use std::fmt::Write as _;

/// Light modules around the code, on every side.
const QUIET: usize = 4;

/// Pixels of a module in a picture for people: a link's code becomes about 650 pixels wide.
pub const PICTURE_SCALE: u16 = 16;

/// The text is longer than a QR code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too long for a QR code")]
pub struct TooLong;

/// The error correction level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 7 %: the smallest code.
    Low,
    /// 15 %: taken wherever it fits.
    Medium,
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

/// Modules per side of a text's code, quiet zone included.
///
/// # Errors
/// The text is too long for a code.
pub fn required_side(text: &str, level: Level) -> Result<usize, TooLong> {
    // The size follows from the length alone; drawing the code to measure it costs a hundred times more.
    let bits = bits::encode_auto(text.as_bytes(), level.correction()).map_err(|_| TooLong)?;
    let side = usize::try_from(bits.version().width()).map_err(|_| TooLong)?;
    Ok(side + 2 * QUIET)
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

/// The text as an SVG element for a page of HTML: black on white, quiet zone included, as large as its box. One path, so
/// that a printed page has no seams between modules.
///
/// # Errors
/// The text is too long for a code.
pub fn to_inline_svg(text: &str) -> Result<String, TooLong> {
    let code = Code::new(text, Level::Medium)?;
    let side = code.side();
    let mut path = String::new();
    for row in 0..side {
        let mut column = 0;
        while column < side {
            let run = (column..side)
                .take_while(|at| code.is_dark(*at, row))
                .count();
            if run > 0 {
                let _ = write!(path, "M{column} {row}h{run}v1h-{run}z");
            }
            column += run + 1;
        }
    }
    Ok(format!(
        r##"<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{path}"/></svg>"##
    ))
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
