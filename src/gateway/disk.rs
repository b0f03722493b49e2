//! Sizes of database files.

use std::path::{Path, PathBuf};

/// Bytes of a SQLite database: the file and its write-ahead log; 0 without a file. Blocks.
pub(crate) fn database_bytes(file: &Path) -> u64 {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    size(file) + size(&PathBuf::from(log))
}

/// Each session's key file with its bytes, the largest first. A directory that cannot be read has none.
/// Blocks.
pub(crate) fn key_files(directory: &Path) -> Vec<(PathBuf, u64)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "sqlite"))
        .map(|path| {
            let bytes = database_bytes(&path);
            (path, bytes)
        })
        .collect();
    files.sort_by(|(one, size), (other, its)| its.cmp(size).then_with(|| one.cmp(other)));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_counts_with_its_log_and_the_largest_key_file_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize| {
            let file = home.path().join(name);
            std::fs::write(&file, vec![0; bytes]).unwrap();
            file
        };
        let (small, large) = (write("a.sqlite", 10), write("b.sqlite", 20));
        write("b.sqlite-wal", 30);
        write("b.sqlite-shm", 40);
        write("whatsapp-version", 50);
        assert_eq!(key_files(home.path()), [(large, 50), (small, 10)]);
        assert_eq!(database_bytes(&home.path().join("none.sqlite")), 0);
        assert_eq!(key_files(&home.path().join("nowhere")), []);
    }
}
