//! groupdesk: a terminal console for WhatsApp groups, and the gateway engine behind it.
//!
//! The rooms and what each may know are drawn in `docs/architecture.md`.

// The server on loopback is shared with the tests outside, which know the crate by its name.
#[cfg(all(test, feature = "live"))]
extern crate self as groupdesk;

pub mod api;
pub mod cli;
pub mod client;
pub mod config;
pub mod console;
pub mod gateway;
pub mod names;
pub mod qr;
pub mod text;
