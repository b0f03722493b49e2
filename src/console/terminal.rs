//! The terminal, borrowed: what is switched on when the console starts and switched off again
//! however it ends.
//!
//! Raw mode, alternate screen, mouse, bracketed paste, cursor and title all come back on return, error,
//! panic and suspension. Whether the terminal is ours is one process-wide flag, so that the panic
//! hook, [`Screen::restore`] and `Drop` may all try and only the first does it.
//!
//! The mouse reports buttons and the wheel, not every movement: movements would wake the console
//! dozens of times a second for nothing. Keyboard enhancement flags are not asked for, so none have
//! to be taken back.

use super::theme;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::queue;
use ratatui::crossterm::style::{Print, ResetColor};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use ratatui::{Frame, Terminal};
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// The real terminal's writer: a whole frame leaves in few writes.
pub type Writer = BufWriter<Stdout>;
/// The console's screen on a real terminal.
pub type RealScreen = Screen<CrosstermBackend<Writer>>;

const FRAME_BYTES: usize = 64 << 10;
const TITLE_PUSH: &str = "\x1b[22;0t";
const TITLE_POP: &str = "\x1b[23;0t";
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Whether the terminal is in our modes.
static OURS: AtomicBool = AtomicBool::new(false);

/// Something to draw on: a real terminal, or in tests any other backend.
#[derive(Debug)]
pub struct Screen<B: Backend> {
    terminal: Terminal<B>,
    /// The real terminal's options; `None` without one.
    real: Option<Options>,
}

/// What to ask of a real terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Report buttons and the wheel.
    pub mouse: bool,
}

impl RealScreen {
    /// Takes the terminal over. From here on a panic gives it back before it prints.
    ///
    /// # Errors
    /// Standard output is no terminal, or refuses.
    pub fn enter(options: Options) -> io::Result<Self> {
        theme::take_over_colours();
        install_panic_hook();
        take(options)?;
        let writer = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
        let terminal = Terminal::new(CrosstermBackend::new(writer)).inspect_err(|_| give_back())?;
        Ok(Self {
            terminal,
            real: Some(options),
        })
    }

    /// Draws one frame, which the terminal shows as a whole.
    ///
    /// # Errors
    /// The terminal is gone, or a panic elsewhere has given it back.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if !OURS.load(Ordering::SeqCst) {
            return Err(io::Error::other("the terminal was given back"));
        }
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(view).map(|_| ());
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(self.terminal.backend_mut())?;
        drawn
    }

    /// Writes bytes between two frames, for example a clipboard's escape sequence.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        backend.write_all(bytes)?;
        Write::flush(backend)
    }

    /// Gives the terminal back and stops the whole job, as Ctrl-Z does; after `fg` takes the
    /// terminal over again. The next frame is drawn from scratch.
    ///
    /// # Errors
    /// The terminal is gone.
    #[cfg(unix)]
    pub async fn suspend(&mut self) -> io::Result<()> {
        use rustix::process::{Signal, kill_current_process_group};
        use std::time::Duration;
        use tokio::signal::unix::{SignalKind, signal};

        // A job without a shell cannot be stopped; then no signal to go on ever comes.
        const PATIENCE: Duration = Duration::from_millis(500);

        let mut resumed = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        give_back();
        // Everybody in the job: a program that started us would otherwise keep the terminal. The stop
        // may reach us through another thread, so this one waits for the signal that ends it.
        kill_current_process_group(Signal::TSTP)?;
        let _ = tokio::time::timeout(PATIENCE, resumed.recv()).await;
        if let Some(options) = self.real {
            take(options)?;
        }
        self.terminal.clear()
    }
}

impl<B: Backend> Screen<B> {
    /// A screen without a real terminal.
    ///
    /// # Errors
    /// The backend refuses.
    pub fn headless(backend: B) -> Result<Self, B::Error> {
        Ok(Self {
            terminal: Terminal::new(backend)?,
            real: None,
        })
    }

    /// The terminal library's own handle: for size and buffer, and to draw headless.
    pub fn terminal(&mut self) -> &mut Terminal<B> {
        &mut self.terminal
    }

    /// Gives a real terminal back; does nothing when that was done already.
    pub fn restore(&mut self) {
        if self.real.is_some() {
            give_back();
        }
    }
}

impl<B: Backend> Drop for Screen<B> {
    fn drop(&mut self) {
        self.restore();
    }
}

/// Switches our modes on.
fn take(options: Options) -> io::Result<()> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    let written = on(options).and_then(|bytes| write_out(&bytes));
    if written.is_err() {
        give_back();
    }
    written
}

/// Switches our modes off, once. A terminal that is gone cannot be helped.
fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let _ = off().and_then(|bytes| write_out(&bytes));
        let _ = disable_raw_mode();
    }
}

fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

fn on(options: Options) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(
        bytes,
        Print(TITLE_PUSH),
        SetTitle("groupdesk"),
        EnterAlternateScreen,
        DisableLineWrap,
        EnableBracketedPaste,
        Hide
    )?;
    if options.mouse {
        queue!(bytes, Print(MOUSE_ON))?;
    }
    Ok(bytes)
}

/// Everything that [`on`] may have switched on, in reverse; harmless where it was not.
fn off() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(
        bytes,
        // A panic may have come in the middle of a frame.
        EndSynchronizedUpdate,
        Print(MOUSE_OFF),
        DisableBracketedPaste,
        EnableLineWrap,
        ResetColor,
        LeaveAlternateScreen,
        Show,
        Print(TITLE_POP)
    )?;
    Ok(bytes)
}

/// Lets a panic print on a sane terminal. Installed once; what was there before still runs.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::backend::TestBackend;

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
    fn whatever_is_switched_on_is_switched_off() {
        let on = on(Options { mouse: true }).unwrap();
        let off = off().unwrap();
        let switched_off = modes(&off, 'l');
        // Line wrap and the cursor are normally on.
        let normally_on = ["7".to_owned(), "25".to_owned()];
        for mode in modes(&on, 'h') {
            assert!(switched_off.contains(&mode), "{mode}");
        }
        assert_eq!(modes(&on, 'l'), normally_on);
        for mode in &normally_on {
            assert!(modes(&off, 'h').contains(mode), "{mode}");
        }
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert!(text(on).contains(TITLE_PUSH) && text(off).contains(TITLE_POP));
    }

    #[test]
    fn without_the_mouse_none_is_asked_for() {
        let on = on(Options { mouse: false }).unwrap();
        assert!(
            !modes(&on, 'h')
                .iter()
                .any(|mode| mode.starts_with("10") && mode != "1049")
        );
    }

    #[test]
    fn a_headless_screen_draws_and_leaves_the_real_terminal_alone() {
        let mut screen = Screen::headless(TestBackend::new(5, 1)).unwrap();
        screen
            .terminal()
            .draw(|frame| frame.render_widget("hello", frame.area()))
            .unwrap();
        screen.terminal().backend().assert_buffer_lines(["hello"]);
        screen.restore();
        assert!(!OURS.load(Ordering::SeqCst));
    }
}
