//! The HTTP contract, tested on a real engine over a real listener: one file per resource, like
//! `src/gateway/http/`.

mod audit;
mod bodies;
mod document;
mod edge;
mod floods;
mod groups;
mod health;
mod invite;
mod keys;
mod limits;
mod login;
mod malformed;
mod matrix;
mod members;
mod metrics;
mod precedence;
mod realtime;
mod restart;
mod schedule;
mod sessions;
mod settings;
mod table;
mod weather;
