//! Files and directories that only the user can read. Where there are no Unix modes, they are as the system makes them.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

const FILE: u32 = 0o600;
const DIRECTORY: u32 = 0o700;
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// A file that is created with these options has mode 0600. One that was there keeps its mode.
pub(crate) fn new_file(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, FILE);
    options
}

/// Creates a directory and those above it, those that are missing with mode 0700.
///
/// # Errors
/// It cannot be created, or it is a file.
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, DIRECTORY);
    builder.create(directory)
}

/// Takes from others what they may do with a file or directory that was there before.
///
/// # Errors
/// Its mode cannot be read or changed.
pub(crate) fn restrict(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = std::fs::metadata(path)?.permissions();
        let mode = permissions.mode();
        if mode & OTHERS != 0 {
            permissions.set_mode(mode & !OTHERS);
            std::fs::set_permissions(path, permissions)?;
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// What makes temporary files of mode 0600.
pub(crate) fn temporary_file<'a>() -> tempfile::Builder<'a, 'a> {
    temporary(FILE)
}

/// What makes temporary directories of mode 0700.
pub(crate) fn temporary_directory<'a>() -> tempfile::Builder<'a, 'a> {
    temporary(DIRECTORY)
}

fn temporary<'a>(mode: u32) -> tempfile::Builder<'a, 'a> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        let metadata = std::fs::metadata(path).expect("a file");
        metadata.permissions().mode() & 0o777
    }

    #[test]
    fn what_is_created_is_the_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("a/b");
        create_directory(&directory).unwrap();
        // Again, as at the second start.
        create_directory(&directory).unwrap();
        assert_eq!(
            (mode(&directory), mode(&folder.path().join("a"))),
            (0o700, 0o700)
        );
        let file = directory.join("file");
        new_file(OpenOptions::new().create(true).append(true))
            .open(&file)
            .unwrap();
        assert_eq!(mode(&file), 0o600);
        let temporary = temporary_file().tempfile_in(&directory).unwrap();
        assert_eq!(mode(temporary.path()), 0o600);
        let temporary = temporary_directory().tempdir_in(&directory).unwrap();
        assert_eq!(mode(temporary.path()), 0o700);
    }

    #[test]
    fn what_others_can_use_is_taken_from_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        for (path, before, after) in [
            (&*path, 0o644, 0o600),
            (&*path, 0o660, 0o600),
            (&*path, 0o400, 0o400),
            (folder.path(), 0o755, 0o700),
        ] {
            std::fs::set_permissions(path, Permissions::from_mode(before)).unwrap();
            restrict(path).unwrap();
            assert_eq!(mode(path), after, "{before:o}");
        }
    }
}
