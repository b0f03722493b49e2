//! Writing a sheet: whole or not at all. It is readable by its owner only, because everybody who has a link can join.

use super::csv::table;
use super::format::SheetFormat;
use super::group::SheetGroup;
use super::html::html;
use super::layout::Layout;
use super::pictures::{PictureKind, pictures};
use crate::private;
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// Begins the name of what is not complete yet; it is removed when it is dropped.
const PREFIX: &str = ".groupdesk-";

/// Where a sheet is going to be: a file, or a folder of pictures. Nothing is there before [`Place::save`].
pub struct Place {
    out: PathBuf,
    content: Content,
}

enum Content {
    File(NamedTempFile, SheetFormat),
    Folder(TempDir, PictureKind),
}

impl Place {
    /// A place beside `out` that can be written. A file of that name is replaced in the end, a folder is not.
    ///
    /// # Errors
    /// The folder around it does not exist or cannot be written, or `out` is a folder that has files already.
    pub fn prepare(out: &Path, format: SheetFormat) -> Result<Self> {
        let around = match out.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let content = match format {
            SheetFormat::Html | SheetFormat::Csv => {
                if out.is_dir() {
                    return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
                }
                Content::File(
                    private::temporary_file()
                        .prefix(PREFIX)
                        .tempfile_in(around)?,
                    format,
                )
            }
            SheetFormat::Png => Content::Folder(folder(out, around)?, PictureKind::Png),
            SheetFormat::Svg => Content::Folder(folder(out, around)?, PictureKind::Svg),
        };
        Ok(Self {
            out: out.to_owned(),
            content,
        })
    }

    /// Writes the groups, then gives them their name in one step.
    ///
    /// # Errors
    /// The sheet cannot be made, or not be written; then nothing of it is left.
    pub fn save(self, groups: &[SheetGroup], layout: Layout, made: &str) -> Result<()> {
        match self.content {
            Content::File(mut file, format) => {
                let content = match format {
                    SheetFormat::Csv => Ok(table(groups, false)),
                    _ => html(groups, layout, made),
                };
                file.write_all(content.map_err(Error::other)?.as_bytes())?;
                file.persist(&self.out)?;
            }
            Content::Folder(folder, kind) => {
                for picture in pictures(groups, kind) {
                    let (name, content) = picture.map_err(Error::other)?;
                    let mut file = private::temporary_file()
                        .prefix(PREFIX)
                        .tempfile_in(folder.path())?;
                    file.write_all(&content)?;
                    file.persist_noclobber(folder.path().join(name))?;
                }
                // Replaces an empty folder only.
                std::fs::rename(folder.path(), &self.out)?;
                let _ = folder.keep();
            }
        }
        Ok(())
    }
}

fn folder(out: &Path, around: &Path) -> Result<TempDir> {
    match std::fs::read_dir(out).map(Iterator::count) {
        Ok(0) => {}
        Ok(_) => {
            let why = "the folder exists and is not empty";
            return Err(Error::new(ErrorKind::AlreadyExists, why));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    private::temporary_directory()
        .prefix(PREFIX)
        .tempdir_in(around)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> Vec<SheetGroup> {
        let link = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
        ["Choir", "Choir", "../x"]
            .map(|name| SheetGroup::new(name, link, "Support", "1@g.us", "01S"))
            .to_vec()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_only_its_owner_reads_it() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("sheet.html");
        std::fs::write(&out, "old").unwrap();
        let prepared = Place::prepare(&out, SheetFormat::Html).unwrap();
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "old");
        prepared.save(&groups(), Layout::A4, "2026-11-27").unwrap();
        let written = std::fs::read_to_string(&out).unwrap();
        assert_eq!(written, html(&groups(), Layout::A4, "2026-11-27").unwrap());
        assert_eq!(names(place.path()), ["sheet.html"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&out).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn pictures_fill_a_new_folder_and_no_other() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("codes");
        let save = || -> Result<()> {
            Place::prepare(&out, SheetFormat::Png)?.save(&groups(), Layout::A4, "")
        };
        save().unwrap();
        assert_eq!(names(&out), ["Choir (2).png", "Choir.png", "x.png"]);
        assert_eq!(save().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(names(place.path()), ["codes"]);
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        for format in SheetFormat::ALL {
            let out = place.path().join("sheet");
            drop(Place::prepare(&out, format).unwrap());
            assert_eq!(names(place.path()), [""; 0]);
        }
        assert!(Place::prepare(Path::new("/no/such/place/x"), SheetFormat::Csv).is_err());
    }
}
