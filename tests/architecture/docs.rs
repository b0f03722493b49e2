//! What the documentation names exists: files that it links to or names by their path, files and tests in the table of
//! bounds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PAGES: [&str; 5] = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder, or the file itself, with this extension.
fn files(path: &Path, extension: &str) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path, extension)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    found.sort();
    found
}

fn pages() -> Vec<(PathBuf, String)> {
    PAGES
        .iter()
        .flat_map(|page| files(&root().join(page), "md"))
        .map(|page| {
            let text = std::fs::read_to_string(&page).expect("UTF-8");
            (page, text)
        })
        .collect()
}

/// The text between `open` and `close`, everywhere in a text.
fn between<'t>(text: &'t str, open: &str, close: char) -> Vec<&'t str> {
    text.split(open)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(close)?.0))
        .collect()
}

/// The code spans of a line.
fn code(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn links_lead_to_files() {
    let mut checked = 0;
    for (page, text) in pages() {
        let folder = page.parent().expect("a folder");
        for link in between(&text, "](", ')') {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(
                folder.join(target).exists(),
                "{} links to {target}, which does not exist",
                page.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} links were found");
}

#[test]
fn no_page_mentions_two_versions() {
    for (page, text) in pages() {
        let marker = text
            .lines()
            .find(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "));
        assert!(marker.is_none(), "{}: {marker:?}", page.display());
    }
}

#[test]
fn paths_name_files() {
    let mut checked = 0;
    for (page, text) in pages() {
        if page.ends_with("CHANGELOG.md") {
            continue;
        }
        for name in text.lines().flat_map(code) {
            let is_path = ["src/", "tests/", "docs/", "benches/", "packaging/", ".ci/"]
                .iter()
                .any(|start| name.starts_with(start));
            if !is_path || name.contains(['*', '{', ' ', '<']) {
                continue;
            }
            assert!(
                root().join(name).exists(),
                "{} names {name}, which does not exist",
                page.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 40, "only {checked} paths were found");
}

#[test]
fn every_bound_names_its_file_and_its_test() {
    let sources = files(&root().join("src"), "rs");
    let all: Vec<PathBuf> = [sources.clone(), files(&root().join("tests"), "rs")].concat();
    let functions: BTreeSet<String> = all
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file).expect("UTF-8");
            between(&text, "fn ", '(')
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let modules: BTreeSet<String> = all
        .iter()
        .flat_map(|file| {
            file.iter()
                .map(|part| part.to_string_lossy().trim_end_matches(".rs").to_owned())
        })
        .collect();
    let page = std::fs::read_to_string(root().join("docs/bounds.md")).expect("UTF-8");
    let mut rows = 0;
    for line in page.lines() {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [_, place, _, _, test] = cells[..] else {
            continue;
        };
        for file in code(place) {
            assert!(
                sources.iter().any(|source| source.ends_with(file)),
                "no file of src is {file}: {line}"
            );
            rows += 1;
        }
        for name in code(test) {
            let last = name.rsplit("::").next().unwrap_or_default();
            assert!(
                functions.contains(last) || modules.contains(last),
                "there is no test {name}: {line}"
            );
        }
    }
    assert!(rows > 50, "only {rows} rows were read");
}
