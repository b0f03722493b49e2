//! Kills of `groupdesk batch`.

use super::{ACCOUNT, Change, FEW, MANY, Victim, journals, kill};
use crate::scripts::{Ran, World};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Stdio};

#[test]
fn fifteen_kills_of_batch_lose_no_row_and_send_none_twice() {
    kill_batch(FEW);
}

#[test]
#[ignore = "takes long"]
fn a_thousand_kills_of_batch_lose_no_row_and_send_none_twice() {
    kill_batch(MANY);
}

fn kill_batch(kills: usize) {
    let world = World::serve(&["--groups", "60"]);
    let directory = tempfile::tempdir().unwrap();
    let mut batch = Batch {
        world: &world,
        directory: directory.path(),
        child: None,
    };
    kill(&world, directory.path(), &mut batch, kills);
}

/// The command, one process after the other.
struct Batch<'a> {
    world: &'a World,
    directory: &'a Path,
    child: Option<Child>,
}

impl Batch<'_> {
    fn start(&mut self, arguments: &[&str]) {
        let mut command = self.world.command("all");
        command
            .arg("--data-dir")
            .arg(self.directory)
            .arg("batch")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        self.child = Some(command.spawn().expect("the binary starts"));
    }

    fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("a process")
    }
}

impl Victim for Batch<'_> {
    fn begin(&mut self, change: &Change) {
        let (kind, text) = match change {
            Change::ResetLink => ("reset", None),
            Change::Append(text) => ("append", Some(text)),
        };
        let mut arguments = vec![kind, "--all", "--session", ACCOUNT, "--yes", "--json"];
        if let Some(text) = text {
            arguments.extend(["--text", text]);
        }
        self.start(&arguments);
    }

    fn resume(&mut self, journal: &Path) {
        // By its id: a kill after the last row leaves a batch that has ended and was not reported.
        self.start(&["--resume", journals::id(journal), "--json"]);
    }

    fn has_ended(&mut self, _journal: &Path) -> bool {
        self.child().try_wait().expect("a status").is_some()
    }

    fn end(&mut self, journal: &Path) {
        let child = self.child.take().expect("a process");
        let ran: Ran = child.wait_with_output().expect("an end").into();
        assert!(matches!(ran.code, 0 | 10 | 14), "{}", ran.err);
        let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(answer["left"], 0, "forgotten rows: {answer}");
        let reported = answer["rows"].as_array().expect("rows").iter();
        let reported = reported.map(|row| (row["groupJid"].as_str(), row["outcome"].as_str()));
        let rows = journals::rows(journal);
        let rows = rows
            .iter()
            .map(|row| (Some(row.group.as_str()), row.outcome.as_deref()));
        assert!(reported.eq(rows), "{answer}");
    }

    fn kill(&mut self) {
        let child = self.child();
        child.kill().expect("a signal");
        child.wait().expect("an end");
    }

    fn sight(&mut self) -> String {
        format!("{:?}", self.child)
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
