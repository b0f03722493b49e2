//! From the start of the process to the first frame and to the first connected session, beside the
//! bare minimum: the same binary printing its version.
//!
//! `cargo bench --bench start`

// What it measures, it prints.
#![allow(clippy::print_stdout)]

#[path = "../tests/support/pty.rs"]
#[allow(dead_code)]
mod pty;

use pty::Pty;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;
const BINARY: &str = env!("CARGO_BIN_EXE_groupdesk");

#[allow(clippy::print_stdout)]
fn main() {
    let version = measure(&["--version"], "groupdesk");
    let frame = measure(&["demo", "--still"], "quit");
    let connected = measure(&["demo", "--still"], "3 of 5 connected");
    println!("--version {version:.1?}");
    println!(
        "first frame {frame:.1?} ({:.1} times --version)",
        ratio(frame, version)
    );
    println!(
        "3 sessions connected {connected:.1?} ({:.1} times --version)",
        ratio(connected, version)
    );
}

/// The median time from the start until the text is on the screen.
fn measure(arguments: &[&str], text: &str) -> Duration {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            let mut pty = Pty::spawn(120, 40, BINARY, arguments, &[]);
            pty.wait_for(text);
            begin.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn ratio(time: Duration, unit: Duration) -> f64 {
    time.as_secs_f64() / unit.as_secs_f64()
}
