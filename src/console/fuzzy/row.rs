//! What a row is found by, and a row that was found.

/// What a row is found by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub jid: &'a str,
    /// The digits of the account's phone number, where it is known.
    pub number: &'a str,
}

/// A row that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub row: u32,
    /// Comparable within one search; higher is better.
    pub score: u32,
}
