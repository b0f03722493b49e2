//! Supervises the client of a run: builds it, watches it, closes it.

use super::dialer::Dialer;
use super::listener::{Listener, requeries};
use super::run::{Phase, Run};
use super::runtime::{SessionRuntime, guarded};
use super::session::{Session, Slot};
use super::version::{NoNewer, Triple};
use super::watchdog::{Finding, Seen, Watchdog};
use super::{keys, presence, reason};
use crate::gateway::whatsapp::{DriverEvent, Retry};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use whatsapp_rust::bot::{Bot, BotHandle};
use whatsapp_rust::wacore::store::DevicePropsOverride;
use whatsapp_rust::waproto::whatsapp::device_props::PlatformType;
use whatsapp_rust::{CacheConfig, CacheEntryConfig, Client, MsgSecretPolicy};

/// How often the state of a run is checked.
const TICK: Duration = Duration::from_secs(1);
/// Time limit of an orderly close.
const CLOSE: Duration = Duration::from_secs(10);

/// The first and the longest pause between two lookups of WhatsApp's version while it cannot be had.
const LOOK_UP_AGAIN: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(1));

/// The result of watching a client.
enum Verdict {
    /// The run is over.
    Over,
    /// The client backs off too long: replace it.
    Redial,
    /// WhatsApp refused the client's version.
    Outdated,
}

/// Reports a failure when the supervisor itself panics.
struct Alarm(Arc<Run>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if self.0.lives() {
            self.0.failed_internally();
        }
    }
}

impl Session {
    /// Starts a run, unless one is active.
    pub(super) async fn connect(self: &Arc<Self>) -> Arc<Run> {
        let mut slot = self.slot.lock().await;
        if let Some(slot) = &*slot
            && slot.run.lives()
        {
            return Arc::clone(&slot.run);
        }
        self.end(&mut slot).await;
        let run = Run::new(self.events.clone());
        self.set_current(Some(Arc::clone(&run)));
        let task = tokio::spawn(supervise(Arc::clone(self), Arc::clone(&run)));
        *slot = Some(Slot {
            run: Arc::clone(&run),
            task,
        });
        run
    }
}

async fn supervise(session: Arc<Session>, run: Arc<Run>) {
    let alarm = Alarm(Arc::clone(&run));
    while run.lives() {
        // The library reads it once for each client.
        let version = tokio::select! {
            biased;
            () = run.stop.cancelled() => break,
            version = session.live.version.get() => version,
        };
        let built = tokio::select! {
            biased;
            () = run.stop.cancelled() => break,
            built = build(&session, &run, version) => built,
        };
        let bot = match built {
            Ok(bot) => bot,
            Err(error) => {
                tracing::warn!(session = %session.account.session, %error, "cannot open a session");
                let detail = error.to_string();
                if error.is::<keys::Unwritable>() {
                    let now = jiff::Timestamp::now().as_millisecond();
                    run.end(reason::keys_unwritable(&detail), Retry::After(now));
                } else {
                    run.fail(reason::keys_unusable(&detail));
                }
                break;
            }
        };
        let client = bot.client();
        run.attach(Some(Arc::clone(&client)));
        if !session.live.options.appear_online {
            let kept = presence::keep_unavailable(Arc::downgrade(&client));
            tokio::spawn(guarded(Arc::downgrade(&run), kept));
        }
        let mut handle = bot.spawn();
        let verdict = watch(&session, &run, &client, &mut handle).await;
        session.note_traffic(&client);
        if tokio::time::timeout(CLOSE, handle.shutdown())
            .await
            .is_err()
        {
            tracing::warn!(session = %session.account.session, "aborted a connection that did not close in time");
        }
        run.attach(None);
        match verdict {
            Verdict::Over => break,
            Verdict::Redial => {}
            Verdict::Outdated => replace_version(&session, &run, version).await,
        }
    }
    drop(alarm);
    if run.is_unlinked() {
        session.lists.forget();
    }
    if run.is_unlinked()
        && let Err(error) = keys::erase(&session.key_file())
    {
        tracing::warn!(session = %session.account.session, %error, "cannot delete the keys of an unlinked device");
    }
}

