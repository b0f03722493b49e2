//! A simulated WhatsApp world: people, groups, links and phones in memory.
//!
//! [`World`] is the one place. Its [`Rules`] say what WhatsApp allows and know nothing of
//! connections; around them, a line per session adds pairing, connecting, latency, faults and
//! events, and a `Driver` is a handle to one endpoint. The same seed makes the same world.
//!
//! A *still* world only moves when told to: by its sessions, by [`World::phone`] (other people) or by
//! [`World::misbehave`]. A *living* one also moves by itself.
//!
//! To put an engine on a world: [`World::load`], then `Backend::Sandbox` with it, and
//! [`World::seed_sessions`] as the engine's seed; keys are made for [`World::organizations`].

mod activity;
mod asset;
mod build;
mod bulk;
mod calls;
mod clock;
mod connection;
mod driver;
mod endpoint;
mod faults;
mod invites;
mod load;
mod pairing;
mod phone;
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
