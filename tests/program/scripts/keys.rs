//! `groupdesk keys`: a secret is shown once, to the caller who created it.

use super::{Process, Ran, World, program, run};
use serde_json::Value;

fn listed(world: &World) -> Vec<Value> {
    let listed = world.run(&["keys", "list", "--json"]).json();
    listed["keys"].as_array().expect("keys").clone()
}

/// The sessions, requested with a secret.
fn try_out(world: &World, secret: &str) -> Ran {
    let output = program()
        .env("GROUPDESK_KEY", secret)
        .args(["--gateway", world.origin(), "sessions"])
        .output();
    output.expect("the binary starts").into()
}

#[test]
fn a_key_is_created_used_rotated_and_revoked() {
    let world = World::start();
    let made = world.run(&[
        "keys",
        "create",
        "--capabilities",
        "read,events",
        "--label",
        "Night",
        "--expires",
        "90d",
    ]);
    assert!(made.err.contains("may read,events"), "{}", made.err);
    let made = made.ok();
    let first = made.trim();
    assert!(first.starts_with("wa_") && made.ends_with('\n'), "{made}");
    assert!(!first.contains(char::is_whitespace), "{made}");
    try_out(&world, first).ok();

    let keys = listed(&world);
    let [key] = keys.as_slice() else {
        panic!("{keys:?}");
    };
    assert_eq!(key["label"], "Night");
    assert!(key["lastUsedAt"].is_i64() && key["expiresAt"].is_i64());
    for form in [&["keys", "list"][..], &["keys", "list", "--csv"]] {
        let text = world.run(form).ok();
        assert!(
            text.contains("read,events") && !text.contains(first),
            "{text}"
        );
    }

    // Without a terminal there is no confirmation, so nothing is changed.
    for action in ["rotate", "revoke"] {
        let refused = world.run(&["keys", action, "Night"]);
        assert_eq!(refused.code, 12, "{}", refused.err);
        assert!(refused.err.contains("--yes"), "{}", refused.err);
    }
    let rotated = world.run(&["keys", "rotate", "Night", "--yes", "--json"]);
    let rotated = rotated.json();
    let second = rotated["secret"].as_str().expect("a secret");
    assert_eq!(rotated["key"]["id"], key["id"]);
    assert_eq!(try_out(&world, first).code, 5);
    try_out(&world, second).ok();
    // With an overlap there is no question.
    let third = world.run(&["keys", "rotate", "Night", "--overlap", "1h"]);
    let third = third.ok();
    for secret in [second, third.trim()] {
        try_out(&world, secret).ok();
    }

    let id = key["id"].as_str().expect("an id");
    let revoked = world.run(&["keys", "revoke", id, "--yes"]).ok();
    assert_eq!(revoked.trim(), id);
    for secret in [second, third.trim()] {
        assert_eq!(try_out(&world, secret).code, 5);
    }
    assert!(listed(&world).is_empty());
    assert_eq!(world.run(&["keys", "revoke", id, "--yes"]).code, 3);
}

