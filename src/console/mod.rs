//! The terminal console.

pub mod clipboard;
pub mod fuzzy;
pub mod qr;
pub mod terminal;
pub mod theme;
