//! The searched fields of a row, and a matching row.

/// The searched fields of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub jid: &'a str,
    /// The digits of the account's phone number, if known.
    pub number: &'a str,
}

/// A matching row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub row: u32,
    /// Comparable within one search; higher is better.
    pub score: u32,
}
