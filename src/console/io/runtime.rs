//! The event loop: waits for keys, timers, replies and realtime events, calls `update`, performs its effects
//! and draws once per round.
//!
//! Slow work runs in tasks of its own; the loop itself never waits for the gateway.

use crate::api::EpochMillis;
use crate::client::Client;
use crate::console::effect::Effect;
use crate::console::ids::RequestId;
use crate::console::io::notice::{Notice, now};
use crate::console::io::perform::Performer;
use crate::console::io::screen::{Input, Screen};
use crate::console::io::suspend::{self, Continued};
use crate::console::msg::{Msg, Reply};
use crate::console::phone;
use crate::console::state::{Options, State};
use crate::console::update::{start, update};
use crate::console::view::view;
use crossterm::event::{Event, KeyEvent, KeyEventKind};
use futures_util::{Stream, StreamExt};
use std::collections::{BTreeSet, HashMap};
use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

/// Maximum inputs handled before a frame is drawn, so that a flood of them does not starve the screen.
const MESSAGES_PER_FRAME: usize = 512;

/// A process that still runs this long after SIGTSTP was not stopped: the kernel does not stop an orphaned
/// process group (`xterm -e`, `ssh -t`, a container), because nothing could continue it.
const AWAKE: Duration = Duration::from_millis(500);

/// Runs the console until the user quits or `shutdown` is cancelled.
///
/// `performer` performs effects and has already started to send realtime messages into `inbox`.
///
/// # Errors
/// The terminal cannot be drawn to or read from any more.
pub(crate) async fn run(
    screen: &mut impl Screen,
    options: Options,
    performer: Performer,
    inbox: mpsc::UnboundedReceiver<Notice>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let size = screen.terminal().size()?;
    let (state, effects) = start(options, (size.width, size.height), now());
    let mut event_loop = EventLoop {
        state,
        performer,
        inbox,
        connected: None,
        running: HashMap::new(),
        wakes: BTreeSet::new(),
    };
    let mut next = event_loop.carry_out(effects);
    let mut inputs = screen.inputs();
    let mut continued = Continued::listen()?;
    let mut formats = Some(tokio::task::spawn_blocking(phone::load));
    loop {
        match next {
            Next::Quit => return Ok(()),
            Next::Suspend => {
                screen.leave()?;
                suspend::suspend()?;
                tokio::select! {
                    biased;
                    () = shutdown.cancelled() => return Ok(()),
                    () = continued.recv() => {}
                    () = tokio::time::sleep(AWAKE) => {}
                }
                next = retake(screen, &mut event_loop)?;
                continue;
            }
            Next::Draw => {
                screen.color_cursor(event_loop.state.options.theme.cursor())?;
                screen.begin_frame()?;
                screen
                    .terminal()
                    .draw(|frame| view(&event_loop.state, frame))?;
                screen.end_frame()?;
            }
            Next::Wait => {}
        }
        let wake = event_loop.wakes.first().copied();
        next = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            input = inputs.next() => match input {
                Some(input) => {
                    let mut read = vec![input?];
                    while read.len() < MESSAGES_PER_FRAME
                        && let Some(input) = already_there(&mut inputs).await
                    {
                        read.push(input?);
                    }
                    event_loop.take_inputs(read)
                }
                // The terminal has hung up.
                None => return Ok(()),
            },
            Some(notice) = event_loop.inbox.recv() => event_loop.take_notice(notice, screen)?,
            () = sleep_until(wake) => event_loop.take_clock(),
            () = continued.recv() => retake(screen, &mut event_loop)?,
            Some(()) = loaded(&mut formats) => Next::Draw,
        };
        for _ in 0..MESSAGES_PER_FRAME {
            if matches!(next, Next::Quit | Next::Suspend) {
                break;
            }
            let more = if let Ok(notice) = event_loop.inbox.try_recv() {
                event_loop.take_notice(notice, screen)?
            } else {
                break;
            };
            next = next.max(more);
        }
    }
}

/// Waits for a load in another thread, once.
async fn loaded(task: &mut Option<JoinHandle<()>>) -> Option<()> {
    let loading = task.as_mut()?;
    // Without the formats all numbers are grouped the same way.
    let _ = loading.await;
    *task = None;
    Some(())
}

