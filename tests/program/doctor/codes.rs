//! Every code of the doctor: a test plants the fault, and the documentation names it.

use regress::Regex;
use std::collections::BTreeSet;
use std::path::Path;

/// The text of a directory's files, except this one.
fn texts(directory: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("codes.rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// The doctor's own files, and those of its tests, separately.
fn doctor_and_tests() -> (String, Vec<String>) {
    let mut doctor = String::new();
    let mut tests = texts("tests/program/doctor");
    for file in texts("src/cli/doctor") {
        let (code, unit) = file.split_once("#[cfg(test)]").unwrap_or((&file, ""));
        doctor.push_str(code);
        tests.push(unit.to_owned());
    }
    let tests = tests.iter().flat_map(|file| {
        file.split("#[test]")
            .flat_map(|part| part.split("#[tokio::test"))
            .map(str::to_owned)
    });
    (doctor, tests.collect())
}

/// Each step with each of its codes. The step of a capability is built at run time, so only its code is here.
fn codes(doctor: &str) -> BTreeSet<(Option<&str>, &str)> {
    let given = Regex::new(r"Check::(?:fail|warn)\(\s*([^,\s]+),\s*([^,\s]+),").unwrap();
    let mut read = 0;
    let mut codes = BTreeSet::new();
    for found in given.find_iter(doctor) {
        read += 1;
        let word = |group| &doctor[found.group(group).unwrap()];
        match (quoted(word(1)), quoted(word(2))) {
            (Some(step), Some(code)) => {
                codes.insert((Some(step), code));
            }
            _ => assert_eq!((word(1), word(2)), ("check", "code"), "which codes?"),
        }
    }
    let calls =
        ["fail", "warn"].map(|verdict| doctor.matches(&format!("Check::{verdict}(")).count());
    assert_eq!(read, calls.iter().sum::<usize>(), "all were read");
    let lacks = Regex::new(r#""(lacks_[a-z]+)""#).unwrap();
    codes.extend(
        lacks
            .find_iter(doctor)
            .map(|found| (None, &doctor[found.group(1).unwrap()])),
    );
    codes
}

fn quoted(word: &str) -> Option<&str> {
    word.strip_prefix('"')?.strip_suffix('"')
}

#[test]
fn every_code_has_a_test_that_plants_the_fault() {
    let (doctor, tests) = doctor_and_tests();
    let names = |test: &str, word: &str| test.contains(&format!("\"{word}\""));
    for (step, code) in codes(&doctor) {
        let plants = |test: &String| names(test, code) && step.is_none_or(|step| names(test, step));
        assert!(
            tests.iter().any(plants),
            "{step:?}: no test plants `{code}`"
        );
    }
}

#[test]
fn every_code_is_documented() {
    let (doctor, _) = doctor_and_tests();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scripts.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (step, code) in codes(&doctor) {
        assert!(page.contains(&format!("`{code}`")), "{step:?}: `{code}`");
    }
}
