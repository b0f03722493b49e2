//! Terminal input: keys, pastes, the mouse, resizes and answers to queries.
//!
//! On Unix our own thread reads. crossterm would keep reading a terminal that has hung up, so it is polled
//! only while input is available and there is no hang-up. Its feature `use-dev-tty` selects the
//! level-triggered source: the default one is edge-triggered and loses a key that arrives with a signal.

use super::background::AnswerFilter;
use super::hang_up::HangUp;
use crate::console::io::screen::Input;
use futures_util::{Stream, StreamExt as _};
use std::io;

#[cfg(unix)]
pub(super) fn inputs(
    hang_up: &HangUp,
) -> impl Stream<Item = io::Result<Input>> + Unpin + Send + 'static {
    let (sender, mut inputs) = tokio::sync::mpsc::channel(unix::WAITING);
    unix::follow_size(sender.clone());
    let noted = hang_up.clone();
    std::thread::spawn(move || unix::read(&sender, &noted));
    futures_util::stream::poll_fn(move |context| inputs.poll_recv(context))
        .take_until(hang_up.token().clone().cancelled_owned())
        .boxed()
}

#[cfg(not(unix))]
pub(super) fn inputs(
    hang_up: &HangUp,
) -> impl Stream<Item = io::Result<Input>> + Unpin + Send + 'static {
    let mut filter = AnswerFilter::default();
    crossterm::event::EventStream::new()
        .map(move |event| {
            let mut inputs = Vec::new();
            match event {
                Ok(event) => filter.push(event, &mut inputs),
                Err(error) => return futures_util::stream::iter(vec![Err(error)]),
            }
            filter.release(&mut inputs);
            futures_util::stream::iter(inputs.into_iter().map(Ok).collect::<Vec<_>>())
        })
        .flatten()
        .take_until(hang_up.token().clone().cancelled_owned())
        .boxed()
}

#[cfg(unix)]
mod unix {
    use super::{AnswerFilter, HangUp, Input, io};
    use crossterm::event::{self, Event};
    use rustix::event::{PollFd, PollFlags, poll};
    use std::time::Duration;
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::mpsc::Sender;

    /// Capacity of the channel to the event loop; when it is full the terminal waits.
    pub(super) const WAITING: usize = 1_024;
    /// An answer of the terminal arrives in one piece; keys that look like its beginning and are not
    /// continued within this time were typed.
    const ANSWER: Duration = Duration::from_millis(100);
    /// Poll timeout for crossterm after a key. It buffers keys that were read together, and with a shorter
    /// timeout it may not return them: on a busy machine a millisecond passes before it checks.
    const QUIET: Duration = Duration::from_secs(1);

    type Inputs = Sender<io::Result<Input>>;

    /// Sends every resize of the window.
    pub(super) fn follow_size(inputs: Inputs) {
        let Ok(mut changes) = signal(SignalKind::window_change()) else {
            return;
        };
        tokio::spawn(async move {
            while changes.recv().await.is_some() {
                let Ok((columns, rows)) = crossterm::terminal::size() else {
                    continue;
                };
                let resize = Input::Event(Event::Resize(columns, rows));
                if inputs.send(Ok(resize)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Reads until the terminal hangs up or the event loop ends.
    pub(super) fn read(inputs: &Inputs, hang_up: &HangUp) {
        let mut filter = AnswerFilter::default();
        loop {
            let outcome = match wait() {
                Ok(Waited::HangUp) => {
                    hang_up.note();
                    return;
                }
                Ok(Waited::Nothing) => Ok(true),
                Ok(Waited::Readable) => take_all(&mut filter, inputs),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    if let Err(error) = hang_up.forgive(Err(error), ()) {
                        let _ = inputs.blocking_send(Err(error));
                    }
                    return;
                }
            }
        }
    }

    enum Waited {
        Readable,
        Nothing,
        HangUp,
    }

    fn wait() -> io::Result<Waited> {
        let stdin = io::stdin();
        let mut terminal = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut terminal, None) {
            Err(rustix::io::Errno::INTR) => return Ok(Waited::Nothing),
            Err(error) => return Err(error.into()),
            Ok(0) => return Ok(Waited::Nothing),
            Ok(_) => {}
        }
        let seen = terminal[0].revents();
        Ok(if seen.intersects(PollFlags::HUP | PollFlags::ERR) {
            Waited::HangUp
        } else {
            Waited::Readable
        })
    }

    /// Sends all available input; `false` when the event loop has ended.
    fn take_all(filter: &mut AnswerFilter, inputs: &Inputs) -> io::Result<bool> {
        loop {
            let patience = if filter.is_holding() { ANSWER } else { QUIET };
            let mut arrived = Vec::new();
            let more = event::poll(patience)?;
            if more {
                filter.push(event::read()?, &mut arrived);
            } else {
                filter.release(&mut arrived);
            }
            for input in arrived {
                if inputs.blocking_send(Ok(input)).is_err() {
                    return Ok(false);
                }
            }
            if !more {
                return Ok(true);
            }
        }
    }
}
