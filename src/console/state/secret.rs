//! Codes that link a phone.

/// A code that links a phone. It is drawn, and never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingSecret(String);

impl PairingSecret {
    #[must_use]
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, to be drawn.
    #[must_use]
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PairingSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}