/// Waits until there is a newer version than the refused one. Without one, the run ends.
async fn replace_version(session: &Session, run: &Run, refused: Triple) {
    let live = &session.live;
    let (mut pause, longest) = LOOK_UP_AGAIN;
    let looking = async {
        while let Err(why) = live.version.newer_than(refused).await {
            match why {
                NoNewer::Fixed if live.options.version.is_some() => {
                    return run.fail_manually(reason::outdated_setting(refused));
                }
                NoNewer::Fixed | NoNewer::None => {
                    return run.fail_manually(reason::OUTDATED.to_owned());
                }
                NoNewer::Unreachable => run.tell(DriverEvent::Delayed {
                    reason: reason::version_unknown(pause),
                }),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
        tracing::info!(session = %session.account.session, "WhatsApp refused this version; a newer one is used");
    };
    run.stop.run_until_cancelled(looking).await;
}

async fn build(session: &Arc<Session>, run: &Arc<Run>, version: Triple) -> anyhow::Result<Bot> {
    let live = &session.live;
    let store = keys::open(&session.key_file()).await?;
    let client = Arc::new(OnceLock::new());
    let requeries = requeries(Arc::downgrade(session), Arc::downgrade(run));
    let bot = Bot::builder()
        .with_backend(store)
        .with_transport_factory(Dialer {
            run: Arc::downgrade(run),
            sockets: Arc::clone(&live.sockets),
        })
        .with_http_client(live.http.clone())
        .with_runtime(SessionRuntime {
            run: Arc::downgrade(run),
            pace: live.options.pace,
        })
        .with_version(version)
        .with_device_props(
            DevicePropsOverride::new()
                .with_os(live.options.device_name.as_str())
                .with_platform_type(PlatformType::DESKTOP),
        )
        .with_cache_config(caches())
        .skip_history_sync()
        .with_event_handler(Listener {
            run: Arc::downgrade(run),
            client: Arc::clone(&client),
            pace: live.options.pace,
            recent: Mutex::default(),
            names: Mutex::default(),
            requeries,
        })
        .build()
        .await?;
    // Set once: the slot was made above.
    let _ = client.set(Arc::downgrade(&bot.client()));
    Ok(bot)
}

/// groupdesk neither sends nor reads messages, so these caches stay small.
fn caches() -> CacheConfig {
    let hour = Some(Duration::from_hours(1));
    CacheConfig {
        group_cache: CacheEntryConfig::new(hour, 16),
        device_registry_cache: CacheEntryConfig::new(hour, 256),
        message_retry_counts: CacheEntryConfig::new(hour, 128),
        undecryptable_dispatched: CacheEntryConfig::new(hour, 128),
        pdo_requested: CacheEntryConfig::new(hour, 128),
        sender_key_devices_cache: CacheEntryConfig::new(hour, 16),
        session_recreate_history: CacheEntryConfig::new(hour, 64),
        resend_rate_limiter_capacity: 64,
        msg_secret_policy: MsgSecretPolicy::Disabled,
        seed_msg_secrets_from_history: false,
        ..CacheConfig::default()
    }
}

async fn watch(
    session: &Session,
    run: &Run,
    client: &Arc<Client>,
    handle: &mut BotHandle,
) -> Verdict {
    let mut watchdog = Watchdog::new(Instant::now());
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = run.stop.cancelled() => return Verdict::Over,
            () = run.until(|phase| *phase == Phase::Ended) => return Verdict::Over,
            () = run.outdated.notified() => return Verdict::Outdated,
            () = &mut *handle => {
                // The reason may be reported slightly later: a panicking task drops the handle
                // first.
                let told = run.until(|phase| *phase == Phase::Ended);
                tokio::select! {
                    () = run.stop.cancelled() => {}
                    told = tokio::time::timeout(CLOSE, told) => if told.is_err() {
                        run.fail(reason::ENDED.to_owned());
                    }
                }
                return Verdict::Over;
            }
            _ = tick.tick() => {
                if let Some(verdict) = check(session, run, client, &mut watchdog).await {
                    return verdict;
                }
            }
        }
    }
}

/// Checks for states that the library does not report.
async fn check(
    session: &Session,
    run: &Run,
    client: &Arc<Client>,
    watchdog: &mut Watchdog,
) -> Option<Verdict> {
    session.note_traffic(client);
    run.report_backlog();
    let (dials, unreached) = run.dials();
    let seen = Seen {
        phase: run.phase(),
        is_connected: client.is_connected(),
        is_logged_in: client.is_logged_in(),
        received: client.stats().bytes_received,
        dials,
        unreached,
    };
    if seen.phase == Phase::Pairing {
        run.check_codes();
    }
    let finding = watchdog.look(Instant::now(), seen, &session.live.options.limits)?;
    tracing::info!(session = %session.account.session, ?finding, "the connection is lost");
    match finding {
        Finding::Gone => run.lost(),
        Finding::Silent if seen.phase == Phase::Connected => {
            run.lost();
            client.reconnect_immediately().await;
        }
        Finding::Silent | Finding::Unanswered | Finding::Unfinished => {
            run.gave_up();
            client.reconnect_immediately().await;
        }
        Finding::Idle => return Some(Verdict::Redial),
    }
    None
}

/// Checks a connection on which a query timed out, and opens a new one if it is dead.
pub(super) async fn probe(run: &Run, client: &Arc<Client>, patience: Duration) {
    use whatsapp_rust::wacore::iq::keepalive::KeepaliveSpec;
    let ping = client.execute(KeepaliveSpec::with_timeout(patience));
    let answered = tokio::time::timeout(patience, ping).await;
    if matches!(answered, Ok(Ok(()))) || !run.is_current(client) || !run.lives() {
        return;
    }
    if run.phase() == Phase::Connected {
        run.lost();
        client.reconnect_immediately().await;
    }
}
