//! Logging: to a file for the console, which owns the screen, and to stderr for the server.

mod rotating;

use crate::config::{LogFormat, LogLevel};
use crate::gateway::http::REQUESTS;
use crate::private;
use anyhow::Context;
use rotating::{FILE_MAX, FILES_KEPT, RotatingFile};
use std::io::Write;
use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Logs to `file`, which only its owner can read and which stays bounded. What is buffered is written when the guard is
/// dropped.
///
/// # Errors
/// The file cannot be opened for appending.
pub(super) fn to_file(
    file: &Path,
    level: LogLevel,
    format: LogFormat,
) -> anyhow::Result<WorkerGuard> {
    if let Some(directory) = file.parent() {
        private::create_directory(directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
    }
    let opened = RotatingFile::open(file, FILE_MAX, FILES_KEPT)
        .with_context(|| format!("cannot write the log {}", file.display()))?;
    // The console polls its own gateway, so its requests are logged at debug level only.
    let requests = match level {
        LogLevel::Debug | LogLevel::Trace => level,
        _ => LogLevel::Warn,
    };
    start(opened, &filter(level, requests), format)
}

/// Logs to stderr, every request included, and panics as lines like all others. What is buffered is
/// written when the guard is dropped.
///
/// # Errors
/// There is a log already.
pub(super) fn to_stderr(level: LogLevel, format: LogFormat) -> anyhow::Result<WorkerGuard> {
    let guard = start(std::io::stderr(), &filter(level, level), format)?;
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(%panic, "a task panicked");
    }));
    Ok(guard)
}

/// Lines go through a thread of their own and are dropped when it cannot keep up: nothing waits for
/// the log.
fn start(
    writer: impl Write + Send + 'static,
    filter: &str,
    format: LogFormat,
) -> anyhow::Result<WorkerGuard> {
    let (writer, guard) = tracing_appender::non_blocking(writer);
    // Libraries log warnings only; their lower levels may print secrets.
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(writer)
        .with_ansi(false);
    let started = match format {
        LogFormat::Pretty => lines.finish().try_init(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("the log cannot start: {error}"))?;
    Ok(guard)
}

/// The log filter: this program at its level, requests at theirs, libraries at warn, and the
/// WhatsApp client not at all, because its warnings contain codes and numbers.
fn filter(level: LogLevel, requests: LogLevel) -> String {
    #[cfg(feature = "live")]
    let silent = crate::gateway::whatsapp::live::SECRET_LOG_TARGETS;
    #[cfg(not(feature = "live"))]
    let silent: [&str; 0] = [];
    let ours = format!(
        "warn,groupdesk={},{REQUESTS}={}",
        level.as_str(),
        requests.as_str()
    );
    silent
        .iter()
        .fold(ours, |filter, target| filter + "," + target + "=off")
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0
                .lock()
                .expect("no test panics with the page")
                .extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_client_library_is_not_logged() {
        let page = Page::default();
        let writer = page.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(filter(LogLevel::Trace, LogLevel::Trace)))
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::trace!("ours");
            tracing::warn!(target: "hyper::proto", "a library's");
            tracing::error!(target: "whatsapp_rust::pair", "secret");
            tracing::error!(target: "wacore_binary", "secret");
            tracing::error!(target: "Client/PairCode", "secret");
            tracing::error!(target: "AppStateSync", "secret");
        });
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("ours") && text.contains("a library's"));
        assert!(!text.contains("secret"), "{text}");
    }
}
