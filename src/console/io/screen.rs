//! The terminal as the loop needs it.

use crate::console::theme::Background;
use crossterm::event::Event;
use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::Backend;
use std::io;

/// A terminal as the loop needs it: the real one, or a test's.
pub(crate) trait Screen {
    type Error: std::error::Error + Send + Sync + 'static;
    type Backend: Backend<Error = Self::Error>;

    fn terminal(&mut self) -> &mut Terminal<Self::Backend>;

    /// What comes from the terminal from now on, after a [`Screen::leave`] and [`Screen::enter`] as well.
    /// Ends when the terminal does. Asked for once.
    fn inputs(&mut self) -> impl Stream<Item = io::Result<Input>> + Unpin + Send + 'static;

    /// Begins a synchronized update, so that no half frame is seen.
    fn begin_frame(&mut self) -> io::Result<()>;

    fn end_frame(&mut self) -> io::Result<()>;

    /// Writes bytes that are not cells, between two frames.
    fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Takes the terminal, whatever other programs have left there.
    fn enter(&mut self) -> io::Result<()>;

    /// Gives the terminal back.
    fn leave(&mut self) -> io::Result<()>;
}

/// What comes from the terminal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Event(Event),
    /// The terminal's answer to the question for its background.
    Background(Background),
}
