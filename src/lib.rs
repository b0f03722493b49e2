//! groupdesk: a terminal console for WhatsApp groups, and the gateway engine behind it.
//!
//! The rooms and what each may know are drawn in `docs/architecture.md`.

pub mod api;
pub mod cli;
pub mod client;
pub mod config;
pub mod console;
pub mod gateway;
pub mod qr;
pub mod text;
