//! Confirmation prompts before irreversible actions.

use crate::cli::output::{CommandError, Exit};
use crate::text::clean_line;
use std::io::{IsTerminal as _, Write as _};
use tokio::sync::oneshot;

/// Whether a confirmation is possible: both streams are terminals.
#[must_use]
pub(super) fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on the standard error stream, so that the answer of the command stays alone on the other one.
///
/// # Errors
/// Anything but a yes.
pub(super) async fn confirm(question: &str) -> Result<(), CommandError> {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{} [y/N] ", clean_line(question));
    let _ = stderr.flush();
    let (sender, answer) = oneshot::channel();
    // A thread of its own: reading cannot be cancelled, and the process must not wait for it.
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().read_line(&mut line);
        let _ = sender.send(line);
    });
    let said = answer.await.unwrap_or_default();
    match said.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CommandError::new(
            Exit::NotConfirmed,
            "nothing was changed: not confirmed",
        )),
    }
}