#[test]
fn a_secret_is_written_to_a_file_that_only_its_owner_can_read() {
    let world = World::start();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("key");
    let path = file.to_str().expect("UTF-8");
    let secret = || {
        let text = std::fs::read_to_string(&file).expect("the file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata().expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        text.trim().to_owned()
    };
    let create = [
        "keys",
        "create",
        "--capabilities",
        "read",
        "--label",
        "F",
        "--out",
        path,
    ];
    let made = world.run(&create);
    assert!(!made.err.contains("wa_"), "{}", made.err);
    assert_eq!(made.ok().trim(), path);
    let first = secret();
    try_out(&world, &first).ok();
    // No key is created if its secret cannot be written.
    assert_eq!(world.run(&create).code, 2);
    let nowhere = [
        "keys",
        "create",
        "--capabilities",
        "read",
        "--out",
        "/nonexistent/key",
    ];
    assert_eq!(world.run(&nowhere).code, 1);
    assert_eq!(listed(&world).len(), 1);
    // The new secret replaces the old one.
    let rotated = world.run(&["keys", "rotate", "F", "--yes", "--json", "--out", path]);
    let rotated = rotated.json();
    assert_eq!(rotated.get("secret"), None);
    assert_ne!(secret(), first);
    try_out(&world, &secret()).ok();
}

#[test]
fn impossible_actions_report_the_reason() {
    let world = World::start();
    let lacking = world.run_with("read", &["keys", "list", "--json"]);
    assert_eq!(
        (lacking.code, lacking.error()["capability"].as_str()),
        (5, Some("manage"))
    );
    let greedy = world.run_with(
        "manage",
        &["keys", "create", "--capabilities", "send", "--json"],
    );
    assert_eq!(
        (greedy.code, greedy.error()["capability"].as_str()),
        (5, Some("send"))
    );
    for _ in 0..2 {
        world
            .run(&[
                "keys",
                "create",
                "--capabilities",
                "read",
                "--label",
                "Twin",
            ])
            .ok();
    }
    let ambiguous = world.run(&["keys", "revoke", "Twin", "--yes"]);
    assert_eq!(ambiguous.code, 4, "{}", ambiguous.err);
    for key in listed(&world) {
        let id = key["id"].as_str().expect("an id");
        assert!(ambiguous.err.contains(id), "{}", ambiguous.err);
    }
    for wrong in [
        &["keys", "create"][..],
        &["keys", "create", "--capabilities", "fly"],
        &[
            "keys",
            "create",
            "--capabilities",
            "read",
            "--expires",
            "soon",
        ],
        &["keys", "rotate", "Twin", "--overlap", "0h"],
    ] {
        assert_eq!(world.run(wrong).code, 2, "{wrong:?}");
    }
    let past = [
        "keys",
        "create",
        "--capabilities",
        "read",
        "--expires",
        "2020-01-01",
    ];
    let past = world.run(&past);
    assert!(past.err.contains("future"), "{}", past.err);
}

#[test]
fn keys_are_created_in_the_data_directory_when_no_server_uses_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().to_str().expect("UTF-8");
    let own = |arguments: &[&str]| run(&[&["--data-dir", data], arguments].concat());
    // `--may` is the former name of `--capabilities`.
    let made = own(&["keys", "create", "--may", "read"]).ok();
    let secret = made.trim();
    let keys = own(&["keys", "list", "--json"]).json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));

    let server = Process::start(&["serve", "--data-dir", data]);
    let asked = program()
        .env("GROUPDESK_KEY", secret)
        .args(["--gateway", server.origin(), "sessions"])
        .output();
    Ran::from(asked.expect("the binary starts")).ok();
    let busy = own(&["keys", "list", "--json"]);
    assert_eq!(busy.code, 11, "{}", busy.err);
    assert_eq!(busy.error()["code"], "in_use");
    drop(server);
    for entry in std::fs::read_dir(directory.path()).expect("the directory") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "the secret is in {}", path.display());
    }
}

/// The error of a command whose standard output cannot be written.
fn unheard(world: &World, output: &str, arguments: &[&str]) -> Ran {
    // Rust gives its children an open standard output, so a shell closes it.
    let script = format!("exec \"$0\" \"$@\" {output}");
    let ran = std::process::Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_groupdesk")])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("GROUPDESK_KEY", world.key("all"))
        .args(["--gateway", world.origin()])
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output();
    ran.expect("a shell").into()
}

#[cfg(target_os = "linux")]
#[test]
fn a_change_whose_result_cannot_be_printed_reports_so_and_what_to_do() {
    let world = World::start();
    for output in [">/dev/full", ">&-"] {
        let made = unheard(
            &world,
            output,
            &[
                "keys",
                "create",
                "--capabilities",
                "read",
                "--label",
                "Lost",
            ],
        );
        assert_eq!(made.code, 15, "{output}: {}", made.err);
        let keys = listed(&world);
        let [key] = keys.as_slice() else {
            panic!("one key: {keys:?}");
        };
        let id = key["id"].as_str().expect("an id");
        assert!(
            made.err.contains(&format!("groupdesk keys revoke {id}")),
            "{}",
            made.err
        );
        assert!(!made.err.contains("wa_"), "{}", made.err);
        world.run(&["keys", "revoke", id, "--yes"]).ok();

        let group = ["Weekend Volunteers", "--session", "Support line"];
        let get = [&["invite", "get"][..], &group].concat();
        let before = world.run(&get).ok();
        let reset = unheard(
            &world,
            output,
            &[&["invite", "reset", "--yes", "--json"][..], &group].concat(),
        );
        assert_eq!(reset.code, 15, "{output}: {}", reset.err);
        let after = world.run(&get).ok();
        assert_ne!(before, after);
        let error = reset.error();
        assert_eq!(error["code"], "answer_lost");
        let message = error["message"].as_str().expect("a sentence");
        assert!(message.contains("groupdesk invite get"), "{message}");
        assert!(!reset.err.contains(after.trim()), "{}", reset.err);
    }
}
