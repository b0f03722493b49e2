//! The real terminal: entered, restored on every way a program can end, and drawn without tearing.

mod backend;
mod background;
mod hang_up;
mod input;

pub use backend::TerminalBackend;

use crate::console::io::screen::{Input, Screen};
use crate::console::locale::Charset;
use crate::console::theme::take_over_colours;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::{Print, ResetColor};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use futures_util::Stream;
use hang_up::HangUp;
use ratatui::Terminal;
use ratatui::layout::{Position, Rect};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

const TITLE_PUSH: &str = "\x1b[22;0t";
const TITLE_POP: &str = "\x1b[23;0t";
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Gives the text cursor its own colour again (xterm control sequences, "OSC Ps", Ps = 112).
const CURSOR_RESET: &str = "\x1b]112\x1b\\";

/// Whether the text cursor has a colour of ours.
static CURSOR_COLORED: AtomicBool = AtomicBool::new(false);

/// Whether our terminal modes are set. One process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Returns when the terminal on standard input is gone.
pub async fn closed() {
    let hang_up = HangUp::default();
    hang_up::watch(hang_up.clone());
    hang_up.token().cancelled().await;
}

/// The terminal with our modes; dropping restores it.
pub struct RealScreen {
    terminal: Terminal<TerminalBackend>,
    mouse: bool,
    /// The colour that the text cursor was given.
    cursor: Option<(u8, u8, u8)>,
    hang_up: HangUp,
}

impl RealScreen {
    /// Takes the terminal.
    ///
    /// Must be called on the thread that draws: when that thread panics, the terminal is given back
    /// before the panic is printed; panics elsewhere only go to the log, because printing them would
    /// tear the screen that goes on running.
    ///
    /// # Errors
    /// Standard output is not a terminal, or refuses.
    pub fn take(mouse: bool, charset: Charset) -> io::Result<Self> {
        catch_panics();
        take_over_colours();
        let hang_up = HangUp::default();
        hang_up::watch(hang_up.clone());
        let mut screen = Self {
            terminal: Terminal::new(TerminalBackend::new(charset, &hang_up))?,
            mouse,
            cursor: None,
            hang_up,
        };
        screen.enter()?;
        Ok(screen)
    }

    /// Asks the terminal for its background colour. The answer, if one comes, is an input.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn ask_background(&mut self) -> io::Result<()> {
        self.write_raw(background::QUERY.as_bytes())
    }
}

impl Screen for RealScreen {
    type Error = io::Error;
    type Backend = TerminalBackend;

    fn terminal(&mut self) -> &mut Terminal<TerminalBackend> {
        &mut self.terminal
    }

    fn inputs(&mut self) -> impl Stream<Item = io::Result<Input>> + Unpin + Send + 'static {
        input::inputs(&self.hang_up)
    }

    fn begin_frame(&mut self) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)
    }

    fn end_frame(&mut self) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let output = self.terminal.backend_mut();
        output.write_all(bytes)?;
        Write::flush(output)
    }

    fn color_cursor(&mut self, color: Option<(u8, u8, u8)>) -> io::Result<()> {
        if self.cursor == color {
            return Ok(());
        }
        self.cursor = color;
        CURSOR_COLORED.store(color.is_some(), Ordering::SeqCst);
        let bytes = match color {
            Some((red, green, blue)) => {
                format!("\x1b]12;rgb:{red:02x}/{green:02x}/{blue:02x}\x1b\\")
            }
            None => CURSOR_RESET.to_owned(),
        };
        self.write_raw(bytes.as_bytes())
    }

    fn enter(&mut self) -> io::Result<()> {
        self.cursor = None;
        self.hang_up.forgive(enable_raw_mode(), ())?;
        TAKEN.store(true, Ordering::SeqCst);
        self.write_raw(&on(self.mouse)?)?;
        // Drops what was drawn. `Terminal::clear` would ask the terminal for its cursor and wait.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    fn leave(&mut self) -> io::Result<()> {
        self.hang_up.forgive(give_back(), ())
    }
}

impl Drop for RealScreen {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!(%error, "the terminal could not be given back");
        }
    }
}

/// Restores everything that `enter` changed; a second call does nothing.
fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let written = off().and_then(|mut bytes| {
        if CURSOR_COLORED.swap(false, Ordering::SeqCst) {
            bytes.extend_from_slice(CURSOR_RESET.as_bytes());
        }
        let mut out = io::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    });
    disable_raw_mode().and(written)
}

/// What switches our modes on. The mouse reports buttons and the wheel only: movements would wake the
/// desk dozens of times a second for nothing.
fn on(mouse: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(
        bytes,
        Print(TITLE_PUSH),
        SetTitle("groupdesk"),
        EnterAlternateScreen,
        EnableBracketedPaste,
        Hide
    )?;
    if mouse {
        queue!(bytes, Print(MOUSE_ON))?;
    }
    Ok(bytes)
}

/// The sequences that reset every mode that [`on`] may have set; harmless if it was not.
fn off() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(
        bytes,
        // A panic may have occurred within a frame.
        EndSynchronizedUpdate,
        Print(MOUSE_OFF),
        DisableBracketedPaste,
        ResetColor,
        LeaveAlternateScreen,
        Show,
        Print(TITLE_POP)
    )?;
    Ok(bytes)
}

fn catch_panics() {
    let drawing = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == drawing {
            let _ = give_back();
            before(panic);
        } else {
            tracing::error!(%panic, "a task panicked");
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private modes that a sequence sets (`h`) or resets (`l`), in order.
    fn modes(bytes: &[u8], set: char) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.split("\x1b[?")
            .skip(1)
            .filter_map(|rest| {
                let end = rest.find(['h', 'l'])?;
                rest[end..].starts_with(set).then(|| rest[..end].to_owned())
            })
            .collect()
    }

    #[test]
    fn every_mode_that_is_set_is_reset() {
        let (on, off) = (on(true).unwrap(), off().unwrap());
        for mode in modes(&on, 'h') {
            assert!(modes(&off, 'l').contains(&mode), "{mode}");
        }
        assert_eq!(modes(&on, 'l'), ["25"], "only the cursor is hidden");
        assert!(modes(&off, 'h').contains(&"25".to_owned()));
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert!(text(on).contains(TITLE_PUSH) && text(off).contains(TITLE_POP));
    }

    #[test]
    fn without_the_mouse_no_mouse_mode_is_set() {
        let asked = modes(&on(false).unwrap(), 'h');
        assert!(!asked.iter().any(|mode| mode == "1000" || mode == "1006"));
    }
}
