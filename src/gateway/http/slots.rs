//! Connection slots: a limit in total and per address. When it is reached, an idle connection is
//! closed to make room; busy ones are never cut.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Connections over the limit that get an error answer; further ones are closed at once.
const CROWD: usize = 64;

/// All connections of one server.
pub(super) struct ConnectionSlots {
    most: usize,
    each: usize,
    open: Mutex<Open>,
    turned_away: Arc<Semaphore>,
    /// Counts the moments at which connections began to be idle.
    moments: AtomicU64,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<u64, Arc<Connection>>,
    by_client: HashMap<IpAddr, usize>,
    next_id: u64,
}

/// The state of one connection.
pub(super) struct Connection {
    client: IpAddr,
    state: AtomicU64,
    /// Cancelled when the connection is closed for a new one.
    pub evicted: CancellationToken,
    /// It became a realtime stream.
    stream: AtomicBool,
}

/// The states of a connection; from [`IDLE`] on it is the moment at which it began to wait for a request.
const BUSY: u64 = 0;
/// The answer is being sent to the client.
const ANSWERED: u64 = 1;
const EVICTED: u64 = 2;
const IDLE: u64 = 3;

/// A connection's place, until it is dropped.
pub(super) struct Slot {
    pub connection: Arc<Connection>,
    kept: Kept,
}

enum Kept {
    Served(Arc<ConnectionSlots>, u64),
    /// Over the limit: it gets an error answer.
    TurnedAway {
        _permit: OwnedSemaphorePermit,
    },
}

impl ConnectionSlots {
    /// `most` in all, `each` of one address; 0 is no share.
    pub(super) fn new(most: u32, each: u32) -> Arc<Self> {
        let most = most as usize;
        Arc::new(Self {
            most,
            each: if each == 0 {
                most
            } else {
                most.min(each as usize)
            },
            open: Mutex::default(),
            turned_away: Arc::new(Semaphore::new(CROWD)),
            moments: AtomicU64::new(IDLE),
        })
    }

    /// A slot for a new connection, initially idle; `None` when the connection should be closed at
    /// once.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let client = client(address);
        let connection = Arc::new(Connection {
            client,
            state: AtomicU64::new(self.moment()),
            evicted: CancellationToken::new(),
            stream: AtomicBool::new(false),
        });
        let mut open = self.open();
        let kept = if open.make_room(client, self.most, self.each) {
            let id = open.next_id;
            open.next_id += 1;
            open.by_id.insert(id, Arc::clone(&connection));
            *open.by_client.entry(client).or_default() += 1;
            Kept::Served(Arc::clone(self), id)
        } else {
            let permit = Arc::clone(&self.turned_away).try_acquire_owned().ok()?;
            Kept::TurnedAway { _permit: permit }
        };
        Some(Slot { connection, kept })
    }

    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::Relaxed)
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Whether there is room for one more connection of this client, after closing the longest idle
    /// one if needed: of the same client when it has its share, else of the client with the most.
    fn make_room(&mut self, client: IpAddr, most: usize, each: usize) -> bool {
        let held = self.by_client.get(&client).copied().unwrap_or_default();
        if held >= each {
            return self.evict_one_of(client);
        }
        if self.by_id.len() < most {
            return true;
        }
        let mut clients: Vec<_> = self.by_client.iter().map(|(c, n)| (*n, *c)).collect();
        clients.sort_unstable_by(|a, b| b.cmp(a));
        clients
            .into_iter()
            .any(|(_, client)| self.evict_one_of(client))
    }

    fn evict_one_of(&mut self, client: IpAddr) -> bool {
        loop {
            let of_client = self.by_id.iter().filter(|(_, c)| c.client == client);
            let idle = of_client.filter_map(|(id, c)| Some((c.idle_since()?, *id)));
            let Some((since, id)) = idle.min() else {
                return false;
            };
            // Unless a request was received in between.
            if self.by_id.get(&id).is_some_and(|c| c.evict(since)) {
                self.remove(id);
                return true;
            }
        }
    }

    fn remove(&mut self, id: u64) {
        let Some(connection) = self.by_id.remove(&id) else {
            return;
        };
        if let Some(held) = self.by_client.get_mut(&connection.client) {
            *held -= 1;
            if *held == 0 {
                self.by_client.remove(&connection.client);
            }
        }
    }
}

