//! The context of a script command.

use crate::cli::output::note;
use crate::client::Client;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// The context of a command.
pub(super) struct CommandContext<'a> {
    pub(super) client: &'a Client,
    /// Ids to use where the gateway does not list its sessions.
    pub(super) session_ids: &'a [String],
    /// The engine runs in this process, so its sessions only begin to connect.
    pub(super) own: bool,
    /// Whether notes may be written to standard error.
    pub(super) notes: bool,
    /// The directory of the gateway's batches.
    pub(super) batches: PathBuf,
    /// Cancelled when the command is asked to end.
    pub(super) stop: CancellationToken,
}

/// Notes how many rows of a listing were unreadable. Standard output has the others.
pub(super) fn left_out(rows: usize, one: &str, many: &str) {
    match rows {
        0 => {}
        1 => note(&format!("1 {one} could not be read and is left out")),
        _ => note(&format!("{rows} {many} could not be read and are left out")),
    }
}
