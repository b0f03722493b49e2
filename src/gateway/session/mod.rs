//! One WhatsApp session: its task, what the rest of the engine sees of it, and live calls.
//!
//! Each session is owned by one task ([`task`]) with a mailbox: it starts and stops the driver, follows
//! the driver's events and alone decides the status. Live calls ([`live`]) run in the tasks of
//! those who ask, one after the other: each waits for its turn, first come, first served. So the
//! owner stays free to stop the session while a call hangs, and then the call ends at once.

mod actions;
mod command;
mod deadline;
mod follow;
mod handle;
pub mod limits;
mod live;
mod sync;
mod task;

pub use command::{Acted, SessionAction};
pub use handle::SessionHandle;
pub use live::Turn;
pub use task::spawn;
