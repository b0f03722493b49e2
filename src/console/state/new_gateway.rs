//! "Add a gateway".

use super::button::ButtonId;
use super::form::text_area;
use crate::console::effect::{GatewayFault, GatewayField};
use crate::console::ids::RequestId;
use ratatui_textarea::TextArea;

/// The dialog. What was typed stays until the gateway is saved or the dialog left.
pub struct NewGatewayDialog {
    pub name: TextArea<'static>,
    pub address: TextArea<'static>,
    /// It is never drawn.
    pub token: String,
    pub focus: GatewayFocus,
    pub phase: NewGatewayPhase,
}

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayFocus {
    Field(GatewayField),
    Button(ButtonId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum NewGatewayPhase {
    Editing,
    Checking(RequestId),
    Failed(GatewayFault),
}

impl NewGatewayDialog {
    /// The fields in the order of the dialog.
    pub(crate) const FIELDS: [GatewayField; 3] = [
        GatewayField::Name,
        GatewayField::Address,
        GatewayField::Token,
    ];

    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            name: text_area(""),
            address: text_area("https://"),
            token: String::new(),
            focus: GatewayFocus::Field(GatewayField::Name),
            phase: NewGatewayPhase::Editing,
        }
    }

    #[must_use]
    pub(crate) fn typed(field: &TextArea<'static>) -> String {
        field.lines().join(" ").trim().to_owned()
    }

    #[must_use]
    pub(crate) fn is_checking(&self) -> bool {
        matches!(self.phase, NewGatewayPhase::Checking(_))
    }

    /// The field that keys go into.
    #[must_use]
    pub(crate) fn field(&self) -> Option<GatewayField> {
        match self.focus {
            GatewayFocus::Field(field) if !self.is_checking() => Some(field),
            _ => None,
        }
    }
}
