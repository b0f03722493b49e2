//! The formats of a sheet.

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SheetFormat {
    /// One page of HTML for the browser's print dialog.
    #[default]
    Html,
    /// A folder with one PNG picture per group.
    Png,
    /// A folder with one SVG picture per group.
    Svg,
    /// One table.
    Csv,
}

impl SheetFormat {
    pub const ALL: [Self; 4] = [Self::Html, Self::Png, Self::Svg, Self::Csv];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
        }
    }
}

/// A sheet that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// A link longer than a code holds: only links of WhatsApp's form belong on a sheet.
    #[error("a link is too long for a QR code")]
    TooLong,
}

impl From<crate::qr::TooLong> for SheetError {
    fn from(_: crate::qr::TooLong) -> Self {
        Self::TooLong
    }
}
