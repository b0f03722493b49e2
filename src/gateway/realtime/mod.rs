//! Realtime: committed events on their way to listeners.
//!
//! Events get their ids on the store's writer thread and are published after their commit, in the
//! order of their ids. A listener reads a bounded broadcast buffer; when it lags, it reads the
//! missed events from the events log by id. Events that are never logged (`auth.qr`, the progress
//! in `session.status`) are lost to a lagging listener; `GET` of the code or the session returns the current state.

mod subscription;
mod tickets;

pub(super) use subscription::Filter;
pub use subscription::Subscription;
pub(super) use tickets::Tickets;
