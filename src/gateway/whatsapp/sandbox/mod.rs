//! A simulated WhatsApp: people, groups, links and phones in memory.
//!
//! [`World`] holds all of it. Its [`Rules`] implement what WhatsApp allows and are independent of
//! connections; an endpoint per session adds pairing, connecting, latency, faults and events, and a
//! `Driver` is a handle to one endpoint. The same seed makes the same world.
//!
//! A still world changes only by calls of its sessions, by [`World::phone`] (other people) and by
//! [`World::misbehave`]. An active world also changes by itself.
//!
//! To run an engine on a world: [`World::load`], then `Backend::Sandbox` with it, and
//! [`World::seed_sessions`] as the engine's seed; make keys for [`World::organizations`].

mod activity;
mod asset;
mod backlog;
mod build;
mod bulk;
mod calls;
mod clock;
mod connection;
mod driver;
mod endpoint;
mod faults;
mod invites;
mod leaks;
mod load;
mod pairing;
mod passkey;
mod phone;
mod picks;
mod rng;
mod rules;
#[cfg(test)]
mod tests;
mod world;

pub use bulk::BulkAccounts;
pub use driver::open;
pub use faults::{DriverCall, Fault};
pub use invites::Invited;
pub use load::{CALL_LIMIT, LoadError, WorldOptions};
pub use phone::Phone;
pub use rules::{GROUP_MAX, PersonId, Rank, Refusal, Rules};
pub use world::World;
