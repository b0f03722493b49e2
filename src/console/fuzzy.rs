//! Placeholder until the filter lands.
#[derive(Debug, Default)]
pub struct Index;
