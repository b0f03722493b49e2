//! `kill -9` at random moments of a batch, against a gateway in a second process: no row is sent twice, and none is
//! forgotten. What the journals say in the end is compared with the gateway's own audit log.

mod batch;
#[cfg(unix)]
mod desk;
pub mod journals;
mod ledger;

use crate::scripts::World;
use crate::support::process::PATIENCE;
use journals::{length, plan_length};
use ledger::Ledger;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The account whose groups are changed.
const ACCOUNT: &str = "Support line";

/// Kills of each of the two in the gate.
const FEW: usize = 15;
/// Kills of each of the two by hand: `cargo test --test program -- --ignored a_thousand_kills`.
const MANY: usize = 1_000;

/// Microseconds that a row takes at most, more or less. Just behind a line that was written no call is under way, so a
/// kill there would prove little.
const ROW_MICROS: u64 = 20_000;

/// What a batch does to every group of the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    ResetLink,
    /// Adds this text, which no other batch adds, to the description.
    Append(String),
}

/// A program that makes batches and can be killed.
trait Victim {
    /// Starts a batch for all groups of the account.
    fn begin(&mut self, change: &Change);
    /// Starts the program again after a kill, to go on with the batch of this journal.
    fn resume(&mut self, journal: &Path);
    /// Whether the batch has ended.
    fn has_ended(&mut self, journal: &Path) -> bool;
    /// The batch has ended without a kill: checks what is reported.
    fn end(&mut self, journal: &Path);
    /// Kills the process by SIGKILL.
    fn kill(&mut self);
    /// What can be seen of it, for failures.
    fn sight(&mut self) -> String;
}

/// Makes batches until so many kills were survived, and compares the outcomes.
fn kill(world: &World, directory: &Path, victim: &mut impl Victim, kills: usize) {
    let mut ledger = Ledger::new(world);
    let (mut killed, mut behind_the_last, mut round) = (0, 0, 0);
    while killed < kills {
        round += 1;
        let change = match round % 2 {
            1 => Change::ResetLink,
            _ => Change::Append(format!("Round {round}.")),
        };
        let earlier = journals::newest(directory);
        victim.begin(&change);
        let journal = new_journal(directory, earlier.as_deref(), victim);
        let mut from = plan_length(&journal);
        while is_killed(victim, &journal, from, killed < kills) {
            killed += 1;
            from = length(&journal);
            behind_the_last += usize::from(journals::is_finished(&journal));
            victim.resume(&journal);
        }
        ledger.add(&change, &journals::rows(&journal));
        println!(
            "{killed} kills in {round} batches, {behind_the_last} of them behind the last row: {}",
            ledger.summary()
        );
    }
    ledger.check(world);
}

/// Kills the program at a random moment after its journal had the length `from`: when it has grown by some lines, and
/// then at any point of a row. Whether it did not end before.
fn is_killed(victim: &mut impl Victim, journal: &Path, from: u64, may_kill: bool) -> bool {
    // A line has some 30 bytes, that of a reset before it is sent 110.
    let moment = from + rand::random_range(1..900);
    let mut at = None;
    let mut seen = from;
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        let now = length(journal);
        if may_kill && now >= moment {
            let later = Duration::from_micros(rand::random_range(0..ROW_MICROS));
            if *at.get_or_insert(Instant::now() + later) <= Instant::now() {
                victim.kill();
                return true;
            }
        }
        if victim.has_ended(journal) {
            victim.end(journal);
            return false;
        }
        if now > seen {
            seen = now;
            deadline = Instant::now() + PATIENCE;
        }
        let mut sight = || victim.sight();
        assert!(Instant::now() < deadline, "it stands still: {}", sight());
        std::thread::yield_now();
    }
}

/// Waits until there is a newer journal than `earlier`.
fn new_journal(directory: &Path, earlier: Option<&Path>, victim: &mut impl Victim) -> PathBuf {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match journals::newest(directory) {
            Some(newest) if Some(newest.as_path()) != earlier => return newest,
            _ => {}
        }
        let mut sight = || victim.sight();
        assert!(Instant::now() < deadline, "no journal: {}", sight());
        std::thread::yield_now();
    }
}
