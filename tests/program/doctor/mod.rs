//! `groupdesk doctor` against gateways that are well and gateways with every fault planted, each on
//! loopback. What it says is read as a script reads it: the JSON, and the exit code.

mod access;
mod certificates;
mod codes;
mod network;
mod own;
mod patient;
mod stub;
mod tls;
mod token;
