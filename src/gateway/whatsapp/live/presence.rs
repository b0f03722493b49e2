//! Presence: a linked device stays unavailable, so that the phone keeps ringing.
//!
//! While a linked device is available, WhatsApp sends the phone no push notifications
//! (whatsmeow#262, whatsmeow#605); a device that never is available is logged out after about 14 days
//! (wuzapi#357, WAHA#1584). Hence unavailable, with one short pulse a day.

use std::sync::Weak;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use whatsapp_rust::{Client, NodeFilter, PresenceStatus};

/// The longest time without having been available. Each login counts, because the library is
/// available then.
pub(super) const DAY: Duration = Duration::from_hours(24);
/// How long a pulse lasts.
pub(super) const PULSE: Duration = Duration::from_secs(10);
/// Delay of the second answer to an `available`. The first one is sent from another task than the
/// `available`, so it may overtake it.
const SETTLE: Duration = Duration::from_secs(1);

/// Answers every `available` of a client with `unavailable`, until the client is dropped.
///
/// A workaround: whatsapp-rust 0.7 sends `available` at each login and after each new push name, and
/// reports neither. Fixed upstream by whatsapp-rust#1397; with that, only the pulse remains. On a fresh
/// link there is no presence before there is a push name: `available` is then sent with the name.
pub(super) async fn keep_unavailable(client: Weak<Client>) {
    let next_available = || {
        let filter = NodeFilter::tag("presence").attr("type", "available");
        let client = client.upgrade()?;
        Some(client.wait_for_sent_node(filter))
    };
    let Some(mut available) = next_available() else {
        return;
    };
    let mut pulse = Instant::now() + DAY;
    loop {
        tokio::select! {
            biased;
            sent = &mut available => {
                // The next wait begins before the answer, so that no `available` is overlooked.
                let Some(next) = next_available() else { return };
                available = next;
                // Otherwise the connection was closed, and its presence ended with it.
                if sent.is_ok() {
                    pulse = Instant::now() + DAY;
                    set(&client, PresenceStatus::Unavailable).await;
                    sleep(SETTLE).await;
                    set(&client, PresenceStatus::Unavailable).await;
                }
            }
            () = sleep_until(pulse) => {
                pulse = Instant::now() + DAY;
                set(&client, PresenceStatus::Available).await;
                sleep(PULSE).await;
            }
        }
    }
}

async fn set(client: &Weak<Client>, status: PresenceStatus) {
    if let Some(client) = client.upgrade() {
        // Without a connection or a push name nothing is sent; what follows either is answered above.
        let sent = client.presence().set(status).await;
        tracing::debug!(sent = sent.is_ok(), ?status, "presence");
    }
}
