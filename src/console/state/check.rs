//! "Why can't people join?"

use super::form::text_area;
use super::pairing::FieldOrButton;
use crate::api::{EpochMillis, InvitePreview, code_in};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::GroupKey;
use ratatui_textarea::TextArea;

/// The panel. What it shows follows from the state at any time; it holds only its own answers.
pub struct CheckDialog {
    pub key: GroupKey,
    /// The group's name when it was opened, cleaned.
    pub name: String,
    /// A link that the user types or pastes.
    pub link: TextArea<'static>,
    pub focus: FieldOrButton,
    /// First visible line of the findings.
    pub scroll: usize,
    /// When WhatsApp was last asked.
    pub asked_at: EpochMillis,
    /// How many requests to join wait.
    pub requests: Option<Result<usize, CallFailure>>,
    /// The link that was checked, and what the gateway said about it.
    pub given: Option<(String, Option<Result<InvitePreview, CallFailure>>)>,
}

impl CheckDialog {
    #[must_use]
    pub(crate) fn new(key: GroupKey, name: String, now: EpochMillis) -> Self {
        Self {
            key,
            name,
            link: text_area(""),
            focus: FieldOrButton::Button(super::ButtonId::Confirm),
            scroll: 0,
            asked_at: now,
            requests: None,
            given: None,
        }
    }

    /// The link as it would be checked.
    #[must_use]
    pub(crate) fn typed(&self) -> String {
        self.link.lines().join(" ").trim().to_owned()
    }

    /// Whether keys go into the link.
    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        self.focus.is_field()
    }

    /// The call that looks up where a link leads; `None` when it is not a link.
    #[must_use]
    pub(crate) fn preview_of(&self, link: &str) -> Option<Call> {
        Some(Call::Preview {
            session: self.key.session.clone(),
            code: code_in(link)?.to_owned(),
        })
    }
}
