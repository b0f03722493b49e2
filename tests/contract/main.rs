//! The HTTP contract, asked of a real engine over a real listener: one file per resource, mirrored
//! on `src/gateway/http/`.

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod bodies;
mod edge;
mod groups;
mod health;
mod invite;
mod keys;
mod members;
mod precedence;
mod realtime;
mod restart;
mod sessions;
mod settings;
mod table;
mod weather;
