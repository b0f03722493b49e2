//! Tests of the library across modules: the HTTP contract of the engine, the drivers, and the client on other
//! gateways and on bad networks.

// In tests and their helpers, a failing `unwrap` is a failing test.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "live")]
#[path = "../loopback/mod.rs"]
#[allow(dead_code)]
mod loopback;
#[path = "../public_gateway/mod.rs"]
mod public_gateway;
#[path = "../support/mod.rs"]
mod support;

mod contract;
#[cfg(feature = "live")]
mod driver;
mod hostile;
mod public;
