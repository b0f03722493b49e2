//! The clipboard: the desktop's where there is one, else tmux's buffer, else the terminal's by OSC 52.

use crate::console::msg::ClipboardKind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Timeout of a clipboard: a display or a tmux that hangs must not block the desk.
const PATIENCE: Duration = Duration::from_secs(2);

/// Which clipboard to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ClipboardChoice {
    /// The desktop's; over SSH, or without a display, the terminal's.
    #[default]
    Auto,
    /// Always the desktop's.
    System,
    /// Always the terminal's, by the escape sequence OSC 52; inside tmux, tmux's.
    Osc52,
}

impl ClipboardChoice {
    /// Every choice with its name.
    pub(crate) const NAMES: [(&'static str, Self); 3] = [
        ("auto", Self::Auto),
        ("system", Self::System),
        ("osc52", Self::Osc52),
    ];
}

/// The user's environment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Surroundings {
    /// The terminal is at the other end of an SSH connection.
    pub ssh: bool,
    /// A display is reachable.
    pub display: bool,
    pub multiplexer: Multiplexer,
}

/// A multiplexer between this program and the terminal, which drops escape sequences unless they are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Multiplexer {
    #[default]
    None,
    Tmux,
    Screen,
}

impl Surroundings {
    /// Reads them off environment variables.
    #[must_use]
    pub(crate) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        Self {
            ssh: set("SSH_TTY") || set("SSH_CONNECTION"),
            display: cfg!(not(all(unix, not(target_os = "macos"))))
                || set("DISPLAY")
                || set("WAYLAND_DISPLAY"),
            multiplexer: if set("TMUX") {
                Multiplexer::Tmux
            } else if set("STY") {
                Multiplexer::Screen
            } else {
                Multiplexer::None
            },
        }
    }
}

/// A copied text: already taken, or bytes to write to the terminal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CopyOutcome {
    ClipboardKind,
    TakenByTmux,
    Write(Vec<u8>),
}

impl CopyOutcome {
    /// Which clipboard it is.
    #[must_use]
    pub(crate) fn by(&self) -> ClipboardKind {
        match self {
            Self::ClipboardKind => ClipboardKind::System,
            Self::TakenByTmux => ClipboardKind::Tmux,
            Self::Write(_) => ClipboardKind::Terminal,
        }
    }

    /// What is left to write to the terminal.
    #[must_use]
    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::ClipboardKind | Self::TakenByTmux => None,
            Self::Write(bytes) => Some(bytes),
        }
    }
}

/// The way to the clipboard.
pub(crate) struct Clipboard {
    choice: ClipboardChoice,
    surroundings: Surroundings,
    desktop: Mutex<Option<mpsc::Sender<Order>>>,
}

type Order = (String, oneshot::Sender<Result<(), String>>);

impl Clipboard {
    #[must_use]
    pub(crate) fn new(choice: ClipboardChoice, surroundings: Surroundings) -> Self {
        Self {
            choice,
            surroundings,
            desktop: Mutex::new(None),
        }
    }

    /// Copies a text.
    ///
    /// # Errors
    /// The desktop's clipboard was asked for by configuration and refused.
    pub(crate) async fn copy(&self, text: &str) -> Result<CopyOutcome, String> {
        if !wants_desktop(self.choice, self.surroundings) {
            return Ok(self.copy_to_terminal(text).await);
        }
        match self.copy_to_desktop(text).await {
            Ok(()) => Ok(CopyOutcome::ClipboardKind),
            Err(fault) if self.choice == ClipboardChoice::System => Err(format!(
                "The desktop's clipboard refused: {fault}. Select the link with the mouse, or set clipboard = \"osc52\"."
            )),
            Err(fault) => {
                tracing::info!(
                    fault,
                    "the desktop's clipboard refused; using the terminal's"
                );
                Ok(self.copy_to_terminal(text).await)
            }
        }
    }

    /// By default tmux drops OSC 52 of a program, so its own command is used. tmux reports whether its buffer
    /// has the text; the terminal does not confirm OSC 52.
    async fn copy_to_terminal(&self, text: &str) -> CopyOutcome {
        let multiplexer = self.surroundings.multiplexer;
        if multiplexer == Multiplexer::Tmux {
            match load_tmux_buffer(text).await {
                Ok(()) => return CopyOutcome::TakenByTmux,
                Err(fault) => tracing::info!(fault, "tmux did not take the text; using OSC 52"),
            }
        }
        CopyOutcome::Write(osc52(text, multiplexer))
    }

