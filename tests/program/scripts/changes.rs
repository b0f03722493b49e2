//! `invite` and `group set`: links, resets, pictures, settings.

use super::{World, run};
use crate::support::pty::Pty;
use serde_json::json;

const CHESS: &str = "Chess Club";

#[test]
fn a_link_is_alone_on_its_line() {
    let world = World::start();
    let link = world.run(&["invite", "get", CHESS]).ok();
    assert!(link.starts_with("https://chat.whatsapp.com/"), "{link}");
    assert_eq!(link.lines().count(), 1);
    let answer = world.run(&["invite", "get", CHESS, "--json"]).json();
    assert_eq!(answer["invite"], link.trim_end());
    assert_eq!(answer["sessionLabel"], "Support line");
    let jid = answer["groupJid"].as_str().expect("a JID");
    assert_eq!(world.run(&["invite", "get", jid]).ok(), link);
}

#[test]
fn an_ambiguous_name_is_refused() {
    let world = World::start();
    let in_two = world.run(&["invite", "get", "Weekend Volunteers"]);
    assert_eq!(in_two.code, 4);
    assert!(in_two.out.is_empty());
    assert!(in_two.err.contains("--session"), "{}", in_two.err);
    assert!(
        in_two.err.contains("Support line (working, admin)"),
        "{}",
        in_two.err
    );
    let arguments = [
        "invite",
        "get",
        "Weekend Volunteers",
        "--session",
        "support line",
    ];
    world.run(&arguments).ok();

    let several = world.run(&["invite", "get", "community", "--json"]);
    assert_eq!(several.code, 4);
    let candidates = several.error()["candidates"].clone();
    let names: Vec<&str> = candidates
        .as_array()
        .expect("candidates")
        .iter()
        .filter_map(|one| one["subject"].as_str())
        .collect();
    assert!(names.contains(&"Community Announcements"), "{names:?}");

    for (arguments, what) in [
        (
            &["invite", "get", "no such group"][..],
            "no group is called",
        ),
        (&["invite", "get", "1@g.us"], "no group is called"),
        (&["groups", "--session", "unknown"], "no session has"),
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains(what), "{}", ran.err);
    }
}

#[test]
fn refusals_have_their_own_exit_codes() {
    let world = World::start();
    let not_admin = world.run(&["invite", "get", "School Volleyball", "--json"]);
    assert_eq!(not_admin.code, 6);
    assert_eq!(not_admin.error()["code"], "not_admin");
    let reads_only = ["invite", "reset", CHESS, "--yes", "--json"];
    let not_allowed = world.run_with("read", &reads_only);
    assert_eq!(not_allowed.code, 5);
    assert_eq!(not_allowed.error()["capability"], "send");

    let groups = world
        .run(&["groups", "--session", "Old phone", "--json"])
        .json();
    let jid = groups["groups"][0]["groupJid"].as_str().expect("a JID");
    let arguments = ["invite", "get", jid, "--session", "Old phone", "--json"];
    let offline = world.run(&arguments);
    assert_eq!(offline.code, 7, "{}", offline.err);
    assert_eq!(offline.error()["code"], "not_connected");
}

#[test]
fn the_old_link_is_dead_after_a_reset() {
    let world = World::start();
    let old = world.run(&["invite", "get", CHESS]).ok();
    let refused = world.run(&["invite", "reset", CHESS]);
    assert_eq!(refused.code, 12);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(world.run(&["invite", "get", CHESS]).ok(), old);

    let answer = world
        .run(&["invite", "reset", CHESS, "--yes", "--json"])
        .json();
    assert_eq!(answer["previous"], old.trim_end());
    assert_ne!(answer["invite"], answer["previous"]);
    let new = world.run(&["invite", "get", CHESS]).ok();
    assert_eq!(answer["invite"], new.trim_end());
}

#[test]
fn on_a_terminal_a_reset_asks_first() {
    let world = World::start();
    let get = || world.run(&["invite", "get", CHESS]).ok();
    let old = get();
    for (answer, code) in [("\r", 12), ("no\r", 12), ("y\r", 0)] {
        assert_eq!(get(), old);
        let mut terminal = Pty::spawn(
            120,
            30,
            env!("CARGO_BIN_EXE_groupdesk"),
            &["--gateway", world.origin(), "invite", "reset", CHESS],
            &[("GROUPDESK_KEY", world.key("all"))],
        );
        terminal.wait_for("The old link dies at once. [y/N]");
        terminal.send(answer);
        assert_eq!(
            terminal.wait_end(),
            code,
            "{}",
            terminal.screen().contents()
        );
    }
    assert_ne!(get(), old);
}

