//! Actions, the contexts where they work, and the type of a row of the table.

/// The action of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextPane,
    PreviousPane,
    Open,
    Back,
    Filter,
    FindMember,
    Sort,
    ReverseSort,
    InvitableOnly,
    CopyLink,
    CopyAs,
    ShowQr,
    SaveQr,
    Sheet,
    QrStyle,
    Counter,
    Favourite,
    Mark,
    MarkRange,
    BatchMenu,
    Note,
    OpeningHours,
    OtherAccount,
    WhyNoJoin,
    Members,
    NewGroup,
    LeaveGroup,
    Edit,
    Undo,
    History,
    RequestsInbox,
    Flood,
    ResetLink,
    Refresh,
    AddAccount,
    StartSession,
    StopSession,
    RestartSession,
    LogoutSession,
    RenameSession,
    RemoveSession,
    Profiles,
    Demo,
    NewGateway,
    Theme,
    ErrorDetails,
    Palette,
    Zoom,
    Columns,
    Help,
    Suspend,
    Quit,
}

/// Where an action makes sense; the footer shows the actions of the current context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum KeyContext {
    Everywhere,
    Sessions,
    Groups,
    Group,
    /// The full-screen QR code.
    Qr,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    pub action: Action,
    /// Its name in the config's `[keys]`.
    pub name: &'static str,
    /// Default keys, as they are written in the config.
    pub keys: &'static [&'static str],
    /// What it does, for the help.
    pub help: &'static str,
    /// The footer's word; empty = not in the footer.
    pub hint: &'static str,
    pub contexts: &'static [KeyContext],
    /// Where it works too, without a hint in the footer.
    pub elsewhere: &'static [KeyContext],
    /// Search words of the help.
    pub also: &'static str,
}
