//! Times on the wire.

/// Times on the wire: milliseconds since the Unix epoch, UTC.
pub type EpochMillis = i64;
