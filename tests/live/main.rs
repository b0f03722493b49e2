//! Real accounts, from the screen down to the wire: the engine and the real binary with the live
//! driver, against the WhatsApp server on loopback.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../loopback/mod.rs"]
#[allow(dead_code)]
mod loopback;
#[path = "../terminal/pty.rs"]
#[allow(dead_code)]
mod pty;
#[path = "../terminal/qr.rs"]
mod qr;

mod desk;
mod engine;
mod hears;
mod house;
mod killed;
mod sessions;
