//! Import rules between the files of `src/`, checked on their text. The library is not linked.
//!
//! - Every path that begins with `crate::`, `super::`, `self::`, a child module or an imported name is an import: in `use`, code,
//!   types, attributes (paths in serde's strings too) and macro calls.
//! - The imported file is the one that defines the named item; re-exports are followed.
//! - A module that declares and re-exports its children does not import them. It does when its own code uses them.
//! - A name taken from another module's private `use` imports both that file and the defining one.
//! - Test code, comments and documentation links are excluded.
//!
//! Not detected: methods and trait implementations that are used without a path, and a trait that a `*` import brings in beside
//! other names. A local variable with the name of a re-exported function counts as a use of it.

mod circles;
mod docs;
mod edges;
mod examples;
mod modules;
mod names;
mod order;
mod pictures;
mod syntax;
mod tokens;
mod unix;

use edges::Edges;
use modules::{Extent, Sources};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// What the program's files import.
static IMPORTS: LazyLock<Edges> =
    LazyLock::new(|| edges::edges(&modules::read(&sources(), "lib.rs", Extent::Program)));

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles: Vec<String> = circles::circles(&IMPORTS)
        .iter()
        .map(|circle| circles::describe(circle, &IMPORTS))
        .collect();
    assert!(
        circles.is_empty(),
        "{} circles\n{}",
        circles.len(),
        circles.join("\n")
    );
}

#[test]
fn modules_import_only_what_is_below_them() {
    let violations = order::violations(&IMPORTS);
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn unix_only_paths_are_under_a_cfg() {
    let sources = sources();
    let misplaced: Vec<String> = ["lib.rs", "main.rs"]
        .into_iter()
        .flat_map(|root| unix::misplaced(&modules::read(&sources, root, Extent::WithTests)))
        .collect();
    assert!(misplaced.is_empty(), "\n{}", misplaced.join("\n"));
}

#[test]
fn every_file_is_read() {
    let sources = sources();
    let read: BTreeSet<String> = ["lib.rs", "main.rs"]
        .into_iter()
        .flat_map(|root| modules::read(&sources, root, Extent::WithTests))
        .map(|module| module.file)
        .collect();
    let unread: Vec<&String> = sources
        .keys()
        .filter(|file| !read.contains(*file))
        .collect();
    assert!(unread.is_empty(), "no module is declared for {unread:?}");
    assert!(!read.is_empty());
}

/// Every Rust file of `src/`.
fn sources() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Sources::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(&root)
                    .expect("below src/")
                    .to_string_lossy();
                let text = std::fs::read_to_string(&path).expect("a readable file");
                sources.insert(name.replace('\\', "/"), text);
            }
        }
    }
    sources
}
