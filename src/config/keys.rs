//! `[keys]`: the keys of actions.

/// The keys of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    pub action: String,
    pub keys: Vec<String>,
    /// File and line.
    pub place: String,
}

/// Says what is wrong with the keys of an action, if anything.
pub type KeyCheck<'a> = &'a dyn Fn(&str, &[String]) -> Result<(), String>;
