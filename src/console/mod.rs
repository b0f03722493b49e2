//! The terminal console.

pub mod qr;
pub mod theme;
