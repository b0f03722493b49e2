//! Real accounts end to end: the engine and the real binary with the live driver, against the WhatsApp server
//! on loopback.

mod desk;
#[cfg(target_os = "linux")]
mod disk;
mod engine;
mod hears;
mod house;
mod killed;
mod privacy;
mod sessions;
