//! `groupdesk doctor`: checks the connection to a gateway step by step, and suggests remedies.
//!
//! Each step tests by itself what the client would only report as a failed call: DNS, ports,
//! certificates, health, clocks, the token, its capabilities, and realtime. The doctor changes
//! nothing and shows no secret.

mod access;
mod arguments;
mod groups;
mod health;
mod network;
mod own;
mod realtime;
mod report;
mod run;
mod tls;
mod token;

pub use arguments::Doctor;
pub(super) use run::{obstacle, run};
