//! Kills of the desk while a batch runs that was started there.

use super::{ACCOUNT, Change, FEW, MANY, Victim, journals, kill};
use crate::scripts::World;
use crate::support::pty::Pty;
use std::path::Path;

#[test]
fn fifteen_kills_of_the_desk_lose_no_row_and_send_none_twice() {
    kill_desk(FEW);
}

#[test]
#[ignore = "takes long"]
fn a_thousand_kills_of_the_desk_lose_no_row_and_send_none_twice() {
    kill_desk(MANY);
}

fn kill_desk(kills: usize) {
    let world = World::serve(&["--groups", "60"]);
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk {
        pty: open(&world, directory.path()),
        world: &world,
        directory: directory.path(),
        runs: false,
    };
    kill(&world, directory.path(), &mut desk, kills);
    desk.pty.send("q");
    assert_eq!(desk.pty.wait_end(), 0);
}

/// A desk on the world's gateway, once it has the accounts.
fn open(world: &World, directory: &Path) -> Pty {
    let directory = directory.to_str().expect("UTF-8");
    let mut pty = Pty::spawn(
        120,
        40,
        env!("CARGO_BIN_EXE_groupdesk"),
        &["--gateway", world.origin(), "--data-dir", directory],
        &[("GROUPDESK_KEY", world.key("all")), ("HOME", directory)],
    );
    pty.wait_for("3 of 5 connected");
    pty
}

/// The desk, one process after the other.
struct Desk<'a> {
    pty: Pty,
    world: &'a World,
    directory: &'a Path,
    /// Whether this process has worked on the batch.
    runs: bool,
}

impl Desk<'_> {
    /// Opens the menu of the marks, and chooses the first entry that begins with this.
    fn choose(&mut self, entry: &str) {
        self.pty.send("A");
        self.pty.wait_for("[ Go on ]  [ Close ]");
        loop {
            let before = selected(self.pty.screen());
            if before.starts_with(entry) {
                break;
            }
            self.pty.send("j");
            self.pty
                .wait_until("another entry", |screen| selected(screen) != before);
        }
        self.pty.send("\r");
    }
}

impl Victim for Desk<'_> {
    fn begin(&mut self, change: &Change) {
        self.pty.send(":");
        self.pty.wait_for("─ Go to, or do");
        self.pty.send(ACCOUNT);
        self.pty.wait_for(&format!("▌ {ACCOUNT} "));
        self.pty.send("\r");
        self.pty.wait_for(&format!("─ Groups · {ACCOUNT} · "));
        self.choose("Mark all");
        self.pty.wait_for("R reset  A more");
        match change {
            Change::ResetLink => {
                self.pty.send("R");
                self.pty.wait_for("links ]  [ Cancel ]");
            }
            Change::Append(text) => {
                self.choose("Add text");
                self.pty.wait_for("[ Cancel ]");
                self.pty.send(text);
                self.pty.wait_for("groups ]  [ Cancel ]");
                self.pty.wait_for(text);
            }
        }
        // From the text, or from the other button.
        self.pty.send("\t\r");
        self.runs = true;
    }

    fn resume(&mut self, journal: &Path) {
        self.pty = open(self.world, self.directory);
        // After a kill behind the last row nothing is left to offer.
        self.runs = !journals::is_finished(journal);
        if !self.runs {
            return;
        }
        self.pty.wait_for("! Not finished: ");
        self.pty.send("A");
        self.pty.wait_for("[ Go on ]  [ Give up ]  [ Later ]");
        self.pty.send("\t\r");
        self.pty.wait_gone("[ Give up ]");
    }

    fn has_ended(&mut self, journal: &Path) -> bool {
        journals::is_finished(journal)
    }

    fn end(&mut self, _journal: &Path) {
        if self.runs {
            self.pty.wait_for("Finished.");
            self.pty.send("\x1b");
        }
        self.pty.wait_for("q quit");
        assert!(!self.pty.screen().contents().contains("Not finished"));
    }

    fn kill(&mut self) {
        self.pty.kill();
    }

    fn sight(&mut self) -> String {
        self.pty.take_all();
        self.pty.screen().contents()
    }
}

/// The entry of the menu that is selected.
fn selected(screen: &vt100::Screen) -> String {
    let text = screen.contents();
    let line = text.lines().find_map(|line| line.split_once("│ ▌ "));
    // What is behind the menu changes by itself.
    let entry = line.and_then(|(_, rest)| rest.split(['│', '┃']).next());
    entry.expect("a selected entry").trim_end().to_owned()
}
