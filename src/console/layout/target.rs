//! Mouse targets.

use crate::console::effect::GatewayField;
use crate::console::keymap::Action;
use crate::console::state::{
    ButtonId, FormFocus, HoursFocus, NewGroupFocus, NoteFocus, Pane, SheetField, Sort,
};

/// The target of a mouse event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A row of the sessions, counted from "All sessions" = 0.
    SessionRow(usize),
    /// A row of the groups, counted from the first one, not from the first visible one.
    GroupRow(usize),
    /// Where the mark of such a row stands.
    Mark(usize),
    /// Elsewhere in a pane.
    Pane(Pane),
    /// The filter line.
    Filter,
    /// The heading of the members on the card.
    MembersHead,
    /// The heading of a column of the groups.
    GroupHead(Sort),
    /// A word of the footer.
    Hint(Action),
    /// The link or its code on the card.
    Link,
    /// A button of the top layer.
    Button(ButtonId),
    /// A row of the palette.
    PaletteRow(usize),
    /// A row of the list of columns.
    ColumnRow(usize),
    /// A row of the profiles.
    ProfileRow(usize),
    /// A row of "copy as".
    CopyRow(usize),
    /// A text field of a batch.
    BatchField(usize),
    /// A row of the batch menu.
    BatchRow(usize),
    /// A row of the history.
    HistoryRow(usize),
    /// A row of the inbox.
    InboxRow(usize),
    /// The filter of the inbox.
    InboxFilter,
    /// The hint that changes the order of the inbox.
    InboxOrder,
    /// A field of the edit form.
    Field(FormFocus),
    /// A field of a group's note.
    NoteField(NoteFocus),
    /// A field of a group's opening hours.
    HoursField(HoursFocus),
    /// A field of "Add a gateway".
    GatewayField(GatewayField),
    /// A row of "Print sheet".
    SheetField(SheetField),
    /// A field of "New group".
    NewGroupField(NewGroupFocus),
    /// A row of the members, or of a change of members.
    RosterRow(usize),
    /// The filter of the members, or the field for people.
    RosterField,
    /// The text field of "Add an account".
    PairingField,
    /// The text field of "Why can't people join?"
    CheckField,
    /// Inside the top layer, on no element.
    Layer,
    Nothing,
}
