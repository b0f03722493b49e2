//! The areas of "Add a gateway".

use super::dialog::{Button, Dialog, content_width, dialog};
use super::screen::{Screen, row};
use super::wrap::wrap;
use crate::console::effect::GatewayField;
use crate::console::state::{ButtonId, GatewayFocus, NewGatewayDialog, NewGatewayPhase};
use ratatui::layout::{Position, Rect};

const WIDTH: u16 = 70;
/// Lines of the words below the fields.
const WORDS: u16 = 6;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewGatewayParts {
    pub dialog: Dialog,
    /// The rows of the fields, with their names.
    pub fields: [(GatewayField, Rect); 3],
    /// Words below the fields, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

impl NewGatewayParts {
    /// The field at a cell.
    #[must_use]
    pub(crate) fn field_at(&self, at: Position) -> Option<GatewayField> {
        let field = self.fields.iter().find(|(_, area)| area.contains(at));
        field.map(|(field, _)| *field)
    }
}

#[must_use]
pub(crate) fn new_gateway_buttons(dialog: &NewGatewayDialog) -> Vec<Button> {
    vec![
        Button::new(ButtonId::Connect, "Check and go there").enabled(!dialog.is_checking()),
        Button::new(ButtonId::Cancel, "Cancel"),
    ]
}

#[must_use]
pub(crate) fn new_gateway_parts(screen: &Screen, gateway: &NewGatewayDialog) -> NewGatewayParts {
    let width = content_width(screen, WIDTH);
    let words = match &gateway.phase {
        NewGatewayPhase::Editing => {
            "The gateway is saved as a profile of the config, its key in a file beside it that only you can read.".to_owned()
        }
        NewGatewayPhase::Checking(_) => "◌ Checking … Esc stops.".to_owned(),
        NewGatewayPhase::Failed(fault) => format!("✘ {}", fault.reason),
    };
    let text = wrap(&words, width, usize::from(WORDS));
    let focus = match gateway.focus {
        GatewayFocus::Button(button) => Some(button),
        GatewayFocus::Field(_) => None,
    };
    let dialog = dialog(
        screen,
        width,
        WORDS + 4,
        new_gateway_buttons(gateway),
        focus,
    );
    let content = dialog.content;
    let [name, address, token] = NewGatewayDialog::FIELDS;
    NewGatewayParts {
        fields: [
            (name, row(content, 0)),
            (address, row(content, 1)),
            (token, row(content, 2)),
        ],
        words: Rect {
            y: content.y.saturating_add(4).min(content.bottom()),
            height: content.height.saturating_sub(4),
            ..content
        },
        text,
        dialog,
    }
}
