//! `groupdesk doctor`: checks the way to a gateway step by step, and says what to do.
//!
//! Every step looks with its own eyes where the desk's client would only say that it failed: names,
//! ports, certificates, health, clocks, the token, what it may do, and realtime. Nothing is changed
//! anywhere, and no secret is shown.

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
pub use run::run;
