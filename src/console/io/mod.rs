//! The console's side of the world: the loop, the tasks that carry effects out, the terminal.

pub(crate) mod clipboard;
pub(crate) mod connectors;
pub(crate) mod notice;
pub(crate) mod perform;
pub(crate) mod runtime;
pub(crate) mod screen;
pub(crate) mod suspend;
pub mod terminal;
