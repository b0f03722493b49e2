//! One WhatsApp session: its task, its handle and its live calls.
//!
//! Each session is owned by one task ([`task`]) with a command queue. The task starts and stops the
//! driver, applies its events, and is the only place that sets the status. Live calls ([`live`])
//! run in the tasks of their callers, one after the other in the order of arrival. So the owner can
//! stop the session while a call hangs, which ends the call.

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
