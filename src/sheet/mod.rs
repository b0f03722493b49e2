//! Print sheets: groups with their invite links and QR codes, as one page of HTML that a browser prints, as CSV, or as one
//! picture per group; and reading such a sheet again, to find out which of its links are dead.
//!
//! Pure, but for `save`, which writes the files: the same groups, layout and date make the same bytes.

mod csv;
mod fitting;
mod format;
mod group;
mod html;
mod layout;
mod pictures;
mod read;
mod save;

pub use csv::table;
pub use format::{SheetError, SheetFormat};
pub use group::SheetGroup;
pub use html::html;
pub use layout::Layout;
pub use pictures::{PictureKind, file_title, pictures};
pub use read::{FILE_MAX, ListedGroup, Unreadable, read};
pub use save::Place;

#[cfg(test)]
mod tests;