    async fn copy_to_desktop(&self, text: &str) -> Result<(), String> {
        let (answer, answered) = oneshot::channel();
        self.desktop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(start_owner)
            .send((text.to_owned(), answer))
            .map_err(|_| "its thread has ended".to_owned())?;
        match timeout(PATIENCE, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("its thread has ended".to_owned()),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }
}

/// Puts a text into tmux's newest buffer, and by `-w` (tmux 3.2) into the clipboard of its terminal.
async fn load_tmux_buffer(text: &str) -> Result<(), String> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    let stdin = tmux.stdin.take();
    let loading = async {
        if let Some(mut stdin) = stdin {
            stdin.write_all(text.as_bytes()).await?;
        }
        tmux.wait().await
    };
    match timeout(PATIENCE, loading).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(status.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => {
            // Waits for its end, so that no zombie stays.
            let _ = tmux.kill().await;
            Err("it does not answer".to_owned())
        }
    }
}

/// On X11 and Wayland a copied text exists as long as its owner: one thread owns it for the process.
fn start_owner() -> mpsc::Sender<Order> {
    let (sender, orders) = mpsc::channel::<Order>();
    std::thread::spawn(move || {
        let mut desktop = None;
        for (text, answer) in orders {
            let outcome = match &mut desktop {
                Some(clipboard) => Ok(clipboard),
                None => arboard::Clipboard::new().map(|new| desktop.insert(new)),
            }
            .and_then(|clipboard| clipboard.set_text(text));
            let _ = answer.send(outcome.map_err(|error| error.to_string()));
        }
    });
    sender
}

fn wants_desktop(choice: ClipboardChoice, surroundings: Surroundings) -> bool {
    match choice {
        ClipboardChoice::System => true,
        ClipboardChoice::Osc52 => false,
        ClipboardChoice::Auto => surroundings.display && !surroundings.ssh,
    }
}

/// The escape sequence that asks a terminal to copy (xterm control sequences, "OSC Ps ; Pt", Ps = 52).
///
/// Inside tmux it is written twice: plain, for `set-clipboard on`, and wrapped, for `allow-passthrough on`.
fn osc52(text: &str, multiplexer: Multiplexer) -> Vec<u8> {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    match multiplexer {
        Multiplexer::None => plain,
        Multiplexer::Tmux => {
            let doubled = plain.replace('\x1b', "\x1b\x1b");
            format!("{plain}\x1bPtmux;{doubled}\x1b\\")
        }
        Multiplexer::Screen => format!("\x1bP{plain}\x1b\\"),
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings::of(|name| {
            let mut variables = variables.iter();
            let found = variables.find(|(candidate, _)| *candidate == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn osc_52_is_used_over_ssh_and_without_a_display() {
        for (variables, desktop) in [
            (&[("DISPLAY", ":0")][..], true),
            (&[("WAYLAND_DISPLAY", "wayland-0")], true),
            (&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1")], false),
            (&[("DISPLAY", "")], cfg!(target_os = "macos")),
        ] {
            let surroundings = surroundings(variables);
            assert_eq!(
                wants_desktop(ClipboardChoice::Auto, surroundings),
                desktop,
                "{variables:?}"
            );
            assert!(wants_desktop(ClipboardChoice::System, surroundings));
            assert!(!wants_desktop(ClipboardChoice::Osc52, surroundings));
        }
    }

    #[test]
    fn the_sequence_is_wrapped_for_multiplexers() {
        let sequence = "\x1b]52;c;bGluaw==\x07";
        for (variables, wanted) in [
            (&[][..], sequence.to_owned()),
            (
                &[("TMUX", "/tmp/tmux,1,0"), ("TERM", "screen")],
                format!("{sequence}\x1bPtmux;\x1b{sequence}\x1b\\"),
            ),
            (&[("STY", "1.pts-0.host")], format!("\x1bP{sequence}\x1b\\")),
        ] {
            let multiplexer = surroundings(variables).multiplexer;
            assert_eq!(
                osc52("link", multiplexer),
                wanted.into_bytes(),
                "{variables:?}"
            );
        }
    }

    #[tokio::test]
    async fn without_a_desktop_the_text_is_written_as_an_escape_sequence() {
        let clipboard = Clipboard::new(ClipboardChoice::Auto, Surroundings::default());
        let copied = clipboard.copy("link").await.unwrap();
        assert_eq!(copied.by(), ClipboardKind::Terminal);
        assert_eq!(
            copied,
            CopyOutcome::Write(b"\x1b]52;c;bGluaw==\x07".to_vec())
        );
    }
}
