//! Tests of the reader on small crates in memory. Each crate has something that a simpler reader misses or miscounts.

mod exclusions;
mod paths;
mod re_exports;
mod reports;

use crate::edges::{Edges, Site, edges};
use crate::modules::{Extent, Sources, read};

fn crate_of(files: &[(&str, &str)]) -> Sources {
    files
        .iter()
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect()
}

fn edges_of(files: &[(&str, &str)]) -> Edges {
    edges(&read(&crate_of(files), "lib.rs", Extent::Program))
}

/// The imports of a crate of the files `lib.rs`, `a.rs`, `b.rs`, `c.rs`, of which only `a.rs` has content.
fn imports_of(a: &str) -> Vec<String> {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", a),
        ("b.rs", "pub struct B; pub enum Kind { One } pub fn b() {}"),
        ("c.rs", "pub struct C; pub fn c() {}"),
    ];
    listed(&edges_of(&files))
}

fn listed(edges: &Edges) -> Vec<String> {
    let line = |((from, to), sites): (&(String, String), &Vec<Site>)| {
        format!("{from}:{} {to}", sites[0].line)
    };
    edges.iter().map(line).collect()
}
