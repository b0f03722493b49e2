//! Styles, and the capabilities of the terminal.

mod colours;
#[cfg(test)]
pub(in crate::console) mod contrast;
mod depth;
mod name;
mod own;
mod rgb;
mod styles;

pub use colours::Background;
pub(crate) use colours::BackgroundChoice;
pub use depth::ColorDepth;
pub(crate) use depth::{ColorChoice, TerminalEnvironment};
pub use name::ThemeName;
pub(crate) use own::{OwnColors, allowed as allowed_colors, parse as parse_color};
pub use styles::Theme;
pub(crate) use styles::take_over_colours;
