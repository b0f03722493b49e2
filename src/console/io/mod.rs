//! The console's side of the world: the loop, the tasks that carry effects out, the terminal.

pub mod clipboard;
pub mod connectors;
pub mod notice;
pub mod perform;
pub mod runtime;
pub mod screen;
pub mod suspend;
pub mod terminal;
