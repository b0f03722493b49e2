//! The local gateway on this machine: its data, its disk, and the features of this build.

use super::report::{Check, Report};
use crate::config::Config;
use crate::gateway::disk;
use crate::gateway::store::sqlite::{Inspection, OpenError, inspect, is_new};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Bytes of free disk below which nothing can be promised.
#[cfg(unix)]
const DISK_LEAST: u64 = 100 << 20;
/// Bytes of free disk that are comfortable.
#[cfg(unix)]
const DISK_FINE: u64 = 1 << 30;

/// How many sessions' key files are listed, the largest first.
const SIZES_SHOWN: usize = 5;
/// Bytes from which on a key file is reported as large.
const KEYS_LARGE: u64 = 1_000_000_000;

pub(super) async fn examine(config: &Config, report: &mut Report) -> std::io::Result<()> {
    let seen = format!("the own gateway, in {}", config.data_dir.display());
    report.add(Check::ok("config", seen))?;
    let data = config.data_dir.clone();
    // Checking a large database takes time.
    let checks = tokio::task::spawn_blocking(move || look(&data))
        .await
        .map_err(std::io::Error::other)?;
    for check in checks {
        report.add(check)?;
    }
    report.add(build(cfg!(feature = "live")))?;
    Ok(())
}

fn look(data: &Path) -> Vec<Check> {
    if !data.exists() {
        let seen = "there is no data yet: the first start makes the directory";
        return vec![Check::ok("data.directory", seen), disk(data)];
    }
    vec![
        directory(data),
        keys(&data.join("keys")),
        sizes(data),
        disk(data),
        database(&data.join("groupdesk.sqlite")),
    ]
}

/// Only the owner may look in, and the owner must be able to write.
fn directory(data: &Path) -> Check {
    if !data.is_dir() {
        return Check::fail(
            "data.directory",
            "no_directory",
            format!("{} is not a directory", data.display()),
            "name another one with --data-dir or data.dir",
        );
    }
    if let Err(error) = tempfile::NamedTempFile::new_in(data) {
        return Check::fail(
            "data.directory",
            "not_writable",
            format!("nothing can be written into {}: {error}", data.display()),
            "give it back to the user who runs groupdesk, or name another one with --data-dir",
        );
    }
    if let Some(mode) = mode(data).filter(|mode| mode & 0o077 != 0) {
        return Check::warn(
            "data.directory",
            "open_to_others",
            format!("others can look into {} (mode {mode:04o})", data.display()),
            format!("run chmod 700 {}", data.display()),
        );
    }
    Check::ok(
        "data.directory",
        format!("{} is yours alone", data.display()),
    )
}

/// The keys of linked phones are worth as much as the phones.
fn keys(directory: &Path) -> Check {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Check::ok("data.keys", "no phone is linked here");
        }
        Err(error) => {
            return Check::fail(
                "data.keys",
                "unreadable",
                format!("{} cannot be looked into: {error}", directory.display()),
                "give it back to the user who runs groupdesk",
            );
        }
    };
    // The version file beside the keys is no secret.
    let is_key_file = |path: &PathBuf| path.to_string_lossy().contains(".sqlite");
    let files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(is_key_file)
        .collect();
    let open: Vec<_> = files
        .iter()
        .filter(|file| mode(file).is_some_and(|mode| mode & 0o077 != 0))
        .collect();
    match open.first() {
        Some(file) => Check::fail(
            "data.keys",
            "open_to_others",
            format!(
                "others can read {} of the files with the keys of linked phones, such as {}",
                open.len(),
                file.display()
            ),
            format!(
                "run chmod -R go= {}; link the phones again if others use this machine",
                directory.display()
            ),
        ),
        None => Check::ok("data.keys", "the keys of linked phones are yours alone"),
    }
}

