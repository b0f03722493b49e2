//! The names of profiles, and the variable that holds the token of `--gateway`.

/// The name of the local gateway, which is not a profile.
pub(crate) const OWN: &str = "local";

/// The variable that holds the token of `--gateway`.
pub(crate) const KEY_VARIABLE: &str = "GROUPDESK_KEY";

/// Longest name of a profile.
const NAME_MAX: usize = 40;

/// Validates the name of a profile; the error is a sentence.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if name == OWN {
        return Err(format!(
            "`{OWN}` is the own gateway on this machine; choose another name"
        ));
    }
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.chars().count() > NAME_MAX || !name.chars().all(fits) {
        return Err(format!(
            "a profile's name has letters, digits, `-` and `_`, at most {NAME_MAX} of them"
        ));
    }
    Ok(())
}
