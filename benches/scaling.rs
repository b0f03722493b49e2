//! What one process holds and what grows how: stored groups, changes per second beside what the disk can
//! sync, listeners.
//!
//! `cargo bench --bench scaling`

// A fault here ends the measurement, which is all that can be done about it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use futures_util::future::join_all;
use groupdesk::api::{Capabilities, MemberRole, SettingsPatch, TicketRequest};
use groupdesk::gateway::auth::{Caller, MemoryKey};
use groupdesk::gateway::domain::{GroupJid, MemberJid, OrganizationId, PhoneNumber, SessionId};
use groupdesk::gateway::whatsapp::sandbox::{BulkAccounts, World};
use groupdesk::gateway::whatsapp::{Account, Backend, GroupSnapshot, Member};
use groupdesk::gateway::{Config, Engine, Limits, OwnedSession, Page, SeedSession};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sessions, groups of each, members of each group; the same for the process that measures them.
const STORED: [(u32, u32); 5] = [
    (1, 1_000),
    (1, 10_000),
    (10, 10_000),
    (100, 1_000),
    (1_000, 100),
];
const MEMBERS: u32 = 20;
/// The process of one row of [`STORED`]: `SESSIONS GROUPS DIRECTORY`.
const ROW: &str = "SCALING_BENCH_ROW";
const WRITERS: [usize; 4] = [1, 8, 64, 256];
const LISTENERS: [usize; 3] = [1, 100, 1_000];
const ROUND: Duration = Duration::from_secs(3);
const REPEATS: u32 = 200;
const KEY: &str = "wa_bench_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn main() {
    let row = std::env::var(ROW).unwrap_or_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match row.split(' ').collect::<Vec<_>>()[..] {
        [sessions, groups, directory] => {
            let (sessions, groups) = (sessions.parse().unwrap(), groups.parse().unwrap());
            runtime.block_on(stored(sessions, groups, Path::new(directory)));
        }
        _ => measure(&runtime),
    }
}

fn measure(runtime: &tokio::runtime::Runtime) {
    println!("stored groups of {MEMBERS} members, one process each:");
    for (sessions, groups) in STORED {
        let directory = tempfile::tempdir().unwrap();
        // Made by the first, measured by the second: what making them took up is not counted.
        for _ in 0..2 {
            let row = format!("{sessions} {groups} {}", directory.path().display());
            let status = Command::new(std::env::current_exe().unwrap())
                .env(ROW, row)
                .status()
                .unwrap();
            assert!(status.success());
        }
    }
    println!("acknowledged changes of a group's subject, each session one after the other:");
    println!("  the disk alone: {:.0} syncs of 4 KiB/s", syncs());
    for writers in WRITERS {
        runtime.block_on(changes(writers));
    }
    println!("the last of so many listeners in the process hears of a change after:");
    for listeners in LISTENERS {
        runtime.block_on(heard(listeners));
    }
}

/// Opens the store of a row, and the second time measures what it answers.
async fn stored(sessions: u32, groups: u32, directory: &Path) {
    let file = directory.join("groupdesk.sqlite");
    let is_new = !file.exists();
    let seed = if is_new {
        (0..sessions).map(|number| seeded(number, groups)).collect()
    } else {
        Vec::new()
    };
    let before = resident();
    let begin = Instant::now();
    let backend = Backend::Sandbox(World::still(7).unwrap());
    let (engine, caller) = open(&file, backend, seed, false).await;
    let took = begin.elapsed();
    if is_new {
        engine.close().await;
        return;
    }
    let held = resident() - before;
    let session = first(&engine, &caller);
    let page = Page {
        limit: Some(100),
        cursor: None,
    };
    let (first_list, size) = timed(1, async || {
        engine
            .list_groups(&session, &Page::default())
            .await
            .unwrap()
            .len()
    })
    .await;
    let (again, _) = timed(REPEATS, async || {
        engine
            .list_groups(&session, &Page::default())
            .await
            .unwrap()
            .len()
    })
    .await;
    let (hundred, _) = timed(REPEATS, async || {
        engine.list_groups(&session, &page).await.unwrap().len()
    })
    .await;
    let group = jid(0, groups / 2);
    let (one, _) = timed(REPEATS, async || {
        engine.get_group(&session, &group).await.unwrap()
    })
    .await;
    let (members, _) = timed(REPEATS, async || {
        engine
            .list_members(&session, &group)
            .await
            .unwrap()
            .data
            .len()
    })
    .await;
    println!(
        "  {sessions:>4} sessions of {groups:>6}: file {:>6.1} MB, opened in {took:>7.1?}, {held:>5.1} MB resident more; \
         whole list of {:.1} MB {first_list:.1?}, again {again:.1?}; page of 100 {hundred:.0?}; group {one:.0?}; members {members:.0?}",
        megabytes(std::fs::metadata(&file).unwrap().len()),
        megabytes(size as u64),
    );
    engine.close().await;
}

