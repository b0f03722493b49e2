//! `groupdesk doctor` against healthy gateways and gateways with each fault planted, on loopback. The tests
//! read its report as a script does: the JSON and the exit code.

mod access;
mod certificates;
mod codes;
mod network;
mod own;
mod patient;
mod stub;
mod tls;
mod token;
