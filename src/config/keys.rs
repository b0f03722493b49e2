//! `[keys]`: the keys of actions.

/// The keys of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeySetting {
    pub action: String,
    pub keys: Vec<String>,
    /// File and line.
    pub place: String,
}

/// Validates the keys of an action; the error is a sentence.
pub(super) type KeyCheck<'a> = &'a dyn Fn(&str, &[String]) -> Result<(), String>;
