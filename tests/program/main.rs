//! The program as a process: in a terminal, as a server, in scripts, as a doctor, and with real accounts.

// In tests and their helpers, a failing `unwrap` is a failing test.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[cfg(all(unix, feature = "live"))]
#[path = "../loopback/mod.rs"]
#[allow(dead_code)]
mod loopback;
#[cfg(unix)]
#[path = "../public_gateway/mod.rs"]
mod public_gateway;
#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod doctor;
mod headless;
mod kills;
#[cfg(all(unix, feature = "live"))]
mod live;
#[cfg(target_os = "linux")]
mod printed;
mod scripts;
mod serve;
#[cfg(unix)]
mod terminal;