#[test]
fn ctrl_c_at_the_question_ends_the_command() {
    let world = World::start();
    let mut terminal = Pty::spawn(
        120,
        30,
        env!("CARGO_BIN_EXE_groupdesk"),
        &["--gateway", world.origin(), "invite", "reset", CHESS],
        &[("GROUPDESK_KEY", world.key("all"))],
    );
    terminal.wait_for("[y/N]");
    terminal.send("\u{3}");
    assert_eq!(terminal.wait_end(), 130);
}

#[test]
fn a_saved_code_contains_the_link() {
    let world = World::start();
    let directory = tempfile::tempdir().expect("a directory");
    let link = world.run(&["invite", "get", CHESS]).ok();
    let file = |name: &str| directory.path().join(name).display().to_string();
    let png = file("poster.png");
    // The same name again: the picture is replaced.
    for _ in 0..2 {
        let out = world.run(&["invite", "qr", CHESS, "--out", &png]).ok();
        assert_eq!(out.trim_end(), png);
    }
    assert_eq!(decoded(&png), link.trim_end());
    let svg = file("poster.svg");
    let answer = world.run(&["invite", "qr", CHESS, "--out", &svg, "--json"]);
    assert_eq!(answer.json()["file"], svg);
    let drawn = std::fs::read_to_string(&svg).expect("a picture");
    assert_eq!(
        drawn,
        groupdesk::qr::to_svg(link.trim_end()).expect("a code")
    );

    let nowhere = ["invite", "qr", CHESS, "--out", "/no/such/place/a.png"];
    let nowhere = world.run(&nowhere);
    assert_eq!(nowhere.code, 1);
    assert!(
        nowhere.err.contains("/no/such/place/a.png"),
        "{}",
        nowhere.err
    );
}

/// The text of the QR code in a PNG.
fn decoded(file: &str) -> String {
    let opened = std::io::BufReader::new(std::fs::File::open(file).expect("a picture"));
    let mut reader = png::Decoder::new(opened).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a frame");
    let side = usize::try_from(info.width).expect("a width");
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    image.detect_grids()[0].decode().expect("a QR code").1
}

#[test]
fn settings_are_changed_and_reported_one_by_one() {
    let world = World::start();
    let group = world.group("Support line", "PTA – Spring Fair");
    let jid = group["groupJid"].as_str().expect("a JID");
    let set = [
        "group",
        "set",
        jid,
        "--subject",
        "  PTA – Autumn Fair ",
        "--description",
        "",
        "--locked",
        "on",
    ];
    let table = world.run(&set).ok();
    assert_eq!(
        table,
        "SETTING      OUTCOME\nsubject      applied\ndescription  applied\nlocked       applied\n"
    );
    let now = world.group("Support line", "PTA – Autumn Fair");
    assert_eq!(now["groupJid"], jid);
    assert_eq!(now["isLocked"], true);
    assert_eq!(now["description"].as_str().unwrap_or_default(), "");
}

#[test]
fn a_partial_change_reports_its_progress() {
    let world = World::start();
    let groups = world.run(&["groups", "--json"]).json();
    let mut groups = groups["groups"].as_array().expect("groups").iter();
    let community = groups.find(|group| group["kind"] == "community");
    let name = community.expect("a community")["groupJid"]
        .as_str()
        .expect("an id");
    let set = [
        "group",
        "set",
        name,
        "--subject",
        "Riverside",
        "--announce",
        "on",
        "--locked",
        "off",
    ];
    let ran = world.run(&[&set[..], &["--json"]].concat());
    assert_eq!(ran.code, 10, "{}", ran.err);
    let answer: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(
        answer["fields"],
        json!([
            { "field": "subject", "outcome": "applied" },
            { "field": "announce", "outcome": "refused" },
            { "field": "locked", "outcome": "not_tried" },
        ])
    );
    assert_eq!(ran.error()["code"], "partly_applied");

    let again = world.run(&["group", "set", name, "--announce", "on"]);
    assert_ne!(again.code, 10);
    assert_eq!(again.out, "SETTING   OUTCOME\nannounce  refused\n");
}

#[test]
fn command_line_errors_are_refused_before_any_request() {
    for (arguments, complaint) in [
        (&["group", "set", "x"][..], "--subject"),
        (&["group", "set", "x", "--subject", " "], "1 to 100"),
        (&["group", "set", "x", "--announce", "maybe"], "on, off"),
        (
            &["invite", "qr", "x", "--out", "poster.jpg"],
            ".png or .svg",
        ),
        (&["invite", "get"], "<GROUP>"),
        (&["groups", "--json", "--csv"], "cannot be used with"),
        (&["audit", "--limit", "0"], "1.."),
        (&["completions", "tcsh"], "bash"),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(complaint), "{arguments:?}: {}", ran.err);
        assert!(ran.out.is_empty());
    }
    let long = "x".repeat(101);
    let ran = run(&["group", "set", "x", "--subject", &long]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("101 characters"), "{}", ran.err);
}
