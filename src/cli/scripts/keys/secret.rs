//! The file for a new secret. It is created before the request, because the gateway returns the
//! secret only once.

use crate::cli::output::{CommandError, Exit};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that only its owner can read, beside where it will be.
pub(super) struct SecretFile {
    path: PathBuf,
    file: NamedTempFile,
    replace: bool,
}

impl SecretFile {
    /// For a file that must not be there yet.
    ///
    /// # Errors
    /// It is there, or cannot be made.
    pub(super) fn create(path: &Path) -> Result<Self, CommandError> {
        if path.symlink_metadata().is_ok() {
            return Err(CommandError::new(
                Exit::Usage,
                format!("{} is there already: name a new file", path.display()),
            ));
        }
        Self::new(path, false)
    }

    /// For a file that may be there, and is replaced as a whole.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn replace(path: &Path) -> Result<Self, CommandError> {
        if path.is_dir() {
            return Err(unwritable(path, "it is a directory"));
        }
        Self::new(path, true)
    }

    fn new(path: &Path, replace: bool) -> Result<Self, CommandError> {
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Made with the mode 0600.
        let file = NamedTempFile::new_in(directory).map_err(|error| unwritable(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            replace,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the secret of this key and puts the file in its place.
    ///
    /// # Errors
    /// It cannot be written; the secret of the key is then lost.
    pub(super) fn keep(mut self, secret: &str, key: &str) -> Result<(), CommandError> {
        let written = writeln!(self.file, "{secret}").and_then(|()| self.file.as_file().sync_all());
        let kept = written.and_then(|()| {
            let placed = if self.replace {
                self.file.persist(&self.path)
            } else {
                self.file.persist_noclobber(&self.path)
            };
            placed.map(drop).map_err(|error| error.error)
        });
        kept.map_err(|error| {
            let failure = unwritable(&self.path, error);
            failure.listing([format!("the secret of key {key} is lost: revoke it")])
        })
    }
}

fn unwritable(path: &Path, fault: impl std::fmt::Display) -> CommandError {
    CommandError::new(
        Exit::Failed,
        format!("cannot write {}: {fault}", path.display()),
    )
}
