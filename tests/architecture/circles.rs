//! Circles of imports: strongly connected components of more than one file.

use crate::edges::Edges;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A strongly connected component of the import graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    pub files: Vec<String>,
    /// A shortest cycle in it; begins and ends with the same file.
    pub shortest: Vec<String>,
}

/// All circles, the largest first.
pub fn circles(edges: &Edges) -> Vec<Circle> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        next.entry(from).or_default().insert(to);
    }
    let reach: BTreeMap<&str, BTreeSet<&str>> = next
        .keys()
        .map(|from| (*from, reachable(&next, from)))
        .collect();
    let both = |a: &str, b: &str| {
        reach[a].contains(b) && reach.get(b).is_some_and(|back| back.contains(a))
    };
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for from in next.keys() {
        if !both(from, from) || seen.contains(from) {
            continue;
        }
        let files: BTreeSet<&str> = reach[from]
            .iter()
            .copied()
            .filter(|to| both(from, to))
            .collect();
        seen.extend(&files);
        let shortest = files
            .iter()
            .filter_map(|file| shortest_cycle(&next, &files, file))
            .min_by_key(Vec::len)
            .expect("a file that reaches itself");
        found.push(Circle {
            files: files.into_iter().map(str::to_owned).collect(),
            shortest,
        });
    }
    found.sort_by_key(|circle| std::cmp::Reverse(circle.files.len()));
    found
}

fn reachable<'a>(next: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = next[from].iter().copied().collect();
    while let Some(file) = open.pop() {
        if seen.insert(file) {
            open.extend(next.get(file).into_iter().flatten());
        }
    }
    seen
}

/// A shortest path from a file back to itself.
fn shortest_cycle(
    next: &BTreeMap<&str, BTreeSet<&str>>,
    files: &BTreeSet<&str>,
    start: &str,
) -> Option<Vec<String>> {
    let mut paths = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop_front() {
        for to in next.get(path.last()?.as_str()).into_iter().flatten() {
            let mut longer = path.clone();
            longer.push((*to).to_owned());
            if *to == start {
                return Some(longer);
            }
            if files.contains(to) && seen.insert(*to) {
                paths.push_back(longer);
            }
        }
    }
    None
}

/// A circle with its files, and with the line and path of each import of its shortest cycle.
pub fn describe(circle: &Circle, edges: &Edges) -> String {
    let mut lines = vec![format!("a circle of {} files:", circle.files.len())];
    lines.extend(circle.files.iter().map(|file| format!("    {file}")));
    lines.push("  shortest cycle:".to_owned());
    for step in circle.shortest.windows(2) {
        let site = &edges[&(step[0].clone(), step[1].clone())][0];
        lines.push(format!(
            "    {}:{} imports {} by `{}`",
            step[0], site.line, step[1], site.path
        ));
    }
    lines.join("\n") + "\n"
}
