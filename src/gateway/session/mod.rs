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
pub(super) mod limits;
mod live;
mod passkey;
pub(super) mod requests;
mod restriction;
mod stage;
mod sync;
mod task;

pub(super) use command::Acted;
pub use command::SessionAction;
pub(super) use handle::SessionHandle;
pub(super) use live::Turn;
pub(super) use task::spawn;
