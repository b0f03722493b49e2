//! The searched fields of a row, and a matching row.

/// The searched fields of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub jid: &'a str,
    /// The digits of the account's phone number, if known.
    pub number: &'a str,
    /// What is noted about the group, with its tags.
    pub note: &'a str,
    /// The account's position in the names given to `Index::set_accounts`.
    pub account: u16,
}

/// A matching row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub row: u32,
    /// Comparable within one search; higher is better.
    pub score: u32,
}
