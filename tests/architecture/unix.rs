//! Paths that exist on Unix or Linux only and are not under a matching `cfg`. They break the build on other targets, which
//! the local gate does not compile.

use crate::modules::Module;
use crate::syntax::Platform;

/// Path prefixes that exist on one platform only. `Cargo.toml` has `rustix` for Unix and `nix` for Linux.
const LIMITED: &[(&str, Platform)] = &[
    ("std::os::unix", Platform::Unix),
    ("std::os::fd", Platform::Unix),
    ("std::os::linux", Platform::Linux),
    ("tokio::signal::unix", Platform::Unix),
    ("tokio::net::unix", Platform::Unix),
    ("tokio::net::UnixDatagram", Platform::Unix),
    ("tokio::net::UnixListener", Platform::Unix),
    ("tokio::net::UnixStream", Platform::Unix),
    ("libc", Platform::Unix),
    ("rustix", Platform::Unix),
    ("nix", Platform::Linux),
];

/// Every such path without a matching `cfg`, as `file:line path: exists on … only`.
pub fn misplaced(modules: &[Module]) -> Vec<String> {
    let mut found = Vec::new();
    for module in modules {
        for import in &module.imports {
            if let Some(limit) = limit(&import.path).filter(|limit| *limit > import.platform) {
                found.push(line(module, import.line, &import.path, limit));
            }
        }
        for mention in &module.mentions {
            if let Some(limit) =
                mention_limit(module, &mention.path).filter(|limit| *limit > mention.platform)
            {
                found.push(line(module, mention.line, &mention.path, limit));
            }
        }
    }
    found.sort();
    found
}

/// The platform that a path in code needs; its first name may be imported.
fn mention_limit(module: &Module, path: &[String]) -> Option<Platform> {
    let imports = module
        .imports
        .iter()
        .filter(|import| import.name.as_ref() == Some(&path[0]));
    let through = imports.map(|import| {
        let whole: Vec<String> = import.path.iter().chain(&path[1..]).cloned().collect();
        limit(&whole).unwrap_or(Platform::Any).max(import.platform)
    });
    // One name may be imported under several `cfg`s; the widest decides.
    through.min().or_else(|| limit(path))
}

fn limit(path: &[String]) -> Option<Platform> {
    // `::std` is `std`.
    let path = path
        .strip_prefix(&[String::new()][..])
        .unwrap_or(path)
        .join("::");
    LIMITED
        .iter()
        .find(|(prefix, _)| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
        .map(|(_, platform)| *platform)
}

fn line(module: &Module, line: usize, path: &[String], limit: Platform) -> String {
    format!(
        "{}:{line} {}: exists on {limit:?} only",
        module.file,
        path.join("::")
    )
}
