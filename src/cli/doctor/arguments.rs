//! The arguments of `groupdesk doctor`.

use clap::Args;

/// Flags of `groupdesk doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Doctor {
    /// Write one JSON object instead of lines
    #[arg(long)]
    pub json: bool,

    /// How long each step may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
}