/// The next item of a stream, if it is ready.
///
/// It is polled with this task's context: crossterm's stream, used on Windows, wakes the first task that got
/// `Pending`, and would leave the loop asleep beside a waiting key if that were another one.
async fn already_there<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> Option<T> {
    poll_fn(|context| match stream.poll_next_unpin(context) {
        Poll::Ready(item) => Poll::Ready(item),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Enters the terminal modes again after a suspension; other programs have used the terminal meanwhile.
fn retake(screen: &mut impl Screen, event_loop: &mut EventLoop) -> anyhow::Result<Next> {
    screen.enter()?;
    let size = screen.terminal().size()?;
    Ok(event_loop.take(Msg::Resize {
        columns: size.width,
        rows: size.height,
    }))
}

/// What the loop does after a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Wait,
    Draw,
    Suspend,
    Quit,
}

struct EventLoop {
    state: State,
    performer: Performer,
    inbox: mpsc::UnboundedReceiver<Notice>,
    /// The client of the gateway that has accepted our credentials.
    connected: Option<(RequestId, Client)>,
    running: HashMap<RequestId, AbortHandle>,
    wakes: BTreeSet<EpochMillis>,
}

impl EventLoop {
    fn take(&mut self, msg: Msg) -> Next {
        let effects = update(&mut self.state, now(), msg);
        self.carry_out(effects)
    }

    fn take_clock(&mut self) -> Next {
        let now = now();
        self.wakes = self.wakes.split_off(&(now + 1));
        let effects = update(&mut self.state, now, Msg::Tick);
        self.carry_out(effects)
    }

    /// Handles the input of one read. Keys stay together, so that a paste can be distinguished from typing.
    fn take_inputs(&mut self, inputs: Vec<Input>) -> Next {
        let mut next = Next::Wait;
        let mut keys = Vec::new();
        for input in inputs {
            if let Input::Event(Event::Key(key)) = input {
                if key.kind != KeyEventKind::Release {
                    keys.push(key);
                }
                continue;
            }
            next = next.max(self.take_keys(std::mem::take(&mut keys)));
            next = next.max(match input {
                Input::Event(event) => self.take_event(event),
                Input::Background(background) => self.take(Msg::Background(background)),
            });
        }
        next.max(self.take_keys(keys))
    }

    fn take_keys(&mut self, keys: Vec<KeyEvent>) -> Next {
        if keys.is_empty() {
            return Next::Wait;
        }
        self.take(Msg::Keys(keys))
    }

    fn take_event(&mut self, event: Event) -> Next {
        match event {
            Event::Paste(text) => self.take(Msg::Paste(text)),
            Event::Mouse(mouse) => self.take(Msg::Mouse(mouse)),
            Event::Resize(columns, rows) => self.take(Msg::Resize { columns, rows }),
            _ => Next::Wait,
        }
    }

    fn take_notice(&mut self, notice: Notice, screen: &mut impl Screen) -> io::Result<Next> {
        match notice {
            Notice::Msg(msg) => Ok(self.take(msg)),
            Notice::Answer(id, reply, _turn) => {
                self.running.remove(&id);
                Ok(self.take(Msg::Reply(id, reply)))
            }
            Notice::Realtime(news, _held) => Ok(self.take(Msg::Realtime(news))),
            Notice::Connected(id, answer) => {
                self.running.remove(&id);
                let as_failure = answer.map(|client| self.connected = Some((id, client)));
                let next = self.take(Msg::Reply(id, Reply::Connected(as_failure)));
                // A client that was not switched to is no longer needed.
                self.connected = None;
                Ok(next)
            }
            Notice::Added(id, answer) => {
                self.running.remove(&id);
                let as_fault = answer.map(|client| self.connected = Some((id, client)));
                let next = self.take(Msg::Reply(id, Reply::Added(as_fault)));
                self.connected = None;
                Ok(next)
            }
            Notice::Raw(bytes) => {
                screen.write_raw(&bytes)?;
                Ok(Next::Wait)
            }
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Next {
        let mut next = Next::Draw;
        for effect in effects {
            match effect {
                Effect::Wake(at) => {
                    self.wakes.insert(at);
                }
                Effect::Cancel(id) => {
                    if let Some(task) = self.running.remove(&id) {
                        task.abort();
                    }
                }
                Effect::Connect { id, profile, token } => {
                    let task = self.performer.connect(id, profile, token);
                    self.running.insert(id, task);
                }
                Effect::AddGateway {
                    id,
                    gateway,
                    profile,
                } => {
                    let task = self.performer.add_gateway(id, gateway, profile);
                    self.running.insert(id, task);
                }
                Effect::Batch { profile, command } => self.performer.batch(profile, command),
                Effect::SwitchGateway(id) => self.enter(id),
                Effect::Suspend => next = Next::Suspend,
                Effect::Quit => return Next::Quit,
                Effect::Call { id, call } => {
                    self.running.insert(id, self.performer.call(id, call));
                }
                Effect::Notebook {
                    id,
                    profile,
                    change,
                } => self.performer.notebook(id, profile, change),
                Effect::Copy { id, text } => self.performer.copy(id, text),
                Effect::SaveQr { id, text, title } => self.performer.save_qr(id, text, title),
            }
        }
        next
    }

    /// Ends all tasks of this gateway and continues with the other one.
    fn enter(&mut self, id: RequestId) {
        let Some((_, client)) = self
            .connected
            .take()
            .filter(|(connected, _)| *connected == id)
        else {
            return;
        };
        for (_, task) in self.running.drain() {
            task.abort();
        }
        self.wakes.clear();
        (self.performer, self.inbox) = self.performer.switched_to(client);
    }
}

async fn sleep_until(wake: Option<EpochMillis>) {
    match wake {
        Some(at) => tokio::time::sleep(Duration::from_millis((at - now()).max(0) as u64)).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::Pin;
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Waker};

    /// Typed input and the waker of its reader: like crossterm's stream, it keeps the first waker whose poll
    /// was pending.
    #[derive(Clone, Default)]
    struct Typed(Arc<Mutex<(Option<u8>, Option<Waker>)>>);

    impl Typed {
        fn press(&self, key: u8) {
            let mut typed = self.0.lock().unwrap();
            typed.0 = Some(key);
            if let Some(waker) = typed.1.take() {
                waker.wake();
            }
        }
    }

    impl Stream for Typed {
        type Item = u8;

        fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u8>> {
            let mut typed = self.0.lock().unwrap();
            if let Some(key) = typed.0.take() {
                return Poll::Ready(Some(key));
            }
            typed.1.get_or_insert_with(|| context.waker().clone());
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_after_a_pending_poll_wakes_the_loop() {
        let typed = Typed::default();
        let mut stream = typed.clone();
        let reader = tokio::spawn(async move {
            assert_eq!(already_there(&mut stream).await, None);
            stream.next().await
        });
        // The reader has polled once when this task runs again.
        tokio::task::yield_now().await;
        typed.press(b'q');
        let read = tokio::time::timeout(Duration::from_secs(1), reader).await;
        assert_eq!(read.expect("a woken reader").unwrap(), Some(b'q'));
    }
}
