//! The terminal interface of the event loop.

use crate::console::theme::Background;
use crossterm::event::Event;
use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::Backend;
use std::io;

/// A terminal as the event loop uses it: the real one, or a test's.
pub(crate) trait Screen {
    type Error: std::error::Error + Send + Sync + 'static;
    type Backend: Backend<Error = Self::Error>;

    fn terminal(&mut self) -> &mut Terminal<Self::Backend>;

    /// What comes from the terminal from now on, after a [`Screen::leave`] and [`Screen::enter`] as well.
    /// Ends when the terminal does. Asked for once.
    fn inputs(&mut self) -> impl Stream<Item = io::Result<Input>> + Unpin + Send + 'static;

    /// Begins a synchronized update, so that no partial frame is displayed.
    fn begin_frame(&mut self) -> io::Result<()>;

    fn end_frame(&mut self) -> io::Result<()>;

    /// Writes bytes that are not cells, between two frames.
    fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Gives the text cursor a colour (red, green, blue), or with `None` the terminal's own, until the
    /// terminal is left.
    fn color_cursor(&mut self, color: Option<(u8, u8, u8)>) -> io::Result<()>;

    /// Enters our terminal modes, whatever other programs have set.
    fn enter(&mut self) -> io::Result<()>;

    /// Restores the terminal.
    fn leave(&mut self) -> io::Result<()>;
}

/// Input from the terminal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Event(Event),
    /// The terminal's answer to the query for its background.
    Background(Background),
}
