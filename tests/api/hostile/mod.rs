//! The client on bad networks: servers that are slow, cut off, malicious, or not gateways at all.

mod answers;
mod floods;
mod memory;
mod pauses;
mod server;

use groupdesk::client::{Client, Limits, Options, Secret};
use std::time::Duration;

const KEY: &str = "wa_hostile-networks-never-see-this-twice";
const SESSION: &str = "01HZ0SESSION0000000000000";
const GROUP: &str = "120363041234567890@g.us";

/// Timeouts that suit a test.
fn hasty() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        stored: Duration::from_millis(400),
        live: Duration::from_millis(400),
        ..Limits::default()
    }
}

fn client(base: &str, limits: Limits) -> Client {
    let options = Options {
        limits,
        ..Options::new(base, Secret::new(KEY))
    };
    Client::open(&options).expect("a client")
}
