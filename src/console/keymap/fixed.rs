//! Keys that the config cannot change, and the signs of the screen: for the help.

/// A key of the dialogs and text fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixed {
    pub keys: &'static str,
    pub help: &'static str,
    /// Where it works.
    pub place: &'static str,
    /// Search words of the help.
    pub also: &'static str,
}

/// A sign of the screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sign {
    pub symbol: &'static str,
    pub help: &'static str,
    /// Where it appears.
    pub place: &'static str,
    pub also: &'static str,
}

const fn fixed(
    keys: &'static str,
    help: &'static str,
    place: &'static str,
    also: &'static str,
) -> Fixed {
    Fixed {
        keys,
        help,
        place,
        also,
    }
}

pub(crate) const FIXED: &[Fixed] = &[
    fixed(
        "Tab BackTab",
        "Next field or button, previous one",
        "form, dialogs",
        "move focus shift",
    ),
    fixed(
        "Ctrl-s",
        "Save the form's changes",
        "form",
        "write send apply submit",
    ),
    fixed(
        "Space Enter",
        "Switch on or off; press the button",
        "form, dialogs",
        "toggle checkbox select",
    ),
    fixed(
        "Enter",
        "New line in the description",
        "form",
        "break paragraph",
    ),
    fixed(
        "Esc",
        "Leave; what would be lost is asked about",
        "form, dialogs",
        "cancel close back",
    ),
    fixed(
        "Ctrl-z",
        "Undo what was typed",
        "text fields",
        "revert back",
    ),
    fixed("Ctrl-r", "Redo what was undone", "text fields", "again"),
    fixed(
        "Ctrl-u Ctrl-w",
        "Clear to the line's start; the last word",
        "text fields",
        "delete cut erase",
    ),
    fixed(
        "Ctrl-y",
        "Insert what was cleared",
        "text fields",
        "paste yank",
    ),
    fixed(
        "Ctrl-a Ctrl-e",
        "To the line's start or end",
        "text fields",
        "home end move",
    ),
    fixed(
        "y",
        "Copy the new link, failures, or the passkey line",
        "dialogs",
        "clipboard",
    ),
    fixed(
        "Space m M",
        "Mark the person; the whole group; all shown, or none",
        "requests",
        "select inbox several everyone clear",
    ),
    fixed(
        "a x",
        "Let in, or reject: the marked people, else the selected one",
        "requests",
        "approve deny inbox join",
    ),
    fixed(
        "o /",
        "Sort by time or by group; filter",
        "requests",
        "order search inbox",
    ),
    fixed(
        "PIN, 3 × Esc",
        "Unlock; tmux and terminal shortcuts still work",
        "counter",
        "leave lock kiosk visitor digits wrong pause prefix",
    ),
    fixed("Ctrl-c", "Quit", "everywhere", "exit close leave"),
];

const fn sign(
    symbol: &'static str,
    help: &'static str,
    place: &'static str,
    also: &'static str,
) -> Sign {
    Sign {
        symbol,
        help,
        place,
        also,
    }
}

pub(crate) const SIGNS: &[Sign] = &[
    sign("▌", "Selected", "lists", "cursor bar mark"),
    sign(
        "✓",
        "Marked for what is done to several groups",
        "groups",
        "tick select batch",
    ),
    sign(
        "A",
        "Announce: only admins can post",
        "groups",
        "letter mark",
    ),
    sign(
        "L",
        "Locked: only admins can edit the group's info",
        "groups",
        "letter mark",
    ),
    sign(
        "★",
        "An admin; the owner is named beside it",
        "members",
        "star",
    ),
    sign(
        "●",
        "Connected to WhatsApp; live: changes arrive by themselves",
        "sessions, header",
        "dot online",
    ),
    sign("◐", "Connecting", "sessions, header", "half circle"),
    sign(
        "▣",
        "Waits for a phone to scan the code",
        "sessions",
        "square link unlinked",
    ),
    sign("■", "Stopped by an operator", "sessions", "square off"),
    sign(
        "○",
        "Unlinked: needs its phone again",
        "sessions",
        "circle logged out",
    ),
    sign("✖", "Failed, or refused", "sessions", "cross error"),
    sign("◌", "Under way", "everywhere", "loading busy waiting"),
    sign(
        "↻",
        "Tried again by itself in so many seconds",
        "header",
        "retry",
    ),
    sign(
        "▾",
        "The list is sorted by this column",
        "groups",
        "arrow order",
    ),
    sign("–", "Not known", "groups", "dash empty"),
    sign(
        "heard",
        "When WhatsApp last sent anything to the account",
        "sessions",
        "traffic silent ago",
    ),
    sign(
        "✔ · ✘",
        "Done; a note; refused or failed",
        "messages",
        "toast tick cross",
    ),
    sign(
        "dimmed",
        "Cannot work now, or your key may not",
        "footer, help",
        "grey gray disabled",
    ),
];