/// Changes per second of so many connected sessions at once.
async fn changes(sessions: usize) {
    let desk = Desk::open(sessions).await;
    let begin = Instant::now();
    let writers = desk.sessions.iter().map(|(session, group)| {
        let (engine, caller) = (desk.engine.clone(), desk.caller.clone());
        let (session, group) = (session.clone(), group.clone());
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while begin.elapsed() < ROUND {
                let asked = Instant::now();
                let patch = renamed(latencies.len());
                let changed = engine.update_group(&caller, &session, &group, patch);
                changed.await.unwrap();
                latencies.push(asked.elapsed());
            }
            latencies
        })
    });
    let mut latencies: Vec<Duration> = Vec::new();
    for writer in join_all(writers).await {
        latencies.extend(writer.unwrap());
    }
    let rate = latencies.len() as f64 / begin.elapsed().as_secs_f64();
    latencies.sort_unstable();
    println!(
        "  {sessions:>4} sessions: {rate:>6.0}/s, half of them within {:.1?}, 99 of 100 within {:.1?}",
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100],
    );
    desk.engine.close().await;
}

/// The time until the last listener has received a change.
async fn heard(listeners: usize) {
    let desk = Desk::open(1).await;
    let (session, group) = &desk.sessions[0];
    let mut subscriptions = Vec::new();
    for _ in 0..listeners {
        let request = TicketRequest {
            events: Some(vec!["group.update".to_owned()]),
            ..TicketRequest::default()
        };
        let ticket = desk.engine.issue_ticket(&desk.caller, request).unwrap();
        subscriptions.push(desk.engine.redeem_ticket(&ticket).unwrap());
    }
    let mut took = Vec::new();
    for number in 0..9 {
        let listening: Vec<_> = subscriptions
            .drain(..)
            .map(|mut subscription| {
                tokio::spawn(async move {
                    subscription.next().await.unwrap();
                    subscription
                })
            })
            .collect();
        let asked = Instant::now();
        let changed = desk
            .engine
            .update_group(&desk.caller, session, group, renamed(number));
        changed.await.unwrap();
        for listener in listening {
            subscriptions.push(listener.await.unwrap());
        }
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    println!("  {listeners:>4} listeners: {:.1?}", took[took.len() / 2]);
    desk.engine.close().await;
}

/// An engine with connected sessions, each the admin of a group.
struct Desk {
    engine: Engine,
    caller: Caller,
    sessions: Vec<(OwnedSession, GroupJid)>,
    _directory: tempfile::TempDir,
}

impl Desk {
    async fn open(sessions: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let world = World::still(7).unwrap();
        let crowd = BulkAccounts {
            sessions,
            groups: 1,
            members: MEMBERS as usize,
        };
        let seed = world.add_bulk_accounts(&organization(), crowd);
        let file = directory.path().join("groupdesk.sqlite");
        let backend = Backend::Sandbox(Arc::clone(&world));
        let (engine, caller) = open(&file, backend, seed, true).await;
        loop {
            let views = engine.list_sessions(&caller).unwrap();
            if views.iter().all(|view| view.group_count == Some(1)) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut owned = Vec::new();
        for view in engine.list_sessions(&caller).unwrap() {
            let session = engine.find_session(&caller, &view.id).unwrap();
            let list = engine
                .list_groups(&session, &Page::default())
                .await
                .unwrap();
            let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
            let group = GroupJid::parse(list["data"][0]["groupJid"].as_str().unwrap()).unwrap();
            owned.push((session, group));
        }
        Self {
            engine,
            caller,
            sessions: owned,
            _directory: directory,
        }
    }
}

async fn open(
    file: &Path,
    backend: Backend,
    seed: Vec<SeedSession>,
    connect: bool,
) -> (Engine, Caller) {
    let config = Config {
        database: file.to_owned(),
        gateway_id: "bench".to_owned(),
        backend,
        memory_keys: vec![MemoryKey {
            secret: KEY.to_owned(),
            id: "bench".to_owned(),
            organization: organization(),
            capabilities: Capabilities::all(),
            own: true,
        }],
        login: None,
        seed,
        limits: Limits::default().without_call_limits(),
        connect,
    };
    let engine = Engine::open(config).await.unwrap();
    let caller = engine.authenticate(KEY).unwrap();
    (engine, caller)
}

fn first(engine: &Engine, caller: &Caller) -> OwnedSession {
    engine.find_session(caller, session(0).as_str()).unwrap()
}

fn organization() -> OrganizationId {
    OrganizationId::parse("local").unwrap()
}

fn session(number: u32) -> SessionId {
    SessionId::parse(&ulid::Ulid::from(u128::from(number) + 1).to_string()).unwrap()
}

fn jid(session: u32, group: u32) -> GroupJid {
    GroupJid::parse(&format!("120363{session:06}{group:06}@g.us")).unwrap()
}

fn renamed(number: usize) -> SettingsPatch {
    SettingsPatch {
        subject: Some(format!("Weekend Volunteers {number}")),
        ..SettingsPatch::default()
    }
}

fn seeded(number: u32, groups: u32) -> SeedSession {
    let groups = (0..groups).map(|group| GroupSnapshot {
        subject: format!("Weekend Volunteers {group}"),
        description: "Meet at the north gate at 8. Bring gloves and water, please.".to_owned(),
        created_at: Some(1_600_000_000_000),
        members: (0..MEMBERS).map(|place| member(group, place)).collect(),
        ..GroupSnapshot::new(jid(number, group))
    });
    SeedSession {
        account: Account {
            session: session(number),
            organization: organization(),
        },
        label: None,
        identity: None,
        start: false,
        groups: groups.collect(),
    }
}

fn member(group: u32, place: u32) -> Member {
    let person = u64::from(group) * 7_919 + u64::from(place) * 104_729;
    Member {
        lid: MemberJid::parse(&format!("{}@lid", 100_000_000_000_000 + person)).unwrap(),
        role: MemberRole::Member,
        phone: PhoneNumber::parse(&(628_000_000_000 + person).to_string()),
        is_me: place == 0,
        joined_via: None,
    }
}

/// What it took in the median, and the last outcome.
async fn timed<T>(repeats: u32, mut run: impl AsyncFnMut() -> T) -> (Duration, T) {
    let mut took = Vec::new();
    loop {
        let begin = Instant::now();
        let outcome = run().await;
        took.push(begin.elapsed());
        if took.len() == repeats as usize {
            took.sort_unstable();
            return (took[took.len() / 2], outcome);
        }
    }
}

/// Syncs per second that the disk does one after the other: the least that a durable change costs.
fn syncs() -> f64 {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let begin = Instant::now();
    let mut done = 0_u32;
    while begin.elapsed() < ROUND {
        file.write_all(&[0x5a; 4096]).unwrap();
        file.as_file().sync_data().unwrap();
        done += 1;
    }
    f64::from(done) / begin.elapsed().as_secs_f64()
}

/// Megabytes resident now.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kibibytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes * 1024.0 / 1e6
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
