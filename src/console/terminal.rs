//! The real terminal: taken, given back in every way a program can end, and drawn on without tearing.

use super::runtime::Screen;
use super::theme::take_over_colours;
use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
    EventStream,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// A frame is written in one piece up to this many bytes.
const FRAME_BUFFER: usize = 1 << 18;

/// Whether the terminal is ours at the moment. One process has one terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

type Output = CrosstermBackend<BufWriter<Stdout>>;

/// The terminal while it is ours; dropping gives it back.
pub struct RealScreen {
    terminal: Terminal<Output>,
    mouse: bool,
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
    pub fn take(mouse: bool) -> io::Result<Self> {
        catch_panics();
        take_over_colours();
        let mut screen = Self {
            terminal: Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(
                FRAME_BUFFER,
                io::stdout(),
            )))?,
            mouse,
        };
        screen.enter()?;
        Ok(screen)
    }
}

impl Screen for RealScreen {
    type Error = io::Error;
    type Backend = Output;

    fn terminal(&mut self) -> &mut Terminal<Output> {
        &mut self.terminal
    }

    fn events(&mut self) -> impl Stream<Item = io::Result<Event>> + Unpin + Send + 'static {
        EventStream::new()
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

    fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let output = self.terminal.backend_mut();
        execute!(output, EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            execute!(output, EnableMouseCapture)?;
        }
        self.terminal.clear()
    }

    fn leave(&mut self) -> io::Result<()> {
        give_back()
    }
}

impl Drop for RealScreen {
    fn drop(&mut self) {
        if let Err(error) = give_back() {
            tracing::warn!(%error, "the terminal could not be given back");
        }
    }
}

/// Undoes everything that `enter` did, whoever calls first.
fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let written = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    disable_raw_mode().and(written)
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
