//! Input and output of the console: the event loop, the tasks that perform effects, the terminal.

pub(crate) mod batch;
mod clipboard;
pub(crate) mod connectors;
mod notebook;
pub(crate) mod notice;
pub(crate) mod perform;
pub(crate) mod runtime;
pub(crate) mod screen;
pub(crate) mod suspend;
pub mod terminal;
