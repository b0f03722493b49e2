//! Prompting for a secret on the terminal, without echo.

use super::output::{CommandError, Exit};
use crate::console::io::terminal::closed;
use crate::text::clean_line;
use anyhow::Context;
use crossterm::event::{Event, EventStream, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use futures_util::StreamExt as _;
use std::io::{IsTerminal, Write as _};
use std::pin::pin;
use tokio_util::sync::CancellationToken;

/// Longest answer, in characters.
const ANSWER_MAX: usize = 64 << 10;

/// The terminal without echo; gives it back when dropped.
struct Unseen;

impl Unseen {
    fn take() -> std::io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = terminal::disable_raw_mode();
        let _ = std::io::stderr().write_all(b"\n");
    }
}

/// Asks on the standard error stream, so that the standard output stays clean for scripts.
///
/// # Errors
/// There is no terminal, or the person left.
pub(super) async fn ask(question: &str, shutdown: &CancellationToken) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let message = "this profile asks for its token, which needs a terminal; for scripts there are token_file, token_command and token_env";
        return Err(CommandError::new(Exit::NotAllowed, message).into());
    }
    // Echo is off before the prompt is shown.
    let _unseen = Unseen::take().context("the terminal cannot hide what is typed")?;
    let mut events = EventStream::new();
    let mut closed = pin!(closed());
    let mut stderr = std::io::stderr();
    stderr.write_all(clean_line(question).as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    loop {
        let event = tokio::select! {
            () = shutdown.cancelled() => {
                return Err(CommandError::interrupted("no token was typed").into());
            }
            () = &mut closed => {
                return Err(CommandError::interrupted("the terminal was closed").into());
            }
            event = events.next() => match event {
                Some(Ok(event)) => event,
                Some(Err(_)) | None => {
                    return Err(CommandError::interrupted("the terminal was closed").into());
                }
            },
        };
        let Event::Key(key) = event else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Ok(answer),
            KeyCode::Esc => anyhow::bail!("no token was typed"),
            // In raw mode Ctrl-C raises no signal, so it is handled here.
            KeyCode::Char('c') if control => {
                return Err(CommandError::interrupted("no token was typed").into());
            }
            KeyCode::Char('d') if control => anyhow::bail!("no token was typed"),
            KeyCode::Char('u') if control => answer.clear(),
            KeyCode::Backspace => {
                answer.pop();
            }
            KeyCode::Char(character) if !control && answer.len() < ANSWER_MAX => {
                answer.push(character);
            }
            _ => {}
        }
    }
}
