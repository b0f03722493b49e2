//! What the commands about the audit log share: the size of its pages, and its errors.

use crate::cli::output::{CallKind, CommandError, Exit};
use crate::client::ClientError;

/// Entries per request.
pub(super) const PAGE: usize = 1_000;

/// Pages of a log that ends.
pub(super) const PAGES_MAX: usize = 10_000;

pub(super) fn endless() -> CommandError {
    CommandError::new(
        Exit::GatewayAway,
        "the gateway's audit log does not end; --limit takes its first entries",
    )
}

/// A gateway without an audit log knows no such path.
pub(super) fn failure(error: ClientError) -> CommandError {
    match error.status() {
        Some(404 | 405 | 501) => {
            CommandError::new(Exit::NotOffered, "this gateway has no audit log")
        }
        _ => CommandError::of_call(error, CallKind::Stored),
    }
}

/// A gateway without a hash chain does not know the path.
pub(super) fn unchained(error: ClientError) -> CommandError {
    match error.status() {
        Some(404 | 405 | 501) => no_chain(),
        _ => CommandError::of_call(error, CallKind::Stored),
    }
}

pub(super) fn no_chain() -> CommandError {
    CommandError::new(
        Exit::NotOffered,
        "the audit log of this gateway has no hash chain",
    )
}
