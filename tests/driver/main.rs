//! The driver contract suite.
#[path = "../loopback/mod.rs"]
mod loopback;
