//! The clipboard: the system's, or over SSH the terminal's.
//!
//! The terminal's is written with the escape sequence OSC 52. This file makes the bytes; the runtime
//! writes them between two frames, so that they never end up inside one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::mpsc;
use std::time::Duration;

/// The setting: which clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClipboardChoice {
    #[default]
    Auto,
    Osc52,
    System,
}

impl ClipboardChoice {
    /// Every choice with its name in the configuration.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("auto", Self::Auto),
        ("osc52", Self::Osc52),
        ("system", Self::System),
    ];
}

/// Who passes the escape sequence on to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrapping {
    #[default]
    None,
    Tmux,
    Screen,
}

/// Which clipboard takes a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    System,
    Osc52(Wrapping),
}

/// What the environment says about clipboards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClipboardEnvironment {
    /// `SSH_TTY` or `SSH_CONNECTION` is set: the system's clipboard is on the wrong machine.
    pub ssh: bool,
    /// A display answers: `WAYLAND_DISPLAY` or `DISPLAY`, or a platform that always has one.
    pub display: bool,
    /// `TMUX` or `STY` is set: a multiplexer stands before the terminal.
    pub wrapping: Wrapping,
}

impl ClipboardEnvironment {
    /// Reads the variables through `lookup`, for example `|name| std::env::var(name).ok()`.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| lookup(name).is_some_and(|value| !value.is_empty());
        let own_display = cfg!(any(target_os = "macos", target_os = "windows"));
        Self {
            ssh: set("SSH_TTY") || set("SSH_CONNECTION"),
            display: own_display || set("WAYLAND_DISPLAY") || set("DISPLAY"),
            wrapping: if set("TMUX") {
                Wrapping::Tmux
            } else if set("STY") {
                Wrapping::Screen
            } else {
                Wrapping::None
            },
        }
    }

    /// Which clipboard to use.
    #[must_use]
    pub fn way(&self, choice: ClipboardChoice) -> Way {
        let far = self.ssh || !self.display;
        if choice == ClipboardChoice::Osc52 || (choice == ClipboardChoice::Auto && far) {
            Way::Osc52(self.wrapping)
        } else {
            Way::System
        }
    }
}

/// Which clipboard took the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    System,
    /// These bytes are to be written to the terminal; it does not say whether it obeyed.
    Osc52 {
        wrapping: Wrapping,
        bytes: Vec<u8>,
    },
}

impl Taken {
    /// For a toast: "link copied to …".
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::System => "the system's clipboard",
            Self::Osc52 {
                wrapping: Wrapping::None,
                ..
            } => "the terminal's clipboard",
            Self::Osc52 {
                wrapping: Wrapping::Tmux,
                ..
            } => "the terminal's clipboard, through tmux",
            Self::Osc52 {
                wrapping: Wrapping::Screen,
                ..
            } => "the terminal's clipboard, through screen",
        }
    }
}

/// The escape sequence that hands a text to the terminal's clipboard.
#[must_use]
pub fn osc52(text: &str, wrapping: Wrapping) -> Vec<u8> {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    match wrapping {
        Wrapping::None => plain.into_bytes(),
        // Passed on as it is, with every escape inside doubled.
        Wrapping::Tmux => {
            format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes()
        }
        // Screen takes 768 bytes per string: cut and reopened.
        Wrapping::Screen => plain
            .as_bytes()
            .chunks(720)
            .flat_map(|part| [b"\x1bP".as_slice(), part, b"\x1b\\".as_slice()].concat())
            .collect(),
    }
}

/// How long the system's clipboard may take.
const PATIENCE: Duration = Duration::from_secs(2);

type Answer = Result<(), String>;

/// Puts texts on a clipboard. Keeps the system's clipboard open, because on Linux what was copied
/// lives only as long as its owner.
#[derive(Debug)]
pub struct Clipboard {
    way: Way,
    /// Lets a failing system clipboard be replaced by the terminal's.
    fallback: Option<Wrapping>,
    /// The thread that owns the system's clipboard, once one was needed.
    owner: Option<mpsc::Sender<(String, mpsc::Sender<Answer>)>>,
}

impl Clipboard {
    #[must_use]
    pub fn new(choice: ClipboardChoice, environment: &ClipboardEnvironment) -> Self {
        let fallback = (choice == ClipboardChoice::Auto).then_some(environment.wrapping);
        Self {
            way: environment.way(choice),
            fallback,
            owner: None,
        }
    }

