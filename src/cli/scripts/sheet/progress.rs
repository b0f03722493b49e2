//! How far many questions are, on standard error.

use crate::cli::output::note;
use crate::cli::scripts::context::CommandContext;
use crate::links::{Ask, Source as _, Step, estimate};
use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;
use tokio::time::Instant;

/// Where standard error is no terminal, a line is written after so many answers.
const LINES_EVERY: usize = 50;
/// Fewer questions, or a shorter time, are not announced.
const ANNOUNCED: Duration = Duration::from_secs(5);

pub(super) struct Progress {
    what: &'static str,
    all: usize,
    begun: Instant,
    expected: Duration,
    quiet: bool,
    terminal: bool,
}

impl Progress {
    /// Announces the questions and how long they take. `what` names one of them.
    pub(super) async fn begin(desk: &CommandContext<'_>, asks: &[Ask], what: &'static str) -> Self {
        let mut sessions: BTreeMap<&str, usize> = BTreeMap::new();
        for ask in asks {
            *sessions.entry(&ask.session).or_default() += 1;
        }
        let mut expected = Duration::ZERO;
        for (session, count) in sessions {
            let windows = desk.client.budget(session).await;
            expected = expected.max(estimate(count, windows.as_deref()));
        }
        let progress = Self {
            what,
            all: asks.len(),
            begun: Instant::now(),
            expected,
            quiet: !desk.notes || expected < ANNOUNCED,
            terminal: std::io::stderr().is_terminal(),
        };
        if !progress.quiet {
            let (all, time) = (progress.all, words(expected));
            note(&format!(
                "asking WhatsApp for {all} {what}s at the pace that accounts may ask: about {time}"
            ));
        }
        progress
    }

    pub(super) fn step(&self, step: Step) {
        if self.quiet {
            return;
        }
        let all = self.all;
        match step {
            Step::Answered { done } if self.terminal => {
                let left = words(self.expected.saturating_sub(self.begun.elapsed()));
                Self::line(&format!("{done} of {all} {}s, {left} left", self.what));
            }
            Step::Answered { done } if done % LINES_EVERY == 0 => {
                note(&format!("{done} of {all} {}s", self.what));
            }
            // Shorter pauses are the ordinary pace.
            Step::Waits(pause) if self.terminal && pause > ANNOUNCED => {
                Self::line(&format!("the gateway asks for a pause of {}", words(pause)));
            }
            _ => {}
        }
    }

    /// In the place of the last one.
    fn line(text: &str) {
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "\r\x1b[Kgroupdesk: {text}");
        let _ = stderr.flush();
    }

    pub(super) fn end(&self) {
        if self.terminal && !self.quiet {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=90 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}