impl Connection {
    /// A request head was received; `false` when the connection was evicted just before.
    pub(super) fn begin(&self) -> bool {
        let begin = |state| (state != EVICTED).then_some(BUSY);
        self.state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, begin)
            .is_ok()
    }

    /// The answer is made; once it is written ([`Slot::written`]) the connection is idle.
    pub(super) fn answered(&self) {
        self.swap(BUSY, ANSWERED);
    }

    /// It is a realtime stream from now on, which is never idle.
    pub(super) fn becomes_stream(&self) {
        self.stream.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stream(&self) -> bool {
        self.stream.load(Ordering::Relaxed)
    }

    /// The moment since when it waits for a request.
    pub(super) fn idle_since(&self) -> Option<u64> {
        Some(self.state.load(Ordering::Acquire)).filter(|state| *state >= IDLE)
    }

    fn evict(&self, since: u64) -> bool {
        let evicted = self.swap(since, EVICTED);
        if evicted {
            self.evicted.cancel();
        }
        evicted
    }

    fn swap(&self, from: u64, to: u64) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

impl Slot {
    /// Whether the connection is over the limit and only gets an error answer.
    pub(super) fn is_over_limit(&self) -> bool {
        matches!(self.kept, Kept::TurnedAway { .. })
    }

    /// Everything that was to be written is.
    pub(super) fn written(&self) {
        if let Kept::Served(slots, _) = &self.kept
            && self.connection.state.load(Ordering::Acquire) == ANSWERED
            && !self.connection.is_stream()
        {
            self.connection.swap(ANSWERED, slots.moment());
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Kept::Served(slots, id) = &self.kept {
            slots.open().remove(*id);
        }
    }
}

/// The client of an address: for IPv6 its /64 network, which is what one customer gets.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    /// The slot of a connection that has its own address.
    pub fn slot() -> Slot {
        ConnectionSlots::new(1, 0).take(address(1)).unwrap()
    }

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    fn is_served(slot: &Slot) -> bool {
        !slot.is_over_limit() && !slot.connection.evicted.is_cancelled()
    }

    fn busy(slots: &Arc<ConnectionSlots>, last: u8) -> Slot {
        let slot = slots.take(address(last)).unwrap();
        assert!(is_served(&slot) && slot.connection.begin());
        slot
    }

    #[test]
    fn one_address_is_limited_to_its_share_and_others_are_served() {
        let slots = ConnectionSlots::new(10, 4);
        let mine: Vec<_> = (0..4).map(|_| busy(&slots, 1)).collect();
        assert!(slots.take(address(1)).unwrap().is_over_limit());
        let others: Vec<_> = (2..8).map(|last| busy(&slots, last)).collect();
        assert!(slots.take(address(9)).unwrap().is_over_limit());
        assert!(mine.iter().chain(&others).all(is_served));
        drop(mine);
        assert!(is_served(&slots.take(address(9)).unwrap()));
        drop(others);
        let open = slots.open();
        assert!(open.by_id.is_empty() && open.by_client.is_empty());
    }

    #[test]
    fn the_connection_idle_the_longest_is_closed_for_a_new_one() {
        let slots = ConnectionSlots::new(4, 3);
        let first = slots.take(address(1)).unwrap();
        let second = slots.take(address(1)).unwrap();
        let third = busy(&slots, 1);
        // The share of the address is full: one of its own connections is closed.
        let fourth = slots.take(address(1)).unwrap();
        assert!(!is_served(&first) && is_served(&second) && is_served(&fourth));
        assert!(
            !first.connection.begin(),
            "the closed connection cannot begin a request"
        );
        // All slots are taken: the address with the most connections loses an idle one, never a busy one.
        let other = busy(&slots, 2);
        let another = slots.take(address(3)).unwrap();
        assert!(is_served(&another) && !is_served(&second));
        // A connection with an unread answer is busy.
        third.connection.answered();
        let newer = slots.take(address(4)).unwrap();
        assert!(!is_served(&fourth) && is_served(&third) && is_served(&newer));
        third.written();
        let newest = slots.take(address(5)).unwrap();
        assert!(!is_served(&third) || !is_served(&another) || !is_served(&newer));
        assert!(is_served(&other) && is_served(&newest));
        drop((first, second, third, fourth));
        assert!(slots.open().by_id.len() <= 4);
    }

    #[test]
    fn a_stream_is_never_idle() {
        let slots = ConnectionSlots::new(1, 0);
        let stream = busy(&slots, 1);
        stream.connection.becomes_stream();
        stream.connection.answered();
        stream.written();
        assert!(slots.take(address(2)).unwrap().is_over_limit());
        assert!(is_served(&stream));
    }

    #[test]
    fn only_a_few_refused_clients_get_an_answer() {
        let slots = ConnectionSlots::new(1, 0);
        let _busy = busy(&slots, 1);
        let taken: Vec<_> = (0..CROWD).map(|_| slots.take(address(2))).collect();
        assert!(taken.iter().all(Option::is_some));
        assert!(slots.take(address(2)).is_none());
    }

    #[test]
    fn an_ipv6_prefix_is_one_address() {
        let of = |text: &str| client(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
