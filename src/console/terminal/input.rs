//! What comes from the terminal: keys, pastes, the mouse, its size and its answers.
//!
//! On Unix a thread of our own reads. crossterm would go on reading a terminal that has hung up, so it is
//! asked only while there is something to read and no hang-up. Its feature `use-dev-tty` is the source that
//! waits by level: the default one waits by edge, and loses a key that comes together with a signal.

use super::background::AnswerFilter;
use super::hang_up::HangUp;
use crate::console::runtime::Input;
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
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::time::Duration;
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::mpsc::Sender;

    /// Inputs that may wait for the loop; then the terminal waits.
    pub(super) const WAITING: usize = 1_024;
    /// An answer of the terminal arrives in one piece; what looks like the beginning of one and is not
    /// continued in this time was typed.
    const ANSWER: Duration = Duration::from_millis(100);
    /// How long crossterm looks for one more event; without any time it would not look at all.
    const LOOK: Duration = Duration::from_millis(1);

    type Inputs = Sender<io::Result<Input>>;

    /// Tells of every change of the window's size.
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

    /// Reads until the terminal or the loop ends.
    pub(super) fn read(inputs: &Inputs, hang_up: &HangUp) {
        let mut filter = AnswerFilter::default();
        loop {
            let patience = filter.is_holding().then_some(ANSWER);
            let mut arrived = Vec::new();
            match wait(patience) {
                Ok(Waited::HangUp) => {
                    hang_up.note();
                    return;
                }
                Ok(Waited::Nothing) => filter.release(&mut arrived),
                Ok(Waited::Readable) => {
                    if let Err(error) = take_all(&mut filter, &mut arrived) {
                        let _ = hang_up
                            .forgive(Err(error), ())
                            .map_err(|error| inputs.blocking_send(Err(error)));
                        return;
                    }
                }
                Err(error) => {
                    let _ = inputs.blocking_send(Err(error));
                    return;
                }
            }
            for input in arrived {
                if inputs.blocking_send(Ok(input)).is_err() {
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

    fn wait(patience: Option<Duration>) -> io::Result<Waited> {
        let stdin = io::stdin();
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        let mut terminal = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut terminal, patience.as_ref()) {
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

    fn take_all(filter: &mut AnswerFilter, arrived: &mut Vec<Input>) -> io::Result<()> {
        while arrived.len() < WAITING && event::poll(LOOK)? {
            filter.push(event::read()?, arrived);
        }
        Ok(())
    }
}
