//! The metrics behind `/metrics`.
//!
//! Every label has a bounded set of values: route patterns instead of paths, kinds of driver errors
//! instead of messages. No label identifies an organization.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// From an answer out of memory to WhatsApp's time limit, in seconds.
const ANSWERS: [f64; 12] = [
    0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];
/// Buckets for commits, in seconds: from an idle disk to one in trouble.
const WRITES: [f64; 10] = [
    0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.5, 5.0,
];

/// A family of histograms.
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    answers: Histograms<Route>,
    driver_calls: Family<DriverCall, Counter>,
    driver_times: Histograms<Operation>,
    store: StoreTimes,
    sessions: Family<Status, Gauge>,
    subscribers: Gauge,
    store_bytes: Gauge,
    key_bytes: Gauge,
    largest_key_bytes: Gauge,
}

/// Bytes on the disk. The key files are not told apart by session: a label of each would grow without a bound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub store: u64,
    pub key_files: u64,
    pub largest_key_file: u64,
}

/// Queueing and commit times of writes.
#[derive(Clone)]
pub(crate) struct StoreTimes {
    waits: Histogram,
    commits: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: &'static str,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DriverCall {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("groupdesk");
        let metrics = Self {
            requests: Family::default(),
            answers: Family::new_with_constructor(|| Histogram::new(ANSWERS)),
            driver_calls: Family::default(),
            driver_times: Family::new_with_constructor(|| Histogram::new(ANSWERS)),
            store: StoreTimes::default(),
            sessions: Family::default(),
            subscribers: Gauge::default(),
            store_bytes: Gauge::default(),
            key_bytes: Gauge::default(),
            largest_key_bytes: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "http_requests",
            "Requests by route and status code; 499 when the client disconnected before the answer",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's head to its answer",
            Unit::Seconds,
            metrics.answers.clone(),
        );
        registry.register(
            "driver_operations",
            "Calls to WhatsApp by outcome: ok, the kind of refusal, or cut when it took too long or the session ended",
            metrics.driver_calls.clone(),
        );
        registry.register_with_unit(
            "driver_operation_duration",
            "Time that calls to WhatsApp took",
            Unit::Seconds,
            metrics.driver_times.clone(),
        );
        registry.register_with_unit(
            "store_wait",
            "Time that writes waited in the queue",
            Unit::Seconds,
            metrics.store.waits.clone(),
        );
        registry.register_with_unit(
            "store_commit",
            "Time that transactions took, their commit included",
            Unit::Seconds,
            metrics.store.commits.clone(),
        );
        registry.register("sessions", "Sessions by status", metrics.sessions.clone());
        registry.register(
            "realtime_subscribers",
            "Realtime streams that are open",
            metrics.subscribers.clone(),
        );
        registry.register_with_unit(
            "store",
            "Size of the database with its write-ahead log",
            Unit::Bytes,
            metrics.store_bytes.clone(),
        );
        registry.register_with_unit(
            "key_files",
            "Size of all sessions' key files with their write-ahead logs",
            Unit::Bytes,
            metrics.key_bytes.clone(),
        );
        registry.register_with_unit(
            "largest_key_file",
            "Size of the largest key file with its write-ahead log",
            Unit::Bytes,
            metrics.largest_key_bytes.clone(),
        );
        Self {
            registry,
            ..metrics
        }
    }
}

impl Default for StoreTimes {
    fn default() -> Self {
        Self {
            waits: Histogram::new(WRITES),
            commits: Histogram::new(WRITES),
        }
    }
}

impl Metrics {
    /// Counts a request that was answered, or cancelled with code 499.
    pub(crate) fn request(
        &self,
        method: &'static str,
        route: &'static str,
        code: u16,
        took: Duration,
    ) {
        self.requests
            .get_or_create(&Request {
                method,
                route,
                code,
            })
            .inc();
        self.answers
            .get_or_create(&Route { method, route })
            .observe(took.as_secs_f64());
    }

    /// A call to WhatsApp came to its end.
    pub(crate) fn driver_call(
        &self,
        operation: &'static str,
        outcome: &'static str,
        took: Duration,
    ) {
        self.driver_calls
            .get_or_create(&DriverCall { operation, outcome })
            .inc();
        self.driver_times
            .get_or_create(&Operation { operation })
            .observe(took.as_secs_f64());
    }

    /// The timers of the store.
    pub(crate) fn store_times(&self) -> StoreTimes {
        self.store.clone()
    }

    /// The exposition text. Gauges are passed in by their owner.
    pub(crate) fn text(
        &self,
        sessions: &[(&'static str, usize)],
        subscribers: usize,
        sizes: Sizes,
    ) -> String {
        for (status, count) in sessions {
            self.sessions
                .get_or_create(&Status { status })
                .set(*count as i64);
        }
        self.subscribers.set(subscribers as i64);
        self.store_bytes.set(sizes.store as i64);
        self.key_bytes.set(sizes.key_files as i64);
        self.largest_key_bytes.set(sizes.largest_key_file as i64);
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl StoreTimes {
    pub(crate) fn waited(&self, time: Duration) {
        self.waits.observe(time.as_secs_f64());
    }

    pub(crate) fn committed(&self, time: Duration) {
        self.commits.observe(time.as_secs_f64());
    }
}
