//! What things look like, and what the terminal can show.

mod colours;
mod depth;
mod styles;

pub use colours::{Background, BackgroundChoice};
pub use depth::{ColorChoice, ColorDepth, TerminalEnvironment};
pub use styles::{StatusLook, Theme, take_over_colours};
