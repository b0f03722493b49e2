//! groupdesk: a terminal console for WhatsApp groups, and the gateway engine behind it.
//!
//! `docs/architecture.md` describes the modules and which of them may import which.

// What only this crate uses is not `pub`, so that the compiler finds what is unused.
#![cfg_attr(not(test), warn(unreachable_pub))]

// The server on loopback is shared with the tests outside, which know the crate by its name.
#[cfg(all(test, feature = "live"))]
extern crate self as groupdesk;

pub mod api;
pub mod batch;
pub(crate) mod budget;
pub mod cli;
pub mod client;
pub(crate) mod config;
pub mod console;
pub mod gateway;
pub mod links;
pub(crate) mod names;
pub(crate) mod private;
pub mod qr;
pub mod sheet;
mod spreadsheet;
pub mod text;
