//! Files with codes: pictures and print sheets.

use crate::console::effect::{SavedQr, SheetOrder};
use crate::qr;
use crate::sheet::{Place, SheetFormat, file_title};
use std::path::{Path, PathBuf};

/// Maximum pictures with one title; after that the last name is reused.
pub(super) const SAME_TITLE: u32 = 10_000;

/// Writes `<title>.png` and `<title>.svg`, with a number after the title if those exist already.
pub(super) fn save(directory: &Path, text: &str, title: &str) -> Result<SavedQr, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "The QR code cannot be saved in {}: {error}.",
            directory.display()
        )
    };
    let png = qr::to_png(text, qr::PICTURE_SCALE).map_err(|error| failed(&error))?;
    let svg = qr::to_svg(text).map_err(|error| failed(&error))?;
    std::fs::create_dir_all(directory).map_err(|error| failed(&error))?;
    let title = file_title(title);
    let base = (1..=SAME_TITLE)
        .map(|number| match number {
            1 => directory.join(format!("{title}.png")),
            _ => directory.join(format!("{title} ({number}).png")),
        })
        .find(|path| !path.exists() && !path.with_extension("svg").exists())
        .unwrap_or_else(|| directory.join("invite.png"));
    let saved = SavedQr {
        svg: base.with_extension("svg"),
        png: base,
    };
    std::fs::write(&saved.png, png).map_err(|error| failed(&error))?;
    std::fs::write(&saved.svg, svg).map_err(|error| failed(&error))?;
    Ok(saved)
}

/// Writes a sheet beside the saved pictures, with a number after its title if that exists already.
pub(super) fn save_sheet(directory: &Path, order: &SheetOrder) -> Result<PathBuf, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!(
            "The sheet cannot be saved in {}: {error}.",
            directory.display()
        )
    };
    std::fs::create_dir_all(directory).map_err(|error| failed(&error))?;
    let title = file_title(&order.title);
    let ending = match order.format {
        SheetFormat::Html => ".html",
        SheetFormat::Csv => ".csv",
        // A folder.
        SheetFormat::Png | SheetFormat::Svg => "",
    };
    let file = (1..=SAME_TITLE)
        .map(|number| match number {
            1 => directory.join(format!("{title}{ending}")),
            _ => directory.join(format!("{title} ({number}){ending}")),
        })
        .find(|path| !path.exists())
        .ok_or_else(|| failed(&"too many files have this name"))?;
    Place::prepare(&file, order.format)
        .and_then(|place| place.save(&order.groups, order.layout, &order.made))
        .map_err(|error| failed(&error))?;
    Ok(file)
}