    /// Copies a text. Blocks for at most two seconds; not for the drawing thread.
    ///
    /// # Errors
    /// A sentence that says why no clipboard took it.
    pub fn copy(&mut self, text: &str) -> Result<Taken, String> {
        let osc52 = |wrapping| Taken::Osc52 {
            wrapping,
            bytes: osc52(text, wrapping),
        };
        match (self.way, self.fallback) {
            (Way::Osc52(wrapping), _) => Ok(osc52(wrapping)),
            (Way::System, fallback) => match (self.copy_to_system(text), fallback) {
                (Ok(()), _) => Ok(Taken::System),
                (Err(_), Some(wrapping)) => Ok(osc52(wrapping)),
                (Err(error), None) => Err(error),
            },
        }
    }

    fn copy_to_system(&mut self, text: &str) -> Answer {
        let (answer, answered) = mpsc::channel();
        let owner = self.owner.get_or_insert_with(own_system_clipboard);
        if owner.send((text.to_owned(), answer)).is_err() {
            self.owner = None;
            return Err("the system's clipboard went away: try again".to_owned());
        }
        answered
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| Err("the system's clipboard does not answer".to_owned()))
    }
}

/// A thread of its own, because some displays answer late or never. It ends with its last sender.
fn own_system_clipboard() -> mpsc::Sender<(String, mpsc::Sender<Answer>)> {
    let (sender, requests) = mpsc::channel::<(String, mpsc::Sender<Answer>)>();
    std::thread::spawn(move || {
        let mut clipboard = None;
        for (text, answer) in requests {
            // Nobody waits any more: fine.
            let _ = answer.send(put(&mut clipboard, text));
        }
    });
    sender
}

fn put(clipboard: &mut Option<arboard::Clipboard>, text: String) -> Answer {
    let refused = |error: arboard::Error| format!("the system's clipboard refused: {error}");
    if clipboard.is_none() {
        *clipboard = Some(arboard::Clipboard::new().map_err(refused)?);
    }
    let outcome = match clipboard {
        Some(open) => open.set_text(text).map_err(refused),
        None => Ok(()),
    };
    if outcome.is_err() {
        // The display may be a new one next time.
        *clipboard = None;
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &[&str]) -> ClipboardEnvironment {
        ClipboardEnvironment::read(|name| set.contains(&name).then(|| "x".to_owned()))
    }

    #[test]
    fn the_clipboard_is_the_one_in_front_of_the_user() {
        let auto = |set: &[&str]| environment(set).way(ClipboardChoice::Auto);
        for (set, way) in [
            (&["SSH_TTY", "DISPLAY"][..], Way::Osc52(Wrapping::None)),
            (
                &["SSH_CONNECTION", "DISPLAY", "TMUX"],
                Way::Osc52(Wrapping::Tmux),
            ),
            (&["SSH_TTY", "STY"], Way::Osc52(Wrapping::Screen)),
            (&["DISPLAY"], Way::System),
            (&["WAYLAND_DISPLAY", "TMUX"], Way::System),
        ] {
            assert_eq!(auto(set), way, "{set:?}");
        }
        if cfg!(target_os = "linux") {
            assert_eq!(auto(&[]), Way::Osc52(Wrapping::None));
        }
        let ssh = environment(&["SSH_TTY", "TMUX"]);
        assert_eq!(ssh.way(ClipboardChoice::System), Way::System);
        let local = environment(&["DISPLAY", "STY"]);
        assert_eq!(
            local.way(ClipboardChoice::Osc52),
            Way::Osc52(Wrapping::Screen)
        );
    }

    #[test]
    fn the_sequence_is_wrapped_for_what_stands_between() {
        assert_eq!(osc52("hi", Wrapping::None), b"\x1b]52;c;aGk=\x07");
        assert_eq!(
            osc52("hi", Wrapping::Tmux),
            b"\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\"
        );
        assert_eq!(
            osc52("hi", Wrapping::Screen),
            b"\x1bP\x1b]52;c;aGk=\x07\x1b\\"
        );
        let long = osc52(&"x".repeat(2_000), Wrapping::Screen);
        let text = String::from_utf8(long).unwrap();
        assert!(text.split("\x1b\\").all(|part| part.len() <= 768));
        let joined = text.replace("\x1b\\\x1bP", "");
        assert!(joined.contains(&STANDARD.encode("x".repeat(2_000))));
    }

    #[test]
    fn over_ssh_the_terminal_takes_it() {
        let environment = environment(&["SSH_TTY"]);
        let mut clipboard = Clipboard::new(ClipboardChoice::Auto, &environment);
        let taken = clipboard.copy("link").unwrap();
        assert_eq!(taken.name(), "the terminal's clipboard");
        assert!(
            matches!(taken, Taken::Osc52 { bytes, .. } if bytes == osc52("link", Wrapping::None))
        );
    }
}
