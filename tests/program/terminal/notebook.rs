//! What the desk keeps about groups, from one start to the next.

use super::{BINARY, DEMO};
use crate::support::pty::Pty;
use std::os::unix::fs::PermissionsExt as _;

fn desk(home: &str) -> Pty {
    let mut pty = Pty::spawn(80, 24, BINARY, &DEMO, &[("HOME", home)]);
    pty.wait_for("3 of 5 connected");
    pty
}

#[test]
fn favourites_notes_and_the_groups_used_last_survive_a_restart() {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().to_str().expect("UTF-8");
    let mut pty = desk(path);
    pty.send("\t");
    pty.wait_for("/ find by name");
    pty.send("/chess");
    pty.wait_for("1 of 65");
    pty.send("\r");
    pty.wait_for("y copy link");
    pty.send("*");
    pty.wait_for("is a favourite");
    pty.send("n");
    pty.wait_for("Kept on this computer only");
    pty.send("ask Tom first");
    pty.wait_for("ask Tom first");
    pty.send("\t");
    pty.wait_for("▸ Tags");
    pty.send("late");
    pty.wait_for("late");
    pty.send("\r");
    pty.wait_for("#late");
    pty.send("y");
    pty.wait_for("clipboard");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);

    let directory = home.path().join(".local/state/groupdesk/desk");
    let file = directory.join("demo.json");
    let text = std::fs::read_to_string(&file).expect("a notebook");
    assert!(text.contains("ask Tom first") && !text.contains("chat.whatsapp.com"));
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).expect("it exists");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!((mode(&file), mode(&directory)), (0o600, 0o700));

    let mut pty = desk(path);
    pty.send("/");
    pty.wait_for("Favourites");
    pty.wait_for("Chess Club ♟ #late");
    pty.send("\r");
    pty.wait_for("─ Chess Club ♟ · through ");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn a_notebook_that_cannot_be_read_is_named_and_left_as_it_is() {
    let home = tempfile::tempdir().expect("a directory");
    let directory = home.path().join(".local/state/groupdesk/desk");
    std::fs::create_dir_all(&directory).expect("a directory");
    let file = directory.join("demo.json");
    std::fs::write(&file, "{\n\"notes\": 5\n}").expect("a file");
    let mut pty = desk(home.path().to_str().expect("UTF-8"));
    pty.wait_for("are not kept");
    pty.send("\t");
    pty.wait_for("/ find by name");
    pty.send("*");
    pty.wait_for("is a favourite");
    pty.send("!");
    pty.wait_for("What has failed");
    pty.wait_for("line 2");
    pty.send("\x1b");
    pty.wait_gone("What has failed");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    let text = std::fs::read_to_string(&file).expect("the file");
    assert_eq!(text, "{\n\"notes\": 5\n}");
}
