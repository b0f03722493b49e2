//! `groupdesk doctor` against gateways that are well and gateways with every fault planted, each on
//! loopback. What it says is read as a script reads it: the JSON, and the exit code.

#![cfg(unix)]
// In a test, and in what tests share, a failing `unwrap` is a failing test.
#![allow(clippy::unwrap_used)]

mod certificates;
mod codes;
mod patient;
mod stub;
// Each test binary uses its own part of this.
#[allow(unused_imports)]
#[path = "../support/mod.rs"]
mod support;

mod access;
mod network;
mod own;
mod tls;
mod token;
