//! Styles, and the capabilities of the terminal.

mod colours;
mod depth;
mod styles;

pub use colours::Background;
pub(crate) use colours::BackgroundChoice;
pub use depth::ColorDepth;
pub(crate) use depth::{ColorChoice, TerminalEnvironment};
pub use styles::Theme;
pub(crate) use styles::take_over_colours;
