//! The log: a file, because the screen belongs to the desk.

use crate::config::LogLevel;
use anyhow::Context;
use std::fs::OpenOptions;
use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Starts logging into `file`, which only its owner can read. What is buffered is written when the
/// guard is dropped.
///
/// # Errors
/// The file cannot be opened for appending.
pub fn start(file: &Path, level: LogLevel) -> anyhow::Result<WorkerGuard> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options
        .open(file)
        .with_context(|| format!("cannot write the log {}", file.display()))?;
    let (writer, guard) = tracing_appender::non_blocking(opened);
    // Libraries speak up only when something is wrong; their own levels may print what we keep secret.
    let filter = EnvFilter::new(format!("warn,groupdesk={}", level.as_str()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false)
        .try_init()
        .map_err(|error| anyhow::anyhow!("the log cannot start: {error}"))?;
    Ok(guard)
}
