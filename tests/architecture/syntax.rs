//! Attributes, visibilities, and where the item ends that an attribute applies to.

use crate::tokens::{Kind, Token};

/// The platforms on which code is compiled; each is a subset of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    Any,
    Unix,
    Linux,
}

/// The attributes before an item, statement, field or arm.
pub struct Attributes {
    /// The contents of each `#[…]`, as index ranges.
    pub bodies: Vec<(usize, usize)>,
    /// Index behind the last of them.
    pub end: usize,
    /// Whether they are `#![…]`, which apply to the enclosing scope.
    pub inner: bool,
}

/// The attributes that begin at `at`, if any do.
pub fn attributes(tokens: &[Token], at: usize, end: usize) -> Option<Attributes> {
    let inner = at + 1 < end && tokens[at].is("#") && tokens[at + 1].is("!");
    let mut found = Attributes {
        bodies: Vec::new(),
        end: at,
        inner,
    };
    let skip = if inner { 2 } else { 1 };
    while found.end + skip < end
        && tokens[found.end].is("#")
        && tokens[found.end + 1].is("!") == inner
        && tokens[found.end + skip].is("[")
    {
        let open = found.end + skip;
        found.bodies.push((open + 1, tokens[open].close));
        found.end = tokens[open].close + 1;
    }
    (!found.bodies.is_empty()).then_some(found)
}

/// Whether an attribute excludes its item from the program: `#[test]`, `#[cfg(test)]`, `#[cfg(any(test, …))]`, and
/// `#[cfg(doc)]`, which marks imports for links in the documentation.
pub fn is_test(body: &[Token]) -> bool {
    body.last().is_some_and(|token| token.is("test"))
        || condition(body).is_some_and(|cfg| mentions(cfg, "test") || mentions(cfg, "doc"))
}

/// The platform to which an attribute limits its item.
pub fn platform(body: &[Token]) -> Platform {
    condition(body).map_or(Platform::Any, implied)
}

/// The condition of a `cfg(…)`.
fn condition(body: &[Token]) -> Option<&[Token]> {
    match body {
        [cfg, open, rest @ .., _] if cfg.is("cfg") && open.is("(") => Some(rest),
        _ => None,
    }
}

/// Whether a condition names `option` outside of `not(…)`.
fn mentions(cfg: &[Token], option: &str) -> bool {
    match cfg {
        [name, open, rest @ .., _] if open.is("(") => {
            !name.is("not") && parts(rest).any(|part| mentions(part, option))
        }
        _ => matches!(cfg, [name] if name.is(option)),
    }
}

/// The platform that a condition implies.
fn implied(cfg: &[Token]) -> Platform {
    match cfg {
        [name, open, rest @ .., _] if open.is("(") => {
            let inner = parts(rest).map(implied);
            let platform = match name.text.as_str() {
                "all" => inner.max(),
                "any" => inner.min(),
                _ => None,
            };
            platform.unwrap_or(Platform::Any)
        }
        [name] if name.is("unix") => Platform::Unix,
        [name, equals, value] if equals.is("=") => {
            match (name.text.as_str(), value.text.as_str()) {
                ("target_os", "linux") => Platform::Linux,
                ("target_os", "macos" | "freebsd") | ("target_family", "unix") => Platform::Unix,
                _ => Platform::Any,
            }
        }
        _ => Platform::Any,
    }
}

/// The conditions between commas.
fn parts(list: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0;
    list.split(move |token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        depth == 0 && token.is(",")
    })
    .filter(|part| !part.is_empty())
}

/// Index behind a visibility that begins at `at`, and whether other modules can see the item.
pub fn visibility(tokens: &[Token], at: usize) -> (usize, bool) {
    if !tokens[at].is("pub") {
        return (at, false);
    }
    let open = at + 1;
    if tokens.get(open).is_some_and(|token| token.is("("))
        && ["crate", "super", "self", "in"]
            .iter()
            .any(|word| tokens[open + 1].is(word))
    {
        (tokens[open].close + 1, !tokens[open + 1].is("self"))
    } else {
        (open, true)
    }
}

/// Index behind the item, statement, field or arm that begins at `at`, after its attributes.
pub fn item_end(tokens: &[Token], at: usize, end: usize) -> usize {
    let (start, _) = visibility(tokens, at);
    let first = tokens.get(start).map_or("", |token| token.text.as_str());
    let second = tokens
        .get(start + 1)
        .map_or("", |token| token.text.as_str());
    let constant = first == "const" && !matches!(second, "fn" | "unsafe" | "async" | "extern");
    let to_semicolon = constant || matches!(first, "use" | "let" | "static" | "type");
    let item = to_semicolon
        || matches!(
            first,
            "fn" | "struct"
                | "enum"
                | "impl"
                | "trait"
                | "mod"
                | "unsafe"
                | "async"
                | "extern"
                | "const"
        );
    let mut angles = 0_isize;
    let mut at = start;
    while at < end {
        let token = &tokens[at];
        match token.kind {
            Kind::Open if token.is("{") && !to_semicolon => return token.close + 1,
            Kind::Open => at = token.close,
            Kind::Close => return at,
            _ if token.is("<") => angles += 1,
            _ if token.is(">") => angles -= 1,
            _ if token.is(";") => return at + 1,
            _ if token.is(",") && !item && angles <= 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    end
}
