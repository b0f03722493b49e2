//! Settings with a fixed set of names.

pub(super) fn names<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

/// The name of a choice.
pub(super) fn name_of<T: Copy + PartialEq>(choices: &[(&'static str, T)], choice: T) -> String {
    let named = choices.iter().find(|(_, known)| *known == choice);
    named.map_or("", |(name, _)| name).to_owned()
}

pub(super) fn choice<T: Copy + Default>(choices: &[(&'static str, T)], name: Option<&str>) -> T {
    choices
        .iter()
        .find(|(known, _)| Some(*known) == name)
        .map(|(_, choice)| *choice)
        .unwrap_or_default()
}
