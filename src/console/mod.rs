//! The terminal console.

pub mod fuzzy;
pub mod qr;
pub mod theme;
