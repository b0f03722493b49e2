//! A pseudo-terminal with a screen model: a person's view and keyboard.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The timeout of every wait.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The home directory of a program that is given none.
    _home: tempfile::TempDir,
}

impl Pty {
    /// Runs a program on a new terminal of this size.
    pub fn spawn(
        columns: u16,
        rows: u16,
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
        ] {
            command.env(name, value);
        }
        command.env("PATH", std::env::var_os("PATH").expect("PATH"));
        let home = tempfile::tempdir().expect("a directory");
        command.env("HOME", home.path());
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            writer: pair.master.take_writer().expect("a writer"),
            master: pair.master,
            child,
            output,
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            raw: Vec::new(),
            _home: home,
        }
    }

    /// Types these bytes, as a terminal sends them.
    pub fn send(&mut self, keys: &str) {
        self.writer
            .write_all(keys.as_bytes())
            .expect("the terminal takes input");
        self.writer.flush().expect("the terminal takes input");
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.master
            .resize(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("the terminal resizes");
        self.parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// All bytes that the program has written so far.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub fn process_id(&self) -> u32 {
        self.child.process_id().expect("a running child")
    }

    /// The terminal's line settings, as text to compare.
    pub fn line_settings(&self) -> String {
        format!("{:?}", self.master.get_termios().expect("line settings"))
    }

    /// Takes what the program has written by now, without waiting.
    pub fn take_all(&mut self) {
        while let Ok(bytes) = self.output.try_recv() {
            self.take(&bytes);
        }
    }

    /// Waits until the screen satisfies `wanted`; fails with the screen's text at the timeout.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if !self.is_mid_frame() && wanted(self.parser.screen()) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!(
                    "waited for {what}: {error}\n{}",
                    self.parser.screen().contents()
                ),
            }
        }
    }

    /// Waits until the text is somewhere on the screen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the text is nowhere on the screen.
    #[track_caller]
    pub fn wait_gone(&mut self, text: &str) {
        self.wait_until(&format!("the end of {text}"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Waits for the program's end and the rest of its output; returns its exit code.
    #[track_caller]
    pub fn wait_end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!(
                    "the program did not end: {error}\n{}",
                    self.parser.screen().contents()
                ),
            }
        }
        self.child.wait().expect("an exit status").exit_code()
    }

    /// Ends the program by SIGKILL, which it cannot notice.
    pub fn kill(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        let id = i32::try_from(self.process_id()).ok();
        let id = id.and_then(Pid::from_raw).expect("a process id");
        kill_process(id, Signal::KILL).expect("a signal for our own child");
        self.child.wait().expect("an end");
    }

    /// Whether a frame has begun and not ended: a partial frame must not be tested.
    fn is_mid_frame(&self) -> bool {
        let last = |mark: &[u8]| {
            self.raw
                .windows(mark.len())
                .rposition(|window| window == mark)
        };
        last(b"\x1b[?2026h") > last(b"\x1b[?2026l")
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.parser.process(bytes);
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}
