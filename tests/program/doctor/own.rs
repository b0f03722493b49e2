//! The data of the built-in gateway.

use crate::doctor::patient::own;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

#[track_caller]
fn step<'a>(json: &'a Value, check: &str) -> (&'a str, &'a str) {
    let mut checks = json["checks"].as_array().unwrap().iter();
    let found = checks.find(|found| found["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check} in {json:#}"));
    (
        found["result"].as_str().unwrap(),
        found["code"].as_str().unwrap(),
    )
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn missing_data_is_reported_and_not_created() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("later");
    let (code, json) = own(&data);
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(step(&json, "data.directory"), ("ok", "ok"));
    assert!(!data.exists(), "the doctor creates nothing");
}

#[test]
fn data_that_others_can_read_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("keys");
    std::fs::create_dir(&keys).unwrap();
    std::fs::write(keys.join("01A.sqlite"), "").unwrap();
    mode(&keys.join("01A.sqlite"), 0o600);
    mode(directory.path(), 0o755);
    let (code, json) = own(directory.path());
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(step(&json, "data.directory"), ("warn", "open_to_others"));
    assert_eq!(step(&json, "data.keys"), ("ok", "ok"));
    mode(&keys.join("01A.sqlite"), 0o640);
    let (code, json) = own(directory.path());
    assert_eq!(code, 1);
    assert_eq!(step(&json, "data.keys"), ("fail", "open_to_others"));
}

#[test]
fn the_sizes_are_reported_the_largest_key_file_first() {
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("keys");
    std::fs::create_dir(&keys).unwrap();
    let write = |name: &str, bytes: u64| {
        let path = keys.join(name);
        std::fs::File::create(&path)
            .unwrap()
            .set_len(bytes)
            .unwrap();
        mode(&path, 0o600);
    };
    write("01A.sqlite", 2_000_000);
    write("01B.sqlite", 3_000_000);
    write("01B.sqlite-wal", 4_000_000);
    let (_, json) = own(directory.path());
    assert_eq!(step(&json, "data.sizes"), ("ok", "ok"));
    let seen = "2 key files have 9.0 MB; 01B: 7.0 MB; 01A: 2.0 MB";
    assert!(json.to_string().contains(seen), "{json:#}");
    // Sparse: it takes no room.
    write("01A.sqlite", 1_000_000_000);
    let (_, json) = own(directory.path());
    assert_eq!(step(&json, "data.sizes"), ("warn", "large_key_file"));
}

#[test]
fn a_file_that_is_no_database_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("groupdesk.sqlite");
    std::fs::write(&file, "no database at all, but a letter to a friend").unwrap();
    let (code, json) = own(directory.path());
    assert_eq!(code, 1);
    assert_eq!(step(&json, "data.database"), ("fail", "damaged"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("no database"),
        "the doctor changes nothing"
    );
}

#[test]
fn a_database_that_was_emptied_beside_its_log_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("groupdesk.sqlite");
    std::fs::write(&file, "").unwrap();
    std::fs::write(directory.path().join("groupdesk.sqlite-wal"), "a log").unwrap();
    let (code, json) = own(directory.path());
    assert_eq!(code, 1);
    assert_eq!(step(&json, "data.database"), ("fail", "incomplete"));
    let log = std::fs::read_to_string(directory.path().join("groupdesk.sqlite-wal")).unwrap();
    assert_eq!(log, "a log", "the doctor changes nothing");
}

#[test]
fn data_that_is_a_file_is_reported() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (code, json) = own(file.path());
    assert_eq!(code, 1);
    assert_eq!(step(&json, "data.directory"), ("fail", "no_directory"));
}

#[test]
fn a_directory_that_takes_no_files_is_reported() {
    // In `/dev/fd` no user can create a file, not even root.
    let (code, json) = own(Path::new("/dev/fd"));
    assert_eq!(code, 1);
    assert_eq!(step(&json, "data.directory"), ("fail", "not_writable"));
    // The free space is not available either.
    assert_eq!(step(&json, "data.disk"), ("fail", "disk_full"));
}

#[test]
fn unreadable_data_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("keys"), "no directory").unwrap();
    std::fs::create_dir(directory.path().join("groupdesk.sqlite")).unwrap();
    let (code, json) = own(directory.path());
    assert_eq!(code, 1);
    assert_eq!(step(&json, "data.keys"), ("fail", "unreadable"));
    assert_eq!(step(&json, "data.database"), ("fail", "unreadable"));
}

#[test]
fn the_build_reports_whether_it_has_real_accounts() {
    let directory = tempfile::tempdir().unwrap();
    let (_, json) = own(directory.path());
    let expected = if cfg!(feature = "live") {
        ("ok", "ok")
    } else {
        ("warn", "without_live")
    };
    assert_eq!(step(&json, "build"), expected);
}

#[test]
fn data_in_use_by_another_process_is_reported() {
    use std::io::BufRead as _;
    let directory = tempfile::tempdir().unwrap();
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_groupdesk"))
        .env_clear()
        .env("HOME", directory.path())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(directory.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (_, json) = own(directory.path());
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(step(&json, "data.database"), ("warn", "in_use"));
}
