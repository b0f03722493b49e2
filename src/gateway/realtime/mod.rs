//! Realtime: committed events on their way to those who listen.
//!
//! Events get their ids on the store's writer thread and are published after their commit, in the
//! order of their ids. A listener tails a bounded broadcast buffer; one that is too slow for it
//! reads what it missed from the events log, by id, and goes on. So a slow listener costs nothing but its
//! own time. What is never logged (`auth.qr`) a slow listener misses: `GET .../qr` has the code.

mod subscription;
mod tickets;

pub use subscription::{Filter, Subscription};
pub use tickets::Tickets;
