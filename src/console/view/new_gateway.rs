//! "Add a gateway".

use super::field;
use super::paint::{after, below, dialog, put};
use crate::console::effect::GatewayField;
use crate::console::layout::{Screen, new_gateway_parts};
use crate::console::state::{NewGatewayDialog, NewGatewayPhase, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Columns of the fields' names.
const NAMES: u16 = 11;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    gateway: &NewGatewayDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = new_gateway_parts(screen, gateway);
    dialog(buffer, theme, &parts.dialog, "Add a gateway");
    let mut cursor = None;
    for (at, area) in parts.fields {
        let focused = gateway.field() == Some(at);
        let (mark, style) = if focused {
            ("▸ ", theme.accent)
        } else {
            ("  ", theme.dim)
        };
        let name = match at {
            GatewayField::Name => "Name",
            GatewayField::Address => "Address",
            GatewayField::Token => "Key",
        };
        put(buffer, area, &format!("{mark}{name}"), style);
        let place = after(area, NAMES);
        let end = match at {
            GatewayField::Name => field::single(&gateway.name, place, theme.input, buffer),
            GatewayField::Address => field::single(&gateway.address, place, theme.input, buffer),
            GatewayField::Token => {
                let room = usize::from(place.width.saturating_sub(1));
                let dots = "•".repeat(gateway.token.chars().count().min(room));
                let rest = put(buffer, place, &dots, theme.input);
                Position::new(rest.x, rest.y)
            }
        };
        if focused {
            cursor = Some(end);
        }
    }
    let style = match gateway.phase {
        NewGatewayPhase::Editing => theme.dim,
        NewGatewayPhase::Checking(_) => theme.accent,
        NewGatewayPhase::Failed(_) => theme.bad,
    };
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        put(buffer, below(parts.words, at), line, style);
    }
    cursor
}