/// How large the database is, and the key files of the largest sessions.
fn sizes(data: &Path) -> Check {
    let store = disk::database_bytes(&data.join("groupdesk.sqlite"));
    let files = disk::key_files(&data.join("keys"));
    let total: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    let mut seen = format!(
        "the database has {}, {} key files have {}",
        megabytes(store),
        files.len(),
        megabytes(total)
    );
    for (file, bytes) in files.iter().take(SIZES_SHOWN) {
        let session = file.file_stem().unwrap_or_default().to_string_lossy();
        let _ = write!(seen, "; {session}: {}", megabytes(*bytes));
    }
    match files.first() {
        Some((_, bytes)) if *bytes >= KEYS_LARGE => Check::warn(
            "data.sizes",
            "large_key_file",
            seen,
            "log that session out and link its phone again: its key file starts empty",
        ),
        _ => Check::ok("data.sizes", seen),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

#[cfg(unix)]
fn disk(data: &Path) -> Check {
    let there = data.ancestors().find(|path| path.exists());
    let found = there.and_then(|path| rustix::fs::statvfs(path).ok());
    let Some(found) = found else {
        return Check::skip("data.disk", "the disk does not tell what is free");
    };
    room(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Whether the free disk space suffices.
#[cfg(unix)]
fn room(free: u64) -> Check {
    let seen = format!("{} MiB are free", free >> 20);
    let todo = "make room, or name a directory on another disk with --data-dir";
    match free {
        free if free < DISK_LEAST => Check::fail("data.disk", "disk_full", seen, todo),
        free if free < DISK_FINE => Check::warn("data.disk", "disk_low", seen, todo),
        _ => Check::ok("data.disk", seen),
    }
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Check {
    Check::skip("data.disk", "not looked at on this system")
}

fn database(path: &Path) -> Check {
    if is_new(path) {
        return Check::ok(
            "data.database",
            "there is no database yet: the first start makes it",
        );
    }
    let seen = |what: &str| format!("{}: {what}", path.display());
    match inspect(path) {
        Ok(Inspection {
            damage: None,
            in_use: false,
        }) => Check::ok("data.database", seen("sound, and free to use")),
        Ok(Inspection {
            damage: None,
            in_use: true,
        }) => Check::warn(
            "data.database",
            "in_use",
            seen("sound, and in use by another groupdesk"),
            "end the other one before you start a desk or a server on the same data",
        ),
        Ok(Inspection {
            damage: Some(damage),
            ..
        }) => Check::fail(
            "data.database",
            "damaged",
            seen(&format!("damaged: {damage}")),
            "stop groupdesk, keep a copy, and restore the last backup",
        ),
        Err(error)
            if matches!(
                error.downcast_ref(),
                Some(OpenError::Emptied(_) | OpenError::Incomplete { .. })
            ) =>
        {
            Check::fail(
                "data.database",
                "incomplete",
                format!("{error:#}"),
                "do not start groupdesk until you have decided: what is missing cannot be found again later",
            )
        }
        Err(error) => Check::fail(
            "data.database",
            "unreadable",
            format!("{error:#}"),
            "check whose file it is, and the version of groupdesk",
        ),
    }
}

/// The features of this build.
fn build(live: bool) -> Check {
    let version = env!("CARGO_PKG_VERSION");
    if live {
        Check::ok(
            "build",
            format!("groupdesk {version}, with real WhatsApp accounts"),
        )
    } else {
        Check::warn(
            "build",
            "without_live",
            format!("groupdesk {version}, without real WhatsApp accounts"),
            "build it with the feature `live` to link phones; demos and other gateways work without it",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::report::Verdict;

    #[cfg(unix)]
    #[test]
    fn a_disk_that_is_almost_full_is_reported() {
        let outcome = |free| {
            let check = room(free);
            (check.step, check.result, check.code)
        };
        let full = ("data.disk", Verdict::Fail, "disk_full");
        let low = ("data.disk", Verdict::Warn, "disk_low");
        assert_eq!(outcome(0), full);
        assert_eq!(outcome(DISK_LEAST - 1), full);
        assert_eq!(outcome(DISK_LEAST), low);
        assert_eq!(outcome(DISK_FINE - 1), low);
        assert_eq!(outcome(DISK_FINE).2, "ok");
    }

    #[test]
    fn a_build_without_real_accounts_is_reported() {
        let check = build(false);
        assert_eq!(
            (check.step, check.result, check.code),
            ("build", Verdict::Warn, "without_live")
        );
        assert_eq!(build(true).code, "ok");
    }
}
