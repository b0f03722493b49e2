//! WhatsApp as the engine sees it: one [`Driver`] per session, and the events it sends.
//!
//! A driver only knows how to talk to an account. The session's task (`gateway::session`) decides
//! which status a session has, what is stored and what is published.

mod account;
mod backend;
mod driver;
pub(crate) mod error;
mod event;
mod group;
#[cfg(feature = "live")]
pub mod live;
pub(crate) mod metered;
pub mod sandbox;
#[cfg(not(feature = "live"))]
pub(crate) mod unavailable;

pub use account::{Account, Identity, SeedSession};
pub use backend::{Backend, DriverFactory};
pub use driver::Driver;
pub use error::DriverError;
pub use event::{DriverEvent, GroupChange, GroupEvent, Retry};
pub use group::{
    GroupSnapshot, JoinOutcome, Member, MemberChange, MembershipRequest, NameSource, Named,
    UnreadGroup, via_in,
};
