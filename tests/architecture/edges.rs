//! The import graph: edges between files, with the line and the path of each import.

use crate::modules::{Import, Module};
use crate::names::{Lookup, Target};
use std::collections::BTreeMap;

/// Where a file imports another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    pub line: usize,
    /// The path as it is written, without the groups of `use`.
    pub path: String,
}

/// Importing file and imported file to the places where that happens.
pub type Edges = BTreeMap<(String, String), Vec<Site>>;

pub fn edges(modules: &[Module]) -> Edges {
    let mut found = Edges::new();
    for at in 0..modules.len() {
        of_module(modules, at, &mut found);
    }
    for sites in found.values_mut() {
        sites.sort();
        sites.dedup();
    }
    found
}

fn of_module(modules: &[Module], at: usize, found: &mut Edges) {
    let module = &modules[at];
    let mut add = |lookup: &Lookup, path: &[String], lines: &[usize]| {
        for file in lookup.files() {
            if file == module.file {
                continue;
            }
            let edge = (module.file.clone(), file.to_owned());
            let path = path.join("::");
            let sites = lines.iter().map(|line| Site {
                line: *line,
                path: path.clone(),
            });
            found.entry(edge).or_default().extend(sites);
        }
    };
    for import in &module.imports {
        let mut lookup = Lookup::new(modules);
        if lookup.import(at, import) && counts_by_itself(modules, at, import, &lookup) {
            add(&lookup, &import.path, &[import.line]);
        }
    }
    let mut mentions: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for mention in &module.mentions {
        let lines = mentions.entry(&mention.path).or_default();
        lines.push(mention.line);
    }
    for (path, lines) in mentions {
        let mut lookup = Lookup::new(modules);
        lookup.path(at, path);
        if path.len() == 1 {
            // A single word can name a re-exported or `*`-imported item; a module is used only by a longer path.
            lookup
                .targets
                .retain(|target| matches!(target, Target::Item(_)));
        }
        add(&lookup, path, &lines);
    }
}

/// Whether a `use` is an edge by itself. A re-export of an own child is none. An imported module and a `*` import are edges
/// where the code uses them, for the file that defines the used item; only without any such use do they count here.
fn counts_by_itself(modules: &[Module], at: usize, import: &Import, lookup: &Lookup) -> bool {
    let children = &modules[at].children;
    let first = import.path.iter().find(|part| *part != "self");
    let own_child = first.is_some_and(|first| children.iter().any(|(name, _)| name == first));
    let all_below = || {
        lookup
            .files()
            .iter()
            .all(|file| descends(modules, at, file))
    };
    if import.exported && (own_child || all_below()) {
        return false;
    }
    let is_module = |target: &Target| matches!(target, Target::Module(_));
    !lookup.targets.iter().any(is_module) || !is_used(modules, at, import)
}

/// Whether a file holds nothing but modules below `at`, or that one itself.
fn descends(modules: &[Module], at: usize, file: &str) -> bool {
    (0..modules.len())
        .filter(|inside| modules[*inside].file == file)
        .all(|inside| {
            std::iter::successors(Some(inside), |inside| modules[*inside].parent)
                .any(|above| above == at)
        })
}

/// Whether the module's code mentions something through an import.
fn is_used(modules: &[Module], at: usize, import: &Import) -> bool {
    let module = &modules[at];
    let first_of = |path: &[String], name: &String| path.len() > 1 && path[0] == *name;
    match &import.name {
        Some(name) => {
            module
                .mentions
                .iter()
                .any(|mention| first_of(&mention.path, name))
                || module
                    .imports
                    .iter()
                    .any(|other| first_of(&other.path, name))
        }
        None => module
            .mentions
            .iter()
            .any(|mention| Lookup::new(modules).glob(at, import, &mention.path, at)),
    }
}
