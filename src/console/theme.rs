//! Placeholder until the theme lands.
#[derive(Debug, Clone, Default)]
pub struct Theme;
