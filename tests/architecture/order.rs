//! The order of modules: which module may import which.

use crate::edges::Edges;

/// Every top-level module with the modules that it may import: `api` ◀ `client` ◀ `console`, `api` ◀ `gateway`; `config` and
/// `cli` wire them. `console` and `gateway` never import each other, because they talk over HTTP.
const TOP_LEVEL: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("text", &[]),
    ("qr", &[]),
    ("private", &[]),
    ("names", &["text"]),
    ("spreadsheet", &[]),
    (
        "sheet",
        &["api", "text", "qr", "names", "private", "spreadsheet"],
    ),
    ("client", &["api", "text", "qr", "names"]),
    ("budget", &["api"]),
    ("batch", &["api", "text", "client", "private", "budget"]),
    ("links", &["api", "client", "budget"]),
    (
        "console",
        &[
            "api",
            "text",
            "qr",
            "names",
            "sheet",
            "spreadsheet",
            "client",
            "links",
            "batch",
            "private",
        ],
    ),
    ("gateway", &["api", "text", "qr", "names", "private"]),
    (
        "config",
        &[
            "api", "text", "qr", "names", "client", "batch", "console", "gateway", "sheet", "links",
        ],
    ),
    (
        "cli",
        &[
            "api",
            "text",
            "qr",
            "names",
            "client",
            "batch",
            "console",
            "gateway",
            "config",
            "sheet",
            "spreadsheet",
            "links",
            "private",
        ],
    ),
];

/// The console's layers, lowest first. A layer imports only from rows before its own; `update` and `view` share a row and
/// do not import each other. Modules that are not listed are held by the circle test alone.
const CONSOLE: &[&[&str]] = &[
    &[
        "ids", "checks", "notebook", "theme", "keymap", "words", "qr", "fuzzy", "failure",
        "effect", "msg",
    ],
    &["state"],
    &["layout"],
    &["update", "view"],
    &["io"],
];

/// The levels inside `console/update`, lowest first: tools, facts, flows, dispatch. A level imports only itself and those
/// before it; the circle test holds the files within one.
const UPDATE: &[&[&str]] = &[
    &[
        "copy",
        "cursor",
        "explain",
        "follow_up",
        "index",
        "notebook",
        "rows",
        "text_input",
        "theme",
        "toasts",
    ],
    &[
        "card",
        "connection",
        "find",
        "groups",
        "invite",
        "link_list",
        "marks",
        "members",
        "sessions",
    ],
    &[
        "batch",
        "batch_before",
        "batch_menu",
        "batch_progress",
        "batch_resume",
        "check",
        "roster",
        "new_group",
        "leave_group",
        "columns",
        "palette",
        "confirm",
        "copy_as",
        "counter",
        "failures",
        "flood",
        "form",
        "help",
        "history",
        "hours",
        "inbox",
        "leaving",
        "note",
        "other_account",
        "place",
        "new_gateway",
        "pairing",
        "profiles",
        "qr",
        "rename",
        "reset",
        "sheet",
        "unconfirmed",
        "undo",
    ],
    &[
        "burst",
        "clock",
        "events",
        "gateway",
        "invariants",
        "keys",
        "mouse",
        "replies",
    ],
];

/// Every import that breaks the order, as `file:line imports file by path: rule`; one line per pair of files.
pub fn violations(edges: &Edges) -> Vec<String> {
    let mut found = Vec::new();
    for ((from, to), sites) in edges {
        let Some(reason) = top_level_violation(from, to)
            .or_else(|| console_violation(from, to))
            .or_else(|| update_violation(from, to))
        else {
            continue;
        };
        let site = &sites[0];
        found.push(format!(
            "{from}:{} imports {to} by `{}`: {reason}",
            site.line, site.path
        ));
    }
    found
}

fn top_level_violation(from: &str, to: &str) -> Option<String> {
    let (from, to) = (first_part(from)?, first_part(to)?);
    if from == to {
        return None;
    }
    let Some((_, allowed)) = TOP_LEVEL.iter().find(|(name, _)| *name == from) else {
        return Some(format!(
            "`{from}` is not in the order of modules; add it to tests/architecture/order.rs"
        ));
    };
    (!allowed.contains(&to)).then(|| format!("`{from}` may not import `{to}`"))
}

fn console_violation(from: &str, to: &str) -> Option<String> {
    let (from, to) = (from.strip_prefix("console/")?, to.strip_prefix("console/")?);
    let (from, to) = (first_part(from)?, first_part(to)?);
    let row = |name: &str| CONSOLE.iter().position(|row| row.contains(&name));
    let (source, target) = (row(from)?, row(to)?);
    // The modules of the first row may import each other.
    let same_row = source == target && source > 0 && from != to;
    (target > source || same_row).then(|| format!("in the console `{from}` may not import `{to}`"))
}

fn update_violation(from: &str, to: &str) -> Option<String> {
    let (from, to) = (
        from.strip_prefix("console/update/")?,
        to.strip_prefix("console/update/")?,
    );
    let (from, to) = (first_part(from)?, first_part(to)?);
    let level = |name: &str| UPDATE.iter().position(|level| level.contains(&name));
    let unlisted =
        |name: &str| format!("`{name}` has no level in tests/architecture/order.rs; add it");
    let Some(source) = level(from) else {
        return Some(unlisted(from));
    };
    let Some(target) = level(to) else {
        return Some(unlisted(to));
    };
    (target > source).then(|| format!("in `console/update` `{from}` may not import `{to}`"))
}

/// The first part of a file's path without `.rs`; `None` for `lib.rs`, `main.rs` and `mod.rs`.
fn first_part(file: &str) -> Option<&str> {
    let first = file.split('/').next()?.trim_end_matches(".rs");
    (!matches!(first, "lib" | "main" | "mod")).then_some(first)
}
