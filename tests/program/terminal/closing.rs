//! The window is closed while the desk runs: the desk ends, and its store is closed.

use super::{BINARY, DEMO};
use portable_pty::{Child, ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::Read;
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_mins(1);

/// A terminal without another open handle, so that it is gone when this is dropped.
struct Window {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Window {
    /// Runs a program on a new terminal. Without a controlling terminal no process receives SIGHUP.
    fn open(program: &str, arguments: &[&str], controlling: bool) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 24,
                cols: 80,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.set_controlling_tty(controlling);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("PATH", std::env::var_os("PATH").expect("PATH"));
        let child = pair.slave.spawn_command(command).expect("it starts");
        Self {
            master: pair.master,
            child,
        }
    }

    /// Closes the window once the desk has drawn, and waits for the program's exit code.
    fn close_when_drawn(self) -> u32 {
        self.close_when(|screen| screen.alternate_screen() && screen.contents().contains("quit"))
    }

    fn close_when(mut self, wanted: impl Fn(&vt100::Screen) -> bool) -> u32 {
        let in_time = Deadline::new(self.child.clone_killer());
        let mut reader = self.master.try_clone_reader().expect("a reader");
        let size = |count| NonZeroU16::new(count).expect("a terminal has cells");
        let mut screen = vt100::Parser::new(size(24), size(80), 0);
        let mut chunk = [0; 4096];
        while !wanted(screen.screen()) {
            let length = reader.read(&mut chunk).expect("the desk draws in time");
            screen.process(&chunk[..length]);
        }
        drop(reader);
        drop(self.master);
        let status = self.child.wait().expect("an exit status");
        in_time.met();
        status.exit_code()
    }
}

/// Kills the program if it does not end in time.
struct Deadline {
    met: std::sync::mpsc::Sender<()>,
    missed: std::thread::JoinHandle<bool>,
}

impl Deadline {
    fn new(mut killer: Box<dyn ChildKiller + Send + Sync>) -> Self {
        let (met, done) = channel();
        let missed = std::thread::spawn(move || {
            let missed = done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            if missed {
                let _ = killer.kill();
            }
            missed
        });
        Self { met, missed }
    }

    #[track_caller]
    fn met(self) {
        let _ = self.met.send(());
        assert!(!self.missed.join().expect("no panic"), "it did not end");
    }
}

/// The store was closed: an abandoned database leaves its write-ahead log behind.
#[track_caller]
fn assert_closed(directory: &Path) {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(
        names.iter().any(|name| name.ends_with(".sqlite")),
        "{names:?}"
    );
    assert!(
        !names.iter().any(|name| name.ends_with("-wal")),
        "{names:?}"
    );
    let log = std::fs::read_to_string(directory.join("groupdesk.log")).expect("a log");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_closed_window_ends_the_desk_and_closes_its_store() {
    for controlling in [true, false] {
        let directory = tempfile::tempdir().expect("a directory");
        let data = directory.path().to_str().expect("UTF-8");
        let window = Window::open(BINARY, &["--data-dir", data], controlling);
        assert_eq!(window.close_when_drawn(), 0, "controlling: {controlling}");
        assert_closed(directory.path());
    }
}

#[test]
fn a_parent_that_ignores_sighup_keeps_no_desk_alive() {
    let directory = tempfile::tempdir().expect("a directory");
    let ended = directory.path().join("ended");
    // The session leader receives SIGHUP, and does not forward it.
    let script = format!(
        "trap '' HUP; {BINARY} {}; echo $? > {}",
        DEMO.join(" "),
        ended.display()
    );
    let window = Window::open("sh", &["-c", &script], true);
    window.close_when_drawn();
    let code = std::fs::read_to_string(ended).expect("the desk has ended");
    assert_eq!(code.trim(), "0");
}

#[test]
fn a_prompt_ends_with_its_window() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("config.toml");
    let config = "[profiles.guest]\nurl = \"http://127.0.0.1:9\"\ntoken_prompt = true\n";
    std::fs::write(&file, config).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let data = directory.path().to_str().expect("UTF-8");
    let arguments = ["--profile", "guest", "--config", file, "--data-dir", data];
    for controlling in [true, false] {
        let window = Window::open(BINARY, &arguments, controlling);
        let code = window.close_when(|screen| screen.contents().contains("Token of guest:"));
        // The exit code of a signal: no token was typed.
        assert_eq!(code, 130, "controlling: {controlling}");
    }
}
